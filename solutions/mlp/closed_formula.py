"""Mark scheme of `mlp/closed-formula`: the output of a network in its inputs and weights."""

from course.derivation.check import Slip, Waypoint
from course.exercises import find
from course.marking.derivation_scheme import DerivationScheme


def _units(given):
    return range(1, int(given.hidden) + 1)


def _into(given, unit, first=0):
    """What goes into a hidden unit; from 1 on, without its bias."""
    return " + ".join(f"w_{{{unit}{d}}}^{{[1]}} x_{d}" for d in range(first, int(given.inputs) + 1))


def _out(terms, bias="w_{10}^{[2]}"):
    """What goes into the output unit, from what comes out of each hidden unit."""
    return " + ".join([bias, *[f"w_{{1{m}}}^{{[2]}} {term}" for m, term in terms.items()]])


def _stages(given):
    units = _units(given)
    return (
        _out({m: f"z_{m}^{{[1]}}" for m in units}),
        _out({m: f"φ(a_{m}^{{[1]}})" for m in units}),
        _out({m: f"φ({_into(given, m)})" for m in units}),
    )


def _waypoints(given):
    units = _units(given)
    hidden, active, closed = _stages(given)
    put_in = ("a_out", *[f"{letter}{m}" for letter in "az" for m in units])
    single = [f"z_{m}^{{[1]}} = φ({_into(given, m)})" for m in units]
    # what the task states, a_1^{[2]} and z_m^{[1]} by themselves, shows nothing; putting in two at once shows both
    return {
        "output": Waypoint(
            f"h_1 = φ({hidden})", forms=(f"h_1 = φ({active})", f"a_1^{{[2]}} = {active}"), apart=put_in
        ),
        "hidden": Waypoint(
            f"h_1 = φ({active})",
            forms=(f"h_1 = φ({closed})", f"a_1^{{[2]}} = {active}", f"a_1^{{[2]}} = {closed}", *single),
            apart=put_in,
        ),
        "closed": Waypoint(f"h_1 = φ({closed})", 2, apart=put_in),
    }


def _slips(given):
    units = _units(given)
    closed = _stages(given)[2]
    full = {m: f"φ({_into(given, m)})" for m in units}
    unbiased = {m: f"φ({_into(given, m, first=1)})" for m in units}
    found = [
        Slip(r"The output unit has an activation as well: $h_1 = \varphi(a_1^{[2]})$.", f"h_1 = {closed}"),
        Slip("The biases of the hidden units are missing: $x_0 = 1$.", f"h_1 = φ({_out(unbiased)})"),
        Slip("The bias of the output unit is missing: $z_0 = 1$.", f"h_1 = φ({_out(full, '0')})"),
        Slip("The biases of both layers are missing.", f"h_1 = φ({_out(unbiased, '0')})"),
        Slip(
            "The weights of the first hidden unit stand in every unit; each has its own.",
            f"h_1 = φ({_out(dict.fromkeys(units, full[1]))})",
        ),
        Slip(
            "The activation of the hidden units is missing.",
            f"h_1 = φ({_out({m: f'({_into(given, m)})' for m in units})})",
        ),
        Slip(
            r"A bias unit has no activation: its value is 1, not $\varphi(1)$.",
            f"h_1 = φ({_out(full, 'w_{10}^{[2]} φ(1)')})",
        ),
    ]
    if given.inputs == given.hidden > 1:  # else there are no weights of these indices
        turned = {
            m: "φ(" + " + ".join([f"w_{{{m}0}}^{{[1]}}", *[f"w_{{{d}{m}}}^{{[1]}} x_{d}" for d in units]]) + ")"
            for m in units
        }
        found.append(
            Slip(
                "The indices are turned: $w_{md}$ goes to the hidden unit $m$ and comes from the input $d$.",
                f"h_1 = φ({_out(turned)})",
            )
        )
    return found


def _model(given):
    return ["h_1 = φ(a_1^{[2]})", *[f"= φ({stage})" for stage in _stages(given)]]


closed_formula = DerivationScheme(find("mlp/closed-formula"), waypoints=_waypoints, model=_model, slips=_slips)
