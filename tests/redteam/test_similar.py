"""The scan for copies finds them in disguise, and finds no copy in what people wrote by themselves."""

import inspect
import json
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner

from course.commands import command_line
from course.grading import config
from course.grading.errors import GradingError
from course.models import conv, losses
from course.similarity import scan
from course.similarity.fingerprints import MOST_CHARACTERS, fingerprints, normalise
from tests.redteam.copies import DISGUISED, INDEPENDENT, MINE

TEMPLATE = """
def show_all(values):
    for number, value in enumerate(values):
        if number % 2 == 0 and value is not None:
            print("value", number, "is", value, "and its square", value * value)
        else:
            print("nothing to be seen here", number, len(values), sep=" - ")
    return [value for value in values if value is not None]
"""
NUMBERS = "\n".join(f"sheet.s{n} = [[{n}.5, -{n}.25], [0.{n}, 7]]" for n in range(40))


def prints(code):
    return fingerprints([("cell", code)])


def share(one, two):
    found = scan.alike({"a": prints(one), "b": prints(two)}, share=0.0)
    return found[0].share if found else 0.0


def test_a_copy_in_disguise_is_found_and_its_places_are_named():
    (pair,) = scan.alike({"ann": prints(MINE), "bea": prints(DISGUISED)})
    assert (pair.student, pair.other) == ("ann", "bea")
    assert pair.share > 0.7
    here, there = pair.places[0]
    assert MINE.split("\n")[here.first - 1].strip()
    # The longest place is the function `backward`, in both.
    assert MINE[: MINE.index("def backward")].count("\n") < here.last <= MINE.count("\n")
    assert DISGUISED[: DISGUISED.index("def rueck")].count("\n") < there.last <= DISGUISED.count("\n")


@pytest.mark.parametrize("name", INDEPENDENT)
def test_independent_solutions_are_not_alike(name):
    others = {other: code for other, code in INDEPENDENT.items() if other != name} | {"mine": MINE}
    assert all(share(INDEPENDENT[name], code) < 0.2 for code in others.values())


def test_a_part_of_the_code_is_found_in_a_longer_text():
    assert share(MINE, "\n".join([*INDEPENDENT.values(), MINE])) > 0.9


def test_numbers_written_down_by_everybody_are_nobodys():
    assert normalise(NUMBERS) == []
    assert share(NUMBERS, NUMBERS) == 0.0


def test_what_a_whole_class_has_alike_is_nobodys():
    everybody = {f"s{n}": prints(MINE) for n in range(20)}
    assert scan.alike(everybody) == []
    a_few = {f"s{n}": prints(MINE) for n in range(4)}
    assert len(scan.alike(a_few)) == 6


def test_a_large_group_is_named_whole_and_the_rest_of_the_class_is_not():
    class_of_thirty = {f"own-{n:02}": prints("\n".join(_own(n, k) for k in range(12))) for n in range(22)}
    copies = {f"copy-{n}": prints((MINE if n % 2 else DISGUISED) + f"\n{_own(100 + n, 0)}") for n in range(8)}
    works = class_of_thirty | copies
    (group,) = scan.large_groups(works)
    assert group.students == tuple(sorted(copies))
    assert group.share > 0.5
    assert group.places[0].text == "cell"
    assert scan.large_groups(class_of_thirty) == []
    assert scan.large_groups({f"s{n}": prints(MINE) for n in range(20)}) == []


def test_published_code_is_found_and_own_code_is_not():
    source = inspect.getsource(conv.conv2d)
    renamed = re.sub(r"\bkernel\b", "k", re.sub(r"\bx\b", "picture", source))
    works = {"ann": prints(renamed + MINE), "bea": prints(MINE), "cay": prints("\n".join(INDEPENDENT.values()))}
    found = scan.holding(works, scan.published(), share=0.6)
    assert {pair.student for pair in found} == {"ann"}
    assert found[0].other.endswith(".conv2d")
    assert found[0].share > 0.8


def test_lines_of_published_code_are_those_of_its_file():
    name, found = next((n, f) for n, f in scan.published().items() if n.startswith("course.models.losses."))
    lines = inspect.getsource(losses).split("\n")
    first = min(each.first for each in found.every.values()) if found.every else 1
    assert name.rpartition(".")[2] in "\n".join(lines[first - 2 : first + 1])


@pytest.mark.parametrize(
    "code",
    [
        "%%time\nx = f(y) + 1",
        "!ls\nx = f(y) + 1",
        "x = f(y) + 1 # \ud800",
        "x = f(y) + 1 # \0",
        "x = f(y) + 1\n'''",
        "x = f(y) + 1\n  }",
    ],
)
def test_notebook_commands_and_mistakes_keep_no_code_from_being_read(code):
    assert [found.text for found in normalise(code)][:7] == ["n", "=", "n", "(", "n", ")", "+"]


def test_a_text_of_any_size_is_read_in_bounded_time():
    assert len(normalise("x = y(z) + 1\n" * MOST_CHARACTERS)) <= MOST_CHARACTERS
    normalise("(" * MOST_CHARACTERS)
    normalise("\n".join(" " * n + "if x:" for n in range(600)))


@pytest.fixture
def course(tmp_path):
    """A course in which some have copied; their code would make files, were it run."""
    (tmp_path / "nbgrader_config.py").write_text(
        "from course.grading.stages.order import use_stages\nuse_stages(get_config())\n"
    )
    trap = "open('was-run', 'w').close()\n"
    cells = {
        "ann": MINE, "bea": trap + DISGUISED, "cay": INDEPENDENT["recursive"], "dan": INDEPENDENT["stacked"],
        "eve": inspect.getsource(losses),
    }  # fmt: skip
    hand_in(tmp_path / "release" / "mlp", "# your work")
    for student, code in cells.items():
        hand_in(tmp_path / "submitted" / student / "mlp", code)
    (tmp_path / "submitted" / "fay" / "mlp").mkdir(parents=True)
    (tmp_path / "submitted" / "fay" / "mlp" / "mlp.ipynb").write_text("{")
    (tmp_path / "submitted" / "fay" / "mlp" / "link").symlink_to("/dev/zero")
    return tmp_path


def hand_in(folder, code):
    folder.mkdir(parents=True)
    cells = [new_code_cell(TEMPLATE), new_code_cell("%matplotlib inline\nimport numpy as np"), new_code_cell(code)]
    nbformat.write(new_notebook(cells=cells), folder / "mlp.ipynb")


def test_a_class_is_compared_without_what_was_released_and_without_running_it(course):
    found = scan.similar(config.load(course), "mlp")
    assert [(pair.student, pair.other) for pair in found.pairs] == [("ann", "bea")]
    assert found.pairs[0].places[0][0].text == "mlp, cell 3"
    assert {pair.student for pair in found.published} == {"eve"}
    assert found.compared == 5
    assert "symbolic link" in found.problems["fay"]
    assert not list(course.rglob("was-run"))


def test_what_is_too_long_to_be_compared_is_said(course):
    (course / "submitted" / "ann" / "mlp" / "long.py").write_text("x = f(y)\n" * (MOST_CHARACTERS // 9 + 100))
    problems = scan.similar(config.load(course), "mlp").problems
    assert f"only its first {MOST_CHARACTERS} characters" in problems["ann"]
    assert set(problems) == {"ann", "fay"}


def test_without_a_release_it_says_so(course):
    (course / "release" / "mlp" / "mlp.ipynb").unlink()
    (course / "release" / "mlp").rmdir()
    with pytest.raises(GradingError, match="release mlp first"):
        scan.similar(config.load(course), "mlp")


def test_the_command_prints_one_document(course):
    done = CliRunner().invoke(command_line.app, ["similar", "mlp", "--course-dir", str(course), "--json"])
    assert done.exit_code == 1  # one could not be read
    document = json.loads(done.stdout)
    assert [(pair["student"], pair["other"]) for pair in document["pairs"]] == [("ann", "bea")]
    assert document["published"][0]["function"].startswith("course.models.losses.")
    done = CliRunner().invoke(command_line.app, ["similar", "mlp", "--course-dir", str(course), "--share", "1.0"])
    assert "no two are alike" in done.stdout


def test_a_class_of_five_hundred_is_compared_pair_by_pair():
    """Everybody wrote something of their own, two of them the same."""
    works = {f"s{n:03}": prints("\n".join(_own(n, k) for k in range(12))) for n in range(498)}
    works |= {"copy-a": prints(MINE), "copy-b": prints(DISGUISED)}
    assert [(pair.student, pair.other) for pair in scan.alike(works)] == [("copy-a", "copy-b")]


def _own(student, line):
    """A line of code whose shape is nobody else's: the bits of a number say what is done."""
    shape = (student * 7919 + line * 104729 + 12345) ** 3 % (1 << 18)
    return "out = x" + "".join(
        (f".a{shape >> n & 3}(y)", f"[{n}] ** z", " @ w", " / (x - 1)")[shape >> n & 3] for n in range(18)
    )
