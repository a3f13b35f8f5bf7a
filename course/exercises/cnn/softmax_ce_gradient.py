"""The gradient of the cross-entropy through the softmax, as asked."""

import numpy as np

from course.derivation.meaning import Graph
from course.derivation.reading.symbols import POSITIVE, Index, Symbol, Symbols
from course.exercises.base import Answer, Derivation, Exercise
from course.exercises.cnn.softmax_ce import Logits, softmax_ce

POWERS = r" \\ ".join(f"e^{{z_{k}}}" for k in (1, 2, 3))
ONE_HOT = r" \\ ".join(f"1[t = {k}]" for k in (1, 2, 3))

SYMBOLS = Symbols(
    Symbol("L", "L", r"\mathcal{L}", "loss", "E"),
    Symbol("z", "z", "x", "logits", shape=(3,)),
    Symbol("p", "p", r"\hat{y}", "yhat", "probs", "softmax", "f", "s", shape=(3,), arguments=("z", "x")),
    Symbol("y", "y", "onehot", shape=(3,)),
    Symbol("S", "S", "Z", domain=POSITIVE),
    # by itself the letter is a matrix; with both letters of the task it is one number, as 1[j = t] is
    Symbol("one_at_target", r"\delta_{jt}", r"\delta_{tj}"),
    Symbol("equal", r"\delta", "delta", shape=(3, 3)),
    *[Index(letter, 3) for letter in "tjikl"],
)
GRAPH = Graph(
    {
        "S": r"\sum_k e^{z_k}",
        "p": rf"\frac1S \begin{{pmatrix}} {POWERS} \end{{pmatrix}}",
        "y": rf"\begin{{pmatrix}} {ONE_HOT} \end{{pmatrix}}",
        "one_at_target": "1[j = t]",
        "equal": r"\begin{pmatrix} 1 & 0 & 0 \\ 0 & 1 & 0 \\ 0 & 0 & 1 \end{pmatrix}",
        "L": r"-\log p_t",
    },
    SYMBOLS,
)


def _derivation(given: Logits) -> Derivation:
    numbers = {"z": given.logits, "t": np.argmax(given.target) + 1.0}
    return Derivation(SYMBOLS, GRAPH, goal="L", numbers=numbers)


softmax_ce_gradient = Exercise(
    id="cnn/softmax-ce-gradient",
    title="The gradient of the cross-entropy",
    source="002, question 2",
    kind="derivation",
    task=(
        r"The softmax of logits $z$ is $p_i = e^{z_i} / \sum_k e^{z_k}$, and with the target class $t$ the loss "
        r"is $L = -\log p_t$ (the natural logarithm). Write $L$ out in the logits, then derive $\partial L / "
        r"\partial z_j$ for any class $j$, the target or another, line by line: the derivative of each part, then "
        r"the parts carried out, last in its simplest form. Write $1[j = t]$, $\delta_{jt}$ or $y_j$ for the "
        r"number that is 1 where $j = t$ and 0 elsewhere, and $S$ for the sum $\sum_k e^{z_k}$ if you like. Your "
        "class and numbers may be put in, for one class $j$ of your choice; they need not."
    ),
    seed=softmax_ce.seed,
    draw=softmax_ce.draw,
    symbols=softmax_ce.symbols,
    derivation=_derivation,
    answers={
        "loss": Answer.line("L", "the loss in the logits"),
        "begun": Answer.line(r"\partial L / \partial z_j", "the derivative of each part"),
        "carried_out": Answer.line(r"\partial L / \partial z_j", "the parts carried out"),
        "simplest": Answer.line(r"\partial L / \partial z_j", "in its simplest form"),
    },
)
