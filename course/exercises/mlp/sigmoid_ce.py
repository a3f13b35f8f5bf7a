"""A sigmoid network under the cross-entropy, as asked."""

from course.exercises.base import Exercise
from course.exercises.mlp.networks import TWO_LAYER_SYMBOLS, drawn
from course.exercises.mlp.sigmoid_networks import SIGMOID_ANSWERS, draw_sigmoid, seed_sigmoid

sigmoid_ce = Exercise(
    id="mlp/sigmoid-ce",
    title="A sigmoid network under the cross-entropy",
    source="001, exercise 1 (d)",
    kind="steps",
    task=(
        "The same network with a sigmoid at the output, $h = \\sigma(a^{(2)})$, under the cross-entropy "
        r"$E = -y \ln h - (1 - y) \ln (1 - h)$. Run the forward pass, then find the local errors of both "
        "layers, all gradients, and the second layer after one step of gradient descent."
    ),
    seed=seed_sigmoid,
    draw=lambda draw: draw_sigmoid(draw, (0.0, 1.0), (0.4, 0.5, 2.0)),
    network=drawn,
    symbols=TWO_LAYER_SYMBOLS,
    answers={name: a for name, a in SIGMOID_ANSWERS.items() if name not in {"edges", "h_formula"}},
)
