"""From typed lines of a derivation to trees that are shown, sent and judged; it needs no JAX and no mark scheme.

| module | holds |
|---|---|
| `symbols` | what an exercise declares: names, spellings, shapes, the numbers they are tried at |
| `lexemes`, `lexer`, `braces` | from what was typed to words, numbers and signs, without what only sets type |
| `remarks` | what stands around the formulas of a line: references, remarks, words before a colon |
| `prose` | the words that people put around formulas |
| `reader`, `lines` | from these to trees, and to the statements of a line |
| `reading_process` | reads lines in a process with limits |
| `tree` | a formula as plain structs, with limits and JSON |
| `typeset` | a formula as it was read, in LaTeX |
"""
