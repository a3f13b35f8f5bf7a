"""Mark schemes of the sizes of feature maps, and the rubric on dense and convolutional layers."""

import jax.numpy as jnp

from course.exercises import cnn
from course.marking.scheme import Scheme, Step


def _places(n, k, s, p):
    return jnp.floor((n + 2 * p - k) / s) + 1


# Wrong ways to count the places of a window, each with its sentence and cause.
_FLOOR = (
    ("This is rounded up: where the window does not fit any more there is no output, so round down.", "floor",
     lambda n, k, s, p: jnp.ceil((n + 2 * p - k) / s) + 1),
    ("A size is a whole number: round the division down.", "floor", lambda n, k, s, p: (n + 2 * p - k) / s + 1),
)  # fmt: skip
_PLUS_ONE = (
    "The $+1$ is missing: the window's first place counts, too.", "plus one",
    lambda n, k, s, p: jnp.floor((n + 2 * p - k) / s),
)  # fmt: skip
_STRIDE = (
    "The division by the stride is missing: the window moves by $s$ at a time.", "stride",
    lambda n, k, s, p: n + 2 * p - k + 1,
)  # fmt: skip
_PADDING = (
    "The padding is missing: $p$ zeros on each side.", "padding",
    lambda n, k, s, p: _places(n, k, s, 0 * p),
)  # fmt: skip
_PADDING_ONCE = (
    "The padding stands on both sides: it counts twice.", "padding",
    lambda n, k, s, p: _places(n, k, s, p / 2),
)  # fmt: skip


def _size(channels, maps, k, s, p, places=_places):
    return jnp.stack([channels, places(maps[1], k, s, p), places(maps[2], k, s, p)])


def _turned(size):
    """Channels last."""
    return jnp.roll(size, -1)


def _convolution_slips(step: Step, bind) -> None:
    """Register what goes wrong with a convolution; `bind` makes a slip from (maps before, F, k, s, p) -> size."""
    for sentence, cause, places in (*_FLOOR, _PLUS_ONE, _STRIDE, _PADDING):
        step.slip(sentence, cause=cause)(
            bind(lambda maps, F, k, s, p, places=places: _size(F, maps, k, s, p, places))
        )
    wrong_channels = (
        ("The channels of the input are no channels any more: every filter sums over them and gives one map.",
         lambda maps, F, *window: _size(maps[0], maps, *window)),
        ("A filter sums over the channels of its input: one map a filter, not one for each channel and filter.",
         lambda maps, F, *window: _size(F * maps[0], maps, *window)),
    )  # fmt: skip
    for sentence, rule in wrong_channels:
        step.slip(sentence, cause="channels")(bind(rule))
    step.slip("The order is (channels, height, width): the channels come first.", cause="order")(
        bind(lambda maps, F, *window: _turned(_size(F, maps, *window)))
    )
    step.slip("Height and width are swapped: the height comes first.", cause="order")(
        bind(lambda maps, F, *window: _size(F, maps, *window)[jnp.array([0, 2, 1])])
    )


def _pooling_slips(step: Step, bind) -> None:
    """Register what goes wrong with a pooling; `bind` makes a slip from (maps before, w) -> size."""
    for sentence, cause, places in (*_FLOOR, _PLUS_ONE):
        step.slip(sentence, cause=cause)(
            bind(lambda maps, w, places=places: _size(maps[0], maps, w, w, 0, places))
        )
    step.slip("The window moves by its own size $w$, not by 1.", cause="stride")(
        bind(lambda maps, w: _size(maps[0], maps, w, 1, 0))
    )
    step.slip("Pooling works on every map alone: the number of channels stays.", cause="pool channels")(
        bind(lambda maps, w: _size(jnp.floor(maps[0] / w), maps, w, w, 0))
    )
    step.slip("The order is (channels, height, width): the channels come first.", cause="order")(
        bind(lambda maps, w: _turned(_size(maps[0], maps, w, w, 0)))
    )


def _block(given, i):
    return given.filters[i], given.kernel[i], given.stride[i], given.padding[i]


feature_maps = Scheme(cnn.feature_maps)


@feature_maps.step()
def conv1(given):
    r"""$\left(F_1,\ \lfloor (H + 2p_1 - k_1)/s_1 \rfloor + 1,\ \lfloor (W + 2p_1 - k_1)/s_1 \rfloor + 1\right)$

    The division counts how often the window can move on from its first place; that place is the $+1$. Every
    filter sums over all channels and gives one map.
    """
    F, *window = _block(given, 0)
    return _size(F, given.image, *window)


_convolution_slips(conv1, lambda rule: lambda given: rule(given.image, *_block(given, 0)))


@feature_maps.step()
def pool1(given, conv1):
    r"""$\left(F_1,\ \lfloor (h - w_1)/w_1 \rfloor + 1,\ \lfloor (w - w_1)/w_1 \rfloor + 1\right)$ for maps of
    $h \times w$

    Pooling works on every map alone, so the number of channels stays.
    """
    return _size(conv1[0], conv1, given.window[0], given.window[0], 0)


_pooling_slips(pool1, lambda rule: lambda given, conv1: rule(conv1, given.window[0]))


@feature_maps.step()
def conv2(given, pool1):
    r"""$\left(F_2,\ \lfloor (h + 2p_2 - k_2)/s_2 \rfloor + 1,\ \lfloor (w + 2p_2 - k_2)/s_2 \rfloor + 1\right)$
    for maps of $h \times w$
    """
    F, *window = _block(given, 1)
    return _size(F, pool1, *window)


_convolution_slips(conv2, lambda rule: lambda given, pool1: rule(pool1, *_block(given, 1)))


@feature_maps.step()
def pool2(given, conv2):
    r"""$\left(F_2,\ \lfloor (h - w_2)/w_2 \rfloor + 1,\ \lfloor (w - w_2)/w_2 \rfloor + 1\right)$ for maps of
    $h \times w$
    """
    return _size(conv2[0], conv2, given.window[1], given.window[1], 0)


_pooling_slips(pool2, lambda rule: lambda given, conv2: rule(conv2, given.window[1]))


output_size = Scheme(cnn.output_size)


def _setting(given, i, places=_places, width_of=None):
    """The size in setting i; `width_of` names the setting whose stride gives the width."""
    strides = given.stride[i], given.stride[i if width_of is None else width_of]
    sizes = [places(given.image[axis], given.kernel, strides[axis], given.padding) for axis in (0, 1)]
    return jnp.stack([given.filters, *sizes])


def _setting_slips(step: Step, i: int, wrong_places) -> None:
    def bind(**options):
        return lambda given: _setting(given, i, **options)

    for sentence, cause, places in wrong_places:
        step.slip(sentence, cause=cause)(bind(places=places))
    other = 1 - i
    step.slip(
        f"The width is that of setting {other + 1}: in one setting rows and columns have the same stride.",
        cause="other setting",
    )(bind(width_of=other))
    step.slip("Every filter gives a map: the output has as many channels as there are filters.", cause="channels")(
        lambda given: _setting(given, i).at[0].set(1.0)
    )
    step.slip("The order is (channels, height, width): the channels come first.", cause="order")(
        lambda given: _turned(_setting(given, i))
    )
    step.slip("Height and width are swapped: the height comes first.", cause="order")(
        lambda given: _setting(given, i)[jnp.array([0, 2, 1])]
    )


@output_size.step()
def setting1(given):
    r"""$\left(F,\ \lfloor (H + 2p - k)/s_1 \rfloor + 1,\ \lfloor (W + 2p - k)/s_1 \rfloor + 1\right)$"""
    return _setting(given, 0)


_setting_slips(setting1, 0, (_PLUS_ONE, _PADDING, _PADDING_ONCE))


@output_size.step()
def setting2(given):
    r"""$\left(F,\ \lfloor (H + 2p - k)/s_2 \rfloor + 1,\ \lfloor (W + 2p - k)/s_2 \rfloor + 1\right)$

    A larger stride leaves places out: the number of moves is divided by it.
    """
    return _setting(given, 1)


_setting_slips(setting2, 1, (_STRIDE, *_FLOOR, _PLUS_ONE, _PADDING))


dense_vs_conv = Scheme(cnn.dense_vs_conv)
dense_vs_conv.written(
    r"""
    In a fully connected layer every unit sees every input, with weights of its own: $n_{\text{in}} \cdot
    n_{\text{out}}$ of them. In a convolutional layer a unit sees a small window of the input only (local
    connectivity), and all units of a feature map use the same kernel (weight sharing), so the number of weights
    does not depend on the size of the image: $k^2 C$ and a bias for each filter. Because the same kernel is used
    everywhere, a pattern is answered alike wherever it stands: a shifted input gives a shifted output
    (equivariance to translation), up to the border and for shifts by multiples of the stride. Pooling then makes
    this partly an invariance.
    """,
    [
        ("Connectivity: every unit sees all inputs against a local window.", 1),
        ("Weights are shared between places, so that there are far fewer, whatever the size of the image.", 1),
        ("Equivariance: a shifted input gives a shifted output, since the pattern is sought with one kernel "
         "everywhere. (Calling it invariance, without pooling, earns half.)", 1),
    ],
)  # fmt: skip
