"""Why gradients are computed by backpropagation, as asked."""

from course.exercises.base import Exercise, nothing

why_backprop = Exercise(
    id="mlp/why-backprop",
    title="Why backpropagation?",
    source="004, 1.1",
    kind="written",
    task=(
        "In a few sentences: why is the gradient of a network computed by backpropagation and not for each "
        "weight on its own? Say what is reused, and compare the cost of both in terms of the number of "
        "edges of the network."
    ),
    seed=nothing,
    answers={},
)
