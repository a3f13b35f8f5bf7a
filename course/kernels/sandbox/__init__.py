"""What a kernel can see and do.

| module | holds |
|---|---|
| `namespaces` | the sandbox around a forked process: namespaces, an identity of no account, no way back |
| `filesystem` | the file system that a student's kernel sees, built from nothing |
| `withhold` | modules that an assignment asks the student to write, left out of it |
| `seccomp` | the system calls that are refused |
| `trial` | whether there can be a sandbox here, found out by trying |
"""
