"""The weights of a small CNN to be counted, as asked."""

from course.exercises.base import Answer, Exercise
from course.exercises.cnn.small_cnn import NETWORK, SYMBOLS, draw_small_cnn, seed_small_cnn

weight_count = Exercise(
    id="cnn/weight-count",
    title="Counting the weights of a CNN",
    source="000, CNN exercise, question 2",
    kind="steps",
    task=NETWORK
    + "Every filter and every unit has a bias. How many weights, biases included, does each of the layers have, "
    "and how many are there in all?",
    seed=seed_small_cnn,
    draw=draw_small_cnn,
    symbols=SYMBOLS,
    answers={
        "conv1": Answer(r"n_{\text{conv}_1}", (), "weights of the first convolution", "int"),
        "conv2": Answer(r"n_{\text{conv}_2}", (), "weights of the second convolution", "int"),
        "fc": Answer(r"n_{\text{fc}}", (), "weights of the fully connected layer", "int"),
        "total": Answer("n", (), "weights in all", "int"),
    },
)
