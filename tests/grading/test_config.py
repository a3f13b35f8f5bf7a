"""The course's configuration and its secret."""

import fnmatch
import os
import stat

import jax
import pytest
from nbgrader.preprocessors import ClearSolutions

from course.exercises import find
from course.exercises.cells import grade_id, graded_exercise, unusual_student
from course.grading import secret
from course.grading.config import ConfigError, find_course_dir, load, require_course_dir
from course.grading.stages.active_files import ACTIVE_FILES
from course.marking.programs.compiled import keep_compiled


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(
        'c = get_config()\nc.Gradbook.course = "c7"\nc.Gradbook.variants = {"Bob": "document"}\n'
    )
    return tmp_path


def test_the_course_is_found_from_below(folder):
    (folder / "a" / "b").mkdir(parents=True)
    assert find_course_dir(folder / "a" / "b") == folder
    assert require_course_dir(folder) == folder


def test_no_course_is_said_so(tmp_path):
    assert find_course_dir(tmp_path) is None
    with pytest.raises(ConfigError, match=r"--course-dir"):
        require_course_dir(tmp_path)
    with pytest.raises(ConfigError, match=r"no course folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match=r"has no nbgrader_config\.py"):
        load(tmp_path)


@pytest.mark.parametrize("text", ["1 / 0", "c = get_config()\nc.Gradbook.variants = {'a': 'mine'}", "c ="])
def test_a_configuration_that_cannot_be_read_is_an_error_with_its_file(tmp_path, text):
    (tmp_path / "nbgrader_config.py").write_text(text)
    with pytest.raises(ConfigError, match=r"nbgrader_config\.py"):
        load(tmp_path)


def test_folders_are_beside_the_configuration(folder, tmp_path):
    config = load(folder)
    assert config.solutions_dirs == (folder / "solutions",)
    assert config.db_url == f"sqlite:///{folder / 'gradebook.db'}"
    assert load(folder, solutions=tmp_path / "other").solutions_dirs == (tmp_path / "other",)


def test_numbers_are_those_of_the_student_in_this_course(folder):
    config, exercise = load(folder), find("mlp/relu-sgd")
    assert config.given(exercise, "alice").W1.tolist() == exercise.given("alice", "c7").W1.tolist()
    assert config.given(exercise, "alice").W1.tolist() != exercise.given("alice", "c8").W1.tolist()
    assert config.given(exercise, "bob").W1.tolist() == exercise.seed().W1.tolist()


def test_the_secret_is_made_once_and_is_its_owners_alone(tmp_path):
    first = secret.read(tmp_path)
    path = tmp_path / ".course" / "secret"
    assert secret.read(tmp_path) == first
    assert len(first) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["secret"]


def test_a_secret_that_others_may_know_is_refused(tmp_path):
    secret.read(tmp_path)
    path = tmp_path / ".course" / "secret"
    path.chmod(0o644)
    with pytest.raises(secret.SecretError, match=r"chmod 600"):
        secret.read(tmp_path)
    path.chmod(0o600)
    path.write_text("")
    with pytest.raises(secret.SecretError, match=r"holds no secret"):
        secret.read(tmp_path)


def test_a_folder_that_cannot_hold_the_secret_is_said_so(tmp_path):
    (tmp_path / ".course").write_text("a file")
    with pytest.raises(secret.SecretError, match=r"cannot be kept"):
        secret.read(tmp_path)


def test_keys_differ_by_exercise_student_and_course(tmp_path):
    keys = {
        secret.probe_key(of, exercise, student)
        for of in ("s" * 64, "t" * 64)
        for exercise in ("mlp/backprop", "mlp/sigmoid-ls")
        for student in ("alice", "bob")
    }
    assert len(keys) == 8
    # RFC 4231, test case 2, gives the construction; the message is ours.
    import hashlib
    import hmac

    assert secret.probe_key("Jefe", "a", "b") == hmac.new(b"Jefe", b"a|b", hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    "student",
    [
        "alice",
        "student-01",
        "a.b@example.org",
        "Ünal",
        "x" * 120,
        "Zoë O'Neil",
        "a b",
        'the "q"',
        "back\\slash",
        "a",
        "{x}",
        "-rf",
    ],
)
def test_usual_ids_are_graded(student):
    assert unusual_student(student) == ""


@pytest.mark.parametrize(
    "student",
    [
        "",
        ".",
        "..",
        "a/b",
        "a,b",
        "a*",
        "a[1]",
        "why?",
        "x" * 201,
        "a\nb",
        " a",
        "a ",
        "a\x1b[2J",
        "a\udcffb",
        "a\0b",
    ],
)
def test_ids_that_folders_and_patterns_cannot_carry_are_named(student):
    assert repr(student[:60]) in unusual_student(student)


def test_only_the_graded_cell_names_an_exercise():
    assert graded_exercise(grade_id("mlp/relu-sgd")) is find("mlp/relu-sgd")
    for other in ("mlp--relu-sgd--answer", "course--setup", "cell-0123", "", "mlp--nothing", os.sep):
        assert graded_exercise(other) is None


@pytest.mark.parametrize("name", ["evil.html", "EVIL.HTML", "a.Svg", "x.js", "y.xhtml", "notes.pdf"])
def test_files_that_a_browser_would_run_are_left_out(name):
    assert any(fnmatch.fnmatchcase(name, pattern) for pattern in ACTIVE_FILES)


@pytest.mark.parametrize("name", ["data.csv", "helper.py", "one.ipynb", "picture.png", "html.txt"])
def test_files_that_a_notebook_needs_are_copied(name):
    assert not any(fnmatch.fnmatchcase(name, pattern) for pattern in ACTIVE_FILES)


def test_compiled_programs_lie_beside_the_secret_unless_there_is_a_cache_already(tmp_path):
    before = jax.config.jax_compilation_cache_dir
    try:
        jax.config.update("jax_compilation_cache_dir", None)
        keep_compiled(tmp_path / ".course" / "compiled")
        folder = tmp_path / ".course" / "compiled"
        assert jax.config.jax_compilation_cache_dir == str(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        keep_compiled(tmp_path / "elsewhere")
        assert jax.config.jax_compilation_cache_dir == str(folder)
    finally:
        jax.config.update("jax_compilation_cache_dir", before)


STAGES = "from course.grading.stages.order import use_stages\nuse_stages(c)\n"
OWN_STUB = "c.ClearSolutions.code_stub = {'python': 'raise Unwritten'}\n"


@pytest.mark.parametrize(
    ("settings", "stub"),
    [
        (STAGES, "# Your work goes here.\npass"),
        (OWN_STUB + STAGES, "raise Unwritten"),
        (STAGES + OWN_STUB, "raise Unwritten"),
    ],
)
def test_a_stub_of_ones_own_holds_wherever_it_is_set(tmp_path, settings, stub):
    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\n{settings}")
    assert ClearSolutions(config=load(tmp_path).config).code_stub["python"] == stub
