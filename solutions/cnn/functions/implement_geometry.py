"""Mark scheme of `cnn/implement-geometry`: sizes, receptive fields and counts written by the student."""

import jax.numpy as jnp

from course.exercises import find
from course.exercises.cnn.functions.implement_geometry import NETWORKS
from course.marking.scheme import Scheme

implement_geometry = Scheme(find("cnn/implement-geometry"))


def _places(n, k, s, p, rounded=jnp.floor):
    return rounded((n + 2 * p - k) / s) + 1


def _all_places(probe, rounded=jnp.floor, *, sides=2):
    n, k, s, p = probe.windows.T
    return _places(n, k, s, p * sides / 2, rounded)


@implement_geometry.step()
def output_size(probe):
    r"""$\lfloor (n + 2p - k)/s \rfloor + 1$"""
    return _all_places(probe)


@output_size.slip("This is rounded up: where the window does not fit any more there is no output.", cause="floor")
def output_size_rounded_up(probe):
    return _all_places(probe, jnp.ceil)


@output_size.slip("The division is not rounded down.", cause="floor")
def output_size_not_rounded(probe):
    return _all_places(probe, lambda quotient: quotient)


@output_size.slip("The $+1$ is missing: the window's first place counts, too.", cause="plus one")
def output_size_without_plus_one(probe):
    return _all_places(probe) - 1


@output_size.slip("The padding stands on both sides: it counts twice.", cause="padding")
def output_size_padded_once(probe):
    return _all_places(probe, sides=1)


def _fields(probe, *, padding=True, product=True, own=False):
    """(stride, low, high) of all probe chains, flattened; the options make the slips."""
    found = []
    for chain in probe.chains:
        stride, low, high = 1.0, 0.0, 0.0
        for k, s, p in chain:
            step = stride * s if own else stride if product else 1.0
            low = low - padding * p * step
            high = high + (k - 1 - padding * p) * step
            stride = stride * s
        found.append(jnp.stack([stride, low, high]))
    return jnp.concatenate(found)


@implement_geometry.step(points=2)
def receptive_field(probe):
    r"""$\prod_l s_l$, $\text{low} = -\sum_l p_l \prod_{i<l} s_i$,
    $\text{high} = \sum_l (k_l - 1 - p_l) \prod_{i<l} s_i$
    """
    return _fields(probe)


@receptive_field.slip("The padding is ignored: with $p$ zeros in front, window 0 begins at $-p$.", cause="padding")
def receptive_field_without_padding(probe):
    return _fields(probe, padding=False)


@receptive_field.slip("The strides of the layers before are not multiplied in.", cause="strides")
def receptive_field_without_strides(probe):
    return _fields(probe, product=False)


@receptive_field.slip(
    "A layer's own stride does not widen its own window: the product runs over the layers **before** it.",
    cause="own stride",
)
def receptive_field_widened_by_its_own_stride(probe):
    return _fields(probe, own=True)


@receptive_field.slip("The last input is included in the range: high is one less.", cause="end excluded")
def receptive_field_with_the_end_excluded(probe):
    return _fields(probe) + jnp.tile(jnp.array([0.0, 0.0, 1.0]), len(probe.chains))


def _counts(probe, *, bias=1.0, rounded=jnp.floor, flat=True, every_channel=True):
    """Parameters of all probe networks; the options make the slips."""
    counts = []
    for network, image, layers in zip(NETWORKS, probe.images, probe.layers, strict=True):
        channels, sides, count = image[0], image[1:], 0.0
        for case, (units, k, s, p) in zip(network, layers, strict=True):
            if case.kind == "dense":
                inputs = channels * jnp.prod(sides) if flat else channels
            else:
                inputs = k**2 * (channels if every_channel else 1.0)
                sides = _places(sides, k, s, p, rounded)
            if case.kind != "pool":
                count = count + units * (inputs + bias)
                channels = units
        counts.append(count)
    return jnp.stack(counts)


@implement_geometry.step(points=2)
def parameter_count(probe):
    r"""$\sum F (k^2 C + 1)$ over the convolutions, $+ \sum U (C h w + 1)$ over the dense layers

    $C$, $h$ and $w$ are those of the layer's input. Pooling has no parameters, but makes the maps smaller.
    """
    return _counts(probe)


@parameter_count.slip("The biases are missing: one for every filter and unit.", cause="bias")
def parameter_count_without_bias(probe):
    return _counts(probe, bias=0.0)


@parameter_count.slip("A filter has a kernel for every channel of its input.", cause="channels")
def parameter_count_without_channels(probe):
    return _counts(probe, every_channel=False)


@parameter_count.slip("A dense layer sees all entries of the maps, not one number a map.", cause="flatten")
def parameter_count_not_flattened(probe):
    return _counts(probe, flat=False)


@parameter_count.slip("The sizes of the maps are rounded up; they are rounded down.", cause="floor")
def parameter_count_rounded_up(probe):
    return _counts(probe, rounded=jnp.ceil)
