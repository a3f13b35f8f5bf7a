"""What students get of an assignment with derivations has no line of an answer, however it is spelled."""

import re

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

from course.authoring.build import build
from course.derivation.canonical import form
from course.derivation.check import Marker
from course.derivation.reading import tree
from course.derivation.reading.lines import read_line
from course.derivation.reading.typeset import latex_line
from course.exercises import CATALOGUE
from course.grading import config as settings
from course.marking import registry
from tests.cli.conftest import ROOT

ASKED = [exercise.id for exercise in CATALOGUE.values() if exercise.derivation]
# What a lesson has to say itself: the definition of form I, whose parameters have no mark there, and the slope of
# the sigmoid, of which a line of the working is made.
TAUGHT = {
    "momentum/two-forms-proof": r"\theta^k - \alpha g^k + \beta (\theta^k - \theta^{k-1})",
    "mlp/sigmoid-ls-chain": r"\sigma (1 - \sigma)",
}
LARGEST_TAUGHT = 6  # nodes: that a squared error has the slope h - y is taught in a lesson before
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$|`(.+?)`", re.DOTALL)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """The notebooks of each assignment with derivations as students get them."""
    course, found = settings.load(ROOT), {}
    for assignment in dict.fromkeys(CATALOGUE[name].assignment for name in ASKED):
        found[assignment] = []
        for path in build(assignment, course, tmp_path_factory.mktemp(assignment)):
            notebook = nbformat.read(path, as_version=4)
            for step in (ClearSolutions, ClearHiddenTests, ClearMarkScheme):
                notebook, _ = step(config=course.config).preprocess(notebook, {})
            found[assignment].append(notebook)
    return found


def fragments(notebooks):
    """Every formula and every line of all cells, with what stands in their outputs and attachments."""
    for notebook in notebooks:
        for cell in notebook.cells:
            everything = cell.source + "\n" + repr(cell.get("outputs", "")) + repr(cell.get("attachments", ""))
            yield from (part for match in FORMULA.findall(everything) for part in match if part)
            yield from everything.splitlines()


def formulas(texts, symbols):
    """The formulas that can be read of texts, whatever their spelling."""
    for text in dict.fromkeys(re.sub(r"^\W*#\s*", "", one).strip() for one in texts):
        line = read_line(text, symbols) if 3 < len(text) < 1000 else None
        for statement in line.statements if line is not None and line.problem is None else ():
            yield from (form(node) for node in statement.chain)


def answers(scheme, given):
    """The formulas that earn points, and those of the model, but for short ones and what the task says itself."""
    about = scheme.about(given)
    marker = Marker(about.symbols, about.graph, **scheme.declared(given))
    earning = {form(one.formula) for way in marker.ways for some in way.forms.values() for one in some}
    lines = marker.lines(scheme.model(given))
    model = {form(node) for line in lines for one in line.statements for node in one.chain}
    said = set(
        formulas((part for match in FORMULA.findall(scheme.exercise.task) for part in match), about.symbols)
    )
    said |= set(formulas([TAUGHT.get(scheme.exercise.id, "")], about.symbols))
    return {one for one in (earning | model) - said if sum(1 for _ in tree.walk(one)) > LARGEST_TAUGHT}


@pytest.mark.parametrize("exercise_id", ASKED)
def test_no_line_of_an_answer_is_released(released, exercise_id):
    scheme = registry.load((ROOT / "solutions",))[exercise_id]
    given = scheme.exercise.given("alice")
    symbols, secret = scheme.about(given).symbols, answers(scheme, given)
    notebooks = released[scheme.exercise.assignment]
    assert not secret & set(formulas(fragments(notebooks), symbols))
    model = [one for one in map(str, scheme.model(given)) if len(one) >= 12]
    assert [one for one in model if any(one in nbformat.writes(notebook) for notebook in notebooks)] == []
    # the search finds a line that stands among words, in type
    typeset = [latex_line(read_line(one, symbols), symbols) for one in model]
    cells = [new_markdown_cell(f"Show that ${one}$ holds.") for one in typeset]
    assert secret & set(formulas(fragments([new_notebook(cells=cells)]), symbols))
