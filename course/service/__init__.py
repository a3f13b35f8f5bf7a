"""The practice service: marks one sheet on practice numbers and says what became of each step.

It shares the marker with grading. It gives states, remarks and points, the worked solution where the instructor
allows it, and never a mark scheme. The API is described in `docs/practice.md`.
"""

VERSION = 1
"""Of the API; its paths begin with `v1/`."""
