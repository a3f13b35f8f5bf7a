"""What a convolutional layer has that a dense one has not, as asked."""

from course.exercises.base import Exercise, nothing

dense_vs_conv = Exercise(
    id="cnn/dense-vs-conv",
    title="Dense or convolutional?",
    source="004, 2.1",
    kind="written",
    task=(
        "In a few sentences: how does a convolutional layer differ from a fully connected one? Say which inputs a "
        "unit sees, which weights the units share and what this does to the number of weights, and what happens "
        "to the output when the input is shifted."
    ),
    seed=nothing,
    answers={},
)
