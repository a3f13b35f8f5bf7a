"""Mark scheme of `cnn/softmax-ce-gradient`: down to the probabilities minus the target."""

import numpy as np

from course.derivation.check import Slip, Waypoint
from course.exercises import find
from course.marking.derivation_scheme import DerivationScheme

BY_Z = "∂L/∂z_j"
# the sum as people write it: with any letter, as a power or with exp, written out, or by its letter
SUMS = (
    *[rf"\sum_{letter} e^{{z_{letter}}}" for letter in "kil"],
    *[rf"\sum_{letter} \exp(z_{letter})" for letter in "ki"],
    "(e^{z_1} + e^{z_2} + e^{z_3})",
    r"(\exp(z_1) + \exp(z_2) + \exp(z_3))",
    "S",
)
SUM = SUMS[0]
LOG_SUM = rf"\log {SUM}"
OF_TARGET, OF = r"\frac{\partial z_t}{\partial z_j}", r"\frac{\partial}{\partial z_j}"
TARGET = "1[j = t]"
SOFTMAX = {letter: rf"\frac{{e^{{z_{letter}}}}}{{{SUM}}}" for letter in "tj"}
BY_S = r"\frac{e^{z_j}}{S}"
BY_P, P_BY_Z = "∂L/∂p_t", "∂p_t/∂z_j"
INVERSE = r"-\frac{1}{p_t}"
WRITTEN_OUT = ("p", "S")

# the derivative of the second term, not begun or begun in any of the ways
SECOND = (
    *[rf"{OF} \log {one}" for one in SUMS],
    *[rf"\frac{{1}}{{{one}}} {OF} {other}" for one in (SUM, "S") for other in SUMS],
    *[rf"\frac{{1}}{{{one}}} \sum_k {OF} {power}" for one in (SUM, "S") for power in ("e^{z_k}", r"\exp(z_k)")],
)
BEGUN = (
    *[f"-{one} + {two}" for one in (OF_TARGET, TARGET) for two in (*SECOND, SOFTMAX["j"], BY_S)],
    *[f"{OF} (-z_t) + {two}" for two in (*SECOND, SOFTMAX["j"], BY_S)],
    *[rf"{OF} (-z_t + \log {one})" for one in SUMS],
    *[rf"{OF} (\log {one} - z_t)" for one in SUMS],
    f"{BY_P} · {P_BY_Z}",
    r"\sum_k \frac{\partial L}{\partial p_k} \frac{\partial p_k}{\partial z_j}",
    f"{INVERSE} · {P_BY_Z}",
    rf"{OF} (-\log p_t)",
)
CARRIED_OUT = (f"{SOFTMAX['j']} - {TARGET}", f"{BY_S} - {TARGET}")
SIMPLEST = (f"p_j - {TARGET}", "p_j - y_j", r"p_j - \delta_{jt}")


def _way(points, *claims, **more):
    return Waypoint(claims[0], points, claims[1:], **more)


def _for_class(claim, j, t):
    """The same claim about one class, with the numbers of both classes in place of their letters."""
    return (
        claim.replace("z_j", f"z_{j}")
        .replace("p_j", f"p_{j}")
        .replace("y_j", f"y_{j}")
        .replace("j = t", f"{j} = {t}")
        .replace(r"\delta_{jt}", rf"\delta_{{{j}{t}}}")
        .replace("z_t", f"z_{t}")
        .replace("p_t", f"p_{t}")
    )


def _waypoints(given):
    t = int(np.argmax(given.target)) + 1

    def way(points, *claims, **more):
        numbered = [_for_class(one, j, t) for one in claims for j in (1, 2, 3)]
        return _way(points, *claims, *dict.fromkeys(numbered), **more)

    return {
        # what the task states, p_i as a quotient, is not L written out
        "loss": _way(
            1,
            rf"L = -\log {SOFTMAX['t']}",
            f"L = -z_t + {LOG_SUM}",
            r"L = -\log \frac{e^{z_t}}{S}",
            r"L = -z_t + \log S",
            apart=WRITTEN_OUT,
        ),
        "begun": way(1, *[f"{BY_Z} = {one}" for one in BEGUN], f"{BY_P} = {INVERSE}", apart=WRITTEN_OUT),
        "carried_out": way(2, *[f"{BY_Z} = {one}" for one in CARRIED_OUT], f"{P_BY_Z} = p_t ({TARGET} - p_j)"),
        "simplest": way(1, *[f"{BY_Z} = {one}" for one in SIMPLEST], simple=True),
    }


EVERY = "Every probability depends on every logit, by the sum below: "
SLIPS = (
    Slip(r"The minus of the logarithm is lost: $L = -\log p_t$ is never negative.", r"L = \log p_t"),
    Slip(EVERY + "the logits of other classes have a derivative too.", f"{BY_Z} = (p_j - 1) {TARGET}"),
    Slip(EVERY + "where $j$ is not $t$, $-p_t p_j$ is left.", f"{P_BY_Z} = p_t (1 - p_t) {TARGET}"),
    Slip(EVERY + "it is a quotient, whose denominator depends on $z_j$.", f"{P_BY_Z} = p_t {TARGET}"),
    Slip(
        r"The inner derivative is missing: that of $\log S$ is $\frac1S$ times that of $S$, which is $e^{z_j}$.",
        rf"{BY_Z} = \frac{{1}}{{S}} - {TARGET}",
    ),
    Slip(
        "Of the sum only the term of the class $j$ depends on $z_j$: the others are gone.",
        f"{BY_Z} = 1 - {TARGET}",
    ),
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
    find("cnn/softmax-ce-gradient"), waypoints=_waypoints, model=MODEL, slips=SLIPS
)
