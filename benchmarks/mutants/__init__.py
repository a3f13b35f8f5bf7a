"""Small wrong changes of the code, each of which a test has to notice: `python -m benchmarks.mutants --help`."""
