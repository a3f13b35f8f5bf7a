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
# # Architectures: what a unit sees and what it costs
#
# Between LeNet-5 and the networks of today lie few new layers and many new ways of putting them together. Each of
# them answers one of two questions. How does a unit get to see a large part of the image? And how does one pay for
# it?
#
# This notebook takes three steps along that way: many small kernels instead of a large one, bottlenecks, and many
# narrow paths instead of a wide one. For each you do the accounts by hand, and then let the computer confirm them by
# a way of its own.

# %% course="setup"
import time

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from jax import lax

plt.rcParams.update(
    {"figure.figsize": (6, 3.8), "axes.spines.top": False, "axes.spines.right": False}
)

# %% [markdown]
# ## 1. What a unit sees
#
# A unit of the first layer sees a window of $k$ rows. A unit of the second layer sees a few units of the first, hence
# a larger window. Which one, exactly? Take one axis, and count from 0.
#
# Place $j$ of a layer looks at the entries from $s j - p$ to $s j - p + k - 1$ of the layer below. Suppose you know
# that unit $j$ *of that layer below* depends on the rows from $S j + \text{low}$ to $S j + \text{high}$ of the image.
# Put one into the other:
#
# $$\text{low} \leftarrow \text{low} - p\,S, \qquad \text{high} \leftarrow \text{high} + (k - 1 - p)\,S, \qquad
#   S \leftarrow s\,S .$$
#
# Start with $S = 1$, $\text{low} = \text{high} = 0$: a pixel sees itself. Note the order: the stride of a layer
# widens the windows of the layers *after* it.
#
# **An example.** A convolution of 5 rows, stride 2, padding 1, and a pooling of 3 rows with stride 3. After the first:
# $\text{low} = -1$, $\text{high} = 3$, $S = 2$. After the second: $\text{low} = -1$, $\text{high} = 3 + 2 \cdot 2 = 7$,
# $S = 6$. So unit $i$ sees the rows from $6i - 1$ to $6i + 7$: nine of them, overlapping with the neighbour's by three.
# Unit 0 would see row $-1$, which is padding; what is left is 0 to 7.

# %% course="show cnn/receptive-field"

# %% course="answer cnn/receptive-field"
# sheet.y1 = [ , , ]
# sheet.y2 = [ , , ]
# sheet.y3 = [ , , ]
# sheet.corner = [ , ]
### BEGIN SOLUTION
step, low, high, fields = 1, 0, 0, []
for kernel, stride, padding in zip(given.kernel, given.stride, given.padding):
    low = low - padding * step
    high = high + (kernel - 1 - padding) * step
    step = step * stride
    fields.append([step, low, high])
sheet.y1, sheet.y2, sheet.y3 = fields[1], fields[2], fields[5]
sheet.corner = [max(low, 0), min(high, given.size - 1)]
### END SOLUTION

# %% course="submit cnn/receptive-field"

# %% [markdown]
# ## 2. Asking the Jacobian
#
# There is a way to check this that knows nothing of strides and paddings. An output depends on a pixel if its
# derivative with respect to that pixel is not zero. So take a real network, choose *one* output, and go back from it
# to the image with `jax.vjp`: one row of the Jacobian, as a picture.
#
# The network is the beginning of VGG-16: two convolutions, a pooling, and the same again, with 8 filters each. All
# weights are positive, so that no two ways cancel, and the pooling takes the mean, because a maximum would pass the
# gradient to the winner only. The windows are what they are in the original.

# %%
from course.models import conv, geometry

SIZE, FILTERS = 32, 8
BEGINNING = [geometry.Window(3, padding=1)] * 2 + [geometry.Window(2, stride=2)]
VGG = BEGINNING * 2
OUTPUTS = {"$y_1$, layer 2": 2, "$y_2$, layer 3": 3, "$y_3$, layer 6": 6}


def vgg(image, layers, seed=0):
    """Run the first layers, with positive random weights."""
    draw, maps = np.random.default_rng(seed), image
    for window in VGG[:layers]:
        if window.stride == 2:
            maps = conv.average_pool(maps, 2)
        else:
            kernels = draw.uniform(0.1, 1, (FILTERS, maps.shape[0], 3, 3))
            maps = jax.nn.relu(conv.conv2d(maps, kernels, padding=1))
    return maps


def seen_by(layers, place):
    """Give the derivative of one output by every pixel, summed over the colours."""
    output, back = jax.vjp(lambda image: vgg(image, layers), jnp.ones((3, SIZE, SIZE)))
    (row,) = back(jnp.zeros_like(output).at[0, place, place].set(1.0))
    return np.asarray(row.sum(axis=0))


figure, panels = plt.subplots(2, 3, figsize=(9, 6.2), layout="constrained")
for column, (name, layers) in zip(panels.T, OUTPUTS.items(), strict=True):
    middle = geometry.output_sizes(SIZE, VGG[:layers])[-1] // 2
    for axes, place in zip(column, (middle, 0), strict=True):
        row = seen_by(layers, place)
        axes.imshow(np.where(row > 0, row / row.max(), np.nan), cmap="viridis", vmin=0)
        low, high = geometry.backward_range(VGG[:layers], SIZE, place)
        corner, side = (low - 0.5, low - 0.5), high - low + 1
        axes.add_patch(plt.Rectangle(corner, side, side, fill=False, color="C1", lw=2))
        ticks = sorted({0, low, high, SIZE - 1})
        axes.set(xticks=ticks, yticks=ticks)
        axes.spines[:].set_visible(True)
        axes.set_title(f"{name}, unit ({place}, {place})", fontsize=10)
plt.show()

# %% [markdown]
# *In the picture:* the 32×32 pixels of the image, coloured where the derivative of one output is not zero, the lighter
# the larger. From left to right the output is one of layer 2, 3 and 6; above in the middle of the map, below in its
# corner. The orange frame is the receptive field by the formula. Colour fills the frame and never leaves it. In the
# corner the frame is cut: the rest of it lies on padding.
#
# Two layers of 3×3 see as far as one of 5×5, with $2 \cdot 9 = 18$ weights for each pair of channels instead of 25,
# and with an activation between them. That was the point of VGG.
#
# **How evenly does it see?** The colours say that the middle of the field counts for more than its rim: more ways lead
# there. Follow it through many layers, along one axis and with equal weights.

# %%
figure, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
for depth in (1, 2, 8, 32, 128):
    profile = np.ones(1)
    for _ in range(depth):
        profile = np.convolve(profile, np.ones(3) / 3)
    place = np.linspace(-1, 1, len(profile))
    axes.plot(
        place,
        profile / profile.max(),
        ".-",
        markersize=3,
        label=f"{depth}: {len(profile)}",
    )
axes.set(xlabel="place in the field, from rim to rim", ylabel="influence, middle = 1")
axes.legend(frameon=False, title="layers: rows seen", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown]
# *In the picture:* the influence of each row on one output, over its place in the receptive field, for chains of 1 to
# 128 convolutions of 3 rows. One layer weighs all its rows alike. With more layers the curve becomes a bell that is
# ever narrower within its field: the field grows with the number of layers, the bell only with the square root of it.
# What a deep unit *could* see and what it mostly looks at are two different things.

# %% [markdown]
# ## 3. From scratch
#
# The rules as functions. You have all three formulas; the third one goes through a network and keeps track of the
# shape as it goes.

# %% course="show cnn/implement-geometry"


# %% course="answer cnn/implement-geometry"
def output_size(size, kernel, stride, padding):
    """Give the number of places of a window."""
    ### BEGIN SOLUTION
    return (size + 2 * padding - kernel) // stride + 1
    ### END SOLUTION


def receptive_field(layers):
    """Give (stride, low, high) for a list of (kernel, stride, padding)."""
    ### BEGIN SOLUTION
    total, low, high = 1, 0, 0
    for kernel, stride, padding in layers:
        low -= padding * total
        high += (kernel - 1 - padding) * total
        total *= stride
    return total, low, high
    ### END SOLUTION


def parameter_count(image, layers):
    """Give the number of parameters; the image is (channels, height, width)."""
    ### BEGIN SOLUTION
    channels, *sides = image
    count = 0
    for kind, *numbers in layers:
        if kind == "dense":
            (units,) = numbers
            count += units * (channels * int(np.prod(sides)) + 1)
            channels, sides = units, []
            continue
        if kind == "conv":
            filters, kernel, stride, padding = numbers
            count += filters * (kernel**2 * channels + 1)
            channels = filters
        else:
            kernel, stride, padding = *numbers, 0
        sides = [output_size(side, kernel, stride, padding) for side in sides]
    return count
    ### END SOLUTION


sheet.output_size = output_size
sheet.receptive_field = receptive_field
sheet.parameter_count = parameter_count

# %% [markdown]
# **Check it** against things that cannot be wrong in the same way: the Jacobian of a chain of sums, and the parameters of
# a real network.


# %%
def chain(x, layers):
    """Sum over windows, layer after layer, along one axis."""
    for kernel, stride, padding in layers:
        x = jnp.pad(x, padding)
        starts = np.arange(0, len(x) - kernel + 1, stride)
        x = x[starts[:, None] + np.arange(kernel)].sum(axis=1)
    return x


layers = [(5, 2, 1), (3, 1, 2), (2, 2, 0), (4, 1, 1)]
jacobian = np.asarray(jax.jacobian(lambda x: chain(x, layers))(jnp.ones(80)))
unit = len(jacobian) // 2
rows = np.flatnonzero(jacobian[unit])
print(f"unit {unit} depends on the rows from {rows[0]} to {rows[-1]}")
if receptive_field(layers) is not None:
    stride, low, high = receptive_field(layers)
    print(f"yours:  from {stride * unit + low} to {stride * unit + high}")

from course.models import cnn

shapes = jax.eval_shape(
    lambda key: cnn.init((2, 28, 20), (6, 9), key=key), jax.random.key(0)
)
real = sum(leaf.size for leaf in jax.tree.leaves(shapes))
network = [
    ("conv", 6, 3, 1, 0),
    ("pool", 2, 2),
    ("conv", 9, 3, 1, 0),
    ("pool", 2, 2),
    ("dense", 10),
]
counted = parameter_count((2, 28, 20), network)
print(f"a real network has {real} parameters; yours: {counted}")

# %% course="submit cnn/implement-geometry"

# %% [markdown]
# ## 4. Bottlenecks
#
# Which kernel size is right? Inception takes all of them at once, side by side, and concatenates what they find. It is a
# good idea and an expensive one: a 5×5 convolution from $C$ to $F$ channels takes $25\,CF$ multiplications at every
# place. The remedy is a convolution of 1×1. It sees no neighbours at all; it is a small dense layer, the same at every
# place, that turns $C$ channels into $B$. Put before the 5×5 it makes
#
# $$25\,C F \quad\text{into}\quad C B + 25\,B F .$$
#
# **An example of the accounts.** An image of 4×5×5 meets 2 filters of 3×3 with padding 1. Parameters:
# $2 \cdot (9 \cdot 4 + 1) = 74$. There are $2 \cdot 25 = 50$ outputs, so 50 values of the activation. Each output is a
# sum of 36 products: 36 multiplications, 35 additions, and one addition for the bias. That makes 1800 of either.

# %% course="show cnn/inception"

# %% course="answer cnn/inception"
# sheet.naive_params =
# sheet.naive_mults =
# sheet.naive_adds =
# sheet.naive_acts =
# sheet.bottleneck_params =
# sheet.bottleneck_mults =
# sheet.bottleneck_adds =
# sheet.bottleneck_acts =
### BEGIN SOLUTION
C, H, W = given.image
F1, F3, F5 = given.filters
B = given.bottleneck


def accounts(kernel, channels, filters):
    weights = filters * kernel**2 * channels
    return np.array(
        [weights + filters, H * W * weights, H * W * weights, H * W * filters]
    )


naive = accounts(1, C, F1) + accounts(3, C, F3) + accounts(5, C, F5)
sheet.naive_params, sheet.naive_mults, sheet.naive_adds, sheet.naive_acts = naive
narrow = (
    accounts(1, C, F1) + 3 * accounts(1, C, B) + accounts(3, B, F3) + accounts(5, B, F5)
)
sheet.bottleneck_params, sheet.bottleneck_mults = narrow[:2]
sheet.bottleneck_adds, sheet.bottleneck_acts = narrow[2:]
### END SOLUTION

# %% course="submit cnn/inception"

# %% [markdown]
# How narrow should the bottleneck be? Here is a module on 256 channels, with 128, 192 and 96 filters, for any $B$.

# %%
from course.models import cost, inception

SHAPE = (256, 16, 16)
naive_cost = cost.total([inception.naive_layers()], SHAPE)
widths = np.arange(8, 257, 8)
costs = [
    cost.total([inception.bottleneck_layers(narrow=int(B))], SHAPE) for B in widths
]

figure, (bars, axes) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
fields = ("parameters", "multiplications", "activations")
at_64 = costs[list(widths).index(64)]
for offset, (name, module) in zip(
    (-0.2, 0.2), {"naive": naive_cost, "B = 64": at_64}.items()
):
    shares = [getattr(module, field) / getattr(naive_cost, field) for field in fields]
    bars.bar(np.arange(3) + offset, shares, 0.38, label=name)
bars.set_xticks(range(3), fields)
bars.set(ylabel="naive = 1", ylim=(0, 1.75))
bars.legend(frameon=False)
styles = {"lw": 5, "alpha": 0.4}, {"ls": "--"}, {"ls": ":"}
for field, style in zip(fields, styles, strict=True):
    ratios = [getattr(module, field) / getattr(naive_cost, field) for module in costs]
    axes.plot(widths, ratios, color="C1", label=field, **style)
axes.axhline(1, color="C0", label="naive")
axes.set(xlabel="filters of the bottleneck, $B$", ylim=(0, None))
axes.legend(frameon=False, fontsize=8)
plt.show()

# %% [markdown]
# *In the picture:* on the left, the costs of the module with bottlenecks of 64 filters, as a share of the naive one's: a
# third of the parameters and of the multiplications, but more activations, which have to be kept for the way back. On
# the right the same over the width of the bottleneck. The broad line and the dashed one lie on each other, since every
# weight is used at every place. Somewhere short of $B = 256$ the bottleneck costs more than it saves.
#
# Multiplications are not seconds. Do they predict them? Both modules, compiled, on one image, the best of five.


# %%
def best_time(function, *arguments):
    jax.block_until_ready(function(*arguments))
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        jax.block_until_ready(function(*arguments))
        times.append(time.perf_counter() - begun)
    return min(times)


image = jax.random.normal(jax.random.key(1), SHAPE)
modules = {
    "naive": (inception.naive, inception.init_naive, naive_cost),
    "bottleneck": (inception.bottleneck, inception.init_bottleneck, at_64),
}
for name, (module, init, counted) in modules.items():
    shapes = jax.eval_shape(lambda key, init=init: init(key=key), jax.random.key(0))
    params = jax.tree.map(lambda leaf: jnp.full(leaf.shape, 0.01), shapes)
    seconds = best_time(jax.jit(module), params, image)
    work = counted.multiplications / 1e6
    print(
        f"{name:11s}{work:5.0f} million multiplications in {1e3 * seconds:5.1f} ms:",
        end=" ",
    )
    print(f"{work / seconds / 1e3:.0f} thousand million a second")

# %% [markdown]
# ## 5. Split, transform, merge
#
# A bottleneck block goes down to $D$ channels, works there, and comes back up. Now cut the narrow part into $G$ paths that
# know nothing of each other, each only $d$ wide, and sum what they bring home. Most of the weights of the middle
# convolution are gone, since $G\,(k d)^2$ is far less than $(k G d)^2$.
#
# **An example.** $C = 6$, $D = 4$, $k = 3$: $4 \cdot 7 + 4 \cdot 37 + 6 \cdot 5 = 206$ parameters. Two paths with
# $d = 2$: $2 \cdot (2 \cdot 7 + 2 \cdot 19 + 6 \cdot 3) = 140$.

# %% course="show cnn/split-transform-merge"


# %% course="answer cnn/split-transform-merge"
# sheet.plain =
# sheet.paths =
### BEGIN SOLUTION
def block(width):
    return (
        width * (given.channels + 1)
        + width * (given.kernel**2 * width + 1)
        + given.channels * (width + 1)
    )


sheet.plain = block(given.width)
sheet.paths = given.paths * block(given.path_width)
### END SOLUTION

# %% course="submit cnn/split-transform-merge"

# %% [markdown]
# ## 6. One grouped convolution
#
# Paths that are run one after the other are slow: many small convolutions. But look at what they compute. Lay the
# narrow channels of all paths side by side. The first convolutions are one, with the filters of all. The last ones are one,
# too, since a sum over paths is a sum over channels. Only the middle one must not mix the paths, and for that the
# library has a word: with `feature_group_count=G`, the channels and the filters are cut into $G$ groups, and a filter sees
# its own group only.

# %% course="show cnn/implement-split-merge"


# %% course="answer cnn/implement-split-merge"
# params: a list of paths, each (K1, b1, K2, b2, K3, b3).
def merged(x, params):
    """Give the sum of all paths, shaped like x."""
    ### BEGIN SOLUTION
    return sum(path_output(x, *path) for path in params)
    ### END SOLUTION


def grouped(params):
    """Give (K1, b1, K2, b2, K3, b3) of the chain with one grouped convolution."""
    ### BEGIN SOLUTION
    K1, b1, K2, b2, K3, b3 = zip(*params)
    wide = [jnp.concatenate(leaves) for leaves in (K1, b1, K2, b2)]
    return *wide, jnp.concatenate(K3, axis=1), sum(b3)


def path_output(x, K1, b1, K2, b2, K3, b3):
    def convolve(x, kernels, bias, padding):
        sides = [(padding, padding)] * 2
        return (
            lax.conv_general_dilated(x[None], kernels, (1, 1), sides)[0]
            + bias[:, None, None]
        )

    x = jnp.asarray(x, K1.dtype)
    x = jax.nn.relu(convolve(x, K1, b1, 0))
    x = jax.nn.relu(convolve(x, K2, b2, 1))
    return convolve(x, K3, b3, 0)
    ### END SOLUTION


sheet.merged, sheet.grouped = merged, grouped

# %% [markdown]
# **The same, twice.** Eight paths with random weights, on 16 channels, once as your `merged` and once as the chain of your
# `grouped` parameters.


# %%
def run_chain(x, K1, b1, K2, b2, K3, b3, groups):
    x = jax.nn.relu(conv.conv2d(x, K1, b1))
    x = jax.nn.relu(conv.conv2d(x, K2, b2, padding=1, groups=groups))
    return conv.conv2d(x, K3, b3)


draw = np.random.default_rng(0)
sizes = ((2, 16, 1, 1), (2,), (2, 2, 3, 3), (2,), (16, 2, 1, 1), (16,))
params = [
    tuple(jnp.asarray(draw.normal(size=size), jnp.float32) for size in sizes)
    for _ in range(8)
]
x = jnp.asarray(draw.normal(size=(16, 10, 10)), jnp.float32)
together, one_chain = merged(x, params), grouped(params)
if together is None or one_chain is None:
    print("merged or grouped returns nothing yet")
else:
    difference = jnp.max(jnp.abs(together - run_chain(x, *one_chain, groups=8)))
    largest = jnp.max(jnp.abs(together))
    print(f"largest difference {difference:.1e}, largest output {largest:.1f}")
    for name, parameters in (("paths", params), ("grouped", one_chain)):
        print(
            name, sum(leaf.size for leaf in jax.tree.leaves(parameters)), "parameters"
        )

# %% course="submit cnn/implement-split-merge"

# %% [markdown]
# Why has the chain fewer parameters, if it computes the same? Look at its last bias.
#
# **An experiment.** Keep the width of the middle at 128 channels and cut it into more and more groups. What is left of its
# weights?

# %%
GROUPS = (1, 2, 4, 8, 16, 32, 64, 128)
figure, panels = plt.subplots(
    1, 4, figsize=(11, 3.1), width_ratios=(1, 1, 1, 1.6), layout="constrained"
)
draw = np.random.default_rng(0)
strength = np.abs(draw.normal(size=(128, 128, 9))).sum(axis=-1)
for axes, groups in zip(panels, (1, 4, 32), strict=False):
    own = np.kron(np.eye(groups), np.ones((128 // groups,) * 2))
    axes.imshow(np.where(own, strength, np.nan), cmap="viridis", vmin=0)
    axes.set(
        title=f"{groups} group{'s' if groups > 1 else ''}",
        xlabel="channel in",
        xticks=(0, 127),
    )
    axes.set(yticks=(0, 127))
panels[0].set_ylabel("filter")
parts = [
    cost.costs(inception.block_layers(groups=groups), (256, 8, 8)) for groups in GROUPS
]
axes = panels[3]
for number, name in ((0, "1×1 down"), (1, "3×3 in groups"), (2, "1×1 up")):
    style = "--" if number == 2 else "o-"
    axes.loglog(
        GROUPS, [layers[number].parameters for layers in parts], style, label=name
    )
axes.set(xlabel="groups", ylabel="parameters", xticks=(1, 4, 32, 128))
axes.set_xticks((1, 4, 32, 128), ("1", "4", "32", "128"))
axes.minorticks_off()
axes.legend(frameon=False, fontsize=8)
plt.show()

# %% [markdown]
# *In the picture:* which filter of the middle convolution (rows) sees which of its input channels (columns), coloured
# where there are weights: all of them with one group, blocks along the diagonal with 4 and with 32. On the right the
# parameters of the three convolutions of the block over the number of groups. Those of the 3×3 fall in proportion;
# from 8 groups on the 1×1 convolutions are the dearer ones, and soon further cutting saves next to nothing. With 128 groups a
# filter sees a single channel: that is called a depthwise convolution.

# %% [markdown]
# ## Summary
#
# - From layer to layer: $\text{low} \leftarrow \text{low} - pS$, $\text{high} \leftarrow \text{high} + (k-1-p)S$,
#   $S \leftarrow sS$; at the border the range is cut. The nonzero pattern of the Jacobian is the proof.
# - The field grows with depth, and faster with strides; most of the influence stays in its middle.
# - Small kernels in a row see as far as a large one and cost less.
# - A 1×1 convolution mixes channels at one place. Before a large kernel it saves two thirds of the work or more.
# - Paths that are summed equal one chain with a grouped convolution in the middle: fewer weights at the same width.
# - Count parameters, multiplications and activations separately: they are memory, time, and memory for the way back.
#
# *To read on:* K. Simonyan, A. Zisserman, *Very deep convolutional networks* (ICLR 2015). C. Szegedy et al., *Going
# deeper with convolutions* (CVPR 2015). S. Xie et al., *Aggregated residual transformations* (CVPR 2017). W. Luo et
# al., *Understanding the effective receptive field* (NeurIPS 2016).
