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
# # Backpropagation, one step at a time
#
# A network learns by asking one question about every weight it has: *if this weight were a little larger, how
# much would the loss change?* The answers, one a weight, are the gradient. There can be millions of them, and
# they are needed again for every example. Backpropagation finds them all in a single sweep from the loss back
# to the inputs.
#
# In this notebook you do that sweep by hand, on networks small enough for a sheet of paper. Then you see the
# same steps as a few lines of JAX, then in the one line that you will use ever after. By then nothing in that
# line is magic.
#
# **How the exercises work.** Your numbers are yours alone. Write each result into the *sheet* of its exercise,
# `sheet.a1 = [6, -3]`, and run `submit(sheet)`: the receipt tells you what was read, not whether it is right.
# Three significant digits are always enough, and two decimals where they leave two significant digits; write
# 0.029, not 0.03. Every step is marked with the values *you* wrote before it, so one slip costs its own step and
# not all that follow. A step that you leave out is only that step.

# %% course="setup"
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

plt.rcParams.update(
    {"figure.figsize": (6, 3.4), "axes.spines.top": False, "axes.spines.right": False}
)

# %% [markdown]
# ## 1. What a gradient is for
#
# Here is a model with two weights only, so that its whole loss can be drawn. A single sigmoid unit is to tell
# two kinds of points apart. From a bad start, each step goes against the gradient.

# %%
points = np.array([-2.0, -1.0, 0.5, 1.0, 2.5])
labels = np.array([0.0, 0.0, 1.0, 0.0, 1.0])


def unit_loss(w0, w1):
    h = 1 / (1 + np.exp(-(w0 + w1 * points)))
    return np.mean((h - labels) ** 2)


def slope(f, w0, w1, step=1e-4):
    """Nudge each weight on its own and look at the loss: two evaluations a weight."""
    return np.array(
        [
            (f(w0 + step, w1) - f(w0 - step, w1)) / (2 * step),
            (f(w0, w1 + step) - f(w0, w1 - step)) / (2 * step),
        ]
    )


path = [np.array([2.5, -2.0])]
for _ in range(60):
    path.append(path[-1] - 2.0 * slope(unit_loss, *path[-1]))

w0, w1 = np.meshgrid(np.linspace(-4, 4, 60), np.linspace(-3, 5, 60))
height = np.vectorize(unit_loss)(w0, w1)
figure, axes = plt.subplots()
contours = axes.contourf(w0, w1, height, levels=14, cmap="viridis")
axes.plot(*np.array(path).T, "o-", color="white", markersize=3, linewidth=1)
axes.set(xlabel="$w_0$", ylabel="$w_1$", title="60 steps down the loss of one unit")
figure.colorbar(contours, label="loss")
plt.show()

# %% [markdown]
# *In the picture:* the loss over the two weights, in colours from low (dark) to high (bright). The white path
# starts on a plateau at the lower right, where the steps are short because the slope is, and ends in the valley.
#
# To find the slope we nudged every weight and computed the loss again. That is honest and
# hopeless: a network of a million weights would need two million forward passes for one step.

# %% [markdown]
# ## 2. The rule
#
# A layer takes the values $z$ of the layer below, puts a 1 in front for the bias, and computes
#
# $$a = W \, (1, z), \qquad z_\text{next} = \varphi(a),$$
#
# so that row $i$ of $W$ belongs to unit $i$, and column 0 holds the biases. Call
# $\delta = \partial L / \partial a$ the *local error* of a unit: how much the loss would change if somebody
# reached into the network and nudged that pre-activation. Everything follows from the local errors.
#
# 1. **Start at the loss.** At the output $\delta$ is the derivative of the loss there, times the slope
#    $\varphi'(a)$ of the output unit.
# 2. **Go back a layer.** A unit acts on the loss through every unit that it feeds. Sum over these paths, weight
#    times local error, then multiply by the unit's own slope:
#    $\;\delta_i = \varphi'(a_i) \sum_k W^\text{next}_{ki} \, \delta^\text{next}_k$.
# 3. **Read off the weights.** A weight multiplies its input, so its gradient is
#    *local error where it ends × value where it begins*: $\;\partial L / \partial W = \delta \, (1, z)^\top$.
#
# **An example.** One input, one ReLU unit, one linear output, no biases: $x = 2$, weights $w = 1.5$ and
# $v = -2$, target $y = -4$, loss $L = \frac12 (y - \hat y)^2$.
#
# | forward | | back | |
# |---|---|---|---|
# | $a = w x$ | $3$ | $\partial L / \partial \hat y = \hat y - y$ | $-2$ |
# | $z = \max(0, a)$ | $3$ | $\partial L / \partial v = -2 \cdot z$ | $-6$ |
# | $\hat y = v z$ | $-6$ | $\delta = -2 \cdot v \cdot 1$ (the unit is active) | $4$ |
# | $L$ | $2$ | $\partial L / \partial w = \delta \cdot x$ | $8$ |
#
# As long as the unit is active, $L = \frac12 (4w - 4)^2$, whose derivative at $w = 1.5$ is indeed 8.

# %% [markdown]
# ## 3. By hand: a ReLU network

# %% course="show mlp/relu-sgd"

# %% course="answer mlp/relu-sgd"
# One line for each answer. Matrices are written row by row: [[1, 2, 3], [4, 5, 6]].
# sheet.a1 = [ , ]
# sheet.z1 = [ , ]
# sheet.y_hat =
# sheet.loss =
# sheet.dy_hat =
# sheet.dW2 = [ , , ]
# sheet.delta1 = [ , ]
# sheet.dW1 = [[ , , ], [ , , ]]
# sheet.delta_w =
# sheet.direction = ""
### BEGIN SOLUTION
x1 = np.array([1, *given.x])
sheet.a1 = given.W1 @ x1
sheet.z1 = np.maximum(0, sheet.a1)
z1 = np.array([1, *sheet.z1])
sheet.y_hat = given.W2 @ z1
sheet.loss = (given.y - sheet.y_hat) ** 2 / 2
sheet.dy_hat = sheet.y_hat - given.y
sheet.dW2 = sheet.dy_hat * z1
sheet.delta1 = np.where(sheet.a1 > 0, sheet.dy_hat * given.W2[1:], 0.0)
sheet.dW1 = np.outer(sheet.delta1, x1)
sheet.delta_w = -sheet.dW1[0, 2]
sheet.direction = "increase" if sheet.delta_w > 0 else "decrease"
### END SOLUTION

# %% course="submit mlp/relu-sgd"

# %% [markdown]
# **Practise as often as you like.** `practice=1` gives the same exercise with other numbers, which are never
# graded; `practice=2` others again. Where your course has a practice service, `submit` tells you at once which
# steps are right and what went wrong in the others. Elsewhere you get a receipt.

# %%
numbers, rehearsal = exercise("mlp/relu-sgd", practice=1)

# %%
rehearsal.a1 = ...
rehearsal.z1 = ...
rehearsal.y_hat = ...
submit(rehearsal)

# %% [markdown]
# Before you go on, look at the unit that the ReLU switched off. Which of its weights would this example change?
# What if *every* example switched it off?

# %% [markdown]
# ## 4. By hand: sigmoid units and two losses
#
# A sigmoid is never quite off. Its slope can be had from its value alone, $\sigma' = \sigma (1 - \sigma)$, so the
# forward pass has done that work already. The next two exercises are one network under two losses. Keep an eye
# on the output unit: it is linear the first time and a sigmoid the second, and yet the start of the way back
# comes out in the same form. Find out why.

# %% course="show mlp/sigmoid-ls"

# %% course="answer mlp/sigmoid-ls"
# (a) and (b). Units are x0 x1 x2 z0 z1 z2 h; x0 and z0 are the bias units.
# sheet.edges = [("x0", "z1"), ]
# def h_formula(x, W1, W2, phi):
#     return
# sheet.h_formula = h_formula
# (c)
# sheet.a1 = [ , ]
# sheet.z1 = [ , ]
# sheet.a2 =
# sheet.h =
# sheet.loss =
# sheet.delta2 =
# sheet.dW2 = [ , , ]
# sheet.new_W2 = [ , , ]
# sheet.delta1 = [ , ]
# sheet.dW1 = [[ , , ], [ , , ]]
### BEGIN SOLUTION
into_hidden = [(start, end) for start in ("x0", "x1", "x2") for end in ("z1", "z2")]
sheet.edges = into_hidden + [(start, "h") for start in ("z0", "z1", "z2")]


def h_formula(x, W1, W2, phi):
    z = [phi(row[0] + row[1] * x[0] + row[2] * x[1]) for row in W1]
    return phi(W2[0] + W2[1] * z[0] + W2[2] * z[1])


sheet.h_formula = h_formula
x1 = np.array([1, *given.x])
sheet.a1 = given.W1 @ x1
sheet.z1 = 1 / (1 + np.exp(-sheet.a1))
z1 = np.array([1, *sheet.z1])
sheet.a2 = given.W2 @ z1
sheet.h = sheet.a2
sheet.loss = (sheet.h - given.y) ** 2 / 2
sheet.delta2 = sheet.h - given.y
sheet.dW2 = sheet.delta2 * z1
sheet.new_W2 = given.W2 - given.alpha * sheet.dW2
sheet.delta1 = sheet.delta2 * given.W2[1:] * sheet.z1 * (1 - sheet.z1)
sheet.dW1 = np.outer(sheet.delta1, x1)
### END SOLUTION

# %% course="submit mlp/sigmoid-ls"

# %% course="show mlp/sigmoid-ce"

# %% course="answer mlp/sigmoid-ce"
# sheet.a1 = [ , ]
# sheet.z1 = [ , ]
# sheet.a2 =
# sheet.h =
# sheet.loss =
# sheet.delta2 =
# sheet.dW2 = [ , , ]
# sheet.new_W2 = [ , , ]
# sheet.delta1 = [ , ]
# sheet.dW1 = [[ , , ], [ , , ]]
### BEGIN SOLUTION
x1 = np.array([1, *given.x])
sheet.a1 = given.W1 @ x1
sheet.z1 = 1 / (1 + np.exp(-sheet.a1))
z1 = np.array([1, *sheet.z1])
sheet.a2 = given.W2 @ z1
sheet.h = 1 / (1 + np.exp(-sheet.a2))
sheet.loss = -given.y * np.log(sheet.h) - (1 - given.y) * np.log(1 - sheet.h)
sheet.delta2 = sheet.h - given.y
sheet.dW2 = sheet.delta2 * z1
sheet.new_W2 = given.W2 - given.alpha * sheet.dW2
sheet.delta1 = sheet.delta2 * given.W2[1:] * sheet.z1 * (1 - sheet.z1)
sheet.dW1 = np.outer(sheet.delta1, x1)
### END SOLUTION

# %% course="submit mlp/sigmoid-ce"

# %% [markdown]
# ## 5. By hand: one layer more, and the update
#
# With two hidden layers the sum over paths comes into its own: a unit of the first layer reaches the loss
# through *both* units of the second. In matrix form, forward takes $W$ and back takes $W^\top$. This network has
# no biases, its loss has no ½, and at the end all of its weights take their step.

# %% course="show mlp/relu-backprop"

# %% course="answer mlp/relu-backprop"
# sheet.a1 = [ , ]
# sheet.h1 = [ , ]
# sheet.a2 = [ , ]
# sheet.h2 = [ , ]
# sheet.y_hat =
# sheet.loss =
# sheet.dy_hat =
# sheet.dW3 = [ , ]
# sheet.delta2 = [ , ]
# sheet.dW2 = [[ , ], [ , ]]
# sheet.delta1 = [ , ]
# sheet.dW1 = [ , ]
# sheet.new_W1 = [ , ]
# sheet.new_W2 = [[ , ], [ , ]]
# sheet.new_W3 = [ , ]
### BEGIN SOLUTION
sheet.a1 = given.W1 * given.x
sheet.h1 = np.maximum(0, sheet.a1)
sheet.a2 = given.W2 @ sheet.h1
sheet.h2 = np.maximum(0, sheet.a2)
sheet.y_hat = given.W3 @ sheet.h2
sheet.loss = (given.y - sheet.y_hat) ** 2
sheet.dy_hat = 2 * (sheet.y_hat - given.y)
sheet.dW3 = sheet.dy_hat * sheet.h2
sheet.delta2 = np.where(sheet.a2 > 0, sheet.dy_hat * given.W3, 0.0)
sheet.dW2 = np.outer(sheet.delta2, sheet.h1)
sheet.delta1 = np.where(sheet.a1 > 0, sheet.delta2 @ given.W2, 0.0)
sheet.dW1 = sheet.delta1 * given.x
sheet.new_W1 = given.W1 - given.eta * sheet.dW1
sheet.new_W2 = given.W2 - given.eta * sheet.dW2
sheet.new_W3 = given.W3 - given.eta * sheet.dW3
### END SOLUTION

# %% course="submit mlp/relu-backprop"

# %% [markdown]
# ## 6. From scratch in JAX
#
# Now let the machine do the arithmetic, in the same steps. The network below has 2 inputs, 4 hidden tanh units
# and a linear output. The slope of tanh is $1 - \tanh^2$. Each line is one of your steps; find it.


# %%
def with_bias(z):
    return jnp.concatenate([jnp.ones(1), z])


def forward(weights, x):
    W1, W2 = weights
    z1 = jnp.tanh(W1 @ with_bias(x))
    return z1, W2 @ with_bias(z1)


def loss(weights, x, y):
    _, y_hat = forward(weights, x)
    return jnp.sum((y_hat - y) ** 2) / 2


def gradient(weights, x, y):
    W1, W2 = weights
    z1, y_hat = forward(weights, x)
    delta2 = y_hat - y
    delta1 = (1 - z1**2) * (W2[:, 1:].T @ delta2)
    return jnp.outer(delta1, with_bias(x)), jnp.outer(delta2, with_bias(z1))


key1, key2 = jax.random.split(jax.random.key(0))
weights = (jax.random.normal(key1, (4, 3)), jax.random.normal(key2, (1, 5)))
x, y = jnp.array([0.5, -1.0]), jnp.array([2.0])
dW1, dW2 = gradient(weights, x, y)
print("gradient of the second layer:", dW2)

# %% [markdown]
# ## 7. The one line
#
# `jax.grad` takes a function and gives its gradient. It does what you did: it records the steps on the way
# forward and walks back through them with a rule for each.

# %%
automatic = jax.grad(loss)(weights, x, y)
for ours, theirs in zip((dW1, dW2), automatic, strict=True):
    print("largest difference:", float(jnp.max(jnp.abs(ours - theirs))))

# %% [markdown]
# Differences are zero or a last digit of float32. Both functions were written for one example. For a batch,
# `jax.vmap` adds the axis: here it maps over `x` and `y`, not over the weights. That is all it takes to learn
# XOR, which no single layer can.

# %%
inputs = jnp.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
targets = jnp.array([[0.0], [1.0], [1.0], [0.0]])


@jax.jit
def step(weights, rate):
    batch = jax.vmap(gradient, in_axes=(None, 0, 0))(weights, inputs, targets)
    return jax.tree.map(lambda W, dW: W - rate * dW.mean(axis=0), weights, batch)


trained = weights
for _ in range(2000):
    trained = step(trained, 0.3)
outputs = jax.vmap(lambda x: forward(trained, x)[1])(inputs)
for point, value in zip(inputs, outputs, strict=True):
    print(point, "->", round(float(value[0]), 3))

# %% [markdown]
# ## 8. An experiment: two losses, one bad start
#
# You computed $\delta$ at a sigmoid output under the cross-entropy. Under the squared error it would carry the
# slope $h(1-h)$ besides. Does it matter? Take one sigmoid unit that is confidently wrong: its target is 0 and
# it says 0.98. Both runs use the same step size.


# %%
def descend(delta, steps=60, rate=0.5, start=4.0):
    a, course = start, []
    for _ in range(steps):
        h = 1 / (1 + np.exp(-a))
        course.append(h)
        a -= rate * delta(h)
    return course


figure, axes = plt.subplots()
axes.plot(descend(lambda h: h), label=r"cross-entropy: $\delta = h - y$")
flat = r"squared error: $\delta = (h - y)\, h (1 - h)$"
axes.plot(descend(lambda h: h * h * (1 - h)), "--", label=flat)
axes.set(xlabel="step", ylabel="output $h$, target 0", ylim=(0, 1.05))
axes.set_title("Starting out confidently wrong")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# *In the picture:* the output of the unit over 60 steps, once for each loss. The solid line, of the cross-entropy,
# falls from the first step. The dashed one stays near 1 for the whole run: where the sigmoid is flat, the squared
# error has almost no slope, although the error is as large as it can be. Try other values of `start`.

# %% [markdown]
# ## 9. What it costs
#
# One last measurement before you write. The gradient of a network can be had by nudging every weight in turn,
# as in the first section, or by going back once. A clock would tell you how busy this machine is, so we let the
# compiler count the additions and multiplications instead: nudging needs two forward passes for every weight.


# %%
def wide_loss(weights, x):
    W1, W2 = weights
    return jnp.sum((W2 @ jnp.tanh(W1 @ x)) ** 2)


def operations(function, *arguments):
    """Count the arithmetic of one call."""
    compiled = jax.jit(function).lower(*arguments).compile()
    return compiled.cost_analysis()["flops"]


counts, nudging, backprop = [], [], []
for units in (4, 16, 64, 256):
    net = (jnp.full((units, 16), 0.1), jnp.full((1, units), 0.1))
    counts.append(17 * units)
    nudging.append(2 * counts[-1] * operations(wide_loss, net, jnp.ones(16)))
    backprop.append(operations(jax.grad(wide_loss), net, jnp.ones(16)))
print([round(one / other) for one, other in zip(nudging, backprop, strict=True)])

figure, axes = plt.subplots()
axes.loglog(counts, nudging, "s--", label="each weight on its own")
axes.loglog(counts, backprop, "o-", label="backpropagation")
axes.set(xlabel="weights", ylabel="operations", title="The work for one gradient")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# *In the picture:* additions and multiplications for one gradient over the number of weights, both on logarithmic
# axes. The dashed line, each weight on its own, is twice as steep as the solid one of backpropagation. Above it stands
# how many times as much work nudging is: about as many times as there are weights.

# %% [markdown]
# **Why backpropagation?** In a few sentences: why is the gradient of a network computed by backpropagation and
# not for each weight on its own? Say what is reused, and compare the cost of both in terms of the number of
# edges of the network. Your exercises by hand and the plot above are good witnesses.

# %% [markdown] course="written mlp/why-backprop"

# %% [markdown]
# ## Summary
#
# - The local error $\delta = \partial L / \partial a$ of a unit is the sum over the units it feeds, weight times
#   their local error, times its own slope.
# - The gradient of a weight is the local error where it ends times the value where it begins. A bias begins at 1.
# - Forward with $W$, back with $W^\top$. What the forward pass computed is needed again on the way back.
# - A ReLU that is off stops the gradient; a sigmoid that is flat all but stops it. The loss can make up for the
#   slope of the last layer, not for those before it. The next notebook looks at what this does to deep networks.
# - In code, write the loss for one example and let `jax.grad` and `jax.vmap` do the rest.
#
# *To read on:* D. Rumelhart, G. Hinton, R. Williams, *Learning representations by back-propagating errors*,
# Nature 323 (1986). C. Bishop, *Pattern Recognition and Machine Learning* (2006), section 5.3.
