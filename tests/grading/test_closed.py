"""Ordinary graded cells whose outcome is unclear, beside what nbgrader itself makes of them."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.utils import determine_grade
from traitlets.config import Config

from course.grading.record import Record
from course.grading.review import in_words
from course.grading.stages.fail_closed import FailClosed
from course.grading.stages.signs_of_forging import signs

ABOUT = {"grade": True, "solution": False, "locked": True, "grade_id": "tests", "points": 3, "schema_version": 3}


def value(text):
    return new_output("execute_result", data={"text/plain": text})


ERROR = new_output("error", ename="AssertionError", evalue="", traceback=[])
PRINT = new_output("stream", name="stdout", text="fine")


def grade(outputs, *, completed=True, **settings):
    cell = new_code_cell("check(answer)", metadata={"nbgrader": dict(ABOUT)}, outputs=[*outputs])
    record = Record(completed={cell.id} if completed else set())
    stage = FailClosed(config=Config({"Gradbook": settings}))
    stage.preprocess(new_notebook(cells=[cell]), {"course": record})
    return determine_grade(cell)[0], in_words(record.review.get("tests", ()))


@pytest.mark.parametrize(
    ("outputs", "points"),
    [([], 3), ([PRINT], 3), ([value("1.5")], 1.5), ([value("0")], 0), ([value("3")], 3), ([ERROR], 0)],
)
def test_what_is_clear_is_what_nbgrader_makes_of_it(outputs, points):
    assert grade(outputs) == (points, "")


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("np.float64(1.5)", 1.5), ("np.int64(2)", 2), ("np.float32(0.25)", 0.25), ("array(2.)", 2), ("array(1)", 1),
        ("Array(0.5, dtype=float32)", 0.5), ("Array(3, dtype=int32, weak_type=True)", 3), ("np.float64(1e-01)", 0.1),
        ("tensor(2.)", 2), ("tensor(1.5000, dtype=torch.float64)", 1.5), ("np.float16(2.0)", 2),
        ("<tf.Tensor: shape=(), dtype=float32, numpy=2.5>", 2.5),
    ],
)  # fmt: skip
def test_one_number_of_a_library_is_a_number_of_points(text, points):
    assert grade([value(text)]) == (points, "")


@pytest.mark.parametrize(
    "text",
    [
        "Array(nan, dtype=float32)",
        "np.float64(-1.0)",
        "Array(4, dtype=int32)",
        "array([2.])",
        "np.True_",
        "float(3)",
        "np.float64(inf)",
        "mine(3)",
    ],
)
def test_a_value_of_a_library_that_is_no_number_of_points_earns_nothing(text):
    assert grade([value(text)])[0] == 0


@pytest.mark.parametrize("text", ["nan", "-1", "True", "inf", "", "'3'"])
def test_a_value_that_is_no_number_of_points_earns_nothing(text):
    points, why = grade([value(text)])
    assert points == 0
    assert "no number of points from 0 to 3" in why


@pytest.mark.parametrize("text", ["nan", "-1", "True", "np.float64(1.5)"])
def test_switched_off_it_is_as_nbgrader_has_it(text):
    assert grade([value(text)], fail_closed=False) == (3, "")


def test_a_cell_that_never_ran_earns_nothing():
    assert grade([], completed=False) == (0, "it did not run to its end")
    assert grade([], completed=False, fail_closed=False) == (3, "")


def test_a_value_put_before_a_failure_or_another_value_earns_nothing():
    assert grade([value("3.0"), ERROR]) == (0, "it gave a value and failed")
    assert grade([value("3.0"), ERROR], fail_closed=False) == (3, "")
    assert grade([value("3.0"), value("1.0")])[0] == 0
    assert grade([ERROR, value("3.0")]) == (0, "")


def test_a_cell_that_the_kernel_did_not_live_to_see_is_shown():
    cell = new_code_cell("check(answer)", metadata={"nbgrader": dict(ABOUT)}, outputs=[ERROR])
    record = Record(completed=set(), not_run={cell.id}, stopped="the kernel died")
    FailClosed().preprocess(new_notebook(cells=[cell]), {"course": record})
    assert determine_grade(cell)[0] == 0
    assert "the kernel died" in in_words(record.review["tests"])


def test_tests_below_a_kernels_death_are_shown_where_it_may_have_cost_something():
    """The test of the exercise in which it died always, those of later ones where points are missing."""
    died = new_code_cell("import os\nos._exit(1)")
    cells = [
        new_code_cell("check(answer)", metadata={"nbgrader": ABOUT | {"grade_id": name}}, outputs=outputs)
        for name, outputs in {
            "above": [ERROR],
            "own": [],
            "right": [],
            "wrong": [ERROR],
            "half": [value("1")],
        }.items()
    ]
    cells.insert(1, died)
    why = "the kernel died; a new kernel went on without that cell"
    record = Record(completed={cell.id for cell in cells}, happened={died.id: why}, went_on={died.id})
    FailClosed().preprocess(new_notebook(cells=cells), {"course": record})
    assert set(record.review) == {"own", "wrong", "half"}
    assert {in_words(reasons) for reasons in record.review.values()} == {f"in a cell above, {why}"}


def test_a_value_that_came_before_the_kernels_death_earns_nothing_and_is_shown():
    cell = new_code_cell("check(answer)", metadata={"nbgrader": dict(ABOUT)}, outputs=[value("3.0"), ERROR])
    record = Record(completed=set(), happened={cell.id: "the kernel died"})
    FailClosed().preprocess(new_notebook(cells=[cell]), {"course": record})
    assert determine_grade(cell)[0] == 0
    assert in_words(record.review["tests"]) == (
        "the run did not come to the end of it: the kernel died; it gave a value and failed"
    )


def test_a_cell_that_the_instructor_tagged_to_be_skipped_is_as_nbgrader_has_it():
    cell = new_code_cell("check(answer)", metadata={"nbgrader": dict(ABOUT), "tags": ["skip-execution"]})
    record = Record(completed=set())
    FailClosed().preprocess(new_notebook(cells=[cell]), {"course": record})
    assert determine_grade(cell)[0] == 3
    assert record.review == {}


HONEST = [
    "import importlib\nimportlib.reload(helpers)", "if 'torch' in sys.modules:\n    del sys.modules['helpers']",
    "clear_output(wait=True)", "# np.allclose = mine", "say = 'sys.modules[name] = mine'", "loss.round = 4",
    "class Point:\n    def __eq__(self, other):\n        return self.x == other.x", "registry.register('relu', relu)",
    "%precision 3\nfiles = !ls\nnp.mean?", "%%bash\nsys.modules['x']=1", "@np.vectorize\ndef f(x):\n    return np.isclose(x, 1)",
]  # fmt: skip


@pytest.mark.parametrize("source", HONEST)
def test_what_honest_people_write_is_no_sign(source):
    assert signs([source]) == ()


@pytest.mark.parametrize(
    ("source", "sure"),
    [
        ("%matplotlib inline\nimport numpy as n\nn.testing.assert_allclose = print", True),
        ("import numpy as np\nsetattr(np, 'isclose', lambda *a: True)", True), ("sys.modules['numpy'] = mine", True),
        ("import builtins\nbuiltins.abs = int", True), ("get_ipython().ast_transformers.append(Drop())", True),
        ("class A:\n    __eq__ = lambda a, b: True", True), ("get_ipython().displayhook(3.0)", True),
        ("%%time\nmock.patch('numpy.allclose').start()", True), ("ip.events.register('post_run_cell', log)", False),
        ("for name in list(sys.modules):\n    del sys.modules[name]", False), ("sys.settrace(f)", False),
        ("formatter.for_type(float, lambda v, p, c: p.text('3'))", False),
    ],
)  # fmt: skip
def test_what_tampers_with_tests_is_a_sign_and_says_how_sure_it_is(source, sure):
    (sign,) = signs([source])
    assert sign.sure is sure
    assert ("may be harmless" in sign.words) is not sure
    assert sign.seen.split("(")[0].split(":")[0] in source


def test_a_sign_costs_no_points_and_what_was_released_is_none():
    cell = new_code_cell("check(answer)", metadata={"nbgrader": dict(ABOUT)})
    record = Record(completed={cell.id}, signs=signs(["np.allclose = mine"]))
    FailClosed().preprocess(new_notebook(cells=[cell]), {"course": record})
    assert determine_grade(cell)[0] == 3
    assert in_words(record.review["tests"]) == (
        "the code replaces what compares (`np.allclose = mine`): compare it with its points"
    )


@pytest.mark.parametrize(
    "source", ["(" * 100_000, "x" + ".a" * 200_000, "-" * 100_000 + "1", "np.all = " + "[" * 90 + "]" * 90, "\0"]
)
def test_code_that_cannot_be_read_is_no_error(source):
    signs([source + "\nnp.allclose = 1"])
