"""Derivations: typed working, read line by line.

`symbols` is what an exercise declares, `lexer`, `reader` and `lines` read what was typed, `tree` holds a formula
and its JSON, `typeset` shows it as it was read.
"""
