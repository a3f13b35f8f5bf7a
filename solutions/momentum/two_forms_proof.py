"""Mark scheme of `momentum/two-forms-proof`: the skeleton by criteria, the algebra line by line."""

from course.derivation.check import Assumption, Slip, Waypoint
from course.derivation.meaning import Graph
from course.derivation.proof import Block, Criterion
from course.exercises import find
from course.exercises.momentum.two_forms_proof import BLOCKS, SYMBOLS
from course.marking.proof_scheme import ProofScheme

BASE_GRAPH = Graph(
    {
        "before": r"\theta^0",
        "v.0": "0",
        "I.1": r"\theta^0 - α g^0 + β (\theta^0 - \theta^{-1})",
        "v.1": "g^0 + β v^0",
        "II.1": r"\theta^0 - α v^1",
    },
    SYMBOLS,
)
HYPOTHESIS = Assumption(
    r"both forms have the same points up to $\theta^k$",
    {"I.k": r"\theta_{II}^k", "I.k-1": r"\theta_{II}^{k-1}"},
    said=("hypothesis", "hypotheses", "assumption", "assumed", "induction", "ih"),
)
CONSTANT = Assumption(r"$\alpha$ is constant", {"alpha.k-1": "α"}, said=("constant", "fixed", "same"))

NEEDS = {"Q": "S", "T": "S", "V": "T", "P": "QV"}
BESIDE = {
    "R": ("This assumes what is to be shown.", ("hypothesis",)),
    "U": ("Some examples prove nothing for all $k$.", ("base", "conclusion")),
}


def _block(label, text):
    wrong, spoils = BESIDE.get(label, ("", ()))
    return Block(label, text, needs=tuple(NEEDS.get(label, "")), wrong=wrong, spoils=spoils)


# the symbols whose presence tells the lines of the step apart, which all mean the same under the assumptions
STEP = ("I.k", "I.k-1", "II.k", "II.k-1", "II.k+1", "v.k", "v.k+1", "g.k")
FIRST = r"\theta^0 - α g^0"

two_forms_proof = ProofScheme(
    find("momentum/two-forms-proof"),
    blocks=[_block(label, text) for label, text in BLOCKS.items()],
    criteria=[
        Criterion("base", "The base case is there, after the claim.", blocks=("Q",)),
        Criterion("hypothesis", "The hypothesis is stated, and the step comes after it.", blocks=("T", "V")),
        Criterion("used", "The step uses the hypothesis, where it is said.", uses=HYPOTHESIS.words),
        Criterion("constant", r"The line that needs a constant $\alpha$ says so.", uses=CONSTANT.words),
        Criterion("conclusion", "The conclusion comes last, from base and step.", blocks=("S", "P")),
    ],
    base_graph=BASE_GRAPH,
    base={
        "first_step": Waypoint(
            rf"\theta_{{II}}^1 = {FIRST}",
            forms=(r"\theta_I^1 = \theta_{II}^1", r"\theta^0 - \theta^{-1} = -α v^0"),
            apart=("before", "v.0", "v.1", "II.1"),
        )
    },
    waypoints={
        "velocity": Waypoint(
            r"\theta_I^{k+1} = \theta_{II}^k - α g^k - α β v^k",
            forms=(
                r"\theta_{II}^k - α (g^k + β v^k)",
                r"\theta_{II}^k - \theta_{II}^{k-1} = -α_{k-1} v^k",
                # from form II instead of towards it, as the document does
                r"\theta_{II}^{k+1} + α β v^k + β (\theta_{II}^k - \theta_{II}^{k-1})",
                r"\theta_{II}^{k+1} + α β v^k - α β v^k",
                r"\theta_{II}^{k+1} = \theta_{II}^k - α g^k + β (\theta_{II}^k - \theta_{II}^{k-1})",
            ),
            apart=STEP,
        ),
        "form_II": Waypoint(
            r"\theta_I^{k+1} = \theta_{II}^{k+1}",
            forms=(r"\theta_{II}^k - α v^{k+1}", r"\theta_{II}^{k+1} = \theta_I^{k+1}"),
            apart=STEP,
        ),
    },
    assumptions=(HYPOTHESIS, CONSTANT),
    slips=(
        Slip(
            r"The sign is turned: $\theta^k - \theta^{k-1}$ is $-\alpha v^k$.",
            r"\theta_I^{k+1} = \theta_I^k - α g^k + α β v^k",
        ),
    ),
    model=(
        "base",
        r"\theta_I^1 = \theta^0 - α g^0 + β (\theta^0 - \theta^{-1}) = \theta^0 - α g^0",
        r"\theta_{II}^1 = \theta^0 - α (g^0 + β v^0) = \theta^0 - α g^0",
        "step",
        r"\theta_I^{k+1} = \theta_I^k - α g^k + β (\theta_I^k - \theta_I^{k-1})",
        r"= \theta_{II}^k - α g^k + β (\theta_{II}^k - \theta_{II}^{k-1}) by hypothesis",
        r"= \theta_{II}^k - α g^k - α β v^k since α is constant",
        r"= \theta_{II}^k - α (g^k + β v^k)",
        r"= \theta_{II}^k - α v^{k+1}",
        r"= \theta_{II}^{k+1}",
    ),
)
