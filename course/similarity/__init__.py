"""Whose code is alike, for a person to read.

| module | holds |
|---|---|
| `fingerprints` | Python code as fingerprints that names, numbers and formatting do not change |
| `scan` | the submissions of an assignment compared with each other and with published code |
"""
