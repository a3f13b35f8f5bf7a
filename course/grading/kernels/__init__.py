"""Kernels for code written by strangers: forked from a warm process, each in a sandbox of its own.

| module | concept |
|---|---|
| `provisioner` | the way in for Jupyter and nbgrader |
| `limits` | what a kernel may use |
| `request` | what a grader asks of the zygote, as plain data |
| `client` | finding or starting the zygote; a forked kernel as something like a `Popen` |
| `zygote`, `preload`, `rehearsal`, `boot` | the warm process that forks a kernel per request |
| `launch` | from the first fork to a kernel in its sandbox |
| `sandbox`, `view`, `withhold`, `seccomp`, `linux` | what a kernel can see and do |
| `probe` | whether there can be a sandbox here, found out by trying |
| `supervisor` | process 1 of a kernel's world: signals, memory, time |
| `forked`, `app` | the IPython kernel itself, in the forked process |
| `cache`, `provenance` | compiled code from trusted notebooks, read-only for students; which of it they may have |
| `bubblewrap` | a second, simple implementation to test the first against |
| `bench` | how long a kernel takes to be ready |

Nothing is imported here: the zygote loads this package on its own, without `course`, so that no
module of the reference library is ever in the memory of a student's kernel by accident.
"""
