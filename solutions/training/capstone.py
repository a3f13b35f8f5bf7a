"""Mark scheme of `training/capstone`: what is known before training, and the rubric of the rest."""

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme

capstone = Scheme(find("training/capstone"))
# What is the same for everybody (LeNet-5, the first loss, the test set) is marked and said, and earns nothing.

SIDE = 8  # of an image; two poolings leave a quarter of it
CLASSES = 10
LENET = 61706


def _cnn(given, *, bias=1, channels=None, side=SIDE // 4):
    first, second = given.filters
    channels = first if channels is None else channels
    dense = CLASSES * (second * side**2 + bias)
    return first * (9 + bias) + second * (9 * channels + bias) + dense


@capstone.step()
def cnn_params(given):
    r"""$n_1 (9 \cdot 1 + 1) + n_2 (9 n_1 + 1) + 10 \, (n_2 \cdot 2^2 + 1)$

    A filter has a $3 \times 3$ kernel for each channel that it sees, and one bias. With padding 1 the maps keep
    their size, and the poolings leave $8 \to 4 \to 2$.
    """
    return _cnn(given)


@cnn_params.slip("The biases are missing: one a filter and one a class.", cause="bias")
def cnn_params_without_bias(given):
    return _cnn(given, bias=0)


@cnn_params.slip("A filter of the second layer has a kernel for each of the first layer's maps.", cause="channels")
def cnn_params_without_channels(given):
    return _cnn(given, channels=1)


@cnn_params.slip("The padding is forgotten: with it the dense layer sees maps of 2 × 2.", cause="size")
def cnn_params_without_padding(given):
    return _cnn(given, side=1)


@cnn_params.slip("The second pooling is forgotten: the dense layer sees 2 × 2, not 4 × 4.", cause="size")
def cnn_params_with_one_pooling(given):
    return _cnn(given, side=4)


@cnn_params.slip(
    "Every filter has a bias, too.",
    cause="bias",
)
def cnn_params_with_dense_biases_alone(given):
    return _cnn(given) - jnp.sum(given.filters)


@cnn_params.slip(
    "Every class has a bias, too.",
    cause="bias",
)
def cnn_params_without_dense_biases(given):
    return _cnn(given) - CLASSES


@cnn_params.slip(
    "Every class has its own bias: there is more than one.",
    cause="one bias",
)
def cnn_params_with_one_dense_bias(given):
    return _cnn(given) - CLASSES + 1


@cnn_params.slip(
    "The poolings are forgotten: the dense layer sees 2 × 2, not 8 × 8.",
    cause="size",
)
def cnn_params_without_pooling(given):
    return _cnn(given, side=8)


@cnn_params.slip(
    "The images have one channel, not three.",
    cause="colours",
)
def cnn_params_in_colour(given):
    return _cnn(given) + 2 * 9 * given.filters[0]


@cnn_params.slip(
    "The dense layer has parameters, too.",
    cause="dense forgotten",
)
def cnn_params_without_dense(given):
    return _cnn(given) - CLASSES * (given.filters[1] * 4 + 1)


@cnn_params.slip(
    "Pooling has no parameters.",
    cause="pool weights",
)
def cnn_params_with_pool_parameters(given):
    return _cnn(given) + 2 * jnp.sum(given.filters)


@capstone.step(points=0)
def lenet_params():
    r"""$156 + 2\,416 + 48\,120 + 10\,164 + 850 = 61\,706$"""
    return LENET


@lenet_params.slip(
    "This is LeNet-5 with trainable subsampling, two parameters a map; here pooling has none.", cause="subsampling"
)
def lenet_params_with_trainable_subsampling():
    return LENET + 12 + 32


@lenet_params.slip(
    "This is LeCun's sparse C3 with trainable subsampling; asked was the dense C3 with plain pooling.",
    cause="subsampling",
)
def lenet_params_of_1998():
    return LENET + 12 + 32 - (2416 - 1516)


@lenet_params.slip("The biases are missing.", cause="bias")
def lenet_params_without_bias():
    return LENET - (6 + 16 + 120 + 84 + 10)


@lenet_params.slip(
    "This has LeCun's sparse C3; here every filter of C3 sees all maps.",
    cause="subsampling",
)
def lenet_params_with_the_sparse_C3():
    return LENET - (2416 - 1516)


@lenet_params.slip(
    "A filter of C3 has a kernel for each of the six maps before it.",
    cause="channels",
)
def lenet_params_without_channels_in_C3():
    return LENET - 2416 + 16 * 26


@lenet_params.slip(
    "The output layer is missing.",
    cause="output",
)
def lenet_params_without_output():
    return LENET - 850


@lenet_params.slip(
    "The output sees the 84 units of F6, not the 120 of C5.",
    cause="output from C5",
)
def lenet_params_with_output_from_C5():
    return LENET - 850 + 1210


@capstone.step()
def mlp_params(given):
    r"""$m \, (64 + 1) + 10 \, (m + 1)$"""
    return given.hidden * (SIDE**2 + 1) + CLASSES * (given.hidden + 1)


@mlp_params.slip("The biases are missing: one a unit.", cause="bias")
def mlp_params_without_bias(given):
    return given.hidden * (SIDE**2 + CLASSES)


@mlp_params.slip(
    "Every unit has its own bias: a layer has more than one.",
    cause="one bias",
)
def mlp_params_with_one_bias_a_layer(given):
    return given.hidden * (SIDE**2 + CLASSES) + 2


@mlp_params.slip(
    "The output units have biases, too.",
    cause="bias",
)
def mlp_params_without_output_biases(given):
    return given.hidden * (SIDE**2 + 1) + CLASSES * given.hidden


@mlp_params.slip(
    "The hidden units have biases, too.",
    cause="bias",
)
def mlp_params_without_hidden_biases(given):
    return given.hidden * SIDE**2 + CLASSES * (given.hidden + 1)


@mlp_params.slip(
    "These digits have 8 × 8 pixels, 64 inputs, not 784.",
    cause="inputs",
)
def mlp_params_of_28_by_28(given):
    return given.hidden * 785 + CLASSES * (given.hidden + 1)


@mlp_params.slip(
    "An image of 8 × 8 pixels has 64 inputs.",
    cause="inputs",
)
def mlp_params_of_8_inputs(given):
    return given.hidden * 9 + CLASSES * (given.hidden + 1)


@mlp_params.slip(
    "The sizes were multiplied; every layer has its own weights, which are added.",
    cause="product",
)
def mlp_params_multiplied(given):
    return SIDE**2 * given.hidden * CLASSES


@mlp_params.slip(
    "These are the units; the weights between them were asked for.",
    cause="units",
)
def mlp_params_as_units(given):
    return SIDE**2 + given.hidden + CLASSES


@capstone.step()
def updates(given):
    r"""$\lfloor n_{\text{train}} / B \rfloor$"""
    return jnp.floor(given.examples / given.batch)


@updates.slip("Rounded up: what is left over after the last full batch is left out here.", cause="left over")
def updates_rounded_up(given):
    return jnp.ceil(given.examples / given.batch)


@updates.slip("The test images are not trained on.", cause="test images")
def updates_with_test_images(given):
    return jnp.floor((given.examples + given.tests) / given.batch)


@updates.slip(
    "These are the updates of all epochs; asked were those of one.",
    cause="all epochs",
)
def updates_of_all_epochs(given):
    return given.epochs * jnp.floor(given.examples / given.batch)


@updates.slip(
    "There is one update for each batch, not for each image.",
    cause="one an image",
)
def updates_of_every_image(given):
    return given.examples


@updates.slip(
    "The images to test on were counted; the training images are learnt from.",
    cause="test images",
)
def updates_of_tests(given):
    return jnp.floor(given.tests / given.batch)


@capstone.step(points=0)
def initial_loss():
    r"""$-\ln \frac{1}{10} = \ln 10$"""
    return jnp.log(1.0 * CLASSES)


@initial_loss.slip("This is the logarithm to base 10; the natural logarithm was asked for.", cause="base 10")
def initial_loss_to_base_10():
    return jnp.log10(1.0 * CLASSES)


@initial_loss.slip("The minus sign of the logarithm is lost: a cross-entropy is positive.", cause="log sign")
def initial_loss_without_minus():
    return -jnp.log(1.0 * CLASSES)


@initial_loss.slip("This is the probability of a class; the cross-entropy is minus its logarithm.", cause="no log")
def initial_loss_without_logarithm():
    return 1 / CLASSES


@initial_loss.slip(
    "This is the logarithm to base 2; the natural logarithm was asked for.",
    cause="base 2",
)
def initial_loss_to_base_2():
    return jnp.log2(1.0 * CLASSES)


@initial_loss.slip(
    "This is $1 - p$; the cross-entropy is minus the logarithm of $p$.",
    cause="no log",
)
def initial_loss_as_remainder():
    return 1 - 1 / CLASSES


@initial_loss.slip(
    "There are ten classes, not two.",
    cause="two classes",
)
def initial_loss_of_two_classes():
    return jnp.log(2.0)


@initial_loss.slip(
    "The logarithm was weighted with $p$; the target's weight is 1.",
    cause="weighted",
)
def initial_loss_weighted():
    return jnp.log(1.0 * CLASSES) / CLASSES


@initial_loss.slip(
    "The losses of ten classes were added; only the target's counts.",
    cause="summed",
)
def initial_loss_summed():
    return CLASSES * jnp.log(1.0 * CLASSES)


@capstone.step()
def step_size(given):
    r"""$\eta \, (1 + \beta + \beta^2 + \dots) = \eta / (1 - \beta)$"""
    return given.eta / (1 - given.beta)


@step_size.slip("This is the size without momentum; past gradients add to it.", cause="no momentum")
def step_size_without_momentum(given):
    return given.eta


@step_size.slip(r"The series is a quotient: $1 + \beta + \beta^2 + \dots = 1 / (1 - \beta)$.", cause="series")
def step_size_with_one_term(given):
    return given.eta * (1 + given.beta)


@step_size.slip(r"Multiplied instead of divided: momentum makes the steps larger.", cause="series")
def step_size_multiplied(given):
    return given.eta * (1 - given.beta)


@step_size.slip(r"The step size $\eta$ is forgotten.", cause="eta")
def step_size_without_eta(given):
    return 1 / (1 - given.beta)


@step_size.slip(
    r"The sum begins with 1, for the gradient itself, not with $\beta$.",
    cause="series from beta",
)
def step_size_of_momentum_alone(given):
    return given.eta * given.beta / (1 - given.beta)


@step_size.slip(
    r"The sum of $\beta^n$ is $1 / (1 - \beta)$, not $1 / (1 + \beta)$.",
    cause="series sign",
)
def step_size_with_the_sign_turned(given):
    return given.eta / (1 + given.beta)


@step_size.slip(
    r"The step is $\eta$ over $1 - \beta$, not over $\beta$.",
    cause="over beta",
)
def step_size_over_beta(given):
    return given.eta / given.beta


@step_size.slip(
    r"Multiplied by $\beta$: momentum makes the steps larger.",
    cause="series",
)
def step_size_times_beta(given):
    return given.eta * given.beta


@capstone.step()
def decay(given, updates):
    r"""$(1 - 2\eta\alpha)^{K T}$

    Each of the $T$ updates of each of the $K$ epochs is weight decay.
    """
    return (1 - 2 * given.eta * given.alpha) ** (given.epochs * updates)


@decay.slip(r"The factor 2 is forgotten: the gradient of $\alpha \|w\|_2^2$ is $2 \alpha w$.", cause="two")
def decay_without_two(given, updates):
    return (1 - given.eta * given.alpha) ** (given.epochs * updates)


@decay.slip("This is the factor of a single epoch.", cause="one epoch")
def decay_of_one_epoch(given, updates):
    return (1 - 2 * given.eta * given.alpha) ** updates


@decay.slip(r"The step size $\eta$ is forgotten.", cause="eta")
def decay_without_eta(given, updates):
    return (1 - 2 * given.alpha) ** (given.epochs * updates)


@decay.slip("The sign is turned: with this factor the weights grow.", cause="growth")
def decay_growing(given, updates):
    return (1 + 2 * given.eta * given.alpha) ** (given.epochs * updates)


@decay.slip(
    "This is the share that is lost; asked was the factor that is left.",
    cause="share",
)
def decay_as_share(given, updates):
    return 1 - (1 - 2 * given.eta * given.alpha) ** (given.epochs * updates)


@decay.slip(
    "Here the losses of all updates are added; each takes its share of what is left, so the factors multiply.",
    cause="linear",
)
def decay_linear(given, updates):
    return 1 - 2 * given.eta * given.alpha * given.epochs * updates


@capstone.step(points=0)
def errors(given):
    r"""$\lfloor 0.03 \, n_{\text{test}} \rfloor$"""
    return jnp.floor(3 * given.tests / 100)


@errors.slip("Rounded up: with one error more the accuracy is below 97 %.", cause="rounded up")
def errors_rounded_up(given):
    return jnp.ceil(3 * given.tests / 100)


@errors.slip("These are 3 % of the training images.", cause="training images")
def errors_of_training_images(given):
    return jnp.floor(3 * given.examples / 100)


@errors.slip(
    "These are the images to get right; asked were those that may be wrong.",
    cause="right ones",
)
def errors_of_right_ones(given):
    return given.tests - jnp.floor(3 * given.tests / 100)


@errors.slip(
    "These are 3 of 100; there are more test images.",
    cause="per cent",
)
def errors_per_cent(given):
    return 3.0 + 0 * given.tests


capstone.written(
    r"""
    All three start near $\ln 10 = 2.30$: an untrained network knows nothing. The networks with convolutions end
    higher on the test images than the MLP, and the small one does so with about as many parameters: a kernel is
    used at all places, so each of its weights is learnt from all places of all images, and a digit moved by a
    pixel gives moved maps instead of new inputs. LeNet-5 has ten times as many parameters, most of them in C5, and
    is not ten times better: 8 × 8 images enlarged hold no more than 8 × 8 pixels tell.

    Momentum gets to a given loss in fewer epochs than plain SGD of the same $\eta$, since along directions in
    which the gradients agree its steps grow to $\eta / (1 - \beta)$.

    The training loss keeps falling after the test accuracy has stopped rising: the gap between both is
    overfitting. The penalty keeps the weights smaller and the training loss higher. It moves the test accuracy by
    a few images, down by more where $\alpha$ is large and the epochs are few; a test set of 359 images hardly
    tells a few from chance (one image is 0.28 %).
    """,
    [
        (r"The start: losses near $\ln 10$ and accuracies near 1/10 are explained.", 1),
        ("Convolution against full connection: weight sharing or locality is given as the reason, with the "
         "numbers of parameters.", 2),
        ("Momentum against plain SGD: what differs in the curves, and why.", 1),
        ("The gap between training and test is named and tied to the penalty, with the student's own numbers.", 2),
        ("The limits of the evidence: size of the test set, one seed, or choices made on the test set.", 1),
    ],
)  # fmt: skip
