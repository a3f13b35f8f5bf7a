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
# # From pixels to probabilities
#
# A convolutional classifier is a funnel. At its wide end stands an image, at its narrow end a probability for each
# class. On the way the maps get smaller and more, until a fully connected layer can afford to look at all of them.
#
# Whoever can say how large every map is and where the weights sit has understood half of such a network. The other
# half is the very last step, from scores to probabilities and to a loss. You do both by hand here. Then you train a
# network and look into it.

# %% course="setup"
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax

plt.rcParams.update(
    {"figure.figsize": (6, 3.8), "axes.spines.top": False, "axes.spines.right": False}
)

# %% [markdown]
# ## 1. The shape of the funnel
#
# Three rules are enough.
#
# - A convolution makes *one map a filter*, whatever the number of channels it looks at.
# - Pooling treats every map alone: as many come out as go in.
# - Along each axis there are $\lfloor (n + 2p - k)/s \rfloor + 1$ places.
#
# **An example.** An image of 1×20×12 meets 4 filters of 5×5 with stride 1 and padding 2: 4×20×12. Pooling by 3 leaves
# out two rows and no column: 4×6×4.

# %% course="show cnn/feature-maps"


# %% course="answer cnn/feature-maps"
# sheet.conv1 = [ , , ]
# sheet.pool1 = [ , , ]
# sheet.conv2 = [ , , ]
# sheet.pool2 = [ , , ]
### BEGIN SOLUTION
def places(sides, kernel, stride, padding):
    return (np.array(sides) + 2 * padding - kernel) // stride + 1


maps, shapes = given.image, []
for block in (0, 1):
    window = given.kernel[block], given.stride[block], given.padding[block]
    maps = [given.filters[block], *places(maps[1:], *window)]
    shapes.append(maps)
    maps = [maps[0], *places(maps[1:], given.window[block], given.window[block], 0)]
    shapes.append(maps)
sheet.conv1, sheet.pool1, sheet.conv2, sheet.pool2 = shapes
### END SOLUTION

# %% course="submit cnn/feature-maps"

# %% [markdown]
# ## 2. Where the weights are
#
# A filter has a kernel for every channel that it looks at, and one bias. That is all: the size of the image does not
# come into it, since every place uses the same weights. In the example, $4 \cdot (5 \cdot 5 \cdot 1 + 1) = 104$. A
# fully connected layer of 10 units behind it sees all $4 \cdot 6 \cdot 4 = 96$ entries and has $10 \cdot (96 + 1) = 970$
# weights: there the size of the image counts, and there most of the weights of a small network sit.
#
# The next exercise takes the network of the last one. Its numbers are drawn anew.

# %% course="show cnn/weight-count"

# %% course="answer cnn/weight-count"
# sheet.conv1 =
# sheet.conv2 =
# sheet.fc =
# sheet.total =
### BEGIN SOLUTION
channels, *sides = given.image
counts = []
for block in (0, 1):
    counts.append(given.filters[block] * (given.kernel[block] ** 2 * channels + 1))
    channels = given.filters[block]
    sides = places(
        sides, given.kernel[block], given.stride[block], given.padding[block]
    )
    sides = places(sides, given.window[block], given.window[block], 0)
sheet.conv1, sheet.conv2 = counts
sheet.fc = given.units * (channels * np.prod(sides) + 1)
sheet.total = sheet.conv1 + sheet.conv2 + sheet.fc
### END SOLUTION

# %% course="submit cnn/weight-count"

# %% [markdown]
# **The ancestor.** LeNet-5 read the amounts on cheques in the 1990s. It is the same funnel with two layers more.
# Three versions of it are in circulation, and their counts differ: in the original a filter of C3 saw only some of the
# maps, and the subsampling had a coefficient and a bias for every map. Read closely which version is asked for.

# %% course="show cnn/lenet-count"

# %% course="answer cnn/lenet-count"
# sheet.c1 =
# sheet.c3 =
# sheet.c5 =
# sheet.f6 =
# sheet.out =
# sheet.total =
### BEGIN SOLUTION
first, second = given.maps
side = ((given.image[1] - given.kernel + 1) // 2 - given.kernel + 1) // 2
sheet.c1 = first * (given.kernel**2 * given.image[0] + 1)
sheet.c3 = second * (given.kernel**2 * first + 1)
inputs = (second * side**2, *given.units[:2])
sheet.c5, sheet.f6, sheet.out = [n * (m + 1) for n, m in zip(given.units, inputs)]
sheet.total = sheet.c1 + sheet.c3 + sheet.c5 + sheet.f6 + sheet.out
### END SOLUTION

# %% course="submit cnn/lenet-count"

# %% [markdown]
# Weights cost memory. What costs *time* is another matter: each weight of a kernel is used at every place. Here are both,
# layer by layer, for LeNet-5 as it stands in this course's library.

# %%
from course.models import cost, lenet

names = ["C1", "S2", "C3", "S4", "C5", "F6", "output"]
layers = cost.costs(lenet.layers(), (1, 32, 32))
kept = [
    (name, layer) for name, layer in zip(names, layers, strict=True) if layer.parameters
]
figure, axes = plt.subplots(figsize=(7, 3.6))
for offset, field in ((-0.2, "parameters"), (0.2, "multiplications")):
    amounts = np.array([getattr(layer, field) for _, layer in kept])
    axes.bar(
        np.arange(len(kept)) + offset, 100 * amounts / amounts.sum(), 0.38, label=field
    )
axes.set_xticks(range(len(kept)), [name for name, _ in kept])
axes.set(ylabel="per cent of the network")
axes.set_title("LeNet-5: where the weights are and where the work is")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# *In the picture:* two bars a layer, its share of all weights and its share of all multiplications. Most weights are in
# C5, which sees everything. Most of the work is in the two convolutions, which have next to none: C1 has fewer weights
# than any other layer and does a good quarter of the multiplications.

# %% [markdown]
# ## 3. From scores to probabilities
#
# The last layer gives one *logit* a class, any real numbers. The softmax makes probabilities of them,
#
# $$p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}, \qquad L = -\sum_i t_i \ln p_i ,$$
#
# and the cross-entropy $L$ asks how surprised the network is by the truth. Together they have a gradient that could
# not be simpler. Take $L = \ln \sum_k e^{z_k} - z_\text{target}$ and differentiate: $\partial L/\partial z = p - t$.
#
# **An example.** $z = (0, \ln 2, 0)$ has the exponentials $1, 2, 1$, so $p = (\frac14, \frac12, \frac14)$. If the first
# class is right, $L = \ln 4 \approx 1.386$ and $\partial L/\partial z = (-\frac34, \frac12, \frac14)$. Its entries add
# up to 0: what one class gains the others lose.

# %% course="show cnn/softmax-ce"

# %% course="answer cnn/softmax-ce"
# sheet.probs = [ , , ]
# sheet.loss =
# sheet.dlogits = [ , , ]
### BEGIN SOLUTION
sheet.probs = np.exp(given.logits) / np.sum(np.exp(given.logits))
sheet.loss = -np.log(sheet.probs @ given.target)
sheet.dlogits = sheet.probs - given.target
### END SOLUTION

# %% course="submit cnn/softmax-ce"

# %% [markdown]
# **Line by line.** That gradient was claimed, not shown. Show it: write the loss out in the logits, differentiate its
# two parts by a logit $z_j$, and look at what is left. `work` holds your lines, LaTeX or as you would type them; each is
# marked on the one before, and `submit` shows how it was read. Every probability depends on *every* logit, since all
# exponentials stand in the sum below: the derivative is not zero where $j$ is another class than the target.

# %% course="show cnn/softmax-ce-gradient"

# %% course="answer cnn/softmax-ce-gradient"
work << r"""
"""
### BEGIN SOLUTION
work << r"""
L = -\log \frac{e^{z_t}}{\sum_k e^{z_k}}
= -z_t + \log \sum_k e^{z_k}
∂L/∂z_j = -1[j = t] + \frac{\partial}{\partial z_j} \log \sum_k e^{z_k}
= -1[j = t] + \frac{e^{z_j}}{\sum_k e^{z_k}}
= p_j - 1[j = t]
"""
### END SOLUTION

# %% course="submit cnn/softmax-ce-gradient"

# %% [markdown]
# ## 4. From scratch, and for all numbers
#
# The formula is right and the program that copies it is wrong. Look at what float32 makes of it.

# %%
for size in (10.0, 80.0, 100.0, 1000.0):
    z = jnp.array([size, 0.0])
    quotient = jnp.exp(z) / jnp.sum(jnp.exp(z))
    surprise = -jnp.log(quotient[1])
    print(
        f"logits ({size:g}, 0): p = {quotient}, loss of the second class {surprise:g}"
    )

# %% [markdown]
# The loss of the second class should be about as large as the first logit. But $e^{100}$ is beyond float32, and
# infinity over infinity is no number. There is a remedy that costs nothing: a constant taken from all logits changes no
# probability. Choose it so that the largest exponential is $e^0 = 1$.
#
# In your `gradient` the derivative of the logarithm is handed in. Go back in two steps: first to $p$, then through the
# softmax, whose Jacobian is $\partial p_k/\partial z_i = p_k ([i = k] - p_i)$.

# %% course="show cnn/implement-softmax-ce"


# %% course="answer cnn/implement-softmax-ce"
def loss(logits, target):
    """Give the cross-entropy, a number; the target is a distribution."""
    ### BEGIN SOLUTION
    shifted = logits - jnp.max(logits)
    return -jnp.sum(target * (shifted - jnp.log(jnp.sum(jnp.exp(shifted)))))
    ### END SOLUTION


def gradient(logits, target, dlog):
    """Give the gradient with respect to the logits."""
    ### BEGIN SOLUTION
    exponentials = jnp.exp(logits - jnp.max(logits))
    p = exponentials / jnp.sum(exponentials)
    dp = -target * dlog(p)
    return p * (dp - dp @ p)
    ### END SOLUTION


sheet.loss, sheet.gradient = loss, gradient

# %% course="submit cnn/implement-softmax-ce"

# %% [markdown]
# **The library's way.** optax has the loss, and `jax.grad` the gradient. If yours are there, they agree, wherever the logits lie.

# %%
for offset in (0.0, 100.0, 1000.0):
    z, t = offset + jnp.array([2.0, 0.0, -1.0]), jnp.array([0.0, 0.75, 0.25])
    value, slope = jax.value_and_grad(optax.softmax_cross_entropy)(z, t)
    print(f"logits around {offset:4g}: optax {value:.4f} {slope}", end="  ")
    ours = loss(z, t), gradient(z, t, lambda p: 1 / p)
    if any(result is None for result in ours):
        print("yours: not there yet")
    else:
        print(f"yours {ours[0]:.4f} {ours[1]}")

# %% [markdown]
# One weakness remains in the way through $1/p$: logits that lie more than a hundred apart make a $p$ that is exactly 0
# in float32, and $0 \cdot \infty$ is no number. The library never goes there, it uses $p - t$. A formula that was
# simplified on paper is often the one that a computer likes, too.

# %% [markdown]
# ## 5. An experiment: train one and look inside
#
# Now a real network of this shape: images of 16×16 (scikit-learn's digits, smoothly enlarged), 8 filters of 5×5, pooling,
# 16 filters of 5×5, pooling, 10 classes. Before the first step it knows nothing, and a network that knows nothing about ten
# classes has a loss of about $\ln 10$. If yours does not, look for the mistake before you train.

# %%
import functools

from course.models import cnn
from course.training import classifier, data
from course.training.fit import Objective, Settings, fit


def enlarged(part):
    shape = (len(part.labels), 1, 16, 16)
    images = jax.image.resize(part.images, shape, "cubic")
    return data.Dataset(jnp.clip(images, 0, 1), part.labels)


digits = data.Split(*(enlarged(part) for part in data.digits()))
params = cnn.init((1, 16, 16), (8, 16), kernel=5, padding=2, key=jax.random.key(0))
faint = params.conv1._replace(kernels=0.1 * params.conv1.kernels)
params = params._replace(conv1=faint)  # what we see later was learned, not drawn
apply = functools.partial(cnn.apply, padding=2)
example_loss = classifier.classification_loss(apply)


def measure(params):
    each = jax.vmap(lambda image, label: example_loss(params, image, label))
    return {
        "test loss": jnp.mean(each(*digits.test)),
        "test accuracy": classifier.accuracy(apply, params, digits.test),
    }


before = measure(params)
run = fit(
    Objective(example_loss), params, digits.train, optax.adam(2e-3),
    Settings(epochs=20, metrics=measure, progress=False), key=jax.random.key(1),
)  # fmt: skip
after = run.history[-1].metrics
print(f"before: test loss {before['test loss']:.3f}; ln 10 = {np.log(10):.3f}")
print(
    f"after:  test loss {after['test loss']:.3f}, accuracy {after['test accuracy']:.3f}"
)

# %%
index = 9
image = digits.test.images[index]
maps = cnn.forward(run.params, image, padding=2)
learned = np.asarray(run.params.conv1.kernels[:, 0])


def show(axes, picture, **options):
    axes.imshow(picture, **options)
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(True)


figure, panels = plt.subplots(6, 9, figsize=(10, 6.9), layout="constrained")
for axes in panels.ravel():
    axes.axis("off")
limit = np.abs(learned).max()
rows = [
    ("kernels", learned, {"cmap": "PuOr_r", "vmin": -limit, "vmax": limit}),
    ("conv 1", maps.conv1, {"cmap": "magma", "vmin": 0, "vmax": maps.conv1.max()}),
    ("pool 1", maps.pool1, {"cmap": "magma", "vmin": 0, "vmax": maps.conv1.max()}),
    ("conv 2", maps.conv2[:8], {"cmap": "magma", "vmin": 0, "vmax": maps.conv2.max()}),
    ("", maps.conv2[8:], {"cmap": "magma", "vmin": 0, "vmax": maps.conv2.max()}),
    ("pool 2", maps.pool2[:8], {"cmap": "magma", "vmin": 0, "vmax": maps.conv2.max()}),
]
for (name, pictures, options), line in zip(rows, panels, strict=True):
    line[0].text(0.9, 0.5, name, ha="right", va="center", transform=line[0].transAxes)
    for axes, picture in zip(line[1:], pictures, strict=True):
        axes.axis("on")
        show(axes, picture, **options)
panels[0, 0].clear()
show(panels[0, 0], image[0], cmap="gray_r", vmin=0, vmax=1)
panels[0, 0].set_title(f"a {digits.test.labels[index]}", fontsize=10)
panels[0, 1].set_title("kernels of the first layer", fontsize=10, loc="left")
plt.show()

# %% [markdown]
# *In the picture:* the digit and, beside it, the eight kernels that were learned, orange for positive weights and violet
# for negative ones. Below each kernel its feature map of that digit, bright where the answer is strong, then the same
# pooled to 8×8. The two rows after that are the sixteen maps of the second layer, the last row eight of them pooled.
#
# Nobody asked for edges, and yet most kernels have an orange and a violet side: they answer to one side of a stroke,
# upper or lower, left or right. Some have no violet to speak of and blur the digit instead. In the second layer a map
# is bright in a few places only. What it answers to is no longer an edge but something made of edges, such as a bend.
#
# **Look at the mistakes.** The test images with the largest loss tell more than the accuracy.

# %%
losses = jax.vmap(lambda image, label: example_loss(run.params, image, label))(
    *digits.test
)
worst = np.argsort(losses)[::-1][:6]
figure, panels = plt.subplots(
    2, 6, figsize=(10, 3.4), height_ratios=(1.3, 1), layout="constrained"
)
for (above, below), number in zip(panels.T, worst, strict=True):
    probabilities = jax.nn.softmax(apply(run.params, digits.test.images[number]))
    right = int(digits.test.labels[number])
    show(above, digits.test.images[number, 0], cmap="gray_r", vmin=0, vmax=1)
    above.set_title(f"a {right}, loss {losses[number]:.1f}", fontsize=10)
    below.bar(
        range(10),
        probabilities,
        color=["C1" if k == right else "C0" for k in range(10)],
    )
    below.set(xticks=range(10), ylim=(0, 1), yticks=[0, 1])
    below.tick_params(labelsize=7)
plt.show()

# %% [markdown]
# *In the picture:* the six test images that surprised the network most, with what they are. Below each, the ten
# probabilities, the bar of the right class in orange where it can be seen at all. Most of these digits you would have
# read, and the network is hardly in doubt: it is sure of itself and wrong. The cross-entropy makes it pay for that,
# $\ln 10 \approx 2.3$ for each factor of ten by which the truth was thought less likely.

# %% [markdown]
# ## Summary
#
# - One map a filter; pooling keeps the number of maps; each side has $\lfloor (n + 2p - k)/s \rfloor + 1$ places.
# - Weights of a convolution: filters times (kernel² times channels plus 1), whatever the image. A fully connected layer
#   behind it sees every entry of every map, and has most of the weights. The convolutions do most of the work.
# - Softmax and cross-entropy together have the gradient $p - t$. Subtract the largest logit first.
# - A network that knows nothing has a loss of $\ln(\text{classes})$. Check it before you train.
# - First-layer kernels can be looked at; so can feature maps, and so can mistakes.
#
# *To read on:* Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document recognition*,
# Proc. IEEE 86 (1998). M. Zeiler, R. Fergus, *Visualizing and understanding convolutional networks* (ECCV 2014).
