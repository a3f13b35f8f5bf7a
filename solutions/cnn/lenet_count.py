"""Mark scheme of `cnn/lenet-count`, where the historic network is told apart from the one asked for."""

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme

_BIAS = "The biases are missing: one for every filter or unit."
_ONE_BIAS = "Every filter has its own bias: there is more than one."
_CHANNELS = "A filter has a kernel for every channel of its input: the number of input channels is missing."

lenet_count = Scheme(find("cnn/lenet-count"))

# The channels that LeCun's 16 filters of C3 see: six see three, nine see four, one sees all six.
_SPARSE_CONNECTIONS = 60


@lenet_count.step()
def c1(given):
    r"""$m_1 (k^2 \, C + 1)$"""
    return given.maps[0] * (given.kernel**2 * given.image[0] + 1)


@c1.slip(_BIAS, cause="bias")
def c1_without_bias(given):
    return given.maps[0] * given.kernel**2 * given.image[0]


@c1.slip(_CHANNELS, cause="channels")
def c1_without_channels(given):
    return given.maps[0] * (given.kernel**2 + 1)


@c1.slip(_ONE_BIAS, cause="one bias")
def c1_with_one_bias(given):
    return given.maps[0] * given.kernel**2 * given.image[0] + 1


@c1.slip(
    "A filter has one bias, not one for each of its kernels.",
    cause="bias per channel",
)
def c1_with_a_bias_a_kernel(given):
    return given.maps[0] * given.image[0] * (given.kernel**2 + 1)


@c1.slip(
    "This is one filter; there are $m_1$ of them.",
    cause="one filter",
)
def c1_of_one_filter(given):
    return given.kernel**2 * given.image[0] + 1


@c1.slip(
    r"A kernel has $k \times k$ weights, not $k$.",
    cause="kernel",
)
def c1_with_k_for_k_squared(given):
    return given.maps[0] * (given.kernel * given.image[0] + 1)


@lenet_count.step()
def c3(given):
    r"""$m_3 (k^2 \, m_1 + 1)$

    Every filter of C3 has a kernel for each of the maps of S2, and one bias.
    """
    return given.maps[1] * (given.kernel**2 * given.maps[0] + 1)


@c3.slip(
    "This is LeCun's own C3, whose filters see 3, 4 or 6 of the maps (60 connections in all). Right for the "
    "network of 1998; here every filter sees all maps.",
    cause="sparse C3",
    credit=0.75,
)
def c3_with_the_sparse_C3(given):
    return given.kernel**2 * _SPARSE_CONNECTIONS + given.maps[1]


@c3.slip(_BIAS, cause="bias")
def c3_without_bias(given):
    return given.maps[1] * given.kernel**2 * given.maps[0]


@c3.slip(_CHANNELS, cause="channels")
def c3_without_channels(given):
    return given.maps[1] * (given.kernel**2 + 1)


@c3.slip(_ONE_BIAS, cause="one bias")
def c3_with_one_bias(given):
    return given.maps[1] * given.kernel**2 * given.maps[0] + 1


@c3.slip(
    "A filter has one bias, not one for each of its kernels.",
    cause="bias per channel",
)
def c3_with_a_bias_a_kernel(given):
    return given.maps[1] * given.maps[0] * (given.kernel**2 + 1)


@c3.slip(
    "This is one filter; there are $m_3$ of them.",
    cause="one filter",
)
def c3_of_one_filter(given):
    return given.kernel**2 * given.maps[0] + 1


@c3.slip(
    r"A kernel has $k \times k$ weights, not $k$.",
    cause="kernel",
)
def c3_with_k_for_k_squared(given):
    return given.maps[1] * (given.kernel * given.maps[0] + 1)


@c3.slip(
    "C3 sees the maps of S2, not the channels of the image.",
    cause="channels",
)
def c3_on_image_channels(given):
    return given.maps[1] * (given.kernel**2 * given.image[0] + 1)


def _left(given):
    """Rows of the maps of S4."""
    # The draws divide; rounding down is for who misread a size and worked on with what does not.
    return ((given.image[1] - given.kernel + 1) // 2 - given.kernel + 1) // 2


@lenet_count.step()
def c5(given):
    r"""$n_5 (m_3 \, h^2 + 1)$ where the maps of S4 are $h \times h$, $h = ((H - k + 1)/2 - k + 1)/2$

    In LeNet-5 itself $h = k$, so that C5 may be read as a convolution as well.
    """
    return given.units[0] * (given.maps[1] * _left(given) ** 2 + 1)


@c5.slip(_BIAS, cause="bias")
def c5_without_bias(given):
    return given.units[0] * given.maps[1] * _left(given) ** 2


@c5.slip(r"C5 sees whole maps of S4, here larger or smaller than $k \times k$.", cause="kernel of C5")
def c5_by_the_kernel(given):
    return given.units[0] * (given.maps[1] * given.kernel**2 + 1)


@c5.slip("C5 sees every entry of the maps of S4, not one number a map.", cause="flatten")
def c5_not_flattened(given):
    return given.units[0] * (given.maps[1] + 1)


@c5.slip("The subsampling S4 is left out: it halves rows and columns before C5.", cause="S4")
def c5_without_S4(given):
    return given.units[0] * (given.maps[1] * (2 * _left(given)) ** 2 + 1)


@c5.slip(
    "Every unit has its own bias: there is more than one.",
    cause="one bias",
)
def c5_with_one_bias(given):
    return given.units[0] * given.maps[1] * _left(given) ** 2 + 1


@c5.slip(
    "This is one map; C5 sees all $m_3$ of them.",
    cause="one map",
)
def c5_of_one_map(given):
    return given.units[0] * (_left(given) ** 2 + 1)


@c5.slip(
    "The subsampling S2 is left out: it halves rows and columns before C3.",
    cause="S2",
)
def c5_without_S2(given):
    return given.units[0] * (given.maps[1] * jnp.floor((given.image[1] - 2 * given.kernel + 2) / 2) ** 2 + 1)


@lenet_count.step()
def f6(given):
    r"""$n_6 (n_5 + 1)$"""
    return given.units[1] * (given.units[0] + 1)


@f6.slip(_BIAS, cause="bias")
def f6_without_bias(given):
    return given.units[1] * given.units[0]


@f6.slip(
    "Every unit has its own bias: there is more than one.",
    cause="one bias",
)
def f6_with_one_bias(given):
    return given.units[1] * given.units[0] + 1


@f6.slip(
    "F6 sees the units of C5, not the maps of S4.",
    cause="from S4",
)
def f6_from_S4(given):
    return given.units[1] * (given.maps[1] * _left(given) ** 2 + 1)


@lenet_count.step()
def out(given):
    r"""$n_7 (n_6 + 1)$"""
    return given.units[2] * (given.units[1] + 1)


@out.slip(_BIAS, cause="bias")
def out_without_bias(given):
    return given.units[2] * given.units[1]


@out.slip(
    "Every unit has its own bias: there is more than one.",
    cause="one bias",
)
def out_with_one_bias(given):
    return given.units[2] * given.units[1] + 1


@out.slip(
    "The output sees the units of F6, not those of C5.",
    cause="from C5",
)
def out_from_C5(given):
    return given.units[2] * (given.units[0] + 1)


@lenet_count.step()
def total(c1, c3, c5, f6, out):
    r"""$n = n_{\text{C1}} + n_{\text{C3}} + n_{\text{C5}} + n_{\text{F6}} + n_{\text{out}}$

    A mean over a window has nothing to learn, so S2 and S4 add nothing.
    """
    return c1 + c3 + c5 + f6 + out


@total.slip(
    "This is the count with LeCun's trainable subsampling, a coefficient and a bias for each map of S2 and S4. "
    "Right for the network of 1998; here the subsampling has no parameters.",
    cause="trainable subsampling",
    credit=0.75,
)
def total_with_trainable_subsampling(given, c1, c3, c5, f6, out):
    return c1 + c3 + c5 + f6 + out + 2 * jnp.sum(given.maps)


@total.slip(
    "This is the historic network of 1998, with its sparse C3 and trainable subsampling. Here every filter of C3 "
    "sees all maps, and the subsampling has no parameters.",
    cause="trainable subsampling",
    credit=0.75,
)
def total_of_1998(given, c1, c5, f6, out):
    sparse = given.kernel**2 * _SPARSE_CONNECTIONS + given.maps[1]
    return c1 + sparse + c5 + f6 + out + 2 * jnp.sum(given.maps)


@total.slip(
    "This counts LeCun's sparse C3, whose filters see 3, 4 or 6 of the maps; here every filter sees all of them.",
    cause="sparse C3",
    credit=0.75,
)
def total_with_the_sparse_C3(given, c1, c5, f6, out):
    return c1 + given.kernel**2 * _SPARSE_CONNECTIONS + given.maps[1] + c5 + f6 + out


@total.slip(_BIAS, cause="bias")
def total_without_bias(given, c1, c3, c5, f6, out):
    return c1 + c3 + c5 + f6 + out - jnp.sum(given.maps) - jnp.sum(given.units)


@total.slip(
    "The output layer is missing.",
    cause="no output",
)
def total_without_output(c1, c3, c5, f6):
    return c1 + c3 + c5 + f6


@total.slip(
    "The fully connected layers have parameters, too.",
    cause="no dense layers",
)
def total_of_convolutions(c1, c3):
    return c1 + c3
