"""Mark scheme of `regularization/p-norm-derivation`: the absolute value stays, its derivative is the sign."""

from course.derivation.check import Region, Slip, Waypoint
from course.derivation.reading.symbols import Domain
from course.exercises import find
from course.marking.derivation_scheme import DerivationScheme

GOAL, BY = r"\nabla_{w_i} \tilde{J}", r"\nabla_{w_i}"
NORM, SUM = r"\|w\|_p^p", r"\sum_j |w_j|^p"
# both in one, for whoever loses the absolute value: such a line is never true everywhere
BARE_SUM = r"\sum_j w_j^p"
ROOT = rf"({SUM})^{{1/p}}"
POWER = r"p |w_i|^{p-1} \operatorname{sign}(w_i)"


def _weight(given):
    return r"\alpha" if given.c == 1 else rf"\frac{{\alpha}}{{{given.c:g}}}"


def _loss(given):
    return f"{BY} J" if given.d == 1 else f"{given.d:g} {BY} J"


def _way(points, *claims):
    return Waypoint(claims[0], points, claims[1:])


def _waypoints(given):
    weight, loss = _weight(given), _loss(given)

    def both(what):
        """Both ways to leave the weight: before the gradient, or inside."""
        return (f"{GOAL} = {loss} + {weight} {BY} {what}", f"{GOAL} = {loss} + {BY} ({weight} {what})")

    return {
        "terms": _way(1, *both(NORM), *both(SUM), *both(BARE_SUM)),
        "sum": _way(
            1,
            *both(SUM),
            rf"{GOAL} = {loss} + {weight} \sum_j {BY} |w_j|^p",
            *both(BARE_SUM),
            # never true, so that such a line has half where its slip explains it
            *both(ROOT),
            f"{BY} {NORM} = {BY} {SUM}",
            rf"{BY} {NORM} = \sum_j {BY} |w_j|^p",
        ),
        "one": _way(
            1,
            *both("|w_i|^p"),
            *both("w_i^p"),
            *[f"{BY} {one} = {left}" for one in (NORM, SUM) for left in (f"{BY} |w_i|^p", POWER)],
        ),
        "gradient": _way(2, f"{GOAL} = {loss} + {weight} {POWER}"),
    }


def _slips(given):
    weight, loss = _weight(given), _loss(given)

    def slip(sentence, term):
        return Slip(sentence, f"{GOAL} = {loss} + {weight} {term}")

    root = r"The power $p$ takes the root away: $\|w\|_p^p$ is the sum itself, without an exponent $1/p$."
    found = [
        slip(root, f"{BY} {ROOT}"),
        slip(
            "Of the sum only the term with $j = i$ depends on $w_i$: the others are gone.",
            r"p \sum_j |w_j|^{p-1} \operatorname{sign}(w_j)",
        ),
        slip("A derivative lowers the exponent: it is $p - 1$.", r"p |w_i|^p \operatorname{sign}(w_i)"),
        slip("The exponent comes down as a factor $p$.", r"|w_i|^{p-1} \operatorname{sign}(w_i)"),
        slip("This is a term of the penalty itself, not its derivative.", "|w_i|^p"),
        Slip("The gradient of the loss itself is missing.", f"{GOAL} = {weight} {POWER}"),
        Slip(
            "The weight of the penalty is missing.",
            f"{GOAL} = {loss} + {POWER}" if given.c == 1 else rf"{GOAL} = {loss} + \alpha {POWER}",
        ),
    ]
    if given.c != 1:
        found.append(
            Slip(r"The factor $\alpha$ is missing.", rf"{GOAL} = {loss} + \frac{{1}}{{{given.c:g}}} {POWER}")
        )
    if given.d != 1:
        gone = f"The factor {given.d:g} of the loss is missing."
        found.append(Slip(gone, f"{GOAL} = {BY} J + {weight} {POWER}"))
    return found


REGIONS = (
    Region("$p$ is even", {"p": Domain(among=(2, 4))}),
    Region("$w > 0$", {"w": Domain("positive")}),
)


def _model(given):
    weight, loss = _weight(given), _loss(given)
    return [
        f"{loss} + {weight} {BY} {NORM}",
        f"= {loss} + {weight} {BY} {SUM}",
        f"= {loss} + {weight} {BY} |w_i|^p",
        f"= {loss} + {weight} {POWER}",
    ]


p_norm_derivation = DerivationScheme(
    find("regularization/p-norm-derivation"),
    waypoints=_waypoints,
    model=_model,
    slips=_slips,
    regions=REGIONS,
)
