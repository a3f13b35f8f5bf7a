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
# # Deep networks, and why the first layers learn last
#
# By hand you went back through one layer, then through two. A program does not mind how many there are. In this
# notebook you write backpropagation for any depth, check it as one checks a gradient, and then use it as a
# measuring instrument: how much of the error at the output still arrives at the first layer?
#
# The sheets work as before. Where a *function* is asked for, it is tried on practice inputs when you run
# `submit(sheet)`, and on fresh ones at grading.

# %% course="setup"
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from jax.flatten_util import ravel_pytree

plt.rcParams.update(
    {"figure.figsize": (6, 3.8), "axes.spines.top": False, "axes.spines.right": False}
)

# %% [markdown]
# ## 1. Layers as matrices
#
# From here on the bias of a layer stands apart from its matrix:
#
# $$\tilde y_l = A_l \, y_{l-1} + b_l, \qquad y_l = \varphi(\tilde y_l), \qquad y_0 = x,$$
#
# and the last layer, of a single unit, is linear: $f = y_L = \tilde y_L$. Derive the way back on paper before you
# program it. Three questions lead through:
#
# 1. Suppose you know $\partial\ell/\partial y_l$. What is $\partial\ell/\partial b_l$? (Nudging the bias and
#    nudging the pre-activation are the same thing.)
# 2. What does an entry of $A_l$ multiply? So what is $\partial\ell/\partial A_l$? Its shape must be that of $A_l$.
# 3. The layer's input acts through every row of $A_l$. What is $\partial\ell/\partial y_{l-1}$, with which you are
#    back at question 1, one layer further down?
#
# Mind the shapes. If a product does not fit, the formula is wrong; if it fits, it is right more often than it
# deserves.

# %% [markdown]
# ## 2. From scratch
#
# In the code the activation and its derivative are handed in as `phi` and `dphi`. Use `dphi` as it is given, even
# where it is not the derivative of `phi`: that is what one does with units that fire or do not fire, whose true
# derivative is zero almost everywhere. Automatic differentiation cannot know of such a stand-in; your program can.

# %% course="show mlp/backprop"


# %% course="answer mlp/backprop"
# `params` is a list of pairs (A, b), the first layer first. `x` is a vector, `y` a number.
def forward(params, x, phi):
    """Give the output f of the network, a number."""
    ### BEGIN SOLUTION
    for A, b in params[:-1]:
        x = phi(A @ x + b)
    A, b = params[-1]
    return (A @ x + b)[0]
    ### END SOLUTION


def backward(params, x, y, phi, dphi):
    """Give the gradient: a list of pairs (dA, db), one a layer, like `params`."""
    ### BEGIN SOLUTION
    inputs, pre = [x], []
    for A, b in params:
        pre.append(A @ inputs[-1] + b)
        inputs.append(phi(pre[-1]))
    gradients = []
    db = pre[-1] - y
    for layer in reversed(range(len(params))):
        gradients.insert(0, (jnp.outer(db, inputs[layer]), db))
        if layer > 0:
            A, _ = params[layer]
            db = (db @ A) * dphi(pre[layer - 1])
    return gradients
    ### END SOLUTION


sheet.forward, sheet.backward = forward, backward

# %% [markdown]
# **Check it.** A gradient is checked with central differences, in float64, on a network of random weights. As a
# measure take the relative error. Below 1e-7 all is well; above 1e-2 something is surely wrong; what lies between
# deserves suspicion. Central differences use nothing but your `forward`, so check that one by eye first.


# %%
def random_network(widths, seed=0):
    draw = np.random.default_rng(seed)
    params = []
    for inputs, units in zip(widths[:-1], widths[1:], strict=True):
        A, b = draw.normal(size=(units, inputs)), draw.normal(size=units)
        params.append((jnp.asarray(A / inputs**0.5), jnp.asarray(b)))
    return params


def tanh_slope(a):
    return 1 - jnp.tanh(a) ** 2


def relative_error(ours, theirs):
    ours, theirs = ravel_pytree(ours)[0], ravel_pytree(theirs)[0]
    size = jnp.linalg.norm(ours) + jnp.linalg.norm(theirs)
    return float(jnp.linalg.norm(ours - theirs) / size)


def nudged(params, x, y, phi, step=1e-5):
    """Central differences: every parameter is nudged in turn, up and down."""
    flat, rebuild = ravel_pytree(params)

    def loss(flat):
        return (forward(rebuild(flat), x, phi) - y) ** 2 / 2

    nudges = step * jnp.eye(flat.size)
    slopes = [(loss(flat + n) - loss(flat - n)) / (2 * step) for n in nudges]
    return rebuild(jnp.array(slopes))


with jax.enable_x64(True):
    params, x, y = random_network((3, 4, 4, 1)), jnp.array([0.5, -1.0, 2.0]), 1.0
    ours = backward(params, x, y, jnp.tanh, tanh_slope)
    if ours is None:
        print("backward returns nothing yet")
    else:
        theirs = nudged(params, x, y, jnp.tanh)
        for number, pair in enumerate(zip(ours, theirs, strict=True), start=1):
            print(f"layer {number}: relative error {relative_error(*pair):.1e}")

# %% course="submit mlp/backprop"

# %% [markdown]
# ## 3. With `jax.grad`
#
# The same gradient without a line of your own. Where `dphi` is the true derivative, both must agree for any depth.
# (If you see a message instead of numbers, finish your `backward` first.)


# %%
def automatic(params, x, y, phi):
    def loss(params):
        z = x
        for A, b in params[:-1]:
            z = phi(A @ z + b)
        A, b = params[-1]
        return jnp.sum((A @ z + b - y) ** 2) / 2

    return jax.grad(loss)(params)


with jax.enable_x64(True):
    for depth in (2, 6, 20):
        params, x = random_network([4] * depth + [1]), jnp.linspace(-1.0, 1.0, 4)
        ours = backward(params, x, y, jnp.tanh, tanh_slope)
        if ours is None:
            print("backward returns nothing yet")
            break
        error = relative_error(ours, automatic(params, x, y, jnp.tanh))
        print(f"{depth:2d} layers: relative error {error:.1e}")

# %% [markdown]
# ## 4. What arrives at the first layer
#
# Going back, every layer multiplies the error by its matrix and by its slopes. Products of many factors tend to
# explode or to vanish. With sigmoids they vanish: no slope is ever above ¼. How small can the product be said to
# be, before anything is differentiated? A matrix stretches a vector by at most its spectral norm
# $\|A\|_2$, its largest singular value, and a diagonal of slopes by at most the largest slope.

# %% course="show mlp/vanishing"


# %% course="answer mlp/vanishing"
# Use numpy, or your own `backward`. np.linalg.norm(A, 2) is the spectral norm.
# sheet.norms = [ , , ]
# sheet.slopes = [ , , ]
# sheet.bound = [ , , ]
# sheet.grad_norm =
### BEGIN SOLUTION
def sigmoid(a):
    return 1 / (1 + np.exp(-a))


pre1 = given.A1 @ given.x
pre2 = given.A2 @ sigmoid(pre1)
pre3 = given.A3 @ sigmoid(pre2)
f = (given.A4 @ sigmoid(pre3))[0]
slope1, slope2, slope3 = [sigmoid(a) * sigmoid(-a) for a in (pre1, pre2, pre3)]

sheet.norms = [
    np.linalg.svd(A, compute_uv=False)[0] for A in (given.A2, given.A3, given.A4)
]
sheet.slopes = [slope.max() for slope in (slope1, slope2, slope3)]
factors = np.array(sheet.norms) * np.array(sheet.slopes)
sheet.bound = [factors.prod(), factors[1:].prod(), factors[2]]
back = ((given.A4[0] * slope3) @ given.A3 * slope2) @ given.A2 * slope1
sheet.grad_norm = np.linalg.norm(np.outer((f - given.y) * back, given.x))
### END SOLUTION

# %% course="submit mlp/vanishing"

# %% [markdown]
# ## 5. An experiment: depth and scale
#
# Now on a larger scale. Networks of 2 to 32 sigmoid layers of 8 units, with weights drawn from a normal
# distribution of standard deviation $s/\sqrt 8$. For each depth and each $s$ we measure
# $\|\partial\ell/\partial A_1\|$ and compare it with what the bound promises,
# $|f - y| \, \|x\| \prod_j m_j \|A_{j+1}\|_2$. Each point is the geometric mean over 20 networks. It takes float64:
# the squares of the smallest of these numbers are beyond float32.

# %%
UNITS, DEPTHS, SCALES, NETWORKS = 8, (2, 4, 8, 16, 32), (0.5, 2.0, 8.0), 20


def pre_activations(matrices, phi):
    """Give the pre-activations of all layers; the input is a vector of ones."""
    pre, z = [], jnp.ones(UNITS)
    for A in matrices:
        pre.append(A @ z)
        z = phi(pre[-1])
    return pre


def loss(matrices, phi):
    return (pre_activations(matrices, phi)[-1][0] - 2.0) ** 2 / 2


def measure(matrices):
    """Give the norm of the gradient of the first layer, and its bound."""
    norm = jnp.linalg.norm(jax.grad(loss)(matrices, jax.nn.sigmoid)[0])
    *hidden, last = pre_activations(matrices, jax.nn.sigmoid)
    bound = jnp.abs(last[0] - 2.0) * UNITS**0.5
    for a, A in zip(hidden, matrices[1:], strict=True):
        bound *= jnp.max(jax.nn.sigmoid(a) * jax.nn.sigmoid(-a)) * jnp.linalg.norm(A, 2)
    return norm, bound


def networks(depth, scale, seed=0):
    """Draw many networks: an array (networks, rows, columns) for each layer."""
    draw = np.random.default_rng(seed)
    rows = [UNITS] * (depth - 1) + [1]
    return [
        jnp.asarray(draw.normal(size=(NETWORKS, row, UNITS)) * scale / UNITS**0.5)
        for row in rows
    ]


def geometric_means(values):
    return [float(np.exp(np.mean(np.log(v)))) for v in values]


measured = {}
with jax.enable_x64(True):
    for scale in SCALES:
        points = [jax.vmap(measure)(networks(depth, scale)) for depth in DEPTHS]
        measured[scale] = np.array([geometric_means(point) for point in points])

figure, axes = plt.subplots()
for number, (scale, values) in enumerate(measured.items()):
    color = f"C{number}"
    axes.semilogy(DEPTHS, values[:, 0], "o-", color=color, label=f"$s$ = {scale:g}")
    axes.semilogy(DEPTHS, values[:, 1], "--", color=color)
axes.set(xlabel="layers", ylabel=r"$\|\partial\ell/\partial A_1\|$")
axes.set_title("Gradient of the first layer (solid), its bound (dashed)")
axes.legend(frameon=False, loc="lower left")
plt.show()

# %% [markdown]
# *In the picture:* the gradient of the first layer over the number of layers, a colour for each $s$, and its bound
# as a dashed line of the same colour. Straight lines on a logarithmic axis: the gradient shrinks by a constant
# factor with every layer. Small matrices with $s = 0.5$ are to blame at one end. Large ones do not help for long:
# they drive the sigmoids to where they are flat, and what the matrix gains the slopes lose. The bound holds
# everywhere, and the larger the matrices, the more it promises too much.
#
# How flat is flat? The slope $\sigma'(a)$ is never zero, but a computer's numbers end somewhere, and they end
# sooner if one is careless. With $\sigma(1 - \sigma)$ the difference from 1 is lost long before the slope itself is.
# Since $1 - \sigma(a) = \sigma(-a)$, the product $\sigma(a)\,\sigma(-a)$ is the same and keeps its digits.


# %%
def careless(a):
    return jax.nn.sigmoid(a) * (1 - jax.nn.sigmoid(a))


def careful(a):
    return jax.nn.sigmoid(a) * jax.nn.sigmoid(-a)


print("    a   careless, float32   careful, float32   careful, float64")
for a in (0.0, 5.0, 20.0, 100.0):
    single = jnp.float32(a)
    with jax.enable_x64(True):
        double = float(careful(jnp.float64(a)))
    print(f"{a:5.0f}{careless(single):20.3g}{careful(single):19.3g}{double:19.3g}")

# %% [markdown]
# One remedy, as a preview: ReLU units with weights of scale $s = \sqrt 2$, chosen so that a layer neither
# stretches nor shrinks on average.


# %%
def typical_gradient(depth, scale, phi):
    norm = lambda matrices: jnp.linalg.norm(jax.grad(loss)(matrices, phi)[0])
    return float(np.median(jax.vmap(norm)(networks(depth, scale))))


print("layers   sigmoid, s = 2   ReLU, s = √2")
with jax.enable_x64(True):
    for depth in (2, 8, 32):
        sigmoids = typical_gradient(depth, 2.0, jax.nn.sigmoid)
        relus = typical_gradient(depth, 2**0.5, jax.nn.relu)
        print(f"{depth:6d}{sigmoids:17.1e}{relus:15.1e}")

# %% [markdown]
# **Why do the first layers learn last?** Explain why $\partial\ell/\partial A_i$ is small for early layers $i$
# (i) when some $A_j$ with $j > i$ is small, (ii) when some pre-activation $|\tilde y_j|$ is large. Then compare
# your own measured gradient with your own bound: how far apart are they, and where is the difference lost?

# %% [markdown] course="written mlp/vanishing"

# %% [markdown]
# ## Summary
#
# - Backpropagation for any depth is one loop: hand $\partial\ell/\partial y_l$ down, pick up
#   $\partial\ell/\partial b_l$ and $\partial\ell/\partial A_l$ on the way.
# - Check a gradient with central differences in float64 before you trust it. Then let `jax.grad` do the work.
# - The gradient of an early layer is a product with a matrix and a set of slopes for every layer above it. A
#   single small factor is enough to make all of it small.
# - The product of norms and largest slopes bounds it without differentiating anything.
# - Small weights shrink the gradient, large ones saturate the sigmoids. Other units and a fitting scale keep it
#   alive; more on that when we train.
#
# *To read on:* S. Hochreiter, *Untersuchungen zu dynamischen neuronalen Netzen* (diploma thesis, 1991).
# X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks* (AISTATS 2010).
# K. He et al., *Delving deep into rectifiers* (ICCV 2015).
