"""An exercise shown in a notebook: what is to be done, the given values, what is asked for."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from course import exercises
from course.derivation.reading.symbols import Index
from course.exercises import Answer, Exercise
from course.exercises.base import Derivation
from course.notebook import figures, notation, output, session
from course.notebook.answer_sheet import AnswerSheet
from course.notebook.output import Piece
from course.notebook.owner import Owner
from course.notebook.working import Working

_SYMBOLS = 12  # so many are shown at once, more are folded


def exercise(exercise_id: str, practice: int = 0) -> tuple[Any, Any]:
    """Show an exercise with the numbers of whoever works in this notebook, and open its sheet.

    Args:
        exercise_id: for example `mlp/relu-sgd`.
        practice: a round of practice, from 1: other numbers each time, and never the graded ones.

    Returns:
        The given values, a NamedTuple of numpy arrays, and the sheet to fill: an `AnswerSheet`, or a `Working` for
        the lines of a derivation.

    Raises:
        UnknownExercise: if there is none of this id; the message names the nearest ones.
        NoPractice: if there is no such round, or nothing to practise.
    """
    asked = exercises.find(exercise_id)
    here = session.current()
    owner = here.practising_owner(practice) if practice else here.owner()
    given = owner.given(asked)
    sheet = AnswerSheet(asked, owner) if asked.derivation is None else Working(asked, owner)
    pieces = [_task(asked)]
    if practice:
        pieces.append(output.note([owner.sentence()]))
    else:
        here.sheet = sheet
        if asked.draw is not None:
            pieces.append(output.note([owner.sentence(), *_advice(owner)], warning=owner.nobody))
    wanted = _asked(asked) if asked.derivation is None else _lines_asked(asked, asked.derivation(given))
    output.show(*pieces, *_given(asked, given), *wanted)
    return given, sheet


def _advice(owner: Owner) -> list[str]:
    return ["Write your id into the first cell and run all cells again: yours are others."] if owner.nobody else []


def _task(asked: Exercise) -> Piece:
    paragraphs = [part for part in asked.task.split("\n\n") if part.strip()]
    body = "".join(f"<p>{output.prose(part)}</p>" for part in paragraphs)
    return Piece(f"<h3>{output.prose(asked.title)}</h3>{body}", f"{asked.title}\n\n{asked.task}")


def _given(asked: Exercise, given: Any) -> list[Piece]:
    """Show the network, then every given value under its symbol and, in the code, its name."""
    names = getattr(given, "_fields", ())
    if not names:
        return []
    network = asked.network(given) if asked.network else None
    # Who is asked to draw the network is not shown it.
    secret = any(answer.dtype == "graph" for answer in asked.answers.values())
    pieces = [] if network is None or secret else [figures.network(network)]
    with_bias = [] if network is None or not network.bias else [W.tolist() for W in network.weights]
    formulas, lines = [], ["Given:"]
    for name in names:
        value = getattr(given, name)
        bias = np.ndim(value) > 0 and np.atleast_2d(value).tolist() in with_bias
        symbol = asked.symbols.get(name, rf"\mathtt{{{name}}}".replace("_", r"\_"))
        formulas.append(f"<span>{output.prose(f'${symbol} = {_mathematics(value, bias)}$')}</span>")
        lines.append(f"  given.{name} = {notation.plain(value)}")
    code = ", ".join(f"<code>given.{name}</code>" for name in names)
    rule = "Left of the line stand the weights of the bias units, column 0. " if with_bias else ""
    html = f'<div class="gb-values">{"".join(formulas)}</div><p>{rule}In code: {code}.</p>'
    return [*pieces, Piece(html, "\n".join(lines))]


def _mathematics(value: Any, bias: bool) -> str:
    if isinstance(value, tuple | list) and any(np.ndim(part) for part in value):
        return r",\; ".join(notation.latex(part) for part in value)
    return notation.latex(value, bias=bias)


def _asked(asked: Exercise) -> list[Piece]:
    if not asked.answers:
        return []
    answers = asked.answers.items()
    rows = [
        (
            f"<code>sheet.{name}</code>",
            output.prose(f"${a.symbol}$"),
            output.prose(_form(a)),
            output.prose(a.about),
        )
        for name, a in answers
    ]
    lines = output.columns([(f"  sheet.{name}", _form(a).replace("`", ""), a.about) for name, a in answers])
    html = output.table(
        "<strong>Asked for</strong>", ("answer", "symbol", "form", "what it is"), rows, ["gb-asked"] * len(rows)
    )
    return [Piece(html, f"Asked for:\n{lines}")]


def _lines_asked(asked: Exercise, about: Derivation) -> list[Piece]:
    """Say what has to appear among the lines, how to write them, and how to type every symbol."""
    wanted = [answer.about for answer in asked.answers.values()]
    how = (
        'Write a line a step: `work << r"..."`, in LaTeX or as you would type it. `work[2] = r"..."` changes the '
        r"second one. A derivative is `\frac{\partial L}{\partial w}`, `∂L/∂w` or `dL/dw`."
    )
    items = "".join(f"<li>{output.prose(text)}</li>" for text in wanted)
    shown = Piece(
        f"<p><strong>What your lines have to show</strong></p><ul>{items}</ul><p>{output.prose(how)}</p>",
        "\n".join(["What your lines have to show:", *(f"  - {text}" for text in wanted), how.replace("`", "")]),
    )
    typed = about.symbols.in_words()
    rows = [
        (output.prose(f"${_symbol(about, name)}$"), " &nbsp; ".join(output.code(text) for text in spellings))
        for name, spellings in typed.items()
    ]
    opened = " open" if len(rows) <= _SYMBOLS else ""
    table = output.table("<strong>Symbols</strong>", ("symbol", "typed as"), rows, ["gb-symbol"] * len(rows))
    lines = output.columns([(f"  {name}", "   ".join(spellings)) for name, spellings in typed.items()])
    return [
        shown,
        Piece(
            f"<details{opened}><summary>How to type the symbols</summary>{table}</details>", f"Symbols:\n{lines}"
        ),
    ]


def _symbol(about: Derivation, name: str) -> str:
    declared = about.symbols[name]
    return name if isinstance(declared, Index) else declared.latex


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f'`"{word}"`' for word in words)


def _form(answer: Answer) -> str:
    """Say what an answer looks like, in Markdown."""
    match answer.dtype:
        case "choice":
            return " or ".join(f'`"{choice}"`' for choice in answer.choices)
        case "several":
            return f'`["...", ...]`, all that apply of {_quoted(answer.choices)}'
        case "order":
            return f'`["first", "second", ...]`: {_quoted(answer.choices)}'
        case "matching":
            return f'`{{"{answer.units[0]}": "...", ...}}` for {_quoted(answer.units)}: {_quoted(answer.choices)}'
        case "graph":
            return '`[("from", "to"), ...]`'
        case "function":
            return f"`{answer.signature}`"
        case "int":
            return notation.shape(answer.shape).replace("number", "whole number")
    return notation.shape(answer.shape)
