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
