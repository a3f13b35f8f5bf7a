"""A sigmoid network under the squared error, as asked."""

from course.exercises.base import Exercise
from course.exercises.mlp.networks import TWO_LAYER_SYMBOLS, drawn
from course.exercises.mlp.sigmoid_networks import SIGMOID_ANSWERS, draw_formula_probe, draw_sigmoid, seed_sigmoid

sigmoid_ls = Exercise(
    id="mlp/sigmoid-ls",
    title="A sigmoid network under the squared error",
    source="001, exercise 1 (a), (b), (c)",
    kind="steps",
    task=(
        "A network with two inputs, two sigmoid hidden units and one linear output, $h(a) = a$, with bias "
        r"units. The error is $E = \frac12 (h - y)^2$. (a) Draw the network: list its edges. (b) Write the "
        r"output as a closed formula in all the weights, for any activation $\varphi$ at the hidden units "
        "and at the output. (c) Run the forward pass with your numbers, then find the local errors, the "
        "gradients, and the second layer after one step of gradient descent. Two decimals are enough, "
        "where they leave two significant digits."
    ),
    seed=seed_sigmoid,
    draw=lambda draw: draw_sigmoid(draw, (-3.0, -2.0, 2.0, 3.0, 4.0), (0.1, 0.2, 0.5)),
    network=drawn,
    symbols=TWO_LAYER_SYMBOLS,
    answers=SIGMOID_ANSWERS,
    probe=draw_formula_probe,
)
