"""The proof by induction that two forms of momentum are one method, as asked."""

from course.derivation.meaning import Graph
from course.derivation.reading.symbols import Symbol, Symbols
from course.exercises.base import Answer, Derivation, Exercise, nothing

_FORMS = {"I": "1", "II": "2"}


def _spelled(letter: str, at: str, form: str = "") -> list[str]:
    """Give how a point is typed: steps are counted with k or n, forms by a Roman or an Arabic number."""
    steps = dict.fromkeys(at.replace("k", count) for count in "kn")
    if not form:
        return [f"{letter}^{{{step}}}" for step in steps]
    marks = (rf"\mathrm{{{form}}}", _FORMS[form])
    return [f"{letter}_{{{mark}}}^{{{step}}}" for step in steps for mark in marks]


SYMBOLS = Symbols(
    *[Symbol(f"I.{at}", *_spelled(r"\theta", at, "I")) for at in ("k+1", "k", "k-1", "1")],
    # a point without a mark is that of form II
    *[
        Symbol(f"II.{at}", *_spelled(r"\theta", at, "II"), *_spelled(r"\theta", at))
        for at in ("k+1", "k", "k-1", "1")
    ],
    *[Symbol(f"v.{at}", *_spelled("v", at)) for at in ("k+1", "k", "1", "0")],
    *[Symbol(f"g.{at}", *_spelled("g", at)) for at in ("k", "0")],
    Symbol("start", r"\theta^0", r"\theta_I^0", r"\theta_{II}^0"),
    Symbol("before", r"\theta^{-1}", r"\theta_I^{-1}"),
    Symbol("alpha", r"\alpha", r"\alpha_k", r"\alpha_n"),
    Symbol("alpha.k-1", r"\alpha_{k-1}", r"\alpha_{n-1}"),
    Symbol("beta", r"\beta"),
)
GRAPH = Graph(
    {
        "II.k": r"\theta_{II}^{k-1} - α_{k-1} v^k",
        "I.k+1": r"\theta_I^k - α g^k + β (\theta_I^k - \theta_I^{k-1})",
        "v.k+1": "g^k + β v^k",
        "II.k+1": r"\theta_{II}^k - α v^{k+1}",
    },
    SYMBOLS,
)
BLOCKS = {
    "P": r"Hence both forms have the same $\theta^k$ for all $k \ge 0$.",
    "Q": r"For $k = 0$ both forms start at $\theta^0$, and they have the same $\theta^1$.",
    "R": r"Let both forms have the same $\theta^{k+1}$ for some $k$.",
    "S": r"We show: for all $k \ge 0$ both forms have the same $\theta^k$.",
    "T": r"Let both forms have the same points up to $\theta^k$ for some $k \ge 1$.",
    "U": r"For $k = 1, 2, 3$ numbers show the same $\theta^k$ in both forms, hence it is the same for all $k$.",
    "V": r"Then both forms have the same $\theta^{k+1}$.",
}

two_forms_proof = Exercise(
    id="momentum/two-forms-proof",
    title="Two forms of momentum, a proof by induction",
    source="003, problem 3",
    kind="derivation",
    task=(
        r"Form I: $\theta_I^{k+1} = \theta_I^k - \alpha g^k + \beta (\theta_I^k - \theta_I^{k-1})$ with "
        r"$\theta^{-1} = \theta^0$. Form II: $v^{k+1} = g^k + \beta v^k$, "
        r"$\theta_{II}^{k+1} = \theta_{II}^k - \alpha v^{k+1}$ with $v^0 = 0$. Both start at $\theta^0$, and "
        "$g^k$ is the gradient at the $k$-th point. Prove by induction that both go through the same points."
        "\n\n"
        "First the skeleton: put blocks in order, by their letters. Not all of them belong to the proof, and "
        "there is more than one right order."
        "\n\n" + "\n".join(f"- **{label}**: {text}" for label, text in BLOCKS.items()) + "\n\n"
        "Then the algebra. Begin it with a line `base`, and show that the first steps agree. Go on with a line "
        r"`step`, start from $\theta_I^{k+1}$, and arrive at $\theta_{II}^{k+1}$. Form II came to its point with "
        r"the rate of that step, $\theta_{II}^k = \theta_{II}^{k-1} - \alpha_{k-1} v^k$. A line that uses the "
        r"hypothesis has to say `by hypothesis`; the line that needs $\alpha_{k-1} = \alpha$ has to say "
        "`since α is constant`: find out which one it is."
    ),
    seed=nothing,
    derivation=lambda given: Derivation(SYMBOLS, GRAPH, goal=r"\theta_I^{k+1}", blocks=BLOCKS),
    answers={
        "base": Answer.line(r"\text{base}", "the base case"),
        "hypothesis": Answer.line(r"\text{hypothesis}", "the hypothesis, and the step that follows from it"),
        "used": Answer.line(r"\text{used}", "the hypothesis is used in the step, and said"),
        "constant": Answer.line(r"\text{constant}", r"the line that needs a constant $\alpha$ says so"),
        "conclusion": Answer.line(r"\text{conclusion}", "the claim, and the conclusion from base and step"),
        "first_step": Answer.line(r"\theta^1", "the first steps of both forms agree"),
        "velocity": Answer.line(r"\theta_I^{k+1}", "the last step of form II put in"),
        "form_II": Answer.line(r"\theta_I^{k+1}", "form II"),
    },
)
