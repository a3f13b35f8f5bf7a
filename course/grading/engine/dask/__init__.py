"""Notebooks run on the hosts of a Dask cluster.

| module | holds |
|---|---|
| `cluster` | the grader's side |
| `worker` | what a worker does |
| `messages` | what crosses between them: bytes of bounded size, decoded into known types |
"""
