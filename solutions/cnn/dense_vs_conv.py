"""Rubric of `cnn/dense-vs-conv`: dense and convolutional layers in words."""

from course.exercises import find
from course.marking.scheme import Scheme

dense_vs_conv = Scheme(find("cnn/dense-vs-conv"))
dense_vs_conv.written(
    r"""
    In a fully connected layer every unit sees every input, with weights of its own: $n_{\text{in}} \cdot
    n_{\text{out}}$ of them. In a convolutional layer a unit sees a small window of the input only (local
    connectivity), and all units of a feature map use the same kernel (weight sharing), so the number of weights
    does not depend on the size of the image: $k^2 C$ and a bias for each filter. Because the same kernel is used
    everywhere, a pattern is answered alike wherever it stands: a shifted input gives a shifted output
    (equivariance to translation), up to the border and for shifts by multiples of the stride. Pooling then makes
    this partly an invariance.
    """,
    [
        ("Connectivity: every unit sees all inputs against a local window.", 1),
        ("Weights are shared between places, so that there are far fewer, whatever the size of the image.", 1),
        ("Equivariance: a shifted input gives a shifted output, since the pattern is sought with one kernel "
         "everywhere. (Calling it invariance, without pooling, earns half.)", 1),
    ],
)  # fmt: skip
