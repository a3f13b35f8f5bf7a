"""The class report: what a whole class did, step by step, on one page for the instructor."""
