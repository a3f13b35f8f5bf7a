"""What the documentation names is there: modules, functions, files and folders, in pages and in docstrings."""

import ast
import functools
import re
from pathlib import Path

import pytest

from course.grading.stages import order

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md", "mkdocs.yml")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
FOLDERS = ("assignments", "benchmarks", "course", "docs", "hub", "requirements", "solutions", "tests")
# `course.x.y` and `course.x:y`; not a part of an address, of a private MIME type or of a longer name.
DOTTED = re.compile(r"(?<![\w./-])course((?:\.[A-Za-z_]\w*)+)(?::(\w+))?")
# `folder/…`, with the name of something in a Python file after a colon.
PATH = re.compile(rf"(?<![\w./…-])((?:{'|'.join(FOLDERS)})/[\w./*-]*)(?::([A-Za-z_][\w.]*))?")
# What an example's own folder holds, and what commands write.
ELSEWHERE = ("assignments/stats/stats.py", "benchmarks/results/")
PLACEHOLDERS = re.compile("TOPIC|NAME|NNNN")


def docstrings(path):
    tree = ast.parse(path.read_text("utf-8"))
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return "\n".join(ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, kinds))


def texts():
    """Each page, and the docstrings of each module, by its path."""
    for path in PAGES:
        yield path, path.read_text("utf-8")
    for folder in ("course", "solutions", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, docstrings(path)


@functools.cache
def defined(path):
    """The names that a Python file defines or imports at its top, and those of each class in it."""
    names = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names[node.name] = members(node) if isinstance(node, ast.ClassDef) else set()
        elif isinstance(node, ast.ImportFrom | ast.Import):
            names |= {(alias.asname or alias.name): set() for alias in node.names}
        else:
            names |= dict.fromkeys(targets(node), set())
    return names


def members(node):
    functions = {item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)}
    return functions.union(*(targets(item) for item in node.body))


def targets(node):
    found = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in found if isinstance(target, ast.Name)}


def has(path, names):
    """Whether a Python file defines a name, or a class of it another one."""
    known = defined(path)
    return not names or (names[0] in known and (len(names) == 1 or set(names[1:]) <= known[names[0]]))


def exists(dotted, name):
    """Whether there is a module or a package of this name, or a module that defines the last parts of it."""
    parts = ["course", *dotted.strip(".").split(".")]
    for count in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:count])
        rest = [*parts[count:], *([name] if name else [])]
        if place.with_suffix(".py").is_file():
            return has(place.with_suffix(".py"), rest)
        if place.is_dir():
            return not rest or has(place / "__init__.py", rest)
    return False


def wrong_in(text):
    for found in DOTTED.finditer(text):
        if not exists(found[1], found[2]):
            yield found[0]
    for found in PATH.finditer(text):
        name, inside = found[1].rstrip("."), found[2]
        if name.startswith(ELSEWHERE) or PLACEHOLDERS.search(name):
            continue
        places = list(ROOT.glob(name)) if "*" in name else [ROOT / name]
        there = bool(places) and all(place.exists() for place in places)
        if not there or (inside and not has(places[0], inside.rstrip(".").split("."))):
            yield found[0]


@pytest.mark.parametrize(
    "text",
    [
        "`course.grading.admit`",
        "`course.kernels.provisioner:Provisioner`",
        "course.exercises.find.more",
        "see course/grading/admit.py",
        "`course/grading/stages/order.py:use_stage`",
        "`course/marking/marker.py:Marker.marks`",
        "tests/nothing/",
        "solutions/*/nothing.py",
    ],
)
def test_a_name_that_is_not_there_is_found(text):
    assert list(wrong_in(text))


def test_what_is_named_exists():
    wrong = {str(path.relative_to(ROOT)): found for path, text in texts() if (found := list(wrong_in(text)))}
    assert wrong == {}


def table_of(package):
    """The modules in the table of a package's docstring; empty where it has none."""
    rows = re.findall(
        r"^\| (`.+?) \|", ast.get_docstring(ast.parse(package.read_text("utf-8"))) or "", re.MULTILINE
    )
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]


PACKAGES = [path for path in sorted((ROOT / "course").rglob("__init__.py")) if table_of(path)]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.parent.relative_to(ROOT).as_posix())
def test_the_table_of_a_package_lists_what_is_in_it(package):
    listed = table_of(package)
    there = {path.stem for path in package.parent.glob("[!_]*.py")}
    there |= {path.parent.name for path in package.parent.glob("[!_]*/__init__.py")}
    folders = {path.name for path in package.parent.iterdir() if path.is_dir()}
    assert len(listed) == len(set(listed))
    assert there <= set(listed) <= there | folders


def test_the_picture_shows_every_stage_of_ours():
    shown = re.findall(r"stages\.(\w+)", (ROOT / "docs/images/architecture.svg").read_text("utf-8"))
    stages = [name.split(".")[3] for name in (*order.RESTORE, *order.GRADE) if name.startswith("course.")]
    assert set(shown) == {*stages, "read"}  # which is named as the exporter and not as a stage
