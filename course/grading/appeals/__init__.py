"""Marks given again, and what an instructor decides on them.

| module | holds |
|---|---|
| `remark` | a class marked again from its kept answers |
| `ruling` | one step of one student ruled on, or of all who answered alike |
| `same_answer` | when two students gave the same answer, though each has numbers of their own |
| `declared_id` | sheets worked under an id that nbgrader does not know the student by |
| `form`, `template` | the form for rulings in the instructor's Jupyter server |
"""
