"""A picture of the steps: how hard each is, and how well it tells the strong from the weak."""

from html import escape
from typing import NamedTuple

from course.reporting.class_report.summary import Summary

_WIDTH, _HEIGHT = 340, 250  # about as wide as a phone, so that the words are not made smaller there
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 10, 12, 34
WEAK = 0.2
_NAMED = 6  # steps whose names stand in the picture


class _Dot(NamedTuple):
    x: float
    y: float
    name: str
    where: str
    difficulty: float
    discrimination: float


def item_map(summary: Summary) -> str:
    """Draw every step that has a discrimination as a dot, as inline SVG with a text for who cannot see it.

    Difficulty runs to the right from hard to easy, discrimination upwards; what lies under the dashed line tells
    little. The names are those of the steps that tell least.
    """
    dots = [
        _Dot(
            _x(step.difficulty),
            _y(step.discrimination),
            step.name,
            part.title,
            step.difficulty,
            step.discrimination,
        )
        for part in summary.exercises
        for step in part.steps
        if step.difficulty is not None and step.discrimination is not None
    ]
    if not dots:
        return ""
    weak = sorted((dot for dot in dots if dot.discrimination < WEAK), key=lambda dot: dot.discrimination)
    parts = [
        f'<svg class="map" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="map-title map-text">',
        '<title id="map-title">Steps by difficulty and discrimination</title>',
        f'<desc id="map-text">{escape(_text(dots, weak))}</desc>',
        *_axes(),
    ]
    for dot in dots:
        kind = "weak" if dot.discrimination < WEAK else "well"
        says = f"{dot.name}, {dot.where}: difficulty {dot.difficulty:.2f}, discrimination {dot.discrimination:.2f}"
        place = f'cx="{dot.x:.1f}" cy="{dot.y:.1f}"'
        parts.append(f'<circle class="{kind}" {place} r="3.5"><title>{escape(says)}</title></circle>')
    for dot in weak[:_NAMED]:
        end = "end" if dot.x > _WIDTH - 90 else "start"
        shift = -6 if end == "end" else 6
        parts.append(
            f'<text x="{dot.x + shift:.1f}" y="{dot.y + 4:.1f}" text-anchor="{end}">{escape(dot.name)}</text>'
        )
    return "".join([*parts, "</svg>"])


def _axes() -> list[str]:
    left, right, bottom = _LEFT, _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    lines = [
        f'<line class="axis" x1="{left}" y1="{_y(0):.1f}" x2="{right}" y2="{_y(0):.1f}"/>',
        f'<line class="limit" x1="{left}" y1="{_y(WEAK):.1f}" x2="{right}" y2="{_y(WEAK):.1f}"/>',
        f'<line class="axis" x1="{left}" y1="{_TOP}" x2="{left}" y2="{bottom}"/>',
    ]
    for share in (0, 25, 50, 75, 100):
        anchor = {0: "start", 100: "end"}.get(share, "middle")
        lines.append(f'<text x="{_x(share / 100):.1f}" y="{bottom + 14}" text-anchor="{anchor}">{share} %</text>')
    for value, text in ((1, "1"), (0.5, "0.5"), (0, "0"), (-0.5, "−0.5")):
        lines.append(f'<text x="{left - 4}" y="{_y(value) + 4:.1f}" text-anchor="end">{text}</text>')
    middle = (left + right) / 2
    lines.append(
        f'<text x="{middle}" y="{bottom + 29}" text-anchor="middle">hard ← mean share of points → easy</text>'
    )
    return lines


def _x(difficulty: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * difficulty


def _y(discrimination: float) -> float:
    """Down to −0.5; what is lower still lies on the lower edge."""
    share = (1 - max(discrimination, -0.5)) / 1.5
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * share


def _text(dots: list[_Dot], weak: list[_Dot]) -> str:
    hardest = min(dots, key=lambda dot: dot.difficulty)
    names = ", ".join(f"{dot.name} of {dot.where}" for dot in weak[:_NAMED]) or "none"
    return (
        f"{len(dots)} steps. The hardest is {hardest.name} of {hardest.where}: {hardest.difficulty:.0%} of its "
        f"points were earned. {len(weak)} discriminate less than {WEAK}: {names}. The tables have the numbers."
    )
