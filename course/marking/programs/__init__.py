"""How the functions of a marker become compiled programs.

| module | holds |
|---|---|
| `blocks` | a function of one sheet compiled for many |
| `compiled` | what was traced and compiled, kept between runs |
"""
