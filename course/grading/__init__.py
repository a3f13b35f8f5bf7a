"""Grading: from a text source to a released notebook, and from a submitted notebook to marks.

| module | concept |
|---|---|
| `config` | what an instructor sets in `nbgrader_config.py` |
| `secret` | the instructor's secret, from which probe inputs are drawn |
| `cells`, `build` | text sources to nbgrader's source notebooks |
| `restore` | a submitted notebook brought back to the cells that were released |
| `admit`, `reader`, `repair` | what is refused before it is opened, and how the rest is read |
| `handover`, `run` | what a kernel is told, and the run of a notebook that keeps what was earned before a crash |
| `kernel`, `warm` | which kernel a notebook runs in, and what is compiled for all of them beforehand |
| `clean`, `sanitise` | nothing of a student's reaches the instructor's browser as code |
| `collect`, `award` | answers taken out of the run notebook, marks written into it |
| `closed` | ordinary graded cells whose outcome is unclear |
| `marks` | one sheet of one student, marked |
| `compiled` | the marker's compiled programs, kept from one run to the next |
| `fingerprints`, `similarity` | whose code is alike, for a person to read |
| `store`, `schema`, `migrations` | answers, rulings and accepted ids kept; databases of older versions |
| `classmarks`, `remark` | a class marked in one call, and again from what is kept |
| `rulings`, `sameness`, `acceptance` | appeals: a step ruled on, for all who answered alike; a declared id |
| `formgrader`, `link` | the form for rulings, beside nbgrader's formgrader |
| `convert` | nbgrader's own converters, called from Python |
| `execution` | the run of one notebook as a pure function of plain data |
| `staged` | nbgrader's stages for one submission, cut in two where the notebooks run |
| `commit` | a submission becomes a result in one step, whatever ends the run |
| `engine`, `workers`, `connect`, `metadata`, `light` | many submissions at once, with a quick start |
| `cluster`, `remote`, `parcel` | the same on the hosts of a Dask cluster: here, there, and what crosses |
| `autograde` | a class graded, with a result for each submission |
| `kernels` | pre-warmed, sandboxed kernels |

Nothing is imported here: the zygote of `kernels` loads without the rest.
"""
