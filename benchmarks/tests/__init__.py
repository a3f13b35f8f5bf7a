"""The benchmarks' own tests: contestants compute the same, and what is off is noticed."""
