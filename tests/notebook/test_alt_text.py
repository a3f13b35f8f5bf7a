"""A picture has words beside it, in the notebook and in what is made from it."""

from matplotlib.figure import Figure

from course.html import notebook_cells as feedback_cells
from course.notebook import alt_text


def panels(count):
    figure = Figure()
    for number, axes in enumerate(figure.subplots(1, count, squeeze=False)[0]):
        axes.set(title=f"panel {number}", xlabel="$w_0$")
    return figure


def test_what_stands_in_a_picture_is_said():
    figure = panels(3)
    figure.suptitle("Three losses")
    text = alt_text.describe(figure)
    assert text.startswith("A picture of 3 panels. Three losses. panel 0; horizontally: $w_0$.")
    assert alt_text.describe(Figure()) == "A picture."
    assert alt_text.describe(panels(11)).endswith("And 3 more.")


def test_axes_that_cannot_be_read_cost_no_picture():
    class Broken:
        axes = property(lambda self: 1 / 0)

    assert alt_text._bundle(Broken())[0] == {"text/plain": "A picture."}


def test_a_figure_in_a_notebook_has_its_words(cells):
    cells("begin('alice', sampler=2)")
    assert cells.result.success
    formatter = cells.shell.display_formatter
    formatter.formatters["image/png"].for_type(Figure, lambda figure: "aGVsbG8=")
    data, metadata = formatter.format(panels(1))
    assert data == {"image/png": "aGVsbG8=", "text/plain": "A picture. panel 0; horizontally: $w_0$."}
    output = {"output_type": "display_data", "data": data, "metadata": metadata}
    shown = feedback_cells.outputs({"outputs": [output]})
    assert [(picture.kind, picture.more) for picture in shown] == [("picture", data["text/plain"])]
