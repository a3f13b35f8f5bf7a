"""What functions of `course.models` give, in plain numpy: a module of `CASES` for each module of the library.

A case is `name: (call, args, expected)`, with the values in numpy float64; a fourth entry `{transformation: reason}`
leaves some out, see `tests/models/conftest.py`.
"""
