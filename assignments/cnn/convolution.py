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
# # Convolution: one small window, everywhere
#
# A photograph of 640×427 pixels has 819 840 numbers. A fully connected layer of a thousand units would spend more
# than 800 million weights on it, and would have to learn a cat in the left corner and a cat in the right one as two
# different things. A convolutional layer asks less: it looks through a small window, asks the same question at
# every place, and writes down where the answer was yes.
#
# In this notebook you compute such a layer by hand, forward and backward, then you write it for any size, and at the
# end you see what sharing the question between places buys.
#
# **How the exercises work.** Your numbers are yours alone. Write each result into the *sheet* of its exercise,
# `sheet.O = [[1, 2], [3, 4]]`, and run `submit(sheet)`: the receipt tells you what was read, not whether it is
# right. Every step is marked with the values *you* wrote before it, so one slip costs its own step only.

# %% course="setup"
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from jax import lax

plt.rcParams.update(
    {"figure.figsize": (6, 3.8), "axes.spines.top": False, "axes.spines.right": False}
)

# %% [markdown]
# ## 1. What a kernel sees
#
# A *kernel* is a small table of weights. Laid on a patch of the image, it multiplies and adds: one number. Moved over
# the whole image it makes a new image, a *feature map*. These four kernels were not learned; somebody thought of
# them. The photograph ships with scikit-learn.

# %%
from scipy.signal import correlate2d
from sklearn.datasets import load_sample_image

photo = load_sample_image("china.jpg")[60:420:2, 60:540:2].mean(axis=-1) / 255
kernels = {
    "mean": np.full((3, 3), 1 / 9),
    "vertical edges": np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "horizontal edges": np.array([[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]]),
    "spots": np.array([[-1.0, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
}


def bare(axes):
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(True)


def draw_kernel(axes, kernel):
    """Draw a kernel with its weights: orange is positive, violet is negative."""
    limit = np.abs(kernel).max()
    axes.imshow(kernel, cmap="PuOr_r", vmin=-1.6 * limit, vmax=1.6 * limit)
    for (row, column), weight in np.ndenumerate(kernel):
        text = "1/9" if 0 < weight < 1 else f"{weight:.0f}".replace("-", "−")
        axes.text(column, row, text, ha="center", va="center", fontsize=9)
    bare(axes)


figure, panels = plt.subplots(
    2, 4, figsize=(11, 4.3), height_ratios=(1, 1.9), layout="constrained"
)
for (name, kernel), (above, below) in zip(kernels.items(), panels.T, strict=True):
    draw_kernel(above, kernel)
    above.set_title(name)
    feature_map = correlate2d(photo, kernel, mode="valid")
    limit = np.quantile(np.abs(feature_map), 0.99)
    low = 0 if name == "mean" else -limit
    below.imshow(feature_map, cmap="gray", vmin=low, vmax=limit)
    bare(below)
plt.show()

# %% [markdown]
# *In the picture:* above, four kernels of 3×3 weights; below, what each makes of a photograph of an old tower. The mean
# gives the photograph, a little blurred. The two edge kernels give grey wherever nothing changes; columns stand out
# in the second map, ridges of the roofs in the third, bright or dark according to which side is the lighter one. The
# last answers to everything that differs from its surroundings, whatever the direction.
#
# A convolutional layer *learns* its kernels. All that follows is how.

# %% [markdown]
# ## 2. The rule
#
# Lay the kernel on the image, multiply entry by entry, add, move on by one:
#
# $$O_{i,j} = \sum_{u,v} K_{u,v} \, I_{i+u,\,j+v} .$$
#
# (Mathematicians would flip the kernel first. In deep learning nobody does: the kernel is learned, and learns to
# stand the other way round.)
#
# **An example.**
#
# $$I = \begin{pmatrix} 1 & 0 & 2 \\ 3 & 1 & 0 \\ 0 & 2 & 1 \end{pmatrix}, \quad
#   K = \begin{pmatrix} 1 & -1 \\ 0 & 2 \end{pmatrix}, \qquad
#   O = \begin{pmatrix} 1 - 0 + 2 & 0 - 2 + 0 \\ 3 - 1 + 4 & 1 - 0 + 2 \end{pmatrix}
#     = \begin{pmatrix} 3 & -2 \\ 6 & 3 \end{pmatrix} .$$

# %% course="show cnn/conv-by-hand"

# %% course="answer cnn/conv-by-hand"
# sheet.O = [[ , ], [ , ]]
### BEGIN SOLUTION
sheet.O = np.zeros((2, 2))
for i in (0, 1):
    for j in (0, 1):
        sheet.O[i, j] = np.sum(given.K * given.I[i : i + 2, j : j + 2])
### END SOLUTION

# %% course="submit cnn/conv-by-hand"

# %% [markdown]
# ## 3. How many places
#
# How large is the output? Do not learn the formula; count. Along one axis there are $n$ entries, with $p$ zeros
# added at either end, and the window has $k$. The window stands at its first place. From there it can move on by
# $n + 2p - k$ entries before it hits the end. If it moves by $s$ at a time, that makes $\lfloor (n + 2p - k)/s \rfloor$
# moves, and one place more than moves.
#
# **An example.** A window of 3 on 8 entries, moving by 2, stands on 0–2, on 2–4 and on 4–6. The next place would need
# an entry 8, which there is not. So there are $\lfloor 5/2 \rfloor + 1 = 3$ places, and entry 7 is never seen. No
# error is raised; it just never counts.

# %% course="show cnn/output-size"

# %% course="answer cnn/output-size"
# sheet.setting1 = [ , , ]
# sheet.setting2 = [ , , ]
### BEGIN SOLUTION
moves = given.image + 2 * given.padding - given.kernel
sheet.setting1 = [given.filters, *(moves // given.stride[0] + 1)]
sheet.setting2 = [given.filters, *(moves // given.stride[1] + 1)]
### END SOLUTION

# %% course="submit cnn/output-size"

# %% [markdown]
# ## 4. By hand: two channels, and back
#
# A colour image has channels, and so has every layer's output. A filter has one kernel for each channel and *adds*
# what they give, and a bias. Two filters give two maps, however many channels there were.
#
# The way back needs no new idea: every product of the forward pass hands the gradient to both of its factors. Here
# it is along one axis, for $O = (-1, 4, 4)$ from $X = (1, 3, 2, 0)$ and $K = (2, -1)$. Suppose that the loss has the
# gradient $\partial E/\partial O = (1, 0, -2)$.
#
# | | how | here |
# |---|---|---|
# | bias | it is in every output: the sum | $1 + 0 - 2 = -1$ |
# | kernel | each output, times the window that it saw | $1 \cdot (1, 3) + 0 \cdot (3, 2) - 2 \cdot (2, 0) = (-3, 3)$ |
# | image | each output lays its multiple of the kernel where it looked | $(2, -1, 0, 0) + (0, 0, 0, 0) + (0, 0, -4, 2)$ |
#
# So $\partial E/\partial X = (2, -1, -4, 2)$. The kernel's gradient is itself a cross-correlation, of the image with
# the gradient. For the image, overlapping windows are added up. And max-pooling sends all that it receives to the
# entry that won; an entry that won in several windows gets the sum.
#
# That is a lot of numbers. Do a few of each kind with a pencil, until you no longer wonder where the next one comes
# from; then use NumPy for the rest.

# %% course="show cnn/two-channel"


# %% course="answer cnn/two-channel"
# Arrays are written (filter, row, column), kernels (filter, channel, row, column).
# sheet.O1 = [[[ , , ], [ , , ], [ , , ]], [[ , , ], [ , , ], [ , , ]]]
# sheet.P = [[[ , ], [ , ]], [[ , ], [ , ]]]
# sheet.loss1 =
# sheet.dP =
# sheet.dO1 =
# sheet.dK1 =
# sheet.db1 = [ , ]
# sheet.dX1 =
# sheet.O2 =
# sheet.loss2 =
# sheet.dO2 =
# sheet.dK2 =
# sheet.db2 = [ , ]
# sheet.dX2 =
### BEGIN SOLUTION
def convolve(stride):
    places = range(0, 3, stride)
    O = np.zeros((2, len(places), len(places)))
    for f in (0, 1):
        for i, top in enumerate(places):
            for j, left in enumerate(places):
                seen = given.X[:, top : top + 3, left : left + 3]
                O[f, i, j] = given.b[f] + np.sum(given.K[f] * seen)
    return O


def gradients(dO, stride):
    dX, dK = np.zeros_like(given.X), np.zeros_like(given.K)
    for f, i, j in np.ndindex(dO.shape):
        window = slice(stride * i, stride * i + 3), slice(stride * j, stride * j + 3)
        dK[f] += dO[f, i, j] * given.X[:, *window]
        dX[:, *window] += dO[f, i, j] * given.K[f]
    return dK, dO.sum(axis=(1, 2)), dX


sheet.O1 = convolve(stride=1)
sheet.P = np.zeros((2, 2, 2))
for f, i, j in np.ndindex(2, 2, 2):
    sheet.P[f, i, j] = sheet.O1[f, i : i + 2, j : j + 2].max()
sheet.loss1 = np.sum((sheet.P - given.T) ** 2) / 2
sheet.dP = sheet.P - given.T
sheet.dO1 = np.zeros((2, 3, 3))
for f, i, j in np.ndindex(2, 2, 2):
    won = sheet.O1[f, i : i + 2, j : j + 2] == sheet.P[f, i, j]
    sheet.dO1[f, i : i + 2, j : j + 2] += sheet.dP[f, i, j] * won
sheet.dK1, sheet.db1, sheet.dX1 = gradients(sheet.dO1, stride=1)

sheet.O2 = convolve(stride=2)
sheet.loss2 = np.sum((sheet.O2 - given.T) ** 2) / 2
sheet.dO2 = sheet.O2 - given.T
sheet.dK2, sheet.db2, sheet.dX2 = gradients(sheet.dO2, stride=2)
### END SOLUTION

# %% course="submit cnn/two-channel"

# %% [markdown]
# ## 5. From scratch
#
# Now as functions, for any number of channels and filters, any stride and padding, and with an activation. Two ways
# of looping lead there. The obvious one goes over all *places* of the output and takes a window at each. The other
# goes over the few *entries of the kernel*: entry $(u, v)$ meets the image shifted by $(u, v)$, thinned out by the
# stride, all places at once. That is nine steps for a 3×3 kernel, whatever the size of the image, and `x[:, u::s, v::s]`
# is most of it. The way back goes through the same shifts.

# %% course="show cnn/implement-conv"


# %% course="answer cnn/implement-conv"
# x: (channels, height, width). kernels: (filters, channels, rows, columns). bias: (filters,)
def forward(x, kernels, bias, stride, padding, phi):
    """Give the output of the layer, (filters, rows, columns)."""
    ### BEGIN SOLUTION
    return phi(pre_activation(x, kernels, bias, stride, padding))
    ### END SOLUTION


def backward(x, kernels, bias, stride, padding, dz, dphi):
    """Give (dx, dkernels, dbias), shaped like the image, the kernels and the biases."""
    ### BEGIN SOLUTION
    delta = dz * dphi(pre_activation(x, kernels, bias, stride, padding))
    padded = pad(x, padding)
    dkernels, dpadded = jnp.zeros(kernels.shape), jnp.zeros(padded.shape)
    for u, v, rows, columns in shifts(delta.shape, kernels.shape, stride):
        seen = padded[:, rows, columns]
        dkernels = dkernels.at[:, :, u, v].set(jnp.einsum("fij,cij->fc", delta, seen))
        handed = jnp.einsum("fij,fc->cij", delta, kernels[:, :, u, v])
        dpadded = dpadded.at[:, rows, columns].add(handed)
    height, width = x.shape[1:]
    inside = slice(padding, padding + height), slice(padding, padding + width)
    return dpadded[:, *inside], dkernels, delta.sum(axis=(1, 2))


def pad(x, padding):
    return jnp.pad(x, ((0, 0), (padding, padding), (padding, padding)))


def shifts(output, kernels, stride):
    """Give each entry of the kernel with the rows and columns that it meets."""
    for u, v in np.ndindex(kernels[2:]):
        rows = slice(u, u + stride * (output[1] - 1) + 1, stride)
        yield u, v, rows, slice(v, v + stride * (output[2] - 1) + 1, stride)


def pre_activation(x, kernels, bias, stride, padding):
    padded = pad(x, padding)
    window = kernels.shape[2:]
    places = [(n - k) // stride + 1 for n, k in zip(padded.shape[1:], window)]
    total = jnp.zeros((len(bias), *places)) + bias[:, None, None]
    for u, v, rows, columns in shifts(total.shape, kernels.shape, stride):
        seen = padded[:, rows, columns]
        total += jnp.einsum("fc,cij->fij", kernels[:, :, u, v], seen)
    return total
    ### END SOLUTION


sheet.forward, sheet.backward = forward, backward

# %% [markdown]
# **Check it** before you hand it in, with central differences in float64: nudge every number in turn and look at
# $\ell = \sum dz \cdot z$, whose gradient at the output is `dz`. An error below 1e-7 is fine. One above 1e-2 is a
# mistake, most often in a window at the border.


# %%
def nudged(function, value, step=1e-6):
    """Give the gradient of a scalar function by central differences."""
    slopes = np.zeros(value.shape)
    for place in np.ndindex(value.shape):
        up, down = np.array(value), np.array(value)
        up[place] += step
        down[place] -= step
        slopes[place] = (function(up) - function(down)) / (2 * step)
    return slopes


def error(ours, theirs):
    size = np.linalg.norm(ours) + np.linalg.norm(theirs)
    return np.linalg.norm(ours - theirs) / size


def tanh_slope(a):
    return 1 - jnp.tanh(a) ** 2


draw = np.random.default_rng(0)
case = [draw.normal(size=shape) for shape in ((2, 6, 5), (3, 2, 3, 3), (3,))]
with jax.enable_x64(True):
    z = forward(*case, 2, 1, jnp.tanh)
    if z is None:
        print("forward returns nothing yet")
    else:
        dz = draw.normal(size=z.shape)
        ours = backward(*case, 2, 1, dz, tanh_slope)
        for number, name in enumerate(("image", "kernels", "biases")):
            if ours is None:
                print("backward returns nothing yet")
                break

            def loss(value):
                trial = [*case[:number], value, *case[number + 1 :]]
                return np.sum(dz * forward(*trial, 2, 1, jnp.tanh))

            print(f"{name:8s} {error(ours[number], nudged(loss, case[number])):.1e}")

# %% course="submit cnn/implement-conv"

# %% [markdown]
# Max-pooling has windows as well, but no weights. In the exercise its gradient leaks: the losers of a window get a
# share, too. With a leak of 0 it is the usual one.

# %% course="show cnn/implement-pool"


# %% course="answer cnn/implement-pool"
def forward(x, size, stride):
    """Give the largest entry of every window, (channels, rows, columns)."""
    ### BEGIN SOLUTION
    return jnp.max(jnp.stack([x[at] for at in members(x, size, stride)]), axis=0)
    ### END SOLUTION


def backward(x, size, stride, dout, leak):
    """Give the gradient at the image."""
    ### BEGIN SOLUTION
    largest, dx = forward(x, size, stride), jnp.zeros(x.shape)
    for at in members(x, size, stride):
        dx = dx.at[at].add(jnp.where(x[at] == largest, 1.0, leak) * dout)
    return dx


def members(x, size, stride):
    """Give where the first, second, ... entries of all windows are."""
    rows, columns = ((n - size) // stride * stride + 1 for n in x.shape[1:])
    for u, v in np.ndindex(size, size):
        yield slice(None), slice(u, u + rows, stride), slice(v, v + columns, stride)
    ### END SOLUTION


sheet.forward, sheet.backward = forward, backward

# %% course="submit cnn/implement-pool"

# %% [markdown]
# ## 6. The library's way
#
# JAX has one function for all convolutions there are, `lax.conv_general_dilated`. It wants batches, so an axis comes
# in front, and it wants to be told what the axes mean: `N` the batch, `C` channels, `O` and `I` filters and their
# channels. Its gradient is built in; `jax.vjp` gives it.

# %%
LAYOUT = ("NCHW", "OIHW", "NCHW")


def library(x, kernels, bias, stride, padding):
    maps = lax.conv_general_dilated(
        x[None],
        kernels,
        (stride, stride),
        [(padding, padding)] * 2,
        dimension_numbers=LAYOUT,
    )
    return maps[0] + bias[:, None, None]


x, kernels, bias = (jnp.asarray(value, jnp.float32) for value in case)
output, back = jax.vjp(lambda *values: library(*values, 2, 1), x, kernels, bias)
dx, dkernels, dbias = back(jnp.ones_like(output))
print("output", output.shape, "gradients", dx.shape, dkernels.shape, dbias.shape)

# %% [markdown]
# And what does the library do on the way back? A convolution. To hand the gradient to the image, it spreads the
# gradient out (as many zeros between its entries as the stride left places out), flips the kernels, lets channels and
# filters change places, and convolves. The layer that does this *forward* is called a transposed convolution, and
# makes small images large.

# %%
dz = jnp.asarray(draw.normal(size=output.shape), jnp.float32)
turned = jnp.flip(kernels, axis=(2, 3)).swapaxes(0, 1)
# In front 3 - 1 - padding zeros; behind as many as bring back the image's own size.
edges = [(1, 1 + (n + 2 - 3) % 2) for n in x.shape[1:]]
spread = lax.conv_general_dilated(
    dz[None], turned, (1, 1), edges, lhs_dilation=(2, 2), dimension_numbers=LAYOUT
)
print("largest difference:", float(jnp.max(jnp.abs(spread[0] - back(dz)[0]))))

# %% [markdown]
# ## 7. An experiment: move the digit
#
# The kernel is the same everywhere. So if the image moves, the feature map moves with it, and nothing else happens:
# that is called *equivariance*. If we then take the largest value of each map, wherever it stands, the result does
# not move at all: *invariance*.
#
# Two networks learn the same digits, always in the middle of a canvas of 16×16 pixels. One has a hidden layer of 64
# units that see everything. The other has two convolutions and takes the maximum of every map. Then we move the test
# images to the right.

# %%
from course.models import conv, mlp
from course.training import classifier, data
from course.training.fit import Objective, Settings, fit

MARGIN = 4
digits = data.Split(*(data.pad(part, MARGIN) for part in data.digits()))


def dense_network(params, image):
    return mlp.apply(params, image.ravel(), activation=jax.nn.relu)


def convolutional(params, image):
    first, second, last = params
    maps = conv.max_pool(jax.nn.relu(conv.conv2d(image, *first, padding=1)), 2)
    maps = jax.nn.relu(conv.conv2d(maps, *second, padding=1))
    return mlp.apply((last,), maps.max(axis=(1, 2)), activation=jax.nn.relu)


keys = jax.random.split(jax.random.key(0), 4)
networks = {
    "dense": (dense_network, mlp.init((256, 64, 10), key=keys[0])),
    "convolutional": (
        convolutional,
        (
            conv.init(16, 1, 3, key=keys[1]),
            conv.init(64, 16, 3, key=keys[2]),
            mlp.init((64, 10), key=keys[3])[0],
        ),
    ),
}
trained = {}
for name, (apply, params) in networks.items():
    loss = classifier.classification_loss(apply)
    run = fit(
        Objective(loss), params, digits.train, optax.adam(3e-3),
        Settings(epochs=12, progress=False), key=jax.random.key(1),
    )  # fmt: skip
    trained[name] = run.params
    count = sum(leaf.size for leaf in jax.tree.leaves(params))
    share = classifier.accuracy(apply, run.params, digits.test)
    print(f"{name:14s}{count:6d} parameters, test accuracy {share:.3f}")

# %%
moves = range(-MARGIN, MARGIN + 1)
figure, (examples, axes) = plt.subplots(
    2, 1, figsize=(7, 5), height_ratios=(1, 3), layout="constrained"
)
shown = digits.test.images[4, 0]
strip = [
    np.pad(np.roll(shown, move, axis=1), 1, constant_values=0.5)
    for move in (-4, -2, 0, 2, 4)
]
examples.imshow(np.concatenate(strip, axis=1), cmap="gray_r")
examples.axis("off")
for (name, (apply, _)), marker in zip(networks.items(), ("s--", "o-"), strict=True):
    shares = []
    for move in moves:
        moved = data.Dataset(
            np.roll(digits.test.images, move, axis=3), digits.test.labels
        )
        shares.append(classifier.accuracy(apply, trained[name], moved))
    axes.plot(moves, shares, marker, label=name)
axes.axhline(0.1, color="grey", linewidth=0.8, linestyle=":")
axes.set(
    xlabel="pixels to the right", ylabel="accuracy on the test images", ylim=(0, 1.05)
)
axes.legend(frameon=False, loc="center right")
plt.show()

# %% [markdown]
# *In the picture:* on top, one digit at five of the places. Below, the accuracy over the distance by which the test
# images were moved; the dotted line is guessing. The dense network is good in the middle, where it learned, and
# is all but guessing two pixels aside. The convolutional one never falls below 80 %, although it has seen no moved
# digit either.
#
# Why the zigzag? The pooling moves by 2. If the image moves by 2, the pooled maps move by 1 and are the same maps. If
# it moves by 1, the windows cut it in another way, which the network has never seen. A stride makes a layer equivariant
# to multiples of the stride, and to nothing between.
#
# **Dense or convolutional?** How does a convolutional layer differ from a fully connected one? Say which inputs a
# unit sees, which weights the units share and what this does to their number, and what happens to the output when
# the input is shifted. Say it with the picture above.

# %% [markdown] course="written cnn/dense-vs-conv"

# %% [markdown]
# ## Summary
#
# - A convolutional layer slides one kernel for each pair of filter and channel, and adds over the channels.
# - Places along an axis: $\lfloor (n + 2p - k)/s \rfloor + 1$. What the last window does not reach is never seen.
# - Back: the bias gets the sum, the kernel gets gradient times window, the image gets the kernel laid down at every
#   place, times the gradient. Max-pooling hands everything to the winner.
# - The way back through a convolution is a convolution with flipped kernels.
# - Shared weights are few, and make the layer equivariant: what it can tell in one place it can tell in all.
#
# *To read on:* V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning* (2016). I. Goodfellow,
# Y. Bengio, A. Courville, *Deep Learning* (2016), chapter 9.
