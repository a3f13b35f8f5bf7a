"""Sizes of the feature maps of a small CNN, as asked."""

from course.exercises.base import Answer, Exercise
from course.exercises.cnn.small_cnn import NETWORK, SYMBOLS, draw_small_cnn, seed_small_cnn
from course.exercises.shapes import MAP_SIZE

feature_maps = Exercise(
    id="cnn/feature-maps",
    title="Sizes of the feature maps",
    source="000, CNN exercise, question 1",
    kind="steps",
    task=NETWORK + "Give the size of every feature map as (channels, height, width).",
    seed=seed_small_cnn,
    draw=draw_small_cnn,
    symbols=SYMBOLS,
    answers={
        "conv1": Answer(
            r"\text{conv}_1", (3,), "channels, height, width after the first convolution", "int", entries=MAP_SIZE
        ),
        "pool1": Answer(r"\text{pool}_1", (3,), "after the first pooling", "int", entries=MAP_SIZE),
        "conv2": Answer(r"\text{conv}_2", (3,), "after the second convolution", "int", entries=MAP_SIZE),
        "pool2": Answer(r"\text{pool}_2", (3,), "after the second pooling", "int", entries=MAP_SIZE),
    },
)
