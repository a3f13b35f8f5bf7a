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
# # Penalties: what large weights should cost
#
# A network with enough weights can learn its training set by heart, and then it knows that set and nothing else.
# The oldest remedy is a price on the weights. Instead of the loss $J(w)$ one minimises
#
# $$\tilde J(w) = J(w) + \alpha \, \|w\|_p^p, \qquad \|w\|_p^p = \sum_i |w_i|^p .$$
#
# Small weights make a function that changes slowly; that is the hope behind it. In this notebook you find the
# gradient of such a penalty by hand, and the place where a formula that everybody writes down is wrong. You see why
# one exponent makes weights vanish and another only makes them small, what your optimizer does with a penalty
# behind your back, and two ways to do without one.

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
# ## 1. What the exponent does
#
# Two weights, so that all can be drawn. The ellipses are the level lines of a loss whose minimum is at the cross.
# Suppose that the weights may spend no more than $\|w\|_p^p \le 1$. The best that can be had is where the smallest
# ellipse that is still in reach touches the border.

# %%
CENTRE, CURVATURE = np.array([1.6, 0.25]), np.array([[1.0, 0.4], [0.4, 1.6]])


def quadratic(w):
    off = w - CENTRE
    return np.einsum("...i,ij,...j->...", off, CURVATURE, off) / 2


grid = np.stack(np.meshgrid(np.linspace(-1.4, 2.2, 300), np.linspace(-1.4, 1.6, 300)), axis=-1)
angle = np.linspace(0, 2 * np.pi, 20001)
circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)

figure, panels = plt.subplots(1, 4, figsize=(10, 2.9), sharey=True)
for axes, p in zip(panels, (1, 1.5, 2, 4), strict=True):
    border = circle / (np.abs(circle) ** p).sum(axis=-1, keepdims=True) ** (1 / p)
    best = border[np.argmin(quadratic(border))]
    axes.contour(*np.moveaxis(grid, -1, 0), quadratic(grid), levels=12, colors="C0", linewidths=0.6, alpha=0.5)
    axes.contour(*np.moveaxis(grid, -1, 0), quadratic(grid), levels=[quadratic(best)], colors="C0", linewidths=1.6)
    axes.fill(*border.T, color="C1", alpha=0.25)
    axes.plot(*border.T, color="C1")
    axes.plot(*CENTRE, "x", color="C0")
    axes.plot(*best, "o", color="black", markersize=5)
    axes.set(title=f"p = {p}: ({best[0]:.2f}, {best[1] + 0.0:.2f})", aspect="equal", xlabel="$w_1$")
panels[0].set_ylabel("$w_2$")
plt.show()

# %% [markdown]
# *In the picture:* four unit balls, from the diamond of $p = 1$ over the circle of $p = 2$ to the rounded square of
# $p = 4$, each with the level lines of the same loss and a dot where the best line touches it.
#
# The diamond has corners, and corners lie on the axes. A level line that comes near enough touches *in* the
# corner, and there a weight is exactly zero. The circle has none: its weights are small and never zero. For
# $p = 4$ it is the largest weight alone that is held back.

# %% [markdown]
# ## 2. The gradient, by hand
#
# Of the sum $\sum_j |w_j|^p$ only one term depends on $w_i$, so the gradient can be taken entry by entry. Take an
# example that has nothing to do with your numbers: $p = 3$ at $w = -2$. There $|w|^3 = 8$; a step to the right,
# to $-1.9$, gives $6.859$. The penalty *falls*, so its slope is negative: $-12$. What does the power rule say if
# one forgets the bars? $3 w^2 = +12$.

# %% course="show regularization/p-norm"

# %% course="answer regularization/p-norm"
# sheet.norm =
# sheet.penalty =
# sheet.dpenalty = [ , , , ]
# sheet.grad = [ , , , ]
# sheet.new_w = [ , , , ]
# sheet.dpenalty_q = [ , , , ]
# sheet.holds = ""
### BEGIN SOLUTION
def slope(w, p):
    return p * np.abs(w) ** (p - 1) * np.sign(w)


sheet.norm = np.sum(np.abs(given.w) ** given.p)
sheet.penalty = given.alpha * sheet.norm
sheet.dpenalty = given.alpha * slope(given.w, given.p)
sheet.grad = given.dJ + sheet.dpenalty
sheet.new_w = given.w - given.eta * sheet.grad
sheet.dpenalty_q = given.alpha * slope(given.w, given.q)
sheet.holds = "for even p"
### END SOLUTION

# %% course="submit regularization/p-norm"

# %% [markdown]
# **Line by line.** You have used the formula; now derive it. `work` holds your lines, in LaTeX or as you would type
# them, and each is marked on the one before. The bars are what this is about: $|w_i|^p$ is $w_i^p$ for even $p$ or
# where no weight is negative, and nowhere else. A line that leaves them out is told where it would be right.

# %% course="show regularization/p-norm-derivation"

# %% course="answer regularization/p-norm-derivation"
work << r"""
"""
### BEGIN SOLUTION
loss = rf"{given.d:g} \nabla_{{w_i}} J"
weight = rf"\frac{{\alpha}}{{{given.c:g}}}"
work << rf"""
{loss} + {weight} \nabla_{{w_i}} \|w\|_p^p
= {loss} + {weight} \nabla_{{w_i}} \sum_j |w_j|^p
= {loss} + {weight} \nabla_{{w_i}} |w_i|^p
= {loss} + {weight} p |w_i|^{{p-1}} \operatorname{{sign}}(w_i)
"""
### END SOLUTION

# %% course="submit regularization/p-norm-derivation"

# %% [markdown]
# ## 3. Absolute values, squares, and both
#
# At $w = 0$ the absolute value has a kink. To the left its slope is $-1$, to the right $+1$, and every number
# between is a *subgradient*: a slope of a line that touches from below. A program has to take one of them. We
# take 0: a weight that is zero then stays there unless the loss itself moves it.
#
# But will a weight ever *get* to zero? A step along the subgradient of $\alpha |w|$ has the same length
# $\eta\alpha$ wherever it starts, so it hops over zero and back. The *proximal* step stops there. It minimises
# $\frac12 (v - u)^2 + \eta\alpha |v|$, and the minimum is at 0 for all $u$ that are nearer to it than $\eta\alpha$.

# %% course="show regularization/elastic-net"

# %% course="answer regularization/elastic-net"
# sheet.l1 =
# sheet.l2 =
# sheet.dl1 = [ , , , ]
# sheet.dl2 = [ , , , ]
# sheet.penalty =
# sheet.dpenalty = [ , , , ]
# sheet.new_w = [ , , , ]
# sheet.prox = [ , , , ]
### BEGIN SOLUTION
sheet.l1 = np.sum(np.abs(given.w))
sheet.l2 = np.sum(given.w**2)
sheet.dl1 = np.sign(given.w)
sheet.dl2 = 2 * given.w
sheet.penalty = given.alpha * (given.rho * sheet.l1 + (1 - given.rho) * sheet.l2)
sheet.dpenalty = given.alpha * (given.rho * sheet.dl1 + (1 - given.rho) * sheet.dl2)
sheet.new_w = given.w - given.eta * (given.dJ + sheet.dpenalty)
u = given.w - given.eta * given.dJ
sheet.prox = np.sign(u) * np.maximum(np.abs(u) - given.eta * given.alpha, 0)
### END SOLUTION

# %% course="submit regularization/elastic-net"

# %% [markdown]
# ## 4. From scratch
#
# Now for any $p \ge 1$, as functions. The sign function is handed in: whoever calls decides what it gives at 0, and
# may hand in something smooth instead.

# %% course="show regularization/implement-p-norm"


# %% course="answer regularization/implement-p-norm"
def gradient(w, p, sign):
    """Give the gradient of the sum of |w_i|^p, an array shaped like `w`. Call `sign` where a sign is needed."""
    ### BEGIN SOLUTION
    return p * jnp.abs(w) ** (p - 1) * sign(w)
    ### END SOLUTION


def update(w, dJ, alpha, p, eta):
    """Give the weights after one step of gradient descent on the penalised loss."""
    ### BEGIN SOLUTION
    return w - eta * (dJ + alpha * gradient(w, p, jnp.sign))
    ### END SOLUTION


sheet.gradient, sheet.update = gradient, update

# %% course="submit regularization/implement-p-norm"

# %% [markdown]
# **And `jax.grad`?** It differentiates `jnp.abs` too, and it has to choose a subgradient as well. Look at what it
# chooses, beside the penalty of this course's library, which takes 0.

# %%
from course.models import penalties

for p in (1.0, 2.0, 3.0):
    w = jnp.array([-2.0, 0.0, 0.5])
    plain = jax.grad(lambda w, p=p: jnp.sum(jnp.abs(w) ** p))(w)
    ours = jax.grad(penalties.power)(w, p)
    print(f"p = {p:g}: jax.grad of |w|^p {plain}, course.models.penalties.power {ours}")

# %% [markdown]
# ## 5. The square as weight decay
#
# For $p = 2$ the step can be read in another way. The gradient of the penalty is $2 \alpha w$, so
#
# $$w - \eta \, (\nabla J + 2 \alpha w) = (1 - 2 \eta\alpha) \, w - \eta \nabla J :$$
#
# first every weight loses a fixed share of itself, then comes the step that it would have made anyway. So *weight
# decay* and the *L2 penalty* are two names for one thing. Are they? With momentum there are two places where the
# decay can stand, and they differ from the second step on.

# %% course="show regularization/weight-decay"

# %% course="answer regularization/weight-decay"
# sheet.penalty =
# sheet.dpenalty = [ , , ]
# sheet.factor =
# sheet.new_w = [ , , ]
# sheet.coupled = [ , , ]
# sheet.decoupled = [ , , ]
### BEGIN SOLUTION
sheet.penalty = given.alpha * np.sum(given.w**2)
sheet.dpenalty = 2 * given.alpha * given.w
sheet.factor = 1 - 2 * given.eta * given.alpha
sheet.new_w = sheet.factor * given.w - given.eta * given.dJ
first = given.dJ + 2 * given.alpha * given.w
second = given.dJ + 2 * given.alpha * sheet.new_w
sheet.coupled = sheet.new_w - given.eta * (second + given.beta * first)
sheet.decoupled = sheet.factor * sheet.new_w - given.eta * (1 + given.beta) * given.dJ
### END SOLUTION

# %% course="submit regularization/weight-decay"

# %% [markdown]
# ## 6. The library's way
#
# In optax an optimizer is a chain of transformations of the gradient, and `optax.add_decayed_weights(r)` is the link
# that adds $r w$. With $r = 2\alpha$ it is the gradient of the penalty, if it stands *before* the link with the
# memory. *After* it the decay is decoupled from momentum, or from Adam's scaling: that is AdamW. Three optimizers,
# the decay at either place, and next to them the penalty as a term of the loss, for 200 steps of logistic
# regression.

# %%
from sklearn.datasets import load_breast_cancer

features, malignant = load_breast_cancer(return_X_y=True)
features = (features - features.mean(axis=0)) / features.std(axis=0)
features, malignant = jnp.asarray(features), jnp.asarray(malignant)
ALPHA, RATE, STEPS = 0.01, 0.05, 200


def logistic_loss(w):
    logits = features @ w
    return jnp.mean(jax.nn.softplus(logits) - malignant * logits)


def train(loss, optimizer):
    def step(carry, _):
        w, state = carry
        updates, state = optimizer.update(jax.grad(loss)(w), state, w)
        return (optax.apply_updates(w, updates), state), None

    start = jnp.zeros(features.shape[1])
    (w, _), _ = jax.lax.scan(step, (start, optimizer.init(start)), length=STEPS)
    return w


memories = {
    "SGD": optax.identity(),
    "momentum": optax.trace(0.9),
    "Adam": optax.scale_by_adam(),
}
decay, rate = optax.add_decayed_weights(2 * ALPHA), optax.scale(-RATE)
penalised = lambda w: logistic_loss(w) + ALPHA * penalties.l2(w)
print(f"{'':10s}{'before − penalty':>20s}{'after − penalty':>20s}")
trained = {}
for name, memory in memories.items():
    by_penalty = train(penalised, optax.chain(memory, rate))
    before = train(logistic_loss, optax.chain(decay, memory, rate))
    after = train(logistic_loss, optax.chain(memory, decay, rate))
    trained[name] = (by_penalty, before, after)
    gaps = [float(jnp.max(jnp.abs(w - by_penalty))) for w in (before, after)]
    print(f"{name:10s}{gaps[0]:20.1e}{gaps[1]:20.1e}")

# %%
figure, panels = plt.subplots(1, 3, figsize=(10, 3.2), sharex=True, sharey=True)
for axes, (name, (by_penalty, before, after)) in zip(panels, trained.items(), strict=True):
    axes.axline((0, 0), slope=1, color="grey", linewidth=0.8)
    axes.plot(by_penalty, before, "o", fillstyle="none", label="decay before")
    axes.plot(by_penalty, after, "x", label="decay after")
    axes.set(title=name, xlabel="weight by the penalty")
panels[0].set_ylabel("weight by the link")
panels[0].legend(frameon=False)
plt.show()

# %% [markdown]
# *In the picture:* for each optimizer the 30 weights, those trained with a link of the chain against those trained
# with the penalty. Circles, the decay before the memory, lie on the diagonal everywhere. Crosses, the decay after
# it, lie on the diagonal for SGD, on a steeper line for momentum, and scattered for Adam.
#
# Momentum adds gradients up: in the long run a step is $1/(1 - \beta) = 10$ times the gradient. A decay past the
# memory is not multiplied, so it is ten times as weak, and the weights are larger. Adam divides each gradient by its
# usual size. A penalty inside the gradient is divided with it; past it, each weight decays by the same share,
# whatever the size of its gradient. Neither is a mistake; to take one for the other, with the same number, is.

# %% [markdown]
# ## 7. An experiment: the regularisation path
#
# How do the weights go as the price rises? The data are 442 people with diabetes: age, sex, body mass, blood
# pressure and six blood values, and how far the illness has gone a year later. All is standardised, so that the
# weights can be compared. We solve the problem for 60 prices at once, with `vmap`: for L2 there is a closed form,
# for L1 we take proximal steps, from scratch.

# %%
from sklearn.datasets import load_diabetes

diabetes = load_diabetes()
X = jnp.asarray(diabetes.data / diabetes.data.std(axis=0))
y = jnp.asarray((diabetes.target - diabetes.target.mean()) / diabetes.target.std())
prices = jnp.logspace(-3.5, 0, 60)


def squares(w):
    return jnp.mean((X @ w - y) ** 2) / 2


@jax.jit
@jax.vmap
def lasso(alpha):
    eta = 1 / jnp.linalg.norm(X.T @ X / len(X), 2)  # the largest step that cannot overshoot

    def step(w, _):
        return penalties.soft_threshold(w - eta * jax.grad(squares)(w), eta * alpha), None

    return jax.lax.scan(step, jnp.zeros(X.shape[1]), length=5000)[0]


@jax.jit
@jax.vmap
def ridge(alpha):
    return jnp.linalg.solve(X.T @ X / len(X) + 2 * alpha * jnp.eye(X.shape[1]), X.T @ y / len(X))


paths = {"L1": lasso(prices), "L2": ridge(prices)}
figure, panels = plt.subplots(1, 2, figsize=(10, 3.8), sharey=True)
for axes, (name, path) in zip(panels, paths.items(), strict=True):
    for number, label in enumerate(diabetes.feature_names):
        axes.semilogx(prices, path[:, number], color=f"C{number}", label=label)
    axes.axhline(0, color="grey", linewidth=0.8)
    axes.set(title=f"{name} penalty", xlabel=r"price $\alpha$")
panels[0].set_ylabel("weight")
panels[1].legend(frameon=False, ncols=2, fontsize=8)
plt.show()

zeros = jnp.sum(paths["L1"] == 0, axis=1)
for number in (0, 30, 45, 55):
    print(f"α = {prices[number]:.4f}: {zeros[number]} weights are exactly 0 with L1,", end=" ")
    print(f"{jnp.sum(paths['L2'][number] == 0)} with L2")

# %% [markdown]
# *In the picture:* ten weights over the price, on a logarithmic axis. With L1 they reach zero one after the other
# and stay there; body mass (bmi) and one blood value (s5) are the last to go. With L2 they shrink together; some pass
# through zero, none stays.
#
# Two of the blood values, s1 and s2, start out large and of opposite signs: they measure nearly the same thing, and
# unpenalised weights play them against each other. Either penalty stops this at a small price.
#
# Is our path right? scikit-learn has a solver of its own, by coordinate descent.

# %%
from sklearn.linear_model import lasso_path

_, theirs, _ = lasso_path(
    *(np.asarray(values, dtype=np.float64) for values in (X, y)), alphas=np.asarray(prices, dtype=np.float64), tol=1e-8
)
theirs = theirs.T[::-1]  # scikit-learn goes from the highest price down
print(f"largest difference: {np.max(np.abs(theirs - paths['L1'])):.1e}")

# %% [markdown]
# ## 8. Two ways without a penalty
#
# **Early stopping.** Weights start small and grow as training goes on. Who stops early has small weights, without a
# price. When? When the error on images that are kept aside for this question no longer falls.
#
# **Dropout.** At every step each hidden unit is left out with probability $q$, and the others are scaled by
# $1/(1 - q)$ to make up for it. No unit can rely on a particular other one. For predictions all are there.
#
# To have something to overfit we take 150 digits only, and 200 others to watch.

# %%
from course.models import mlp
from course.training import classifier, data
from course.training.fit import Objective, Settings, fit

digits = data.digits(key=jax.random.key(1))
learn = data.take(digits.train, slice(0, 150))
watch = data.take(digits.train, slice(150, 350))


def logits(params, image):
    return mlp.apply(params, image.ravel(), activation=jax.nn.relu)


def dropout_loss(params, image, label, *, key, rate=0.5):
    hidden = mlp.forward(params, image.ravel(), activation=jax.nn.relu)[0].z
    kept = jax.random.bernoulli(key, 1 - rate, hidden.shape) / (1 - rate)
    scores = mlp.apply(params[1:], hidden * kept, activation=jax.nn.relu)
    return optax.softmax_cross_entropy_with_integer_labels(scores, label)


plain_loss = classifier.classification_loss(logits)


def measure(params):
    losses = jax.vmap(lambda image, label: plain_loss(params, image, label))
    return {
        "learnt": jnp.mean(losses(learn.images, learn.labels)),
        "watched": jnp.mean(losses(watch.images, watch.labels)),
        "test accuracy": classifier.accuracy(logits, params, digits.test),
    }


def run(loss, **options):
    params = mlp.init((64, 128, 10), key=jax.random.key(2))
    optimizer = optax.sgd(0.02, momentum=0.9)
    settings = Settings(epochs=150, batch_size=25, metrics=measure, progress=False)
    return fit(Objective(loss, **options), params, learn, optimizer, settings, key=jax.random.key(3))


runs = {
    "nothing": run(plain_loss),
    "L2": run(plain_loss, penalty=lambda params: 2e-3 * penalties.l2([W[:, 1:] for W in params])),
    "dropout": run(dropout_loss, keyed=True),
}

# %%
figure, panels = plt.subplots(1, 2, figsize=(10, 3.8))
for number, (name, result) in enumerate(runs.items()):
    for axes, key in zip(panels, ("watched", "learnt"), strict=True):
        axes.plot([epoch.metrics[key] for epoch in result.history], color=f"C{number}", label=name)
watched = [epoch.metrics["watched"] for epoch in runs["nothing"].history]
stop = int(np.argmin(watched))
panels[0].plot(stop, watched[stop], "o", color="black", label="early stopping")
panels[0].set(xlabel="epoch", ylabel="cross-entropy", ylim=(0.42, 0.7), title="200 digits that are watched")
panels[1].set(xlabel="epoch", yscale="log", title="150 digits that are learnt")
panels[0].legend(frameon=False)
plt.show()

rows = [(name, result.history[-1]) for name, result in runs.items()]
for name, epoch in [*rows, ("early stopping", runs["nothing"].history[stop])]:
    values = "  ".join(f"{key} {value:.3f}" for key, value in epoch.metrics.items())
    print(f"{name:15s}after {epoch.number:3d} epochs: {values}")

# %% [markdown]
# *In the picture:* on the left the loss on the watched digits, over the epochs. If nothing is done it has its
# minimum early, where the dot is, and then rises slowly. With dropout it comes lower and rises late, with the penalty
# it stays down. On the right the loss on the learnt digits, on a logarithmic axis: it falls without end, except
# under the penalty, which does not allow the weights that this would take.
#
# Now look at the accuracies in the table. They hardly differ: one of the 359 test images is 0.3 %. The *loss* of the
# unregularised network gets worse while its accuracy does not: it is as often right as before, and more and more
# certain where it is wrong. Whether you need regularisation depends on whether you want a label or a probability.
#
# And do not believe a single split. Take `jax.random.key(5)` for the digits: of the three the penalty, which won here,
# comes last.

# %% [markdown]
# ## Summary
#
# - The gradient of $\alpha \|w\|_p^p$ is $\alpha \, p \, |w_i|^{p-1} \, \mathrm{sign}(w_i)$. Without the bars and the
#   sign it holds for even $p$, or as long as all weights are positive.
# - $p = 1$ gives exact zeros, by its corner; take proximal steps to reach them. $p = 2$ gives small weights.
# - With plain SGD the L2 penalty *is* weight decay, by the factor $1 - 2\eta\alpha$. With momentum and with Adam it
#   matters whether the decay goes through the optimizer's memory or past it.
# - Early stopping and dropout regularise without a penalty.
#
# *To read on:* R. Tibshirani, *Regression shrinkage and selection via the lasso* (J. R. Stat. Soc. B, 1996).
# N. Srivastava et al., *Dropout* (JMLR 2014). I. Loshchilov, F. Hutter, *Decoupled weight decay regularization*
# (ICLR 2019).
