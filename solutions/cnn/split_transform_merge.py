"""Mark scheme of `cnn/split-transform-merge`: the parameters of many paths and of one block."""

from course.exercises import find
from course.marking.scheme import Scheme

_BIAS = "The biases are missing: one for every filter."


split_transform_merge = Scheme(find("cnn/split-transform-merge"))


def _block(given, width, bias=1):
    """Parameters of C -> width -> width -> C."""
    first = width * (given.channels + bias)
    middle = width * (given.kernel**2 * width + bias)
    return first + middle + given.channels * (width + bias)


@split_transform_merge.step()
def plain(given):
    r"""$D (C + 1) + D (k^2 D + 1) + C (D + 1)$"""
    return _block(given, given.width)


@plain.slip(_BIAS, cause="bias")
def plain_without_bias(given):
    return _block(given, given.width, bias=0)


@plain.slip("The last convolution, back to $C$ channels, is missing.", cause="last")
def plain_without_the_last(given):
    return _block(given, given.width) - given.channels * (given.width + 1)


@plain.slip(r"The kernel in the middle has $k \times k$ weights for each channel.", cause="kernel")
def plain_with_one_for_k_squared(given):
    return _block(given, given.width) - (given.kernel**2 - 1) * given.width**2


@plain.slip(
    r"The kernel in the middle is $k \times k$ with your $k$, not $3 \times 3$.",
    cause="always 3",
)
def plain_with_kernel_3(given):
    return _block(given._replace(kernel=3.0), given.width)


@plain.slip(
    r"A kernel has $k \times k$ weights, not $k$.",
    cause="kernel k",
)
def plain_with_k_for_k_squared(given):
    return _block(given, given.width) - (given.kernel**2 - given.kernel) * given.width**2


@plain.slip(
    "Every filter has its own bias: a layer has more than one.",
    cause="one bias",
)
def plain_with_one_bias_a_layer(given):
    return _block(given, given.width, bias=0) + 3


@plain.slip(
    "A filter in the middle has a kernel for each of the $D$ channels.",
    cause="channels",
)
def plain_without_channels(given):
    return _block(given, given.width) - (given.width - 1) * given.width * given.kernel**2


@split_transform_merge.step()
def paths(given):
    r"""$G \big( d (C + 1) + d (k^2 d + 1) + C (d + 1) \big)$

    Every path is a block of its own. Summing their outputs takes no parameters.
    """
    return given.paths * _block(given, given.path_width)


@paths.slip(
    "This counts one output bias for all paths, as one grouped convolution would have it. Here every path has its "
    "own.",
    cause="shared bias",
)
def paths_with_one_output_bias(given):
    return given.paths * _block(given, given.path_width) - (given.paths - 1) * given.channels


@paths.slip(_BIAS, cause="bias")
def paths_without_bias(given):
    return given.paths * _block(given, given.path_width, bias=0)


@paths.slip("This is a single path; there are $G$ of them.", cause="one path")
def paths_of_one_path(given):
    return _block(given, given.path_width)


@paths.slip(
    "This is one block of width $G d$: in the middle a path sees its own $d$ channels only.", cause="not split"
)
def paths_not_split(given):
    return _block(given, given.paths * given.path_width)


@paths.slip("The last convolution, back to $C$ channels, is missing.", cause="last")
def paths_without_the_last(given):
    return given.paths * (_block(given, given.path_width) - given.channels * (given.path_width + 1))


@paths.slip(r"The kernel in the middle has $k \times k$ weights for each channel.", cause="kernel")
def paths_with_one_for_k_squared(given):
    return given.paths * (_block(given, given.path_width) - (given.kernel**2 - 1) * given.path_width**2)


@paths.slip(
    r"The kernel in the middle is $k \times k$ with your $k$, not $3 \times 3$.",
    cause="always 3",
)
def paths_with_kernel_3(given):
    return given.paths * _block(given._replace(kernel=3.0), given.path_width)


@paths.slip(
    r"A kernel has $k \times k$ weights, not $k$.",
    cause="kernel k",
)
def paths_with_k_for_k_squared(given):
    return given.paths * (_block(given, given.path_width) - (given.kernel**2 - given.kernel) * given.path_width**2)


@paths.slip(
    "Every filter has its own bias: a layer has more than one.",
    cause="one bias",
)
def paths_with_one_bias_a_layer(given):
    return given.paths * (_block(given, given.path_width, bias=0) + 3)


@paths.slip(
    "The last convolution of every path has biases, too.",
    cause="no output bias",
)
def paths_without_output_bias(given):
    return given.paths * (_block(given, given.path_width) - given.channels)


@paths.slip(
    "Every path sees all $C$ channels of the input, not a share of them.",
    cause="channels split",
)
def paths_on_a_share_of_the_channels(given):
    return given.paths * (
        _block(given, given.path_width) - given.path_width * (given.channels - given.channels / given.paths)
    )


@paths.slip(
    "A path has the width $d$, not $D$.",
    cause="plain width",
)
def paths_as_wide_as_plain(given):
    return given.paths * _block(given, given.width)
