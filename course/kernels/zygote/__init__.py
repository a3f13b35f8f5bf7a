"""The warm process that forks a kernel for each request.

| module | holds |
|---|---|
| `client` | the grader's side: find or start the zygote, ask for kernels, hold on to them |
| `server` | the zygote itself: single-threaded, forks on request |
| `preload` | what it imports before anything forks |
| `warmup` | what a kernel would do for the first time, done once here |
| `compile_options` | XLA's options for many small programs |
"""
