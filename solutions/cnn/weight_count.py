"""Mark scheme of `cnn/weight-count`: the weights of a small CNN, a step a function."""

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme

_BIAS = "The biases are missing: one for every filter or unit."
_ONE_BIAS = "Every filter has its own bias: there is more than one."
_CHANNELS = "A filter has a kernel for every channel of its input: the number of input channels is missing."
_KERNEL = r"A kernel has $k \times k$ weights, not $k$."

weight_count = Scheme(find("cnn/weight-count"))


def _maps(given, rounded=jnp.floor, *, pools=(0, 1), padding=1.0, stride=True, square=False):
    """The size of the maps that the fully connected layer sees; the options make the slips."""
    sides = given.image[1:]
    for i in (0, 1):
        moves = sides + 2 * padding * given.padding[i] - given.kernel[i]
        sides = rounded(moves / (given.stride[i] if stride else 1)) + 1
        if i in pools:
            sides = rounded((sides - given.window[i]) / given.window[i]) + 1
    return given.filters[1] * (sides[0] ** 2 if square else jnp.prod(sides))


@weight_count.step()
def conv1(given):
    r"""$F_1 (k_1^2 \, C + 1)$

    A filter has $k \times k$ weights for each channel of its input, and one bias. The size of the image does not
    matter, since the weights are shared.
    """
    return given.filters[0] * (given.kernel[0] ** 2 * given.image[0] + 1)


@conv1.slip(_BIAS, cause="bias")
def conv1_without_bias(given):
    return given.filters[0] * given.kernel[0] ** 2 * given.image[0]


@conv1.slip(_CHANNELS, cause="channels")
def conv1_without_channels(given):
    return given.filters[0] * (given.kernel[0] ** 2 + 1)


@conv1.slip(_ONE_BIAS, cause="one bias")
def conv1_with_one_bias(given):
    return given.filters[0] * given.kernel[0] ** 2 * given.image[0] + 1


@conv1.slip(_KERNEL, cause="kernel")
def conv1_with_k_for_k_squared(given):
    return given.filters[0] * (given.kernel[0] * given.image[0] + 1)


@conv1.slip(
    "A filter has one bias, not one for each of its kernels.",
    cause="bias per channel",
)
def conv1_with_a_bias_a_kernel(given):
    return given.filters[0] * given.image[0] * (given.kernel[0] ** 2 + 1)


@conv1.slip(
    "This is one filter; there are $F_1$ of them.",
    cause="one filter",
)
def conv1_of_one_filter(given):
    return given.kernel[0] ** 2 * given.image[0] + 1


@conv1.slip(
    "The biases belong to the filters, not to the channels of the input.",
    cause="bias of input",
)
def conv1_with_a_bias_a_channel(given):
    return given.filters[0] * given.image[0] * given.kernel[0] ** 2 + given.image[0]


@weight_count.step()
def conv2(given):
    r"""$F_2 (k_2^2 \, F_1 + 1)$

    Its input has as many channels as the first convolution has filters; pooling does not change that.
    """
    return given.filters[1] * (given.kernel[1] ** 2 * given.filters[0] + 1)


@conv2.slip(_BIAS, cause="bias")
def conv2_without_bias(given):
    return given.filters[1] * given.kernel[1] ** 2 * given.filters[0]


@conv2.slip(_CHANNELS, cause="channels")
def conv2_without_channels(given):
    return given.filters[1] * (given.kernel[1] ** 2 + 1)


@conv2.slip("Its input are the $F_1$ maps of the layer before, not the channels of the image.", cause="channels")
def conv2_on_image_channels(given):
    return given.filters[1] * (given.kernel[1] ** 2 * given.image[0] + 1)


@conv2.slip(_ONE_BIAS, cause="one bias")
def conv2_with_one_bias(given):
    return given.filters[1] * given.kernel[1] ** 2 * given.filters[0] + 1


@conv2.slip(_KERNEL, cause="kernel")
def conv2_with_k_for_k_squared(given):
    return given.filters[1] * (given.kernel[1] * given.filters[0] + 1)


@conv2.slip(
    "A filter has one bias, not one for each of its kernels.",
    cause="bias per channel",
)
def conv2_with_a_bias_a_kernel(given):
    return given.filters[1] * given.filters[0] * (given.kernel[1] ** 2 + 1)


@conv2.slip(
    "This is one filter; there are $F_2$ of them.",
    cause="one filter",
)
def conv2_of_one_filter(given):
    return given.kernel[1] ** 2 * given.filters[0] + 1


@conv2.slip(
    "The biases belong to the filters, not to the channels of the input.",
    cause="bias of input",
)
def conv2_with_a_bias_a_channel(given):
    return given.filters[1] * given.filters[0] * given.kernel[1] ** 2 + given.filters[0]


@weight_count.step()
def fc(given):
    r"""$U (F_2 \, h \, w + 1)$ where the last feature maps are $h \times w$

    Every unit sees every entry of every map, and has a bias.
    """
    return given.units * (_maps(given) + 1)


@fc.slip(_BIAS, cause="bias")
def fc_without_bias(given):
    return given.units * _maps(given)


@fc.slip("The second pooling stands before the fully connected layer and makes the maps smaller.", cause="pooling")
def fc_without_the_second_pooling(given):
    return given.units * (_maps(given, pools=(0,)) + 1)


@fc.slip("Every unit sees all entries of a map, not one number a map.", cause="flatten")
def fc_not_flattened(given):
    return given.units * (given.filters[1] + 1)


@fc.slip("The sizes of the maps are rounded up; they are rounded down.", cause="floor")
def fc_rounded_up(given):
    return given.units * (_maps(given, jnp.ceil) + 1)


@fc.slip(
    _ONE_BIAS,
    cause="one bias",
)
def fc_with_one_bias(given):
    return given.units * _maps(given) + 1


@fc.slip(
    "This is one map; the layer sees all $F_2$ of them.",
    cause="one map",
)
def fc_of_one_map(given):
    return given.units * (_maps(given) / given.filters[1] + 1)


@fc.slip(
    "The first pooling makes the maps smaller, too.",
    cause="pooling",
)
def fc_without_the_first_pooling(given):
    return given.units * (_maps(given, pools=(1,)) + 1)


@fc.slip(
    "Both poolings make the maps smaller before the fully connected layer.",
    cause="pooling",
)
def fc_without_pooling(given):
    return given.units * (_maps(given, pools=()) + 1)


@fc.slip(
    "The padding is missing in the sizes of the maps.",
    cause="padding",
)
def fc_without_padding(given):
    return given.units * (_maps(given, padding=0.0) + 1)


@fc.slip(
    "The strides of the convolutions are missing in the sizes of the maps.",
    cause="stride",
)
def fc_without_stride(given):
    return given.units * (_maps(given, stride=False) + 1)


@fc.slip(
    "The maps are not square: height and width are multiplied.",
    cause="square",
)
def fc_of_square_maps(given):
    return given.units * (_maps(given, square=True) + 1)


@weight_count.step()
def total(conv1, conv2, fc):
    r"""$n = n_{\text{conv}_1} + n_{\text{conv}_2} + n_{\text{fc}}$

    Pooling takes a maximum: it has nothing to learn and no weights.
    """
    return conv1 + conv2 + fc


@total.slip(_BIAS, cause="bias")
def total_without_bias(given, conv1, conv2, fc):
    return conv1 + conv2 + fc - given.filters[0] - given.filters[1] - given.units


@total.slip("Pooling has no weights: it takes a maximum.", cause="pool weights")
def total_with_window_weights(given, conv1, conv2, fc):
    return conv1 + conv2 + fc + jnp.sum(given.window**2 * given.filters)


@total.slip("Pooling has no weights: this counts a coefficient and a bias for each map.", cause="pool weights")
def total_with_subsampling_weights(given, conv1, conv2, fc):
    return conv1 + conv2 + fc + 2 * jnp.sum(given.filters)


@total.slip("The fully connected layer is missing.", cause="fc forgotten")
def total_without_fc(conv1, conv2):
    return conv1 + conv2


@total.slip(
    "The convolutions have weights, too.",
    cause="fc alone",
)
def total_of_the_last_layer(conv1, fc):
    return fc + 0 * conv1
