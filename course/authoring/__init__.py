"""For authors: text sources built into nbgrader notebooks, mark schemes examined.

| module | holds |
|---|---|
| `markers` | the short markers of a text source, written out as nbgrader cells |
| `build` | text sources to nbgrader's source notebooks |
| `lint`, `derivation_lint` | what an author wants to know of a scheme before students see it |
"""
