"""A fully connected network drawn with its weights on the edges, as SVG in the colours of the page around it."""

import html
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from course.exercises.base import Network
from course.notebook.notation import number
from course.notebook.output import Piece

_WIDTH, _ROW, _RADIUS, _MARGIN = 680, 92, 19, 84
_FONT = 13
_CROWDED = 6  # units in a layer from which on the weights are left to the matrices
_PLACES = tuple(np.linspace(0.14, 0.86, 49))  # where along an edge its label may sit


class _Unit(NamedTuple):
    """A unit to be drawn: its centre, its name, and its value where that is known."""

    x: float
    y: float
    name: str
    value: str
    bias: bool


class _Edge(NamedTuple):
    start: _Unit
    end: _Unit
    weight: str


def network(drawn: Network) -> Piece:
    """Draw a network: squares are bias units, circles the others; a unit with a known value holds it."""
    layers = _layers(drawn)
    edges = _edges(drawn, layers)
    height = _ROW * max(len(layer) for layer in layers) + 24
    crowded = max(len(layer) for layer in layers) > _CROWDED
    title, description = _title(drawn), _description(edges)
    marks = _plain_edges(edges) if crowded else _labelled_edges(edges)
    units = [_draw_unit(unit, place) for layer, place in _placed(layers) for unit in layer]
    svg = (
        f'<svg role="img" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'fill="none" stroke="currentColor" font-family="sans-serif" font-size="{_FONT}">'
        f"<title>{html.escape(title)}</title><desc>{html.escape(description)}</desc>"
        f"{''.join(marks)}{''.join(units)}</svg>"
    )
    return Piece(svg, f"{title}. {description}")


def _layers(drawn: Network) -> list[list[_Unit]]:
    """Place the units: a column a layer, the bias unit on top, the columns centred."""
    inputs = np.atleast_1d(drawn.inputs)
    sizes = [len(inputs), *(len(W) for W in drawn.weights)]
    tallest = max(size + (drawn.bias and layer < len(sizes) - 1) for layer, size in enumerate(sizes))
    step = (_WIDTH - 2 * _MARGIN) / (len(sizes) - 1)
    layers = []
    for layer, size in enumerate(sizes):
        names, values = _labels(layer, len(sizes), size), [""] * size
        if layer == 0:
            values = [number(value).replace("-", "−") for value in inputs]
        biased = drawn.bias and layer < len(sizes) - 1
        if biased:
            names, values = ["bias", *names], ["1", *values]
        top = 12 + _ROW * (tallest - len(names)) / 2 + _ROW / 2
        layers.append(
            [
                _Unit(_MARGIN + layer * step, top + row * _ROW, name, value, biased and row == 0)
                for row, (name, value) in enumerate(zip(names, values, strict=True))
            ]
        )
    return layers


def _labels(layer: int, count: int, size: int) -> list[str]:
    if layer == 0:
        return ["x"] if size == 1 else [f"x{_subscript(i)}" for i in range(1, size + 1)]
    if layer == count - 1:
        return ["output"] if size == 1 else [f"output {i}" for i in range(1, size + 1)]
    return ["unit"] if size == 1 else [f"unit {i}" for i in range(1, size + 1)]


def _edges(drawn: Network, layers: list[list[_Unit]]) -> list[_Edge]:
    edges = []
    for W, before, after in zip(drawn.weights, layers[:-1], layers[1:], strict=True):
        targets = [unit for unit in after if not unit.bias]
        for row, target in zip(W, targets, strict=True):
            for weight, source in zip(row, before, strict=True):
                edges.append(_Edge(source, target, number(weight).replace("-", "−")))
    return edges


def _plain_edges(edges: list[_Edge]) -> list[str]:
    return [_line(*_ends(edge)) for edge in edges]


def _labelled_edges(edges: list[_Edge]) -> list[str]:
    """Draw edges that leave a gap for their weight: no background is needed, whatever the theme."""
    marks: list[str] = []
    taken: list[np.ndarray] = []
    for edge in edges:
        others = [_ends(other) for other in edges if other is not edge and _beside(edge, other)]
        start, end = _ends(edge)
        spots = [start + t * (end - start) for t in _PLACES]
        spot = max(spots, key=lambda p: _room(p, others, taken, start, end))
        taken.append(spot)
        along = (end - start) / np.linalg.norm(end - start)
        half = (0.32 * _FONT * len(edge.weight) + 4) * abs(along[0]) + 0.62 * _FONT * abs(along[1])
        marks += [_line(start, spot - half * along), _line(spot + half * along, end)]
        marks.append(_text(spot, edge.weight, "middle"))
    return marks


def _beside(edge: _Edge, other: _Edge) -> bool:
    return edge.start.x == other.start.x


def _room(
    spot: np.ndarray,
    others: list[tuple[np.ndarray, np.ndarray]],
    taken: list[np.ndarray],
    start: np.ndarray,
    end: np.ndarray,
) -> float:
    """How free a spot is: the distance to the nearest other edge or label, a little less far from the middle."""
    lines = min((_distance(spot, a, b) for a, b in others), default=60.0)
    labels = min((float(np.linalg.norm((spot - p) / (1.6, 1.0))) for p in taken), default=60.0)
    lean = float(np.linalg.norm(spot - (start + end) / 2)) / 60
    return min(lines, 20.0) + min(labels, 26.0) - lean


def _distance(p: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    t = np.clip(np.dot(p - a, b - a) / np.dot(b - a, b - a), 0.0, 1.0)
    return float(np.linalg.norm(p - a - t * (b - a)))


def _ends(edge: _Edge) -> tuple[np.ndarray, np.ndarray]:
    """Give where an edge leaves one unit and meets the other."""
    a = np.array([edge.start.x, edge.start.y])
    b = np.array([edge.end.x, edge.end.y])
    along = (b - a) / np.linalg.norm(b - a)
    return a + (_RADIUS + 1) * along, b - (_RADIUS + 1) * along


def _placed(layers: list[list[_Unit]]) -> list[tuple[list[_Unit], str]]:
    places = ["left", *["above"] * (len(layers) - 2), "right"]
    return list(zip(layers, places, strict=True))


def _draw_unit(unit: _Unit, place: str) -> str:
    x, y, r = unit.x, unit.y, _RADIUS
    if unit.bias:
        side = 2 * r - 6
        body = f'<rect x="{x - r + 3:.1f}" y="{y - r + 3:.1f}" width="{side}" height="{side}" rx="3"/>'
    else:
        body = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}"/>'
    if place == "left":
        name = _text(np.array([x - r - 8, y]), unit.name, "end")
    elif place == "right":
        name = _text(np.array([x + r + 8, y]), unit.name, "start")
    else:
        name = _text(np.array([x, y - r - 9]), unit.name, "middle")
    return body + name + (_text(np.array([x, y]), unit.value, "middle") if unit.value else "")


def _line(a: np.ndarray, b: np.ndarray) -> str:
    return f'<path d="M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}" stroke-opacity=".45"/>'


def _text(p: np.ndarray, text: str, anchor: str) -> str:
    return (
        f'<text x="{p[0]:.1f}" y="{p[1] + 0.35 * _FONT:.1f}" text-anchor="{anchor}" fill="currentColor" '
        f'stroke="none">{html.escape(text)}</text>'
    )


def _title(drawn: Network) -> str:
    sizes = [len(np.atleast_1d(drawn.inputs)), *(len(W) for W in drawn.weights)]
    return f"Network of {'-'.join(map(str, sizes))} units {'with' if drawn.bias else 'without'} bias units"


def _description(edges: Sequence[_Edge]) -> str:
    """Describe the drawing in words: the weights into every unit."""
    into: dict[tuple[float, float], list[_Edge]] = {}
    for edge in edges:
        into.setdefault((edge.end.x, edge.end.y), []).append(edge)
    columns = sorted({x for x, _ in into})
    sentences = []
    for (x, _), group in into.items():
        where = "" if x == columns[-1] else f" of hidden layer {columns.index(x) + 1}"
        weights = ", ".join(f"{edge.weight} from {edge.start.name}" for edge in group)
        sentences.append(f"Weights into {group[0].end.name}{where}: {weights}.")
    return " ".join(sentences)


def _subscript(n: int) -> str:
    return str(n).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
