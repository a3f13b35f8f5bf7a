"""A network as a picture: a box a layer with the shape of what it gives, branches one below the other."""

import html

from course.models import cost

WIDTH, HEIGHT, GAP, MARGIN = 104, 46, 26, 8


def name(layer) -> str:
    """What a layer is called in tables and pictures.

    >>> name(cost.Conv(16, 3, stride=2)), name(cost.Dense(10))
    ('conv 3×3, stride 2', 'dense')
    """
    match layer:
        case cost.Dense():
            return "dense"
        case cost.Conv() | cost.SparseConv() | cost.Pool() | cost.Subsample():
            kinds = {
                cost.Conv: "conv",
                cost.SparseConv: "sparse conv",
                cost.Pool: "pool",
                cost.Subsample: "subsample",
            }
            stride = "" if layer.stride in (1, layer.kernel) else f", stride {layer.stride}"
            return f"{kinds.get(type(layer), 'subsample')} {layer.kernel}×{layer.kernel}{stride}"
        case _:
            return type(layer).__name__.lower()


def picture(layers, shape) -> str:
    """Draw the chain as inline SVG, with a sentence for those who do not see it."""
    boxes, links, columns, rows = [], [], 0, 1
    _box(boxes, 0, 0, "input", shape)
    ends = [(0, 0)]
    for layer in layers:
        if isinstance(layer, cost.Branches):
            start, joined = columns, []
            for row, branch in enumerate(layer.paths):
                last, inside, column = ends, shape, start
                for part in branch:
                    column += 1
                    inside = part.output(inside)
                    _box(boxes, column, row, name(part), inside)
                    links += [(end, (column, row)) for end in last]
                    last = [(column, row)]
                joined += last
                columns = max(columns, column)
            rows = max(rows, len(layer.paths))
            ends, columns = joined, columns + 1
            shape = layer.output(shape)
            _box(boxes, columns, 0, "summed" if layer.merge == "sum" else "concatenated", shape)
        else:
            shape, columns = layer.output(shape), columns + 1
            _box(boxes, columns, 0, name(layer), shape)
        links += [(end, (columns, 0)) for end in ends]
        ends = [(columns, 0)]
    width = (columns + 1) * (WIDTH + GAP) - GAP + 2 * MARGIN
    height = rows * (HEIGHT + GAP) - GAP + 2 * MARGIN
    words = "; ".join(f"{label}: {sizes}" for label, sizes, _ in boxes)
    return (
        f'<svg class="network" role="img" viewBox="0 0 {width} {height}" style="max-width:{width}px" '
        f'aria-label="Layers and what they give. {html.escape(words)}">'
        f"{''.join(map(_line, links))}{''.join(drawn for _, _, drawn in boxes)}</svg>"
    )


def _place(column: int, row: int) -> tuple[int, int]:
    return MARGIN + column * (WIDTH + GAP), MARGIN + row * (HEIGHT + GAP)


def _box(boxes: list, column: int, row: int, label: str, shape) -> None:
    x, y = _place(column, row)
    sizes = "×".join(map(str, shape))
    drawn = (
        f'<g><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
        f'<text x="{x + WIDTH / 2}" y="{y + 19}">{html.escape(label)}</text>'
        f'<text class="sizes" x="{x + WIDTH / 2}" y="{y + 36}">{sizes}</text></g>'
    )
    boxes.append((label, sizes, drawn))


def _line(link: tuple) -> str:
    (x1, y1), (x2, y2) = (_place(*end) for end in link)
    a, b, c, d = x1 + WIDTH, y1 + HEIGHT / 2, x2, y2 + HEIGHT / 2
    middle = (a + c) / 2
    return f'<path d="M{a} {b}C{middle} {b} {middle} {d} {c} {d}"/>'
