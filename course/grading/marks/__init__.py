"""Sheets marked, and what is kept of them.

| module | holds |
|---|---|
| `submission` | one student's sheet marked: whose numbers, which probe inputs |
| `batch` | a class's sheets of one exercise, marked in one call |
| `graded_cell` | one graded cell marked, and the card and points written into it |
| `enrolled` | with whose numbers a sheet is compared |
| `store`, `schema`, `migrations` | answers, marks, rulings and accepted ids, kept beside the gradebook |
| `class_work` | what a graded class handed in and earned, for reports |
"""
