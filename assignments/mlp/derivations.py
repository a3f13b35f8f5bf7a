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
# # Line by line
#
# A number is the last word of a derivation; the line is what shows that you can find it. In this notebook you write
# the lines, and they are marked one by one. A line may be LaTeX or what you would type anyway:
#
# ```python
# work << r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial \hat y} \frac{\partial \hat y}{\partial w}"
# work << "= (ŷ - y) x"
# work[2] = "= 2(ŷ - y) x"        # says line 2 again, and leaves the others
# ```
#
# `submit(work)` shows every line as it was read, and where one could not be; it does not say what is right. Each line
# is judged on **your own line before it**: an error costs the line in which it is made, and what follows from it
# follows. What the lines have to show is listed with each exercise; how many lines you take is up to you.

# %% course="setup"
import numpy as np

# %% [markdown]
# ## One weight, one step
#
# Backpropagation multiplies derivatives along the path from a weight to the loss. For one weight the path can be
# written out: here there are five steps, and so five factors. Two of them are 1: the output unit is linear, and an
# active ReLU passes on what it gets. Write them all the same, the product shows that you know where they are.

# %% course="show mlp/relu-sgd-chain"

# %% course="answer mlp/relu-sgd-chain"
work << r"""
"""
### BEGIN SOLUTION
z = given.W1[0, 0] + given.W1[0, 1:] @ given.x
y_hat = given.W2[0] + given.W2[1] * max(z, 0)
work << r"""
\Delta w_{2,1}^{(1)} = -\eta \frac{\partial L}{\partial w_{2,1}^{(1)}}
= -η ∂L/∂ŷ · ∂ŷ/∂z_1^{(2)} · ∂z_1^{(2)}/∂a_1 · ∂a_1/∂z_1 · ∂z_1/∂w_{2,1}^{(1)}
= -\eta (\hat y - y) \cdot 1 \cdot w_{1,1}^{(2)} \cdot 1 \cdot x_2
"""
work << f"= -η ({y_hat:g} - ({given.y:g})) · ({given.W2[1]:g}) · {given.x[1]:g}"
work << f"= {(given.y - y_hat) * given.W2[1] * given.x[1]:g} η"
### END SOLUTION

# %% course="submit mlp/relu-sgd-chain"

# %% [markdown]
# ## A formula, from the outside in
#
# Before anything is differentiated, write down what a network computes. Start from the output and put in one layer at
# a time: what goes into the output unit, what comes out of the hidden units, what goes into those. Each line is the
# line before with something put in its place, and the last one holds nothing but inputs and weights. A bias is a
# weight too: its input is the constant 1.

# %% course="show mlp/closed-formula"

# %% course="answer mlp/closed-formula"
work << r"""
"""
### BEGIN SOLUTION
work << r"""
h_1 = \varphi(a_1^{[2]})
= \varphi(w_{10}^{[2]} + w_{11}^{[2]} z_1^{[1]} + w_{12}^{[2]} z_2^{[1]})
= \varphi(w_{10}^{[2]} + w_{11}^{[2]} \varphi(a_1) + w_{12}^{[2]} \varphi(a_2))
"""
weight = "w_{{{}}}^{{[1]}}".format
into = [f"{weight(m)} + {weight(m + 1)} x_1 + {weight(m + 2)} x_2" for m in (10, 20)]
terms = [rf"w_{{1{m}}}^{{[2]}} \varphi({one})" for m, one in enumerate(into, start=1)]
work << rf"= \varphi(w_{{10}}^{{[2]}} + {' + '.join(terms)})"
### END SOLUTION

# %% course="submit mlp/closed-formula"

# %% [markdown]
# ## Back to a hidden unit
#
# Now the way back through the same network, with a sigmoid at the hidden units and a linear output. The local error of
# a hidden unit is $\partial E / \partial a$: how much the error would change if its pre-activation did. From there it
# is two steps to the output unit's pre-activation, through $z$, and one more to the error. You may write each factor
# as a claim of its own (`∂a_1^{[2]}/∂z_2 = …`) or carry the whole product from line to line; both are marked alike.
# The slope of the sigmoid is $\sigma(a)(1 - \sigma(a))$, and nothing in it is squared.

# %% course="show mlp/sigmoid-ls-chain"

# %% course="answer mlp/sigmoid-ls-chain"
work << r"""
"""
### BEGIN SOLUTION
s = int(given.unit)
out, a, z, w = "a_1^{[2]}", f"a_{s}^{{[1]}}", f"z_{s}^{{[1]}}", f"w_{{1{s}}}^{{[2]}}"
work << f"""
∂E/∂{a} = ∂E/∂{out} · ∂{out}/∂{z} · ∂{z}/∂{a}
= (h - y) · {w} · σ'({a})
= (h - y) · {w} · σ({a}) (1 - σ({a}))
"""
### END SOLUTION

# %% course="submit mlp/sigmoid-ls-chain"

# %% [markdown]
# ## Where the slope cancels
#
# With a sigmoid output and the cross-entropy the local error of the output is as short as under the squared error with
# a linear output. That is no chance: the derivative of the logarithms has $h (1 - h)$ below the fraction line, and the
# slope of the sigmoid has it above. Watch the inner derivative: what goes into your sigmoid is not just $a$.

# %% course="show mlp/sigmoid-ce-local-error"

# %% course="answer mlp/sigmoid-ce-local-error"
work << r"""
"""
### BEGIN SOLUTION
work << f"""
∂E/∂a = ∂E/∂h · ∂h/∂a
∂E/∂h = -y/h + (1 - y)/(1 - h)
∂h/∂a = {given.s:g} · h (1 - h)
∂E/∂a = {given.s:g} · (-y (1 - h) + (1 - y) h)
= {given.s:g} · (h - y)
"""
### END SOLUTION

# %% course="submit mlp/sigmoid-ce-local-error"

# %% [markdown]
# ## A whole backward pass
#
# Two hidden layers of ReLU units. What you know of the layer above is used by every line of the layer below: that is
# the whole point of going backwards. A unit of the first layer reaches the loss through *both* units of the second, so
# its line is a sum. Mind the order of the indices: $w_{j,k}$ goes *to* unit $j$ and comes *from* unit $k$. A line may
# be in symbols, in numbers, or in both; numbers count as yours where a ReLU is on or off with *your* numbers.

# %% course="show mlp/relu-backprop-working"

# %% course="answer mlp/relu-backprop-working"
work << r"""
"""
### BEGIN SOLUTION
a1 = given.W1 * given.x
h1 = np.maximum(0, a1)
a2 = given.W2 @ h1
h2 = np.maximum(0, a2)
out = -2 * (given.y - given.W3 @ h2)
second = np.where(a2 > 0, out * given.W3, 0)
first = np.where(a1 > 0, second @ given.W2, 0)
k = int(np.argmax(h1)) + 1  # the unit of the first layer that is on, and of the second
j = int(np.argmax(h2)) + 1
step = first[k - 1] * given.x
a, h, w3, w2, w1 = (
    f"a_{j}^{{(2)}}",
    f"h_{j}^{{(2)}}",
    f"w_{{1,{j}}}^{{(3)}}",
    f"w_{{{j},{k}}}^{{(2)}}",
    f"w_{{{k},1}}^{{(1)}}",
)
below = f"a_{k}^{{(1)}}"
ways = [f"∂J/∂a_{i}^{{(2)}} · ∂a_{i}^{{(2)}}/∂{below}" for i in (1, 2)]
work << f"""
∂J/∂h^{{(3)}} = -2 (y - h^{{(3)}})
∂J/∂{w3} = ∂J/∂h^{{(3)}} · ∂h^{{(3)}}/∂{w3}
∂J/∂{a} = ∂J/∂h^{{(3)}} · ∂h^{{(3)}}/∂{h} · ∂{h}/∂{a}
∂J/∂{w2} = ∂J/∂{a} · h_{k}^{{(1)}}
∂J/∂{below} = {" + ".join(ways)}
∂J/∂{w1} = ∂J/∂{below} · x = {step:g}
{w1} ← {given.W1[k - 1]:g} - {given.eta:g} · ({step:g})
"""
### END SOLUTION

# %% course="submit mlp/relu-backprop-working"

# %% [markdown]
# ## A layer at once
#
# Unit by unit the indices take over. In matrices a layer's backward pass is three short lines, and the shapes check
# them: here the derivative of the loss by a vector is a **row**, so that the chain rule is read from left to right.
# With columns everything stands transposed and in the other order; both are in use, but not both in one line.

# %% course="show mlp/layer-gradients"

# %% course="answer mlp/layer-gradients"
work << r"""
"""
### BEGIN SOLUTION
at = int(given.layer)
names = (f"b_{at}", f"A_{at}", f"y_{at}", f"y_{at - 1}")
b, A, y, x = (f"(∂L/∂{one})" for one in names)
work << rf"""
{b} = {y} · ∂y_{at}/∂b_{at}
= {y} \operatorname{{diag}}(\sigma'(A_{at} y_{at - 1} + b_{at}))
{A} = {b}^T y_{at - 1}^T
{x} = {b} · ∂z_{at}/∂y_{at - 1}
= {b} A_{at}
"""
### END SOLUTION

# %% course="submit mlp/layer-gradients"
