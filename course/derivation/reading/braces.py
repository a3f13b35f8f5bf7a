r"""Braces that only set type: `{}`, `{=}`, `{w}_{ij}`, `\partial{L}` are read as if they were not there.

Those of an argument, a script or a group stay, and `{a \over b}` becomes a fraction.
"""

from itertools import pairwise

from course.derivation.reading.lexemes import Lexeme

_ONE_SIGN = {"=", "-", "+", "*", "⊙", "<", ">", "≤", "≥", "≠", "⇒", "←", "'", ",", "∂", "∇", "/"}
_WITH_ARGUMENTS = {"frac": 2, "sqrt": 1, "_": 1, "^": 1, "begin array": 1, "begin alignat": 1}


def without_braces(lexemes: list[Lexeme]) -> list[Lexeme]:
    """Return the lexemes without braces that say nothing."""
    if not any(one.text == "{" for one in lexemes):
        return lexemes
    pairs, overs = _pairs(lexemes)
    arguments = _arguments(lexemes, pairs)
    gone: set[int] = set()
    for start, end in pairs.items():
        script = start > 0 and lexemes[start - 1].kind == "sign" and lexemes[start - 1].text in ("_", "^")
        inner = lexemes[start + 1 : end]
        if not inner and (script or start not in arguments):
            gone |= {start, end, *([start - 1] if script else [])}
        elif len(inner) == 1 and inner[0].kind == "sign" and inner[0].text in _ONE_SIGN:
            gone |= set() if script or start in arguments else {start, end}
        elif (
            inner
            and start not in arguments
            and not _follows_word(lexemes, start)
            and _says_nothing(lexemes, start, end)
        ):
            gone |= {start, end}
    found: list[Lexeme] = []
    starts = set(overs.values())
    for at, one in enumerate(lexemes):
        if at in starts:
            found += [one._replace(text="frac"), one]
        elif at in overs:
            found += [one._replace(text="}"), one._replace(text="{")]
        elif at not in gone:
            found.append(one)
    return found


def _pairs(lexemes: list[Lexeme]) -> tuple[dict[int, int], dict[int, int]]:
    r"""Return the places of braces that belong together, and the opening brace of each `\over`."""
    pairs: dict[int, int] = {}
    overs: dict[int, int] = {}
    opened: list[int] = []
    for at, one in enumerate(lexemes):
        if one.kind != "sign":
            continue
        if one.text == "{":
            opened.append(at)
        elif one.text == "}" and opened:
            pairs[opened.pop()] = at
        elif one.text == "over" and opened and opened[-1] not in overs.values():
            overs[at] = opened[-1]
    return pairs, {at: start for at, start in overs.items() if start in pairs}


def _arguments(lexemes: list[Lexeme], pairs: dict[int, int]) -> set[int]:
    """Return the places of braces that hold an argument or a script."""
    found: set[int] = set()
    for at, one in enumerate(lexemes):
        wanted = _WITH_ARGUMENTS.get(one.text, 0) if one.kind == "sign" else 0
        place = at + 1
        while wanted and place in pairs:
            found.add(place)
            place, wanted = pairs[place] + 1, wanted - 1
    return found


def _follows_word(lexemes: list[Lexeme], start: int) -> bool:
    """Return whether braces may hold the argument of a function: `exp{a}`, but not `α {g}^{0}`."""
    before = lexemes[start - 1] if start else None
    if before is None or before.kind != "word" or before.text == "d":
        return False
    end = next(at for at in range(start, len(lexemes)) if lexemes[at].text == "}")
    behind = lexemes[end + 1].text if end + 1 < len(lexemes) else ""
    return len(before.text) > 1 or behind not in ("_", "^")


def _says_nothing(lexemes: list[Lexeme], start: int, end: int) -> bool:
    """Return whether braces hold one symbol behind ∂, or one whose scripts or argument go on behind them."""
    inner = lexemes[start + 1 : end]
    if not _is_one_symbol(inner):
        return False
    before = lexemes[start - 1] if start else None
    if before is not None and (before.text == "∂" or (before.text == "d" and before.kind == "word")):
        return True
    behind = [one.text for one in lexemes[end + 1 : end + 4]]
    if behind[:1] == ["^"] and len(inner) > 1:  # of a layer or a transposed; {a_1}^2 is a square
        group = behind[2:3] if behind[1:2] == ["{"] else behind[1:2]
        return group[:1] in (["("], ["["], ["T"], ["ᵀ"], ["'"])
    return behind[:1] in (["_"], ["^"], ["'"], ["("])


def _is_one_symbol(inner: list[Lexeme]) -> bool:
    """Return whether there is a word with scripts, and nothing else."""
    if inner[0].kind != "word":
        return False
    if inner[0].text == "Δ" and len(inner) > 1 and inner[1].kind == "word":
        inner = inner[1:]
    depth = 0
    for before, one in pairwise(inner):
        script = before.kind == "sign" and before.text in ("_", "^")
        if not depth and not script and not (one.kind == "sign" and one.text in ("_", "^", "'")):
            return False
        depth += (one.text in ("{", "(", "[")) - (one.text in ("}", ")", "]"))
    return True
