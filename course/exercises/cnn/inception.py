"""What an inception module costs with and without bottlenecks, as asked."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array
from course.exercises.variants import Draw


class Inception(NamedTuple):
    """A module with branches of 1 x 1, 3 x 3 and 5 x 5 convolutions and one of max-pooling."""

    image: np.ndarray  # (3,) channels, height, width
    filters: np.ndarray  # (3,) of the 1 x 1, 3 x 3 and 5 x 5 convolutions
    bottleneck: np.ndarray  # () filters of each 1 x 1 convolution that is added


def _draw_inception(draw: Draw) -> Inception:
    while True:
        height = draw.integer(6, 28)
        given = Inception(
            image=array(16 * draw.integer(8, 32), height, draw.integer(6, 28, without=(height,))),
            filters=array(16 * draw.integer(4, 16), 16 * draw.integer(4, 16), 16 * draw.integer(2, 8)),
            bottleneck=array(8 * draw.integer(2, 10)),
        )
        outputs = float(np.sum(given.filters))
        if given.image[0] not in (outputs, outputs + 3 * float(given.bottleneck)):
            return given  # the input has another number of values than what the convolutions give


inception = Exercise(
    id="cnn/inception",
    title="Inception, naive and with bottlenecks",
    source="003, problem 5",
    kind="steps",
    task=(
        r"An input of $C \times H \times W$ goes through four branches, whose outputs are concatenated. "
        r"**Naive:** a $1 \times 1$ convolution with $F_1$ filters, a $3 \times 3$ convolution with $F_3$ filters "
        r"and padding 1, a $5 \times 5$ convolution with $F_5$ filters and padding 2, $3 \times 3$ max-pooling "
        r"with stride 1 and padding 1. **With bottlenecks:** a $1 \times 1$ convolution with $B$ filters stands "
        r"before the $3 \times 3$ and before the $5 \times 5$ convolution, and one after the pooling. Every "
        "convolution has stride 1, biases, and an activation function after it. For both modules count the "
        "parameters, multiplications, additions, and values of the activation function. Operations on padding "
        "count, adding the bias is an addition, and pooling counts for nothing."
    ),
    seed=lambda: Inception(array(256, 32, 32), array(128, 192, 96), array(64)),
    draw=_draw_inception,
    symbols={"image": "(C, H, W)", "filters": "(F_1, F_3, F_5)", "bottleneck": "B"},
    answers={
        f"{module}_{short}": Answer(rf"\text{{{what}}}_{{\text{{{module}}}}}", (), f"{what}, {module}", "int")
        for module in ("naive", "bottleneck")
        for short, what in (
            ("params", "parameters"),
            ("mults", "multiplications"),
            ("adds", "additions"),
            ("acts", "activations"),
        )
    },
)
