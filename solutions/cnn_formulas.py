"""Mark schemes of formulas written by the student: softmax with cross-entropy, sizes, receptive fields, counts."""

import jax
import jax.numpy as jnp

from course.exercises import cnn_formulas
from course.exercises.cnn_formulas import LOGARITHMS, NETWORKS, OFFSETS, log_slope
from course.marking.scheme import Scheme

implement_softmax_ce = Scheme(cnn_formulas.implement_softmax_ce)


def _losses(probe, measure, *, overflow=False):
    """Every loss; with `overflow` those at large logits are read as 0, since they are not finite."""
    values = [measure(t, jax.nn.log_softmax(z)) for z, t in zip(*probe, strict=True)]
    return jnp.stack([0.0 * v if overflow and offset else v for v, offset in zip(values, OFFSETS, strict=True)])


def _cross_entropy(target, log_probs):
    return -target @ log_probs


@implement_softmax_ce.step(points=2)
def loss(probe):
    r"""$L = -\sum_k t_k (z_k - m - \ln \sum_i e^{z_i - m})$ with $m = \max_i z_i$

    Subtracting the largest logit changes nothing in exact arithmetic, and keeps the exponentials from
    overflowing.
    """
    return _losses(probe, _cross_entropy)


@loss.slip("The exponentials overflow at large logits: subtract the largest one first.", cause="overflow")
def _(probe):
    return _losses(probe, _cross_entropy, overflow=True)


@loss.slip("The minus sign of the logarithm is lost: a cross-entropy is positive.", cause="log sign")
def _(probe):
    return _losses(probe, lambda t, log_p: t @ log_p)


@loss.slip("This is the logarithm to base 10.", cause="log 10")
def _(probe):
    return _losses(probe, lambda t, log_p: -t @ log_p / jnp.log(10.0))


@loss.slip("Only the most likely target counts here; every $t_k$ weighs its own logarithm.", cause="one target")
def _(probe):
    return _losses(probe, lambda t, log_p: -log_p[jnp.argmax(t)])


@loss.slip("This is divided by the number of classes; the loss is a sum.", cause="mean")
def _(probe):
    return _losses(probe, lambda t, log_p: -jnp.mean(t * log_p))


def _through_softmax(p, g):
    return p * (g - g @ p)


def _gradients(probe, *, back=_through_softmax, slope=log_slope, sign=-1.0, overflow=False):
    """Every gradient, flattened; the options make the slips."""
    parts = []
    for z, t, name, offset in zip(*probe, LOGARITHMS, OFFSETS, strict=True):
        p = jax.nn.softmax(z)
        gradient = back(p, sign * t * slope(name)(p))
        parts.append(0.0 * gradient if overflow and offset else gradient)
    return jnp.concatenate(parts)


@implement_softmax_ce.step(points=3)
def gradient(probe):
    r"""$\partial L/\partial z_i = p_i \big( g_i - \sum_k g_k p_k \big)$ with $g_k = -t_k \cdot \text{dlog}(p_k)$

    The softmax's Jacobian is $p_i ([i = k] - p_k)$. With $\text{dlog}(p) = 1/p$ this is $p \sum_k t_k - t$.
    """
    return _gradients(probe)


@gradient.slip("The exponentials overflow at large logits: subtract the largest one first.", cause="overflow")
def _(probe):
    return _gradients(probe, overflow=True)


@gradient.slip(
    "The derivative that was passed in is not used: with a surrogate for it, the gradient is not $p - t$.",
    cause="surrogate",
)
def _(probe):
    return _gradients(probe, slope=lambda name: log_slope("reciprocal"))


@gradient.slip("The sign is turned: $L$ has a minus in front of the logarithm.", cause="sign")
def _(probe):
    return _gradients(probe, sign=1.0)


@gradient.slip("This is the gradient with respect to $p$; the softmax is still to be passed.", cause="probs")
def _(probe):
    return _gradients(probe, back=lambda p, g: g)


@gradient.slip(
    "Only the diagonal of the softmax's Jacobian was used: every logit moves all $p_k$.", cause="diagonal"
)
def _(probe):
    return _gradients(probe, back=lambda p, g: p * (1 - p) * g)


implement_geometry = Scheme(cnn_formulas.implement_geometry)


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
def _(probe):
    return _all_places(probe, jnp.ceil)


@output_size.slip("The division is not rounded down.", cause="floor")
def _(probe):
    return _all_places(probe, lambda quotient: quotient)


@output_size.slip("The $+1$ is missing: the window's first place counts, too.", cause="plus one")
def _(probe):
    return _all_places(probe) - 1


@output_size.slip("The padding stands on both sides: it counts twice.", cause="padding")
def _(probe):
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
def _(probe):
    return _fields(probe, padding=False)


@receptive_field.slip("The strides of the layers before are not multiplied in.", cause="strides")
def _(probe):
    return _fields(probe, product=False)


@receptive_field.slip(
    "A layer's own stride does not widen its own window: the product runs over the layers **before** it.",
    cause="own stride",
)
def _(probe):
    return _fields(probe, own=True)


@receptive_field.slip("The last input is included in the range: high is one less.", cause="end excluded")
def _(probe):
    return _fields(probe) + jnp.tile(jnp.array([0.0, 0.0, 1.0]), len(probe.chains))


def _counts(probe, *, bias=1.0, rounded=jnp.floor, flat=True, every_channel=True):
    """Parameters of all probe networks; the options make the slips."""
    counts = []
    for kinds, image, layers in zip(NETWORKS, probe.images, probe.layers, strict=True):
        channels, sides, count = image[0], image[1:], 0.0
        for kind, (units, k, s, p) in zip(kinds, layers, strict=True):
            if kind == "dense":
                inputs = channels * jnp.prod(sides) if flat else channels
            else:
                inputs = k**2 * (channels if every_channel else 1.0)
                sides = _places(sides, k, s, p, rounded)
            if kind != "pool":
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
def _(probe):
    return _counts(probe, bias=0.0)


@parameter_count.slip("A filter has a kernel for every channel of its input.", cause="channels")
def _(probe):
    return _counts(probe, every_channel=False)


@parameter_count.slip("A dense layer sees all entries of the maps, not one number a map.", cause="flatten")
def _(probe):
    return _counts(probe, flat=False)


@parameter_count.slip("The sizes of the maps are rounded up; they are rounded down.", cause="floor")
def _(probe):
    return _counts(probe, rounded=jnp.ceil)
