"""Marks taken elsewhere: to learning platforms, and step by step to a data frame.

| module | holds |
|---|---|
| `lms` | nbgrader's marks as the gradebooks of Canvas and Moodle import them |
| `steps` | one row a student, exercise and step, as CSV or Parquet |
| `safe_csv` | CSV of which no text is run by a spreadsheet |
"""
