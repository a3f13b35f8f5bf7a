"""Mark scheme of `mlp/sigmoid-ls-chain`: the local error of a hidden unit, down to the slope of the sigmoid."""

from typing import NamedTuple

from course.derivation.check import Slip, Waypoint
from course.exercises import find
from course.marking.chain_rule import chains
from course.marking.derivation_scheme import DerivationScheme

OUT = "a_1^{[2]}"
TO_OUT = "∂E/∂a_1^{[2]}"
DELTAS = ("delta_out", "delta1", "delta2")
# how the error reaches the output unit: as the local error that has a name, in one factor, or in two
STARTS = (r"\delta_1^{[2]}", TO_OUT, "∂E/∂h", f"∂E/∂h · ∂h/∂{OUT}")


class _Unit(NamedTuple):
    """The symbols of the hidden unit that is asked about."""

    number: int

    @property
    def a(self):
        return f"a_{self.number}^{{[1]}}"

    @property
    def z(self):
        return f"z_{self.number}^{{[1]}}"

    @property
    def weight(self):
        return f"w_{{1{self.number}}}^{{[2]}}"

    @property
    def weights(self):
        return [f"w_{{{self.number}{d}}}^{{[1]}}" for d in (0, 1, 2)]

    @property
    def other_weight(self):
        return f"w_{{1{3 - self.number}}}^{{[2]}}"

    @property
    def other_a(self):
        return f"a_{3 - self.number}^{{[1]}}"

    @property
    def error(self):
        return f"∂E/∂{self.a}"

    @property
    def throughs(self):
        """The chain rule from the error to the unit, in one step from the output unit."""
        return (f"{STARTS[0]} · {self.through}", *chains("E", ("h", OUT), self.a))

    @property
    def by_all_steps(self):
        """The chain rule from the error to the unit, over what comes out of it."""
        return (f"{STARTS[0]} · {self.by_steps}", *chains("E", ("h", OUT), self.z, self.a))

    @property
    def through(self):
        return f"∂{OUT}/∂{self.a}"

    @property
    def by_steps(self):
        return f"∂{OUT}/∂{self.z} · ∂{self.z}/∂{self.a}"

    @property
    def slope(self):
        return f"σ'({self.a})"

    @property
    def slope_out(self):
        return f"σ({self.a}) (1 - σ({self.a}))"

    def claims(self, *right):
        """Give claims that the local error is each of these, or a weight's gradient this times its input."""
        found = []
        for one in right:
            found += [f"{self.error} = {one}", rf"\delta_{self.number}^{{[1]}} = {one}"]
            found += [f"∂E/∂{weight} = ({one}) · x_{d}" for d, weight in enumerate(self.weights)]
        return tuple(found)

    def chains(self, *right):
        """Give claims as above, or with the derivative by the weight as the last factor."""
        by_weights = [f"∂E/∂{weight} = ({one}) · ∂{self.a}/∂{weight}" for one in right for weight in self.weights]
        return (*self.claims(*right), *by_weights)


def _waypoints(given):
    unit = _Unit(int(given.unit))
    slopes = (unit.slope, unit.slope_out)
    lefts = (unit.through, f"∂h/∂{unit.a}")

    def way(*forms, points=1.0):
        claim = next(one for one in forms if one.startswith(unit.error))
        return Waypoint(claim, points, tuple(one for one in forms if one != claim), apart=DELTAS)

    return {
        "to_output": way(*unit.chains(*unit.throughs, *unit.by_all_steps)),
        "to_unit": way(
            *unit.chains(*unit.by_all_steps),
            *[f"{left} = ∂{out}/∂{unit.z} · ∂{unit.z}/∂{unit.a}" for left in lefts for out in (OUT, "h")],
        ),
        # the slope may be written out at once: the product shows every factor then, and hides none
        "at_output": way(
            *unit.chains(*[f"(h - y) {unit.weight} {slope}" for slope in slopes]),
            *[f"{one} = h - y" for one in STARTS[:3]],
        ),
        "at_unit": way(
            *unit.chains(*[f"({one}) {unit.weight} {slope}" for one in ("h - y", *STARTS) for slope in slopes]),
            *[f"{left} = {unit.weight} {slope}" for left in lefts for slope in slopes],
            *[f"∂{unit.z}/∂{unit.a} = {slope}" for slope in slopes],
        ),
        "slope": way(
            *unit.chains(*[f"({one}) {unit.weight} {unit.slope_out}" for one in ("h - y", STARTS[0])]), points=2
        ),
    }  # fmt: skip


def _slips(given):
    unit = _Unit(int(given.unit))
    sigma, weight = f"σ({unit.a})", unit.weight

    def slip(sentence, *wrong):
        return [Slip(sentence, claim) for claim in unit.claims(*wrong)]

    def slope(sentence, *wrong):
        """The same wrong slope in the product and by itself."""
        own = [Slip(sentence, f"∂{unit.z}/∂{unit.a} = {one}") for one in wrong]
        return [*slip(sentence, *[f"(h - y) {weight} {one}" for one in wrong]), *own]

    linear = "The output unit is linear, its slope is 1: no factor $h (1 - h)$."
    return [
        *slope(
            r"The slope of the sigmoid is $\sigma (1 - \sigma)$: nothing is squared.", f"{sigma} (1 - {sigma})^2"
        ),
        *slope(r"This is the value of the sigmoid; its slope belongs here, $\sigma (1 - \sigma)$.", sigma),
        *slope(
            rf"The slope is taken at ${unit.a}$, at what goes into the unit, not at what comes out of it.",
            f"σ'({unit.z})",
        ),
        *slope(r"This is the slope of tanh; that of the sigmoid is $\sigma (1 - \sigma)$.", f"(1 - {sigma}^2)"),
        *slope(r"The slope of the sigmoid is $\sigma (1 - \sigma)$, with a minus.", f"{sigma} (1 + {sigma})"),
        *slope(
            f"This is the slope of the other hidden unit; yours is unit {unit.number}.",
            f"σ'({unit.other_a})",
        ),
        *slip(linear, f"(h - y) h (1 - h) {weight} {unit.slope}"),
        Slip(linear, f"{TO_OUT} = (h - y) h (1 - h)"),
        *slip("This is the weight of the other hidden unit.", f"(h - y) {unit.other_weight} {unit.slope}"),
        *slip(
            f"This is the local error of the other hidden unit; yours is unit {unit.number}.",
            f"(h - y) {unit.other_weight} σ'({unit.other_a})",
        ),
        *slip(
            r"The factor $\frac12$ of the error cancels the 2 from the square.", f"2 (h - y) {weight} {unit.slope}"
        ),
        Slip(r"The factor $\frac12$ of the error cancels the 2 from the square.", f"{TO_OUT} = 2 (h - y)"),
        *slip("The weight on the way is missing.", f"(h - y) {unit.slope}"),
        *slip("The slope of the hidden unit is missing.", f"(h - y) {weight}"),
    ]


def _model(given):
    unit = _Unit(int(given.unit))
    return [
        f"{unit.error} = {TO_OUT} · {unit.through}",
        f"{unit.through} = {unit.by_steps}",
        f"{TO_OUT} = h - y",
        f"{unit.through} = {unit.weight} {unit.slope}",
        f"{unit.error} = (h - y) {unit.weight} {unit.slope}",
        f"= (h - y) {unit.weight} {unit.slope_out}",
    ]


def _beside(given):
    other = 3 - int(given.unit)
    said = f"This is true and about unit {other}; yours is unit {int(given.unit)}."
    return dict.fromkeys((f"∂E/∂a_{other}^{{[1]}}", rf"\delta_{other}^{{[1]}}"), said)


sigmoid_ls_chain = DerivationScheme(
    find("mlp/sigmoid-ls-chain"), waypoints=_waypoints, model=_model, slips=_slips, beside=_beside
)
