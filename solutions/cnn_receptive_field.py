"""Mark scheme of the receptive field: a step a function."""

import jax.numpy as jnp

from course.exercises import cnn_architectures
from course.marking.scheme import Scheme, Step

receptive_field = Scheme(cnn_architectures.receptive_field)
# Cut at both ends the corner would show less than the rule; a range that ends inside shows all of it.
receptive_field.require(lambda given, steps: (steps["corner"][1] < given.size - 1) & (steps["y3"][1] < 0))


def _through(given, layers, before, *, padding=True, product=True, own_stride=False):
    """(stride, low, high) after some more layers; the options make the slips."""
    stride, low, high = before[0], before[1], before[2]
    for layer in layers:
        k, s, p = given.kernel[layer], given.stride[layer], given.padding[layer]
        step = stride * s if own_stride else stride if product else 1.0
        low = low - p * step * padding
        high = high + (k - 1 - p * padding) * step
        stride = stride * s
    return jnp.stack([stride, low, high])


def _pixel():
    return jnp.array([1.0, 0.0, 0.0])


_PADDING = "The padding is ignored: with $p$ zeros in front, window 0 begins at row $-p$."


def _slips(step: Step, layers, bind) -> None:
    """Register what goes wrong between two outputs; `bind` makes a slip from (given, before) -> field."""
    step.slip(_PADDING, cause="padding")(
        lambda given: _through(given, range(layers[-1] + 1), _pixel(), padding=False)
    )
    step.slip(
        "The strides are not multiplied: one row of a later layer is several rows of the image.", cause="strides"
    )(bind(lambda given, before: _through(given, layers, before, product=False)))
    step.slip(
        "A layer's own stride does not widen its own window: the product runs over the layers **before** it.",
        cause="own stride",
    )(bind(lambda given, before: _through(given, layers, before, own_stride=True)))
    step.slip(
        "Rows counted from 1 and from 0 are mixed: both are counted from 0.",
        cause="counted from 1",
    )(bind(lambda given, before: _through(given, layers, before) + jnp.array([0.0, 1.0, 1.0])))
    step.slip(
        "This is the range with all rows counted from 1; here they are counted from 0.", cause="counted from 1"
    )(bind(lambda given, before: _from_one(_through(given, layers, before))))
    step.slip("The last row is included in the range: high is one less.", cause="end excluded")(
        bind(lambda given, before: _through(given, layers, before) + jnp.array([0.0, 0.0, 1.0]))
    )


def _from_one(field):
    return field + (1 - field[0]) * jnp.array([0.0, 1.0, 1.0])


@receptive_field.step()
def y1(given):
    r"""$s = s_1 s_2$, $\text{low} = -(p_1 + s_1 p_2)$, $\text{high} = (k_1 - 1 - p_1) + s_1 (k_2 - 1 - p_2)$

    Row $i$ of a layer's output sees the rows $s\,i - p$ to $s\,i - p + k - 1$ of its input. Put one into the
    other.
    """
    return _through(given, (0, 1), _pixel())


_slips(y1, (0, 1), lambda rule: lambda given: rule(given, _pixel()))


@receptive_field.step()
def y2(given, y1):
    r"""From $(S, \text{low}, \text{high})$ to $(S s_3,\ \text{low} - S p_3,\ \text{high} + S (k_3 - 1 - p_3))$"""
    return _through(given, (2,), y1)


_slips(y2, (2,), lambda rule: lambda given, y1: rule(given, y1))


@receptive_field.step(points=2)
def y3(given, y2):
    r"""From $(S, \text{low}, \text{high})$ to $(S s_l,\ \text{low} - S p_l,\ \text{high} + S (k_l - 1 - p_l))$,
    for $l = 4, 5, 6$

    So $\text{low} = -\sum_l p_l \prod_{i<l} s_i$ and $\text{high} = \sum_l (k_l - 1 - p_l) \prod_{i<l} s_i$.
    """
    return _through(given, (3, 4, 5), y2)


_slips(y3, (3, 4, 5), lambda rule: lambda given, y2: rule(given, y2))


@y3.slip(_PADDING, cause="padding")
def _(given, y2):
    return _through(given, (3, 4, 5), y2, padding=False)


@receptive_field.step()
def corner(given, y3):
    r"""$(\max(0, \text{low}),\ \min(n - 1, \text{high}))$

    The rows before row 0 are padding: zeros, on which nothing depends.
    """
    return jnp.stack([jnp.maximum(0.0, y3[1]), jnp.minimum(given.size - 1, y3[2])])


@corner.slip("The range is not cut: rows before row 0 are padding and no rows of the image.", cause="not cut")
def _(y3):
    return y3[1:]


@corner.slip("The range is cut, not moved: its last row stays where it is.", cause="moved")
def _(y3):
    return jnp.stack([0.0 * y3[1], y3[2] - y3[1]])


@corner.slip("Rows are counted from 0: the first row of the image is row 0.", cause="counted from 1")
def _(given, y3):
    return jnp.stack([jnp.maximum(0.0, y3[1]), jnp.minimum(given.size - 1, y3[2])]) + 1


@corner.slip("The last row is included in the range: it is one less.", cause="end excluded")
def _(given, y3):
    return jnp.stack([jnp.maximum(0.0, y3[1]), jnp.minimum(given.size - 1, y3[2]) + 1])
