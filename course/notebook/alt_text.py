"""Words for every picture that a notebook draws, for those who do not see it."""

from typing import Any

_PANELS = 8  # that are described one by one


def describe_figures() -> None:
    """Give each figure of matplotlib a text beside its picture; nothing outside a notebook, nothing twice."""
    from IPython.core.interactiveshell import InteractiveShell

    if InteractiveShell.initialized():
        formatter: Any = InteractiveShell.instance().display_formatter
        if formatter is not None:
            # By its name: matplotlib is imported by those who draw.
            formatter.mimebundle_formatter.for_type_by_name("matplotlib.figure", "Figure", _bundle)


def _bundle(figure: Any, **_: Any) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    # The picture itself comes from matplotlib; IPython puts both together.
    try:
        text = describe(figure)
    except Exception:  # whatever a student's own axes do, the picture is to be shown
        text = "A picture."
    return {"text/plain": text}, {"image/png": {"alt": text}}


def describe(figure: Any) -> str:
    """Describe a figure by what stands in it: titles, axes, legends.

    >>> from matplotlib.figure import Figure
    >>> axes = (figure := Figure()).subplots()
    >>> _ = axes.plot([0, 1], label="loss")
    >>> _ = axes.set(title="Descent", xlabel="step"), axes.legend()
    >>> describe(figure)
    'A picture. Descent; horizontally: step; shown: loss.'
    """
    title = figure.get_suptitle()
    panels = [text for axes in figure.axes if (text := _panel(axes))]
    what = "A picture" if len(figure.axes) < 2 else f"A picture of {len(figure.axes)} panels"
    left = len(panels) - _PANELS
    parts = [f"{what}.", *([f"{title}."] if title else [])]
    parts += [f"{text}." for text in panels[:_PANELS]]
    return " ".join([*parts, *([f"And {left} more."] if left > 0 else [])])


def _panel(axes: Any) -> str:
    legend = axes.get_legend()
    shown = ", ".join(text.get_text() for text in legend.get_texts()) if legend is not None else ""
    parts = [axes.get_title()]
    named = (("horizontally", axes.get_xlabel()), ("vertically", axes.get_ylabel()), ("shown", shown))
    parts += [f"{name}: {text}" for name, text in named if text]
    return "; ".join(" ".join(part.split()) for part in parts if part)
