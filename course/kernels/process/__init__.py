"""A kernel's own processes, from the fork to the end.

| module | holds |
|---|---|
| `launch` | from the first fork to a kernel in its sandbox |
| `supervisor` | process 1 of a kernel's world: signals, memory, time |
| `kernel` | the forked process made fresh, and JAX and IPython set up in it |
| `ipython` | IPython's kernel on listening sockets that exist already |
| `first_import` | a call when a preloaded module is first imported by the notebook |
| `provenance` | which of a trusted notebook's compiled programs every kernel may read |
"""
