"""Sheets marked, and what is kept of them.

| module | holds |
|---|---|
| `context` | one exercise of one student with all that its marks depend on |
| `sheet_work` | one student's sheet marked: whose numbers, which probe inputs |
| `batch` | the sheets of an assignment marked together, an exercise in one call |
| `graded_cell` | a notebook's graded cells marked, and the card and points written into them |
| `revision` | a graded sheet marked again, and its new marks written where the old ones stand |
| `enrolled` | with whose numbers a sheet is compared |
| `store`, `schema`, `migrations` | answers, marks, rulings and accepted ids, kept beside the gradebook |
| `class_work` | what a graded class handed in and earned, for reports |
"""
