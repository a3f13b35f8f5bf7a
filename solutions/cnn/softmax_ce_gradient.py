"""Mark scheme of `cnn/softmax-ce-gradient`: down to the probabilities minus the target."""

from course.derivation.check import Slip, Waypoint
from course.exercises import find
from course.marking.derivation_scheme import DerivationScheme

BY_Z = "∂L/∂z_j"
SUM = r"\sum_k e^{z_k}"
LOG_SUM = rf"\log {SUM}"
OF_TARGET, OF = r"\frac{\partial z_t}{\partial z_j}", r"\frac{\partial}{\partial z_j}"
TARGET = "1[j = t]"
SOFTMAX = {letter: rf"\frac{{e^{{z_{letter}}}}}{{\sum_l e^{{z_l}}}}" for letter in "tjik"}
BY_P, P_BY_Z = "∂L/∂p_t", "∂p_t/∂z_j"
INVERSE = r"-\frac{1}{p_t}"
WRITTEN_OUT = ("p", "S")


def _way(points, *claims, **more):
    return Waypoint(claims[0], points, claims[1:], **more)


WAYPOINTS = {
    "loss": _way(
        1,
        rf"L = -\log {SOFTMAX['t']}",
        f"L = -z_t + {LOG_SUM}",
        r"L = -\log \frac{e^{z_t}}{S}",
        r"L = -z_t + \log S",
        *[f"p_{letter} = {one}" for letter, one in SOFTMAX.items()],
        apart=WRITTEN_OUT,
    ),
    "begun": _way(
        1,
        rf"{BY_Z} = -{OF_TARGET} + {OF} {LOG_SUM}",
        rf"{BY_Z} = -{TARGET} + {OF} {LOG_SUM}",
        rf"{BY_Z} = {OF} (-z_t + {LOG_SUM})",
        rf"{BY_Z} = -{TARGET} + \frac{{1}}{{{SUM}}} {OF} {SUM}",
        rf"{BY_Z} = -{OF_TARGET} + \frac{{1}}{{{SUM}}} {OF} {SUM}",
        rf"{BY_Z} = -{TARGET} + {SOFTMAX['j']}",
        f"{BY_Z} = {BY_P} · {P_BY_Z}",
        rf"{BY_Z} = \sum_k \frac{{\partial L}}{{\partial p_k}} \frac{{\partial p_k}}{{\partial z_j}}",
        f"{BY_Z} = {INVERSE} · {P_BY_Z}",
        f"{BY_P} = {INVERSE}",
        apart=WRITTEN_OUT,
    ),
    "carried_out": _way(
        2,
        f"{BY_Z} = {SOFTMAX['j']} - {TARGET}",
        f"{P_BY_Z} = p_t ({TARGET} - p_j)",
    ),
    "simplest": _way(1, f"{BY_Z} = p_j - {TARGET}", f"{BY_Z} = p_j - y_j", simple=True),
}  # fmt: skip

EVERY = "Every probability depends on every logit, by the sum below: "
SLIPS = (
    Slip(r"The minus of the logarithm is lost: $L = -\log p_t$ is never negative.", r"L = \log p_t"),
    Slip(EVERY + "the logits of other classes have a derivative too.", f"{BY_Z} = (p_j - 1) {TARGET}"),
    Slip(EVERY + "where $j$ is not $t$, $-p_t p_j$ is left.", f"{P_BY_Z} = p_t (1 - p_t) {TARGET}"),
    Slip(EVERY + "it is a quotient, whose denominator depends on $z_j$.", f"{P_BY_Z} = p_t {TARGET}"),
    Slip("The sign is turned: the loss falls when the logit of the target grows.", f"{BY_Z} = {TARGET} - p_j"),
    Slip("The 1 of the target class is missing.", f"{BY_Z} = p_j"),
    Slip("The 1 is subtracted at the target class only.", f"{BY_Z} = p_j - 1"),
    Slip(r"The derivative of $-\log p_t$ is $-1/p_t$.", rf"{BY_P} = \frac{{1}}{{p_t}}"),
)
MODEL = (
    r"L = -\log p_t",
    rf"= -\log {SOFTMAX['t']}",
    f"= -z_t + {LOG_SUM}",
    rf"{BY_Z} = -{OF_TARGET} + {OF} {LOG_SUM}",
    f"= -{TARGET} + {SOFTMAX['j']}",
    f"= p_j - {TARGET}",
)

softmax_ce_gradient = DerivationScheme(
    find("cnn/softmax-ce-gradient"), waypoints=WAYPOINTS, model=MODEL, slips=SLIPS
)
