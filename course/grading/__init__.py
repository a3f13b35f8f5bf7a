"""Grading: from a submitted notebook to marks in nbgrader's gradebook.

| part | holds |
|---|---|
| `course_folders`, `course_lock` | where nbgrader keeps what, as configured; one run at a time in a course |
| `config` | what an instructor sets in `nbgrader_config.py` |
| `stages` | what one submission goes through, in order |
| `engine` | many submissions at once |
| `marks` | sheets marked and kept |
| `appeals` | marking again, rulings, accepted ids |
| `upstream` | what is changed of nbgrader while we use it |
| `kernel_choice` | which kernel a notebook runs in |
| `secret` | the instructor's secret, from which probe inputs are drawn |
| `appeal_link` | the way from a card in the formgrader to the form for rulings |
| `record` | what the stages tell each other about one notebook |
| `released_sampler` | under which version of the sampler an exercise was released |
| `review` | why a person should look at a graded cell |
| `errors` | what ends a whole command |

Nothing is imported here.
"""
