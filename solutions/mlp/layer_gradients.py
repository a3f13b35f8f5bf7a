"""Mark scheme of `mlp/layer-gradients`: the backward pass of one layer, derivatives by vectors as rows."""

from types import SimpleNamespace

from course.derivation.check import Slip, Waypoint
from course.exercises import find
from course.marking.derivation_scheme import DerivationScheme


def _names(given):
    """The symbols and derivatives of the layer, as a student types them."""
    at = int(given.layer)
    y, z, b, A, x = f"y_{at}", f"z_{at}", f"b_{at}", f"A_{at}", f"y_{at - 1}"
    by = {name: rf"(∂\mathcal{{L}}/∂{one})" for name, one in {"y": y, "z": z, "b": b, "A": A, "x": x}.items()}
    slopes = (f"σ'({z})", f"σ'({A} {x} + {b})")
    return SimpleNamespace(
        x=x, A=A, by=SimpleNamespace(**by), y_out=y,
        slopes=slopes, diagonals=tuple(f"diag({one})" for one in slopes),
        y_by_z=f"(∂{y}/∂{z})", y_by_b=f"(∂{y}/∂{b})", y_by_x=f"(∂{y}/∂{x})",
        z_by_b=f"(∂{z}/∂{b})", z_by_x=f"(∂{z}/∂{x})",
    )  # fmt: skip


def _values(n):
    """What the layer puts out, as a student who forgets the prime writes it."""
    return n.slopes[0].replace("'", "")


def _way(points, *claims):
    return Waypoint(claims[0], points, claims[1:])


def _waypoints(given):
    n = _names(given)
    by = n.by
    through = f"{by.y} {n.y_by_z}"
    worked = [f"{by.y} {one}" for one in n.diagonals]
    worked += [f"({by.y}^T ⊙ {one})^T" for one in n.slopes] + [f"({by.y} ⊙ {one}^T)" for one in n.slopes]
    known = (by.b, by.z, through, *worked)
    # the values in place of the slopes: never true, so that such a line has half where its slip explains it
    values = f"{by.y} diag({_values(n)})"
    return {
        "chain_b": _way(
            1,
            *[f"{by.b} = {one}" for one in (f"{through} {n.z_by_b}", through, f"{by.y} {n.y_by_b}")],
            f"{by.b} = {by.z} {n.z_by_b}",
            f"{by.z} = {through}",
            *_entry_by_entry(given),
        ),
        "dB": _way(2, *[f"{left} = {one}" for left in (by.b, by.z) for one in (*worked, values)]),
        "dA": _way(
            2,
            *[f"{by.A} = ({one})^T {n.x}^T" for one in known],
            *[f"{by.A} = ({n.x} {one})^T" for one in known],
            *[f"{by.A} = {one} {by.y}^T {n.x}^T" for one in n.diagonals],
        ),
        "chain_y": _way(
            1,
            *[f"{by.x} = {one} {n.z_by_x}" for one in known],
            f"{by.x} = {by.y} {n.y_by_x}",
            *[f"{by.x} = {one} {n.A}" for one in known],
        ),
        "dY": _way(1, *[f"{by.x} = {one} {n.A}" for one in (*known, values)]),
    }  # fmt: skip


def _entry_by_entry(given):
    """The chain rule for one entry of the bias, as claims of their own."""
    at, loss = int(given.layer), r"\mathcal{L}"
    y, z, b = (f"({one}_{at})_i" for one in "yzb")
    through = f"(∂{loss}/∂{y}) (∂{y}/∂{z})"
    return [
        f"(∂{loss}/∂{b}) = {through} (∂{z}/∂{b})",
        f"(∂{loss}/∂{b}) = {through}",
        f"(∂{loss}/∂{b}) = (∂{loss}/∂{z}) (∂{z}/∂{b})",
        f"(∂{loss}/∂{z}) = {through}",
    ]


def _slips(given):
    n = _names(given)
    by = n.by
    plain = f"diag({_values(n)})"
    flat = "A row times a column is a number: the slopes stand on a diagonal, diag, or beside ⊙."
    values = "These are the values of the layer; its slopes belong on the diagonal."
    return [
        Slip(values, f"{by.b} = {by.y} {plain}"),
        Slip(values, f"{by.z} = {by.y} {plain}"),
        Slip(values, f"{by.x} = {by.y} {plain} {n.A}"),
        *[Slip(flat, f"{left} = {by.y} {n.slopes[0]}") for left in (by.b, by.z)],
        Slip("The slopes of the layer are missing.", f"{by.b} = {by.y}"),
        Slip("The slopes of the layer are missing.", f"{by.A} = {by.y}^T {n.x}^T"),
        Slip("The slopes of the layer are missing.", f"{by.x} = {by.y} {n.A}"),
        Slip(
            "This has the shape of the transposed matrix: what the layer puts out stands first.",
            f"{by.A} = {n.x} {by.b}",
        ),
        Slip(
            f"A weight's derivative has what comes in as its factor, ${n.x}$, not what the layer puts out.",
            f"{by.A} = {by.b}^T {n.y_out}^T",
        ),
        Slip(
            "The slopes stand there twice: they are part of the derivative by the biases.",
            f"{by.x} = {by.b} {n.diagonals[1]} {n.A}",
        ),
    ]  # fmt: skip


def _model(given):
    n = _names(given)
    by = n.by
    return [
        f"{by.b} = {by.y} {n.y_by_z} {n.z_by_b}",
        f"= {by.y} {n.diagonals[0]}",
        f"{by.A} = {by.b}^T {n.x}^T",
        f"{by.x} = {by.b} {n.z_by_x}",
        f"= {by.b} {n.A}",
    ]


layer_gradients = DerivationScheme(find("mlp/layer-gradients"), waypoints=_waypoints, model=_model, slips=_slips)
