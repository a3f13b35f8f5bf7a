"""Mark scheme of `mlp/sigmoid-ce-local-error`: the slope of the sigmoid cancels against the cross-entropy."""

from course.derivation.check import Slip, Waypoint
from course.exercises import find
from course.exercises.mlp.sigmoid_ce_local_error import into_sigmoid
from course.marking.derivation_scheme import DerivationScheme

ERROR = "(-y/h + (1 - y)/(1 - h))"
TARGETS = ("∂E/∂a", r"\delta")


def _factor(given):
    return "" if given.s == 1 else f"{given.s:g} · "


def _slope(given):
    return f"{_factor(given)}h (1 - h)"


def _primed(given):
    return f"{_factor(given)}σ'({into_sigmoid(given)})"


def _waypoints(given):
    slope, primed = _slope(given), _primed(given)

    def way(*right, also=(), points=1.0, simple=False):
        first, *forms = [f"{target} = {one}" for one in right for target in TARGETS]
        return Waypoint(first, points, (*forms, *also), apart=("delta",), simple=simple)

    factors = ("∂h/∂a", primed, slope)
    return {
        "chain": way("∂E/∂h · ∂h/∂a", f"∂E/∂h · {primed}", f"{ERROR} · ∂h/∂a", f"{ERROR} · {primed}"),
        "error": way(*[f"{ERROR} · {one}" for one in factors], also=(f"∂E/∂h = {ERROR}",), points=2),
        "slope": way(f"{ERROR} · {slope}", also=(f"∂h/∂a = {slope}",)),
        "simplest": way(f"{_factor(given)}(h - y)", "s (h - y)", simple=True),
    }


def _slips(given):
    factor = _factor(given)

    def slips(sentence, *right):
        return [Slip(sentence, f"{target} = {one}") for one in right for target in TARGETS]

    def wrong_slope(sentence, right):
        """The same wrong slope by itself and in the product."""
        return [Slip(sentence, f"∂h/∂a = {right}"), *slips(sentence, f"{ERROR} · {right}")]

    second = r"The derivative of $\ln(1 - h)$ is $-1/(1 - h)$, so that the second term has a plus."
    found = [
        *slips(
            "This is the local error under the squared error: here the slope of the sigmoid cancels.",
            f"(h - y) · {_slope(given)}",
        ),
        Slip(second, "∂E/∂h = -y/h - (1 - y)/(1 - h)"),
        *slips(second, f"(-y/h - (1 - y)/(1 - h)) · {_slope(given)}"),
        Slip(r"The second term of the error is $\ln(1 - h)$, not $\ln h$.", "∂E/∂h = -y/h - (1 - y)/h"),
        Slip("This is the derivative of the squared error.", "∂E/∂h = h - y"),
        *slips("The sign is turned: where $h$ is above $y$, the error grows with $a$.", f"{factor}(y - h)"),
        *wrong_slope(r"This is the value of the sigmoid; its slope is $\sigma (1 - \sigma)$.", f"{factor}h"),
        *wrong_slope(
            r"This is the slope of tanh; that of the sigmoid is $\sigma (1 - \sigma)$.", f"{factor}(1 - h^2)"
        ),
        *wrong_slope(r"The slope of the sigmoid is $\sigma (1 - \sigma)$, with a minus.", f"{factor}h (1 + h)"),
        *wrong_slope("The slope is taken at what goes into the sigmoid, not at what comes out.", f"{factor}σ'(h)"),
    ]
    if given.s != 1:
        inner = f"The chain rule goes inside: the slope of ${given.s:g} a$, a factor {given.s:g}, is missing."
        found += [Slip(inner, "∂h/∂a = h (1 - h)"), *slips(inner, f"{ERROR} · h (1 - h)")]
        if given.c:
            added = f"Only the slope of ${given.s:g} a$ is a factor; what is added has none."
            found += wrong_slope(added, f"({given.s:g} + ({given.c:g})) h (1 - h)")
    if into_sigmoid(given) != "a":
        argument = f"What goes into the sigmoid is ${into_sigmoid(given)}$, and its slope is taken there."
        found += wrong_slope(argument, f"{factor}σ'(a)")
    return found


def _model(given):
    return [
        "∂E/∂a = ∂E/∂h · ∂h/∂a",
        "∂E/∂h = -y/h + (1 - y)/(1 - h)",
        f"∂h/∂a = {_primed(given)} = {_slope(given)}",
        f"∂E/∂a = {ERROR} · {_slope(given)}",
        f"= {_factor(given)}(-y (1 - h) + (1 - y) h)",
        f"= {_factor(given)}(h - y)",
    ]


sigmoid_ce_local_error = DerivationScheme(
    find("mlp/sigmoid-ce-local-error"), waypoints=_waypoints, model=_model, slips=_slips
)
