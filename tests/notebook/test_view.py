"""What an exercise looks like: text, mathematics and figures that anybody can read."""

import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import numpy as np
import pytest

from course.exercises import CATALOGUE, UnknownExercise, find
from course.exercises.base import Network
from course.notebook import begin, exercise, figures, notation, output

SVG = "{http://www.w3.org/2000/svg}"


def every_exercise():
    return [name for name, item in CATALOGUE.items() if item.answers or item.network]


class Checker(HTMLParser):
    """Refuses HTML whose tags do not close, or that a reader of screens could not use."""

    VOID = ("br", "hr", "img")

    def __init__(self):
        super().__init__()
        self.open = []
        self.problems = []
        self.expect = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "svg":
            if attributes.get("role") != "img":
                self.problems.append("svg without role")
            self.expect = ["title", "desc"]
        elif self.expect and tag != self.expect.pop(0):
            self.problems.append("svg does not begin with title and desc")
        if tag == "img" and not attributes.get("alt"):
            self.problems.append("img without alt")
        if tag == "script" or any(name.startswith("on") for name in attributes):
            self.problems.append("script")
        if tag == "th" and attributes.get("scope") not in {"col", "row"}:
            self.problems.append("th without scope")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"unbalanced {tag}")


def check(html):
    checker = Checker()
    checker.feed(html)
    checker.close()
    return checker.problems + ([f"not closed: {checker.open}"] if checker.open else [])


def test_the_checker_refuses_bad_pages():
    assert check("<svg><title>a</title><desc>b</desc></svg>") == ["svg without role"]
    assert check('<svg role="img"><g></g></svg>') == ["svg does not begin with title and desc"]
    assert check("<p><b>x</p>")
    assert check('<img src="x">') == ["img without alt"]
    assert check('<p onclick="x">a</p>') == ["script"]


@pytest.mark.parametrize("exercise_id", every_exercise())
@pytest.mark.parametrize("student", ["", "alice"])
def test_every_exercise_is_shown_soundly(cells, exercise_id, student):
    cells(f"begin({student!r}, sampler=2)")
    (data,) = cells(f"given, sheet = exercise({exercise_id!r})")
    assert cells.result.success
    assert check(data["text/html"]) == []
    asked = find(exercise_id)
    # Where the drawing is asked for, it is not given.
    draw_it = any(answer.dtype == "graph" for answer in asked.answers.values())
    assert data["text/html"].count("<svg") == (asked.network is not None and not draw_it)
    for name, answer in asked.answers.items():
        told = f"sheet.{name}" if asked.derivation is None else answer.about
        assert told in data["text/html"]
        assert told in data["text/plain"]
    for name in getattr(find(exercise_id).given(student or None), "_fields", ()):
        assert f"given.{name}" in data["text/plain"]
    assert data["text/html"].count("$") % 2 == 0


def test_only_colours_of_the_page_are_used(cells):
    """Text and lines take the page's own colour, so that light and dark themes are readable."""
    (data,) = cells('given, sheet = exercise("mlp/relu-sgd")')
    svg = data["text/html"].partition("<svg")[2].partition("</svg>")[0]
    assert 'stroke="currentColor"' in svg
    assert "#" not in svg.replace("&#", "")
    assert "background" not in data["text/html"].replace("background:none", "")
    style = data["text/html"].partition("<style>")[2].partition("</style>")[0]
    assert not any(
        line.startswith("color:") or ";color:" in line or "{color:" in line for line in style.split("\n")
    )


def test_the_network_carries_every_weight_and_input():
    given = find("mlp/relu-sgd").seed()
    root = ET.fromstring(figures.network(find("mlp/relu-sgd").network(given)).html)
    texts = [node.text for node in root.iter(f"{SVG}text")]
    assert texts.count("bias") == 2
    weights = [t for t in texts if t not in {"bias", "x₁", "x₂", "unit 1", "unit 2", "output"}]
    # W1 and W2 of the document, the inputs 2 and 3, and the two bias units' 1.
    assert sorted(weights) == sorted(["−1", "2", "1", "2", "−1", "−1", "1", "2", "−1", "2", "3", "1", "1"])
    assert root.find(f"{SVG}title").text == "Network of 2-2-1 units with bias units"
    assert (
        "Weights into unit 1 of hidden layer 1: −1 from bias, 2 from x₁, 1 from x₂."
        in root.find(f"{SVG}desc").text
    )
    assert len(root.findall(f"{SVG}rect")) == 2
    assert len(root.findall(f"{SVG}circle")) == 5


def test_the_drawing_fits_and_no_two_labels_meet():
    for student in ("alice", "bob", "student-01", "student-02", "student-03"):
        for exercise_id in ("mlp/relu-sgd", "mlp/sigmoid-ls", "mlp/relu-backprop"):
            asked = find(exercise_id)
            root = ET.fromstring(figures.network(asked.network(asked.given(student))).html)
            _, _, width, height = map(float, root.get("viewBox").split())
            assert width <= 720
            boxes = []
            for node in root.iter(f"{SVG}text"):
                x, y, half = float(node.get("x")), float(node.get("y")), 3.6 * len(node.text)
                left = {"middle": x - half, "end": x - 2 * half, "start": x}[node.get("text-anchor")]
                boxes.append((left, left + 2 * half, y - 10, y + 2))
            for number, (a, b, top, bottom) in enumerate(boxes):
                assert a >= 0
                assert b <= width
                assert top >= 0
                assert bottom <= height
                for c, d, above, below in boxes[:number]:
                    assert b <= c or d <= a or bottom <= above or below <= top


def test_a_large_network_leaves_the_weights_to_the_matrices():
    drawn = Network(np.ones(8), (np.full((3, 9), 0.5), np.full((1, 4), 0.5)), bias=True)
    root = ET.fromstring(figures.network(drawn).html)
    assert "0.5" not in [node.text for node in root.iter(f"{SVG}text")]


def test_matrices_are_mathematics_with_the_bias_ruled_off(cells):
    (data,) = cells('given, sheet = exercise("mlp/relu-sgd")')
    matrix = r"$W^{(1)} = \left(\begin{array}{r|rr}-1 &amp; 2 &amp; 1\\2 &amp; -1 &amp; -1\end{array}\right)$"
    assert matrix in data["text/html"]
    assert r"$x = \left(2,\; 3\right)$" in data["text/html"]
    (data,) = cells('given, sheet = exercise("mlp/relu-backprop")')
    assert r"\begin{array}{rr}-1 &amp; 1\\1 &amp; -1\end{array}" in data["text/html"]


@pytest.mark.parametrize(
    ("value", "latex", "plain"),
    [
        (np.float64(0.5), "0.5", "0.5"),
        (np.array([1.0]), r"\left(1\right)", "[1]"),
        (np.zeros((2, 1, 1)), r"\left[\left(\begin{array}{r}0\end{array}\right),\; "
         r"\left(\begin{array}{r}0\end{array}\right)\right]", "[[[0]], [[0]]]"),
        (np.zeros((13, 13)), r"\text{an array of shape }13 \times 13", "an array of shape (13, 13)"),
        ("same", r"\text{same}", "same"),
        (-1e-300, "-1e-300", "-1e-300"),
    ],
)  # fmt: skip
def test_notation(value, latex, plain):
    assert notation.latex(value) == latex
    assert notation.plain(value) == plain


def test_an_unknown_exercise_is_answered_with_the_nearest():
    with pytest.raises(UnknownExercise, match="did you mean mlp/relu-sgd"):
        exercise("mlp/relu-sdg")


def test_nobodys_numbers_are_shown_with_a_warning(capsys):
    exercise("mlp/relu-sgd")
    assert "! Write your id into the first cell" in capsys.readouterr().out
    begin("alice", sampler=2)
    exercise("mlp/relu-sgd")
    assert "! " not in capsys.readouterr().out


def test_prose_keeps_mathematics_and_escapes_the_rest():
    assert output.prose("a `<b>` $x < y$ <i>") == "a <code>&lt;b&gt;</code> $x &lt; y$ &lt;i&gt;"


def test_typed_text_is_never_html_nor_mathematics():
    assert output.code("$x$<script>") == "<code>$x$&lt;script&gt;</code>"
