"""What is in the wheel, which way imports point, and what no file may name."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_holds_course_and_nothing_of_the_instructors(wheel):
    names = wheel.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"course"}
    assert "course/exercises/passed_over.json" in names
    assert "course/py.typed" in names
    assert not [name for name in names if "solutions" in name or "assignments" in name]


def test_nothing_of_a_mark_scheme_is_in_the_wheel(wheel):
    text = b"".join(wheel.read(name) for name in wheel.namelist() if name.endswith(".py"))
    for sentence in (b"The ReLU is missing", b"Ten times the step", b"Model answer of"):
        assert sentence not in text
    assert "The ReLU is missing" in (ROOT / "solutions" / "mlp" / "relu_sgd.py").read_text("utf-8")


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


WRONG_WAY = {
    "course/models/mlp.py": "import course.exercises",
    "course/marking/scheme.py": "import course.grading.config",
    "course/grading/marks/store.py": "import course.grading.engine.autograde",
    "course/kernels/limits.py": "import course.errors",
    "course/kernels/sandbox/seccomp.py": "import course.kernels.zygote.client",
}


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copied")
    shutil.copytree(ROOT / "course", folder / "course", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def import_directions(folder):
    """Run what `make lint` runs, on the package in this folder."""
    code = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports(no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("path", WRONG_WAY)
def test_an_import_the_wrong_way_is_refused(copied, path):
    file = copied / path
    kept = file.read_text("utf-8")
    file.write_text(f"{kept}\n\n{WRONG_WAY[path]}\n", "utf-8")
    try:
        done = import_directions(copied)
    finally:
        file.write_text(kept, "utf-8")
    assert done.returncode == 1, done.stdout
    assert path.removesuffix(".py").replace("/", ".") in done.stdout


def test_imports_point_one_way(copied):
    done = import_directions(copied)
    assert done.returncode == 0, done.stdout


def test_the_package_never_imports_mark_schemes():
    for path in (ROOT / "course").rglob("*.py"):
        for module in imports_of(path):
            assert module.partition(".")[0] != "solutions", path


def test_no_data_is_ever_unpickled():
    for path in (ROOT / "course").rglob("*.py"):
        assert not set(imports_of(path)) & {"pickle", "dill", "cloudpickle", "shelve", "marshal"}, path


def test_the_forge_runs_the_same_script_on_every_supported_python():
    about = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    supported = [name.rpartition(" ")[2] for name in about["classifiers"] if re.search(r"Python :: 3\.\d+$", name)]
    assert about["requires-python"] == f">={supported[0]}"
    job = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))["jobs"]["run"]
    assert job["strategy"]["matrix"]["python"] == supported
    assert job["steps"][-1]["run"] == ".ci/run"


def test_hooks_fetch_nothing_and_check_what_lint_checks():
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    hooks = [hook for repository in repositories for hook in repository["hooks"]]
    assert {repository["repo"] for repository in repositories} == {"local"}
    assert {hook["language"] for hook in hooks} == {"system"}
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for hook in hooks:
        assert hook["entry"].partition(" ")[0].replace(".venv/bin", "$(BIN)") in makefile


def test_the_readme_lists_every_exercise_with_its_points():
    from course.exercises import CATALOGUE
    from course.marking import registry

    schemes = registry.load((ROOT / "solutions",))
    text = (ROOT / "README.md").read_text("utf-8")
    rows = {
        line.split("`")[1]: line
        for line in text.splitlines()
        if line.startswith("| `") and "/" in line.split("`")[1]
    }
    listed = {name: row for name, row in rows.items() if not name.endswith("/")}
    assert list(listed) == list(CATALOGUE)
    for name, row in listed.items():
        assert CATALOGUE[name].title in row
        assert row.rstrip().endswith(f"| {schemes[name].points:g} |")
        assert "(#the-five-documents)" in row or name == "training/capstone"
    for picture in ("docs/images/feedback.png", "docs/images/notebook.png"):
        assert picture in text
        assert (ROOT / picture).is_file()


def test_every_exercise_has_one_module_name_where_it_is_asked_marked_and_tested():
    """`cnn/implement-conv`: `implement_conv` at the same place below all three folders, about this exercise."""
    from course.exercises.in_order import TAUGHT

    for exercise in TAUGHT:
        topic, name = exercise.id.split("/")
        file = f"{name.replace('-', '_')}.py"
        asked, *others = (ROOT / "course" / "exercises" / topic).rglob(file)
        assert not others, exercise.id
        below = asked.relative_to(ROOT / "course" / "exercises")
        marked, tested = ROOT / "solutions" / below, ROOT / "tests" / "schemes" / below.with_name(f"test_{file}")
        for path in (asked, marked):
            assert f'"{exercise.id}"' in path.read_text("utf-8"), path
        assert re.search(r"^\s*def test_|^class Test", tested.read_text("utf-8"), re.M), tested


SHARED_NAMES = {
    "autograde": "the command, and what it calls",
    "report": "the command, and the marks of one sheet",
    "errors": "the base of all errors, and those that end a grading command",
    "messages": "between hosts, and between a grader and its zygote",
    "sanitise": "the stage, and the HTML that it makes fit",
}


def test_no_two_modules_share_a_name_but_those_that_the_glossary_tells_apart():
    exercises = ROOT / "course" / "exercises"
    paths = (ROOT / "course").rglob("*.py")
    # An exercise's module is named after its id, wherever it stands.
    names = Counter(p.stem for p in paths if p.parent == exercises or exercises not in p.parents)
    shared = {name for name, count in names.items() if count > 1} - {"__init__"}
    assert shared == set(SHARED_NAMES)
    glossary = (ROOT / "docs" / "developer" / "glossary.md").read_text("utf-8")
    missing = [name for name in SHARED_NAMES if f"`{name}.py`" not in glossary]
    assert not missing


def test_tests_and_benchmarks_share_the_oracles_alone():
    for path in (ROOT / "tests").rglob("*.py"):
        assert not [name for name in imports_of(path) if name.partition(".")[0] == "benchmarks"], path
    for path in (ROOT / "benchmarks").rglob("*.py"):
        shared = re.findall(
            r"^\s*(?:from tests import|(?:from|import) tests\.)(.*)", path.read_text("utf-8"), re.M
        )
        assert all(re.match(r"\s*oracles\b", what) for what in shared), path


def test_no_folder_has_more_modules_than_one_finds_ones_way_in():
    folders = [path for path in (ROOT / "course").rglob("*") if path.is_dir()]
    many = {
        str(folder.relative_to(ROOT)): count
        for folder in folders
        if (count := sum(one.name != "__init__.py" for one in folder.glob("*.py"))) > 16
    }
    assert many == {}
