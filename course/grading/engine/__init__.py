"""Many submissions at once: nbgrader's stages here, notebooks in worker processes or on a cluster.

| module | holds |
|---|---|
| `autograde` | a class graded, with a result for each submission |
| `scheduler` | submissions under way at once, one writer |
| `staged_autograde` | nbgrader's stages for one submission, cut in two where the notebooks run |
| `workplace` | a submission becomes the result in one rename, whatever ends the run |
| `task` | the run of one notebook as a pure function of plain data |
| `local` | worker processes of this machine |
| `dask` | workers on other hosts |
| `interrupt` | Ctrl-C between two steps |
| `jit_cache` | the compilation cache of an assignment |
| `converters` | nbgrader's own converters, called from Python |
"""
