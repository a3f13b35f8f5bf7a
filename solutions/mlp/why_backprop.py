"""Rubric of `mlp/why-backprop`: why gradients are computed by backpropagation."""

from course.exercises import find
from course.marking.scheme import Scheme

why_backprop = Scheme(find("mlp/why-backprop"))
why_backprop.written(
    r"""
    By the chain rule the gradient of every weight of a layer is the gradient at the layer's output times a local
    derivative. Backpropagation goes through the network once from the loss to the input and hands the upstream
    gradient on, so that each layer computes it once for all weights below it. One backward pass costs about as
    much as one forward pass, $O(\text{edges})$. Taking each weight on its own repeats the whole chain (or a whole
    forward pass, for a difference quotient) for every weight: $O(\text{edges}^2)$.
    """,
    [
        ("The upstream gradient (what comes from the layers above) is computed once and reused.", 2),
        ("Cost: one pass over the edges, against one pass for each weight.", 1),
    ],
)
