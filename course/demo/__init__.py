"""A small class that shows the whole way: its students, its submissions, its marks.

The submissions are written by the project itself and trusted, so that they are graded without a sandbox.
"""
