"""The ways to write one chain rule, for the forms of a waypoint.

```python
>>> chains("E", ("h", "z"), "a")
('∂E/∂h · ∂h/∂a', '∂E/∂h · ∂z/∂a', '∂E/∂h · ∂h/∂z · ∂z/∂a', '∂E/∂z · ∂z/∂a')

```
"""


def chains(*stations: str | tuple[str, ...]) -> tuple[str, ...]:
    """Give every product of derivatives from the first symbol to the last, one factor for each step.

    Args:
        stations: the symbols that the steps compute, from what is differentiated down to the variable. Several
            symbols in one station are equal to each other, as the output of a linear unit and what goes into it:
            the factor of 1 between them may be there or not.
    """
    ways: list[tuple[tuple[str, ...], str]] = [((), _names(stations[0])[0])]
    for station in stations[1:]:
        names, longer = _names(station), []
        for factors, above in ways:
            for at, first in enumerate(names):
                reached = (*factors, f"∂{above}/∂{first}")
                longer.append((reached, first))
                for other in names[at + 1 :]:
                    longer += [(reached, other), ((*reached, f"∂{first}/∂{other}"), other)]
        ways = longer
    return tuple(dict.fromkeys(" · ".join(factors) for factors, _ in ways))


def _names(station: str | tuple[str, ...]) -> tuple[str, ...]:
    return (station,) if isinstance(station, str) else station
