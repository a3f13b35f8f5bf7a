"""Kernels for code written by strangers: forked from a warm process, each in a sandbox of its own.

A package of its own: it imports nothing else of `course`, and the zygote loads it without `course`, so that no
module of the reference library is ever in the memory of a student's kernel by accident.

| part | holds |
|---|---|
| `provisioner` | the way in for Jupyter and nbgrader: a kernel provisioner |
| `fill_cache` | compiled programs of trusted notebooks, kept read-only for students |
| `zygote` | the warm process that forks a kernel for each request, and the grader's side of it |
| `process` | a kernel's own process: launched, supervised, running IPython |
| `sandbox` | what a kernel can see and do |
| `limits`, `messages` | what a kernel may use; what is asked of the zygote |
| `upstream` | private names of JAX, ipykernel and Pygments that kernels rest on, in one table |
| `command`, `boot`, `linux` | a module of this package run alone; system calls |

Nothing is imported here.
"""
