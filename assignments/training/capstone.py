# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Capstone: three networks on digits
#
# All the parts are there: networks whose weights you can count, gradients that you could write down, momentum,
# penalties. In this notebook they meet. You train an MLP, a small convolutional network and LeNet-5 on handwritten
# digits, and then you say what you see.
#
# Whoever trains networks for a living works out a few numbers *before* pressing the button. If the first loss is not
# $\ln 10$, something is wrong, and it is wrong now, not after a night of computing. So that comes first.

# %% course="setup"
import functools
import time

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax

plt.rcParams.update({"figure.figsize": (6, 3.8), "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. The data
#
# 1797 digits, written by 13 people and scanned to 8×8 pixels, ship with scikit-learn. They are shuffled, and a fifth is
# kept for the test.

# %%
from course.models import cnn, lenet, losses, mlp, momentum, penalties
from course.training import classifier, data
from course.training.fit import Objective, Settings, fit

digits = data.digits(key=jax.random.key(1))
large = data.Split(*(data.enlarge(part, 4) for part in digits))
print("small", digits.train.images.shape, digits.test.images.shape, " enlarged", large.train.images.shape)

figure, panels = plt.subplots(2, 10, figsize=(10, 2.3))
for row, part in zip(panels, digits, strict=True):
    for digit, axes in enumerate(row):
        axes.imshow(part.images[np.flatnonzero(part.labels == digit)[0], 0], cmap="gray_r")
        axes.set(xticks=[], yticks=[])
panels[0, 0].set_ylabel("train")
panels[1, 0].set_ylabel("test")
plt.show()

# %% [markdown]
# *In the picture:* one example of each digit from the training images, and below one from the test images.
#
# ## 2. Before you train

# %% course="show training/capstone"

# %% course="answer training/capstone"
# sheet.cnn_params =
# sheet.lenet_params =
# sheet.mlp_params =
# sheet.updates =
# sheet.initial_loss =
# sheet.step_size =
# sheet.decay =
# sheet.errors =
### BEGIN SOLUTION
n1, n2 = given.filters
sheet.cnn_params = n1 * 10 + n2 * (9 * n1 + 1) + 10 * (4 * n2 + 1)
sheet.lenet_params = 61706
sheet.mlp_params = given.hidden * 65 + 10 * (given.hidden + 1)
sheet.updates = given.examples // given.batch
sheet.initial_loss = np.log(10)
sheet.step_size = given.eta / (1 - given.beta)
sheet.decay = (1 - 2 * given.eta * given.alpha) ** (given.epochs * sheet.updates)
sheet.errors = 3 * given.tests // 100
### END SOLUTION

# %% course="submit training/capstone"

# %% [markdown]
# ## 3. The networks
#
# A network is two pure functions: `init` gives parameters, `apply` gives the ten logits of one image. Here are the
# three with your sizes. Compare the counts with yours.

# %%
filters, hidden, batch, epochs = tuple(int(n) for n in given.filters), *(int(n) for n in (given.hidden, given.batch, given.epochs))
eta, beta, alpha = (float(number) for number in (given.eta, given.beta, given.alpha))

networks = {
    "MLP": (
        lambda key: mlp.init((64, hidden, 10), key=key),
        lambda params, image: mlp.apply(params, image.ravel(), activation=jax.nn.relu),
        digits,
    ),
    "CNN": (
        lambda key: cnn.init((1, 8, 8), filters, padding=1, key=key),
        functools.partial(cnn.apply, padding=1),
        digits,
    ),
    "LeNet-5": (lambda key: lenet.init(key=key), lenet.apply, large),
}
for name, (init, apply, split) in networks.items():
    params = init(jax.random.key(0))
    count = sum(leaf.size for leaf in jax.tree.leaves(params))
    loss = classifier.classification_loss(apply)
    images, labels = data.take(split.train, slice(0, 200))
    first = jnp.mean(jax.jit(jax.vmap(functools.partial(loss, params)))(images, labels))
    print(f"{name:8s} {count:6d} parameters, loss before training {first:.3f}, ln 10 = {np.log(10):.3f}")

# %% [markdown]
# The losses before training are not quite $\ln 10$: random weights give random opinions, and those cost more than
# none, the more so the louder they are. A first loss of 10 would be a sign of weights that are too large.
#
# **A loop from scratch.** There is no magic in a training loop: shuffle, take a batch, take the gradient, make a step.
# Here it is, with form II of momentum and the L2 penalty in a few lines, for the MLP.


# %%
def train_mlp(epochs, key):
    init, apply, (train, test) = networks["MLP"]
    example_loss = classifier.classification_loss(apply)

    def objective(params, images, labels):
        each = jax.vmap(lambda image, label: example_loss(params, image, label))(images, labels)
        return jnp.mean(each) + alpha * sum(jnp.sum(W[:, 1:] ** 2) for W in params)  # the biases stay free

    @jax.jit
    def step(params, velocity, images, labels):
        gradient = jax.grad(objective)(params, images, labels)
        velocity = jax.tree.map(lambda g, v: g + beta * v, gradient, velocity)
        return jax.tree.map(lambda p, v: p - eta * v, params, velocity), velocity

    params = init(key)
    velocity = jax.tree.map(jnp.zeros_like, params)
    for epoch in range(epochs):
        for indices in data.batches(len(train.labels), batch, key=jax.random.fold_in(key, epoch)):
            params, velocity = step(params, velocity, train.images[indices], train.labels[indices])
    return classifier.accuracy(apply, params, test)


print(f"MLP after 5 epochs of the loop above: test accuracy {train_mlp(5, jax.random.key(1)):.3f}")

# %% [markdown]
# ## 4. The library's way
#
# `course.training.fit` is the same loop for any network and any optax optimizer, with a history. Every network is trained in
# three ways: plain SGD, SGD with momentum, and momentum with the L2 penalty on the weights. First weights, order and
# rates are the same in all. This takes about half a minute.


# %%
def weights(params):
    """The matrices and kernels without the biases, which are not penalised."""
    matrices = [leaf[:, 1:] for leaf in jax.tree.leaves(params) if leaf.ndim == 2]
    return matrices + [leaf for leaf in jax.tree.leaves(params) if leaf.ndim == 4]


ways = {
    "SGD": (optax.sgd(eta), None),
    "momentum": (momentum.momentum(eta, beta), None),
    "momentum, L2": (momentum.momentum(eta, beta), lambda params: alpha * penalties.l2(weights(params))),
}
runs = {}
for name, (init, apply, (train, test)) in networks.items():
    example_loss = classifier.classification_loss(apply)
    seen = data.take(train, slice(0, len(test.labels)))  # as many as are in the test set, to save time

    def measure(params, apply=apply, example_loss=example_loss, seen=seen, test=test):
        each = lambda part: jax.vmap(lambda image, label: example_loss(params, image, label))(*part)
        return {
            "train loss": jnp.mean(each(seen)),
            "test loss": jnp.mean(each(test)),
            "train accuracy": classifier.accuracy(apply, params, seen),
            "test accuracy": classifier.accuracy(apply, params, test),
            "norm": jnp.sqrt(penalties.l2(weights(params))),
        }

    for way, (optimizer, penalty) in ways.items():
        start = time.perf_counter()
        runs[name, way] = fit(
            Objective(example_loss, penalty), init(jax.random.key(0)), train, optimizer,
            Settings(epochs, batch, metrics=measure, progress=False), key=jax.random.key(1),
        )  # fmt: skip
        last = runs[name, way].history[-1].metrics
        print(
            f"{name:8s}{way:14s}train {last['train accuracy']:.3f}  test {last['test accuracy']:.3f}  "
            f"test loss {last['test loss']:.3f}  norm {last['norm']:5.1f}  ({time.perf_counter() - start:.0f} s)"
        )

# %%
figure, panels = plt.subplots(2, 3, figsize=(10, 6), sharex=True, sharey="row")
for column, name in zip(panels.T, networks, strict=True):
    for number, way in enumerate(ways):
        history = runs[name, way].history
        numbers = [epoch.number for epoch in history]
        column[0].semilogy(numbers, [epoch.metrics["train loss"] for epoch in history], "--", color=f"C{number}")
        column[0].semilogy(numbers, [epoch.metrics["test loss"] for epoch in history], color=f"C{number}", label=way)
        column[1].plot(numbers, [epoch.metrics["test accuracy"] for epoch in history], color=f"C{number}")
    column[0].set_title(name)
    column[1].axhline(0.97, color="grey", linewidth=0.8, linestyle=":")
    column[1].set_xlabel("epoch")
panels[0, 0].set_ylabel("loss: test solid, train dashed")
panels[0, 0].legend(frameon=False, fontsize=8)
panels[1, 0].set(ylabel="test accuracy", ylim=(0.9, 1.0))
figure.tight_layout()
plt.show()

# %% [markdown]
# *In the picture:* a column for each network. Above, the loss over the epochs on a logarithmic axis, solid on the test
# images and dashed on the training images, a colour for each way of training. Below, the accuracy on the test images
# with a dotted line at 97 %.
#
# **Where does it go wrong?** Every network has errors, and they are not the same. Here are test images that the CNN
# with momentum and penalty takes for another digit.

# %%
best = runs["CNN", "momentum, L2"].params
scores = jax.vmap(functools.partial(networks["CNN"][1], best))(digits.test.images)
said = np.asarray(jnp.argmax(scores, axis=1))
wrong = np.flatnonzero(said != digits.test.labels)
print(f"{len(wrong)} of {len(said)} test images are wrong")
figure, panels = plt.subplots(1, 8, figsize=(10, 1.8))
for axes in panels:
    axes.axis("off")
for axes, index in zip(panels, wrong, strict=False):
    axes.imshow(digits.test.images[index, 0], cmap="gray_r")
    axes.set_title(f"{digits.test.labels[index]}, said {said[index]}", fontsize=9)
plt.show()

# %% [markdown]
# *In the picture:* up to eight misread digits, each with what it is and what the network said. Would you have read them?
#
# **Unknown hands.** So far everybody who wrote a test image wrote training images too. In the data set's own order the
# last fifth is mostly by writers of whom the first four fifths hold little or nothing. The same CNN, the same number
# of images:

# %%
strangers = data.digits()
init, apply, _ = networks["CNN"]
again = fit(
    Objective(classifier.classification_loss(apply)), init(jax.random.key(0)), strangers.train,
    momentum.momentum(eta, beta), Settings(epochs, batch, progress=False), key=jax.random.key(1),
)  # fmt: skip
known = runs["CNN", "momentum"].history[-1].metrics["test accuracy"]
unknown = classifier.accuracy(apply, again.params, strangers.test)
print(f"CNN with momentum: {known:.3f} on known hands, {unknown:.3f} on unknown ones")

# %% [markdown]
# A number such as 98 % says little as long as it is not said what was held out.
#
# ## 5. Explain what you see
#
# Write half a page, with your own numbers. Where do the curves start, and why there? Which network is better on the
# test images, and what has it that the other has not; is it the number of parameters? What does momentum change, and
# would a larger step size have done it too? Where is the gap between training and test, and what does the penalty do
# to it? And how sure can you be of a difference, with 359 test images and one run of each?

# %% [markdown] course="written training/capstone"

# %% [markdown]
# ## Summary
#
# - Work out counts, the first loss and the number of updates before you train; they find most mistakes.
# - A training loop is four lines. A library adds a history, resuming, and fewer mistakes.
# - Convolutions share their weights between places; on images that is worth more than parameters.
# - Momentum, penalties and step sizes act on each other. Change one at a time, and mind how few errors a difference is.
#
# *To read on:* Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document recognition*
# (1998). A. Karpathy, *A recipe for training neural networks* (2019).
