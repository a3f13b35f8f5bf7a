from typing import NamedTuple

import numpy as np

from course.exercises import Answer, Exercise


class Batch(NamedTuple):
    x: np.ndarray  # (4,)


def personal(draw):
    return Batch(draw.integer(-9, 9) + np.array([-3.5, -1.0, 2.0, draw.integer(4, 40)]))


batch_norm = Exercise(
    id="stats/batch-norm",
    title="Batch normalisation of one unit",
    source="my lecture",
    kind="steps",
    task=r"Normalise the batch $x$ of one unit to mean 0 and variance 1: $z = (x - \mu) / \sigma$.",
    seed=lambda: Batch(np.array([1.0, 2.0, 4.0, 7.0])),
    draw=personal,
    symbols={"x": "x"},
    answers={"variance": Answer(r"\sigma^2", (), "variance"), "z": Answer("z", (4,), "normalised batch")},
)
