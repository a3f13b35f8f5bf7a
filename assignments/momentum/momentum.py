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
# # Momentum: one method in two forms
#
# Gradient descent looks at the slope under its feet and at nothing else. In a long narrow valley that is a pity: the
# slope points across the valley, not along it. With momentum a step remembers the steps before it. What goes to and
# fro cancels, what goes the same way adds up.
#
# The method is written down in two forms, which look different and are the same. In this notebook you go a few steps
# of both by hand, prove that they agree, find the place where the proof needs an assumption, and see what happens to
# networks and to papers when somebody forgets it.

# %% course="setup"
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax

plt.rcParams.update({"figure.figsize": (6, 3.8), "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
# ## 1. A narrow valley
#
# The simplest valley there is: $f(\theta) = \frac12 (h_1 \theta_1^2 + h_2 \theta_2^2)$ with curvatures 1 and 30.
# Their quotient $\kappa = 30$ is its *condition number*. A step size must be small enough for the steep direction,
# $\alpha < 2/30$, and then it is tiny for the flat one.

# %%
H = jnp.array([1.0, 30.0])
START = jnp.array([-9.0, 1.0])


def descend(alpha, beta, steps):
    """The points that form I goes through."""
    now = before = START
    points = [now]
    for _ in range(steps):
        now, before = now - alpha * H * now + beta * (now - before), now
        points.append(now)
    return jnp.stack(points)


kappa = H.max() / H.min()
root = jnp.sqrt(kappa)
best_alpha, best_beta = (2 / (jnp.sqrt(H.max()) + jnp.sqrt(H.min()))) ** 2, ((root - 1) / (root + 1)) ** 2
ways = {
    "gradient descent": descend(2 / (H.max() + H.min()), 0.0, 25),
    f"momentum, β = {best_beta:.2f}": descend(best_alpha, best_beta, 25),
    "too much, β = 0.95": descend(best_alpha, 0.95, 25),
}

x, y = np.meshgrid(np.linspace(-10, 8, 200), np.linspace(-2.2, 2.2, 200))
height = (H[0] * x**2 + H[1] * y**2) / 2
figure, panels = plt.subplots(3, 1, figsize=(7, 6), sharex=True)
for axes, (name, points) in zip(panels, ways.items(), strict=True):
    axes.contour(x, y, height, levels=np.geomspace(0.3, 110, 11), colors="C0", linewidths=0.6, alpha=0.6)
    axes.plot(*points.T, "o-", color="C1", markersize=3, linewidth=1)
    axes.plot(0, 0, "+", color="black")
    axes.set(title=f"{name}: after 25 steps f = {float(points[-1] ** 2 @ H / 2):.2g}", ylabel=r"$\theta_2$")
panels[-1].set_xlabel(r"$\theta_1$")
figure.tight_layout()
plt.show()

# %% [markdown]
# *In the picture:* the level lines of the valley and 25 steps from the left end. Gradient descent with its best step
# size bounces between the walls and creeps along the floor. With the best $\beta$ the bouncing dies down and the
# point runs to the minimum. With too much momentum it overshoots and swings back, like a ball in a bowl.

# %% [markdown]
# ## 2. Two forms
#
# **Form I**, Polyak's *heavy ball*: the last step is made once more, shortened by $\beta$.
#
# $$\theta^{k+1} = \theta^k - \alpha g^k + \beta \, (\theta^k - \theta^{k-1}), \qquad \theta^{-1} = \theta^0 .$$
#
# **Form II**, that of the libraries: gradients add up to a *velocity*, of which older ones are forgotten.
#
# $$v^{k+1} = g^k + \beta v^k, \qquad \theta^{k+1} = \theta^k - \alpha v^{k+1}, \qquad v^0 = 0 .$$
#
# Form I has to remember a point, form II a velocity. **An example** in one dimension, $f = \frac12 \theta^2$, from
# $\theta^0 = 1$ with $\alpha = \beta = \frac12$:
#
# | $k$ | form I | $v^k$ | form II |
# |---|---|---|---|
# | 1 | $1 - \frac12 \cdot 1 + 0 = 0.5$ | $1$ | $1 - \frac12 \cdot 1 = 0.5$ |
# | 2 | $0.5 - \frac12 \cdot 0.5 + \frac12 (0.5 - 1) = 0$ | $0.5 + \frac12 \cdot 1 = 1$ | $0.5 - \frac12 \cdot 1 = 0$ |
#
# Now yours, in two dimensions. In the last lines the step size changes after the first step. Do the forms still
# agree?

# %% course="show momentum/two-forms"

# %% course="answer momentum/two-forms"
# sheet.g0 = [ , ]
# sheet.theta1_I = [ , ]
# sheet.theta2_I = [ , ]
# sheet.theta3_I = [ , ]
# sheet.v1 = [ , ]
# sheet.theta1_II = [ , ]
# sheet.v2 = [ , ]
# sheet.theta2_II = [ , ]
# sheet.v3 = [ , ]
# sheet.theta3_II = [ , ]
# sheet.schedule_I = [ , ]
# sheet.schedule_II = [ , ]
# sheet.kappa =
# sheet.best_beta =
### BEGIN SOLUTION
h, theta0, alpha, beta = given.h, given.theta0, given.alpha, given.beta
sheet.g0 = h * theta0
sheet.theta1_I = theta0 - alpha * sheet.g0
sheet.theta2_I = sheet.theta1_I - alpha * h * sheet.theta1_I + beta * (sheet.theta1_I - theta0)
sheet.theta3_I = sheet.theta2_I - alpha * h * sheet.theta2_I + beta * (sheet.theta2_I - sheet.theta1_I)
sheet.v1 = sheet.g0
sheet.theta1_II = theta0 - alpha * sheet.v1
sheet.v2 = h * sheet.theta1_II + beta * sheet.v1
sheet.theta2_II = sheet.theta1_II - alpha * sheet.v2
sheet.v3 = h * sheet.theta2_II + beta * sheet.v2
sheet.theta3_II = sheet.theta2_II - alpha * sheet.v3
sheet.schedule_I = sheet.theta1_I - given.alpha_next * h * sheet.theta1_I + beta * (sheet.theta1_I - theta0)
sheet.schedule_II = sheet.theta1_II - given.alpha_next * sheet.v2
sheet.kappa = h.max() / h.min()
sheet.best_beta = ((np.sqrt(sheet.kappa) - 1) / (np.sqrt(sheet.kappa) + 1)) ** 2
### END SOLUTION

# %% course="submit momentum/two-forms"

# %% [markdown]
# **The proof.** Three steps that agree prove nothing about the fourth. Show by induction that both forms go through
# the same points: first its skeleton from blocks (`work.blocks = "A C B"`), then the algebra, line by line. A hint: find
# what $\theta^k - \theta^{k-1}$ is in form II. Exactly one line needs that $\alpha$ is the same at all steps; above you
# saw what happens when it is not.

# %% course="show momentum/two-forms-proof"

# %% course="answer momentum/two-forms-proof"
work.blocks = ""
work << r"""
"""
### BEGIN SOLUTION
work.blocks = "S Q T V P"
work << r"""
base
\theta_I^1 = \theta^0 - \alpha g^0 + \beta (\theta^0 - \theta^{-1})
= \theta^0 - \alpha g^0
\theta_{II}^1 = \theta^0 - \alpha (g^0 + \beta v^0) = \theta^0 - \alpha g^0
step
\theta_I^{k+1} = \theta_I^k - \alpha g^k + \beta (\theta_I^k - \theta_I^{k-1})
= \theta_{II}^k - \alpha g^k + \beta (\theta_{II}^k - \theta_{II}^{k-1}) by hypothesis
= \theta_{II}^k - \alpha g^k - \alpha \beta v^k since α is constant
= \theta_{II}^k - \alpha v^{k+1}
= \theta_{II}^{k+1}
"""
### END SOLUTION

# %% course="submit momentum/two-forms-proof"

# %% [markdown]
# ## 3. From scratch
#
# A network's parameters are not a vector but a tree of arrays. `jax.tree.map(f, a, b)` applies a function leaf by
# leaf. Write one step of each form as a pure function: state in, state out, nothing changed in place. Then
# Nesterov's form, which looks ahead: it goes along the *new* velocity once more.
#
# $$v^{k+1} = g^k + \beta v^k, \qquad \theta^{k+1} = \theta^k - \alpha_k \, (g^k + \beta v^{k+1}) .$$

# %% course="show momentum/implement"


# %% course="answer momentum/implement"
# `theta`, `before`, `v` and `gradient` are pytrees of one structure, `alpha` and `beta` are numbers.
def form_one(theta, before, gradient, alpha, beta):
    """Give the new theta."""
    ### BEGIN SOLUTION
    return jax.tree.map(lambda t, b, g: t - alpha * g + beta * (t - b), theta, before, gradient)
    ### END SOLUTION


def form_two(theta, v, gradient, alpha, beta):
    """Give the pair of the new theta and the new v."""
    ### BEGIN SOLUTION
    v = jax.tree.map(lambda v, g: g + beta * v, v, gradient)
    return jax.tree.map(lambda t, v: t - alpha * v, theta, v), v
    ### END SOLUTION


def nesterov(theta, v, gradient, alpha, beta):
    """Give the pair of the new theta and the new v."""
    ### BEGIN SOLUTION
    v = jax.tree.map(lambda v, g: g + beta * v, v, gradient)
    return jax.tree.map(lambda t, v, g: t - alpha * (g + beta * v), theta, v, gradient), v
    ### END SOLUTION


sheet.form_one, sheet.form_two, sheet.nesterov = form_one, form_two, nesterov

# %% course="submit momentum/implement"

# %% [markdown]
# ## 4. The library's way
#
# In optax it is one line, `optax.sgd(alpha, momentum=beta)`, with `nesterov=True` for the look-ahead. Is it your
# form? A real network will tell: an MLP on handwritten digits, 300 steps of minibatches, all of them the same for
# everybody. Once with a constant rate, once with one that falls from step to step. As a yardstick, the course's
# library has both forms too.

# %%
from course.models import mlp, momentum
from course.training import classifier, data

digits = data.digits(key=jax.random.key(0))
network = lambda params, image: mlp.apply(params, image.ravel(), activation=jnp.tanh)
example_loss = classifier.classification_loss(network)
first = mlp.init((64, 32, 10), key=jax.random.key(1), scale=mlp.lecun_scale)
ALPHA, BETA, STEPS = 0.1, 0.9, 300
order = jnp.concatenate([data.batches(len(digits.train.labels), 32, key=key) for key in jax.random.split(jax.random.key(2), 7)])
batches = order[:STEPS]


def batch_gradient(params, indices):
    images, labels = (jnp.asarray(array)[indices] for array in digits.train)
    mean = lambda params: jnp.mean(jax.vmap(lambda i, l: example_loss(params, i, l))(images, labels))
    return jax.value_and_grad(mean)(params)


def visit(update, state):
    """All parameters on the way, and the losses: `update(params, state, gradient, k)` makes a step."""

    def step(carry, batch):
        (params, state), (k, indices) = carry, batch
        loss, gradient = batch_gradient(params, indices)
        params, state = update(params, state, gradient, k)
        return (params, state), (jnp.concatenate([leaf.ravel() for leaf in jax.tree.leaves(params)]), loss)

    return jax.jit(lambda: jax.lax.scan(step, (first, state), (jnp.arange(STEPS), batches))[1])()


def by_library(optimizer):
    def update(params, state, gradient, k):
        updates, state = optimizer.update(gradient, state, params)
        return optax.apply_updates(params, updates), state

    return visit(update, optimizer.init(first))


constant = lambda k: ALPHA
falling = optax.exponential_decay(ALPHA, transition_steps=100, decay_rate=0.3)
zeros = jax.tree.map(jnp.zeros_like, first)

gaps = {}
for name, rate in (("constant", constant), ("falling", falling)):
    theirs, _ = by_library(optax.sgd(rate, momentum=BETA))
    ours = {
        "form I": by_library(momentum.heavy_ball(rate, BETA)),
        "form II": by_library(momentum.momentum(rate, BETA)),
    }
    if form_two(first, zeros, zeros, ALPHA, BETA) is None or form_one(first, first, zeros, ALPHA, BETA) is None:
        print("your forms return nothing yet")
    else:
        ours["your form I"] = visit(lambda p, s, g, k: (form_one(p, s, g, rate(k), BETA), p), first)
        ours["your form II"] = visit(lambda p, s, g, k: form_two(p, s, g, rate(k), BETA), zeros)
    for form, (visited, _) in ours.items():
        gaps[name, form] = jnp.linalg.norm(visited - theirs, axis=1) / jnp.linalg.norm(theirs, axis=1)
        print(f"{name} rate, {form}: at most {gaps[name, form].max():.1e} off optax.sgd")

# %%
figure, panels = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True)
for axes, name in zip(panels, ("constant", "falling"), strict=True):
    for form, style in (("form I", "-"), ("form II", "--")):
        axes.semilogy(jnp.maximum(gaps[name, form], 1e-8), style, label=form)
    axes.set(title=f"{name} rate", xlabel="step")
panels[0].set_ylabel("distance to optax.sgd")
panels[0].legend(frameon=False)
plt.show()

# %% [markdown]
# *In the picture:* how far the parameters of each form are from those of `optax.sgd`, relative to their size, over
# 300 steps. With a constant rate both stay at the rounding of float32. With a falling rate form II stays there, and
# form I leaves at once and ends some percent away.
#
# So libraries mean form II. Some, and many papers, put the rate *inside* the velocity, $v^{k+1} = \alpha_k g^k +
# \beta v^k$ and $\theta^{k+1} = \theta^k - v^{k+1}$. That is form I in disguise. As long as the rate is constant nobody
# can tell; with a schedule, results do not carry over from one library to another. A factor $1 - \beta$ in front of
# the gradient is the other thing to look for: it makes all steps shorter, ten times so for $\beta = 0.9$.

# %% [markdown]
# ## 5. An experiment: the best β
#
# On a quadratic all can be worked out. Along a direction of curvature $h$ the error follows
# $\theta^{k+1} = (1 + \beta - \alpha h) \, \theta^k - \beta \, \theta^{k-1}$, so it shrinks in the long run by the larger
# modulus of the two roots of $z^2 - (1 + \beta - \alpha h) z + \beta$. The slowest direction counts. We take the step
# size that is best for each $\beta$, $\alpha = 2 (1 + \beta) / (h_{\max} + h_{\min})$, and compare the formula with
# runs of 1000 steps.

# %%
betas = jnp.linspace(0.0, 0.99, 400)
figure, axes = plt.subplots(figsize=(7, 4))
for number, kappa in enumerate((3.0, 10.0, 100.0, 1000.0)):
    curvatures = np.geomspace(1.0, kappa, 30)

    def rate(beta, curvatures=curvatures, kappa=kappa):
        alpha = 2 * (1 + beta) / (1 + kappa)
        return jnp.max(jax.vmap(lambda h: momentum.quadratic_rate(alpha, beta, h))(curvatures))

    def measured(beta, curvatures=curvatures, kappa=kappa):
        optimizer = momentum.momentum(2 * (1 + beta) / (1 + kappa), beta)
        size = jnp.linalg.norm(
            momentum.trajectory(optimizer, lambda x: curvatures * x, jnp.ones(30), steps=1000), axis=1
        )
        # The first half is not yet the long run; where the error is too small for a number, the run ends before.
        last = jnp.sum(size > 1e-140) - 1
        return (size[last] / size[last // 2]) ** (1 / (last - last // 2))

    axes.plot(betas, jax.vmap(rate)(betas), color=f"C{number}", label=rf"$\kappa$ = {kappa:g}")
    some = np.array([0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95])
    with jax.enable_x64(True):
        axes.plot(some, jax.vmap(measured)(some), ".", color=f"C{number}")
    _, best = momentum.best_for_quadratic(1.0, kappa)
    axes.plot(best, jnp.sqrt(best), "o", color=f"C{number}", fillstyle="none", markersize=9)
    print(f"κ = {kappa:5g}: best β {best:.3f}, rate {jnp.sqrt(best):.4f} instead of {(kappa - 1) / (kappa + 1):.4f}", end="")
    print(f", so {np.log(1e-6) / np.log((kappa - 1) / (kappa + 1)):6.0f} steps become {np.log(1e-6) / np.log(np.sqrt(best)):4.0f}")
axes.set(xlabel=r"$\beta$", ylabel="factor per step, in the long run", ylim=(0.2, 1.01))
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# *In the picture:* the factor by which the error shrinks in a step, over $\beta$, for four condition numbers; lines by
# the formula, points measured, circles at $\beta = \bigl( (\sqrt\kappa - 1) / (\sqrt\kappa + 1) \bigr)^2$. Each curve
# falls to its circle, where it has a corner, and rises from there as $\sqrt\beta$, the same for all.
#
# To the left of the corner the flat direction still creeps. To the right everything oscillates, and only the momentum
# itself has to die down, whatever the curvature. The worse the condition, the more is won: the number of steps goes
# with $\sqrt\kappa$ instead of $\kappa$. And it is worse to have a little too little than a little too much, which
# is why 0.9 is such a common choice.

# %% [markdown]
# ## 6. Looking ahead
#
# Nesterov's form takes the gradient, in effect, where the momentum is about to lead. It brakes before the wall and not
# behind it. On the valley of the beginning, and on the network of section 4, with the same rate and the same $\beta$:

# %%
valley = {
    name: momentum.trajectory(optimizer, lambda x: H * x, START, steps=60)
    for name, optimizer in {
        "gradient descent": optax.sgd(1 / 30),
        "momentum": momentum.momentum(1 / 30, 0.9),
        "Nesterov": momentum.nesterov(1 / 30, 0.9),
    }.items()
}
losses = {
    "gradient descent": by_library(optax.sgd(0.05))[1],
    "gradient descent, 10 times the rate": by_library(optax.sgd(0.5))[1],
    "momentum": by_library(optax.sgd(0.05, momentum=BETA))[1],
    "Nesterov": by_library(optax.sgd(0.05, momentum=BETA, nesterov=True))[1],
}
figure, panels = plt.subplots(1, 2, figsize=(10, 3.6))
for name, points in valley.items():
    panels[0].semilogy(jnp.sum(H * points**2, axis=1) / 2, label=name)
colours = dict(zip(losses, ("C0", "C3", "C1", "C2"), strict=True))
for name, values in losses.items():
    panels[1].semilogy(jnp.convolve(values, jnp.ones(10) / 10, mode="valid"), color=colours[name], label=name)
panels[0].set(title="the valley", xlabel="step", ylabel="loss")
panels[1].set(title="the network (mean over 10 batches)", xlabel="step")
for axes in panels:
    axes.legend(frameon=False, fontsize=8)
plt.show()

if nesterov(first, zeros, zeros, ALPHA, BETA) is not None:
    yours, _ = visit(lambda p, s, g, k: nesterov(p, s, g, ALPHA, BETA), zeros)
    theirs, _ = by_library(optax.sgd(ALPHA, momentum=BETA, nesterov=True))
    print(f"your Nesterov against optax: {jnp.max(jnp.abs(yours - theirs)):.1e}")

# %% [markdown]
# *In the picture:* on the left the loss in the valley. Both forms of momentum fall in long waves, the swings along
# its floor; the jitter on momentum's curve is the bouncing between the walls, which Nesterov's form has damped. On the
# right the training loss of the network: with the same rate, momentum leaves gradient descent behind at once, and
# between its two forms there is nothing to choose.
#
# Look at the fourth curve before you praise momentum for it. In the long run it takes steps of $\alpha / (1 - \beta)$,
# here ten times $\alpha$, and gradient descent with ten times the rate keeps up. This network is no narrow valley. In
# the valley of section 1 ten times the rate would have been the end: there $\alpha < 2/30$ is all that gradient descent
# can bear.

# %% [markdown]
# ## Summary
#
# - Form I remembers the last step, form II a velocity. They are one method as long as the rate is constant, since then
#   $\theta^k - \theta^{k-1} = -\alpha v^k$.
# - With a schedule they part. `optax.sgd` is form II; a rate inside the velocity is form I.
# - On a quadratic the best $\beta$ is $\bigl( (\sqrt\kappa - 1) / (\sqrt\kappa + 1) \bigr)^2$, and the number of steps goes with
#   $\sqrt\kappa$.
# - Nesterov's form steps along the new velocity once more, which damps the waves.
#
# *To read on:* B. T. Polyak, *Some methods of speeding up the convergence of iteration methods* (1964).
# I. Sutskever et al., *On the importance of initialization and momentum in deep learning* (ICML 2013).
# G. Goh, *Why momentum really works* (Distill, 2017).
