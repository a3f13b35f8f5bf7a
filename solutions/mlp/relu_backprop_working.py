"""Mark scheme of `mlp/relu-backprop-working`: the backward pass in symbols, with one update in numbers."""

import numpy as np

from course.derivation.check import Slip, Waypoint
from course.exercises import find
from course.exercises.mlp.relu_backprop_working import WEIGHTS
from course.marking.derivation_scheme import DerivationScheme

PAIR = (1, 2)
H3 = "h^{(3)}"
OUT = f"∂J/∂{H3}"
OUTS = (OUT, r"\delta^{(3)}")
DELTAS = ("delta3", *[f"delta{layer}_{k}" for layer in PAIR for k in PAIR])


def _a(layer, k):
    return f"a_{k}^{{({layer})}}"


def _h(layer, k):
    return f"h_{k}^{{({layer})}}"


def _w(layer, to, source=1):
    return f"w_{{{to},{source}}}^{{({layer})}}"


def _errors(layer, k):
    """The derivative by a pre-activation, by both of its names."""
    return f"∂J/∂{_a(layer, k)}", rf"\delta_{k}^{{({layer})}}"


def _slopes(layer, k):
    """The slope of a ReLU, as a derivative, carried out, and with its prime."""
    a = _a(layer, k)
    return f"∂{_h(layer, k)}/∂{a}", f"1[{a} > 0]", f"ReLU'({a})"


def _way(points, claims):
    first, *forms = claims
    return Waypoint(first, points, tuple(forms), apart=DELTAS)


def _second_unit(k):
    return [
        f"{error} = {one}"
        for error in _errors(2, k)
        for out in OUTS
        for slope in _slopes(2, k)
        for one in (
            f"{out} · ∂{H3}/∂{_h(2, k)} · {slope}",
            f"{out} · {_w(3, 1, k)} · {slope}",
            f"∂J/∂{_h(2, k)} · {slope}",
        )
    ]


def _first_unit(k):
    """Over both units of the second layer: by name, in one or two factors, or with the weights put in."""
    found = []
    for upper in zip(_errors(2, 1), _errors(2, 2), strict=True):
        direct = " + ".join(f"{error} · ∂{_a(2, j)}/∂{_a(1, k)}" for j, error in enumerate(upper, 1))
        named = " + ".join(f"{error} · ∂{_a(2, j)}/∂{_h(1, k)}" for j, error in enumerate(upper, 1))
        put_in = " + ".join(f"{error} · {_w(2, j, k)}" for j, error in enumerate(upper, 1))
        found += [direct, *[f"({one}) · {slope}" for slope in _slopes(1, k) for one in (named, put_in)]]
    found += [f"∂J/∂{_h(1, k)} · {slope}" for slope in _slopes(1, k)]
    return [f"{error} = {one}" for one in found for error in _errors(1, k)]


def _gradients(given):
    """The gradient of each weight, by its LaTeX."""
    a1 = given.W1 * given.x
    h1 = np.maximum(0, a1)
    a2 = given.W2 @ h1
    h2 = np.maximum(0, a2)
    out = -2 * (given.y - given.W3 @ h2)
    second = np.where(a2 > 0, out * given.W3, 0)
    first = np.where(a1 > 0, second @ given.W2, 0)
    values = [*(first * given.x), *np.outer(second, h1).ravel(), *(out * h2)]
    weights = [*given.W1, *given.W2.ravel(), *given.W3]
    return {name: (weight, value) for name, weight, value in zip(WEIGHTS.values(), weights, values, strict=True)}


def _waypoints(given):
    third = [
        f"∂J/∂{_w(3, 1, k)} = {out} · {one}"
        for k in PAIR
        for out in OUTS
        for one in (f"∂{H3}/∂{_w(3, 1, k)}", _h(2, k))
    ]
    second = [
        f"∂J/∂{_w(2, j, k)} = {error} · {one}"
        for j in PAIR
        for k in PAIR
        for error in _errors(2, j)
        for one in (f"∂{_a(2, j)}/∂{_w(2, j, k)}", _h(1, k))
    ]
    first = [
        f"∂J/∂{_w(1, j)} = {error} · {one}"
        for j in PAIR
        for error in _errors(1, j)
        for one in (f"∂{_a(1, j)}/∂{_w(1, j)}", "x")
    ]
    updates = [
        f"{name} ← {weight - given.eta * value:.10g}"
        for name, (weight, value) in _gradients(given).items()
        if value
    ]
    return {
        "output": _way(1, [f"{one} = -2 (y - {H3})" for one in OUTS]),
        "third": _way(1, third),
        "second_unit": _way(1, [*_second_unit(2), *_second_unit(1)]),
        "second": _way(1, second),
        "first_unit": _way(2, [*_first_unit(1), *_first_unit(2)]),
        "first": _way(1, first),
        "update": _way(1, updates),
    }


def _slips(given):
    found = [
        Slip(f"The sign is turned: $y - {H3}$ falls when ${H3}$ grows.", f"{OUT} = 2 (y - {H3})"),
        Slip("The factor 2 of the square is missing.", f"{OUT} = -(y - {H3})"),
    ]
    for name, (weight, value) in _gradients(given).items():
        if value:
            new, uphill = weight - given.eta * value, weight + given.eta * value
            found += [
                Slip("The update goes down: it is minus the gradient.", f"{name} ← {uphill:.10g}"),
                Slip("The learning rate is missing.", f"{name} ← {weight - value:.10g}"),
                Slip(
                    "This is the change; the new weight is the old one with it.", f"{name} ← {new - weight:.10g}"
                ),
            ]
    on = [h > 0 for h in np.maximum(0, given.W1 * given.x)]
    for k in PAIR:
        if on[k - 1]:  # with these numbers the unit of the same number is off in the other layer
            layer, off = 2, f"{OUT} · {_w(3, 1, k)}"
        else:
            layer, off = 1, " + ".join(f"{_errors(2, j)[0]} · {_w(2, j, k)}" for j in PAIR)
        gate = f"The ReLU is left out: unit {k} of layer {layer} is off, and nothing comes back through it."
        turned = " + ".join(f"{_errors(2, j)[0]} · {_w(2, k, j)}" for j in PAIR)
        across = "These are the weights into a unit; the error comes back over those that go out of it."
        found += [
            *[Slip(gate, f"{error} = {off}") for error in _errors(layer, k)],
            *[Slip(across, f"{error} = ({turned}) · {_slopes(1, k)[1]}") for error in _errors(1, k)],
        ]
    return found


def _model(given):
    gradients = _gradients(given)
    third = next(k for k in PAIR if gradients[_w(3, 1, k)][1])
    first = next(k for k in PAIR if gradients[_w(1, k)][1])
    weight, value = gradients[_w(1, first)]
    both = " + ".join(f"∂J/∂{_a(2, j)} · ∂{_a(2, j)}/∂{_a(1, first)}" for j in PAIR)
    put_in = " + ".join(f"∂J/∂{_a(2, j)} · {_w(2, j, first)}" for j in PAIR)
    return [
        f"{OUT} = -2 (y - {H3})",
        f"∂J/∂{_w(3, 1, third)} = {OUT} · ∂{H3}/∂{_w(3, 1, third)}",
        f"= {OUT} · {_h(2, third)}",
        f"∂J/∂{_a(2, third)} = {OUT} · ∂{H3}/∂{_h(2, third)} · ∂{_h(2, third)}/∂{_a(2, third)}",
        f"= {OUT} · {_w(3, 1, third)} · 1[{_a(2, third)} > 0]",
        f"∂J/∂{_w(2, third, first)} = ∂J/∂{_a(2, third)} · {_h(1, first)}",
        f"∂J/∂{_a(1, first)} = {both}",
        f"= ({put_in}) · 1[{_a(1, first)} > 0]",
        f"∂J/∂{_w(1, first)} = ∂J/∂{_a(1, first)} · x",
        f"= {value:g}",
        f"{_w(1, first)} ← {weight:g} - {given.eta:g} · ({value:g}) = {weight - given.eta * value:.10g}",
    ]


relu_backprop_working = DerivationScheme(
    find("mlp/relu-backprop-working"), waypoints=_waypoints, model=_model, slips=_slips
)
