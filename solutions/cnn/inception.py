"""Mark scheme of `cnn/inception`: what a module costs, naive and with bottlenecks."""

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme, Step

inception = Scheme(find("cnn/inception"))


def _naive(given, five=5):
    """The convolutions, each as (input channels, filters, kernel); `five` is the kernel of the third branch."""
    channels, (one, three, last) = given.image[0], given.filters
    return [(channels, one, 1), (channels, three, 3), (channels, last, five)]


def _bottleneck(given, five=5, *, reduced=True, projected=True):
    """The convolutions of the module with bottlenecks; the options make the slips."""
    channels, (one, three, last), few = given.image[0], given.filters, given.bottleneck
    before = few if reduced else channels
    convolutions = [
        (channels, one, 1),
        (channels, few, 1), (before, three, 3),
        (channels, few, 1), (before, last, five),
    ]  # fmt: skip
    return [*convolutions, (channels, few, 1)] if projected else convolutions


def _parameters(convolutions, bias=1):
    return sum(F * (k**2 * C + bias) for C, F, k in convolutions)


def _multiplications(given, convolutions, *, cut=False):
    """Every output takes k * k * C multiplications; `cut` leaves out the outputs that padding adds."""
    _, height, width = given.image
    lost = [k - 1 if cut else 0 for _, _, k in convolutions]
    return sum(k**2 * C * F * (height - n) * (width - n) for (C, F, k), n in zip(convolutions, lost, strict=True))


def _activations(given, convolutions):
    return sum(F for _, F, _ in convolutions) * given.image[1] * given.image[2]


_FIVE = r"The $5 \times 5$ branch is counted with $3 \times 3$ kernels."
_BIAS = "The biases are missing: one for every filter."
_CUT = "The padding keeps the size of the maps: there are $H W$ places, and operations on padding count."
_PLACES = "A kernel is used at every place: the factor $H W$ is missing."


def _parameter_slips(step: Step, layers) -> None:
    step.slip(_FIVE, cause="five")(lambda given: _parameters(layers(given, 3)))
    step.slip(_BIAS, cause="bias")(lambda given: _parameters(layers(given), bias=0))


def _multiplication_slips(step: Step, layers) -> None:
    step.slip(_FIVE, cause="five")(lambda given: _multiplications(given, layers(given, 3)))
    step.slip(_CUT, cause="cut")(lambda given: _multiplications(given, layers(given), cut=True))
    step.slip(_PLACES, cause="places")(lambda given: _parameters(layers(given), bias=0))
    step.slip("A bias is added, not multiplied.", cause="bias multiplied")(
        lambda given: _parameters(layers(given)) * given.image[1] * given.image[2]
    )


def _with_k_for_k_squared(convolutions):
    return [(C, F, jnp.sqrt(k)) for C, F, k in convolutions]


def _without_channels(convolutions):
    return [(1.0, F, k) for _, F, k in convolutions]


def _of_one_filter(convolutions):
    return [(C, 1.0, k) for C, _, k in convolutions]


_KERNEL = r"A kernel has $k \times k$ weights, not $k$."
_CHANNELS = "A filter has a kernel for every channel of its input."
_SQUARE = "The maps are not square: there are $H W$ places, not $H^2$."


def _common_slips(params: Step, mults: Step, adds: Step, acts: Step, layers) -> None:
    """Register what goes wrong with the counts of either module; `layers` gives its convolutions."""

    def biases(given):
        return sum(F for _, F, _ in layers(given))

    def places(given):
        return given.image[1] * given.image[2]

    params.slip(_KERNEL, cause="kernel")(lambda given: _parameters(_with_k_for_k_squared(layers(given))))
    params.slip(_CHANNELS, cause="channels")(lambda given: _parameters(_without_channels(layers(given))))
    params.slip("Every filter has its own bias: there is more than one a convolution.", cause="one bias")(
        lambda given: _parameters(layers(given), bias=0) + len(layers(given))
    )
    params.slip("A filter has one bias, not one for each of its kernels.", cause="bias per channel")(
        lambda given: sum(F * C * (k**2 + 1) for C, F, k in layers(given))
    )
    params.slip(
        "The weights are shared between the places: the factor $H W$ does not belong here.", cause="shared"
    )(lambda given: _parameters(layers(given)) * places(given))
    mults.slip(_KERNEL, cause="kernel")(
        lambda given: _multiplications(given, _with_k_for_k_squared(layers(given)))
    )
    mults.slip(_CHANNELS, cause="channels")(
        lambda given: _multiplications(given, _without_channels(layers(given)))
    )
    mults.slip(
        "Multiplications and additions are counted together; asked were the multiplications.", cause="both"
    )(lambda given: 2 * _multiplications(given, layers(given)))
    mults.slip(_SQUARE, cause="square")(
        lambda given: _multiplications(given, layers(given)) * given.image[1] / given.image[2]
    )
    mults.slip("This is one filter a convolution; there are more.", cause="one filter")(
        lambda given: _multiplications(given, _of_one_filter(layers(given)))
    )
    adds.slip("The sums of the channels are still to be added up.", cause="within kernels")(
        lambda given: sum(F * C * (k**2 - 1) for C, F, k in layers(given)) * places(given)
    )
    adds.slip("The bias is added, but the sums of the channels are still to be.", cause="within kernels")(
        lambda given: sum(F * (C * (k**2 - 1) + 1) for C, F, k in layers(given)) * places(given)
    )
    adds.slip("The products are added, too, not the bias alone.", cause="bias alone")(
        lambda given: biases(given) * places(given)
    )
    acts.slip(_SQUARE, cause="square")(lambda given: biases(given) * given.image[1] ** 2)
    acts.slip(
        "These are the values of the input; the function is applied to what the convolutions give.", cause="input"
    )(lambda given: jnp.prod(given.image))
    acts.slip("The function is applied to every value, not once a layer.", cause="one a layer")(
        lambda given: len(layers(given)) + 0 * given.image[0]
    )


def _bottleneck_slips(step: Step, count) -> None:
    step.slip("The large kernels see the $B$ channels of the bottleneck, not all $C$.", cause="not reduced")(
        lambda given: count(given, _bottleneck(given, reduced=False))
    )
    step.slip("The convolution after the pooling is missing.", cause="projection")(
        lambda given: count(given, _bottleneck(given, projected=False))
    )


@inception.step()
def naive_params(given):
    r"""$F_1 (C + 1) + F_3 (9 C + 1) + F_5 (25 C + 1)$

    A filter of $k \times k$ has $k^2$ weights for each channel, and a bias. Max-pooling has none.
    """
    return _parameters(_naive(given))


_parameter_slips(naive_params, _naive)


@inception.step()
def naive_mults(given):
    r"""$(F_1 C + 9 F_3 C + 25 F_5 C) \, H W$

    Every output takes one multiplication for each weight of its filter, and there are $H W$ of them.
    """
    return _multiplications(given, _naive(given))


_multiplication_slips(naive_mults, _naive)


@inception.step()
def naive_adds(naive_mults):
    r"""As many as multiplications, $k^2 C$ an output

    To add $k^2 C$ products takes $k^2 C - 1$ additions, and the bias takes one more.
    """
    return naive_mults


@naive_adds.slip("Adding the bias is an addition, too.", cause="bias added")
def naive_adds_without_adding_biases(given, naive_mults):
    return naive_mults - _activations(given, _naive(given))


@naive_adds.slip("Adding $n$ products takes $n - 1$ additions; the bias makes them $n$.", cause="bias twice")
def naive_adds_with_one_more(given, naive_mults):
    return naive_mults + _activations(given, _naive(given))


@inception.step()
def naive_acts(given):
    r"""$(F_1 + F_3 + F_5) \, H W$

    One for every entry of every map that a convolution gives.
    """
    return _activations(given, _naive(given))


@naive_acts.slip("Max-pooling is followed by no activation function.", cause="pool activated")
def naive_acts_with_pooling_activated(given):
    return _activations(given, _naive(given)) + jnp.prod(given.image)


@naive_acts.slip(_PLACES, cause="places")
def naive_acts_at_one_place(given):
    return jnp.sum(given.filters)


@inception.step()
def bottleneck_params(given):
    r"""$F_1 (C + 1) + 3 B (C + 1) + F_3 (9 B + 1) + F_5 (25 B + 1)$

    The large kernels see $B$ channels instead of $C$; that saves more than the three small ones cost.
    """
    return _parameters(_bottleneck(given))


_parameter_slips(bottleneck_params, _bottleneck)
_bottleneck_slips(bottleneck_params, lambda given, layers: _parameters(layers))


@inception.step()
def bottleneck_mults(given):
    r"""$(F_1 C + 3 B C + 9 F_3 B + 25 F_5 B) \, H W$"""
    return _multiplications(given, _bottleneck(given))


_multiplication_slips(bottleneck_mults, _bottleneck)
_bottleneck_slips(bottleneck_mults, _multiplications)


@inception.step()
def bottleneck_adds(bottleneck_mults):
    r"""As many as multiplications, $k^2 C$ an output, the bias included"""
    return bottleneck_mults


@bottleneck_adds.slip("Adding the bias is an addition, too.", cause="bias added")
def bottleneck_adds_without_adding_biases(given, bottleneck_mults):
    return bottleneck_mults - _activations(given, _bottleneck(given))


@bottleneck_adds.slip("Adding $n$ products takes $n - 1$ additions; the bias makes them $n$.", cause="bias twice")
def bottleneck_adds_with_one_more(given, bottleneck_mults):
    return bottleneck_mults + _activations(given, _bottleneck(given))


@inception.step()
def bottleneck_acts(given):
    r"""$(F_1 + F_3 + F_5 + 3 B) \, H W$

    More than in the naive module: the small convolutions have an activation function, too.
    """
    return _activations(given, _bottleneck(given))


@bottleneck_acts.slip("The bottlenecks are followed by an activation function, too.", cause="bottleneck acts")
def bottleneck_acts_without_bottlenecks(given):
    return _activations(given, _naive(given))


@bottleneck_acts.slip(_PLACES, cause="places")
def bottleneck_acts_at_one_place(given):
    return _activations(given, _bottleneck(given)) / given.image[1] / given.image[2]


@bottleneck_acts.slip("The convolution after the pooling is missing.", cause="projection")
def bottleneck_acts_without_projection(given):
    return _activations(given, _bottleneck(given, projected=False))


_common_slips(naive_params, naive_mults, naive_adds, naive_acts, _naive)
_common_slips(bottleneck_params, bottleneck_mults, bottleneck_adds, bottleneck_acts, _bottleneck)
