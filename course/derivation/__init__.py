"""Derivations: typed working, marked line by line.

| module | holds |
|---|---|
| `reading` | from what was typed to trees: symbols, lines, formulas |
| `canonical` | formulas up to the order of their parts; the derivatives that one names |
| `calculus` | rules of differentiation, from tree to tree |
| `meaning` | the value of a formula at random points, derivatives of a graph of steps |
| `edits` | single changes of a formula, in words |
| `marks` | what an author declares besides: waypoints, regions, assumptions, slips; what becomes of a line |
| `prepared` | what is made once of an exercise: points, values, the author's formulas |
| `claims` | what a student has claimed so far, and what formulas mean under it |
| `numbers_put_in` | what a line with some of the student's numbers in it would have to be |
| `credit` | what the waypoints earn: which one a line meets or stands in the place of |
| `cases` | which case a line is about, and what the lines of all cases say together |
| `explanations` | one change that makes a wrong line right, or the place at which it differs |
| `judge` | the verdicts on the lines of one derivation, one after another |
| `check` | a marker prepared for one exercise, and `check` for one derivation |
| `mutants` | wrong lines by one change of a right one, right lines in another spelling |
| `proof` | proofs by induction: blocks in order, base and step as derivations |
"""
