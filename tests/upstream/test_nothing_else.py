"""Nothing private of another library is used, and nothing of one is replaced, but what the two tables name."""

import ast
import re
from pathlib import Path

import pytest

from course.grading.upstream import table as grading
from course.kernels import upstream as kernels

ROOT = Path(__file__).parents[2]
NAMES = (*kernels.TABLE, *grading.TABLE)
KNOWN = {name.symbol.replace(":", ".").rpartition(".")[2] for name in NAMES}
TABLES = {ROOT / "course/kernels/upstream.py", ROOT / "course/grading/upstream/table.py"}
# What the standard library documents under names that look private.
DOCUMENTED = {"_exit", "_asdict", "_replace", "_fields", "_make"}
SOURCES = sorted(path for path in (ROOT / "course").rglob("*.py") if "template" not in path.parts)


def trees():
    for path in SOURCES:
        yield path, ast.parse(path.read_text("utf-8"))


def ours(everything):
    """All names that the package defines itself, however."""
    found = set()
    for _, tree in everything:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                found |= {node.attr} if ast.unparse(node.value) in {"self", "cls"} else set()
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "object.__setattr__":
                # A name that is worked out, in a loop over `__slots__` or the like, says nothing here.
                found |= {node.args[1].value} if isinstance(node.args[1], ast.Constant) else set()
    return found


def private_uses(path, tree, own):
    """Private attributes and modules that are not ours."""
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Attribute):
            names = [node.attr]
        elif (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").partition(".")[0] != "course"
            and not node.level
        ):
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [part for alias in node.names for part in alias.name.split(".")]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"getattr", "setattr", "hasattr", "delattr"}:
            names = [
                arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            ]
        for name in names:
            if name.startswith("_") and not name.endswith("__") and name not in own | DOCUMENTED | KNOWN:
                yield f"{path.relative_to(ROOT)}:{node.lineno} {name}"


def overridden(path, tree):
    """Private methods of classes with bases from elsewhere, which may stand in for theirs."""
    local = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and not {ast.unparse(base) for base in node.bases} <= local:
            for each in node.body:
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and re.match("_[^_]", each.name):
                    calls = f"super().{each.name}("
                    if calls in ast.unparse(each) and each.name not in KNOWN:
                        yield f"{path.relative_to(ROOT)}:{each.lineno} {node.name}.{each.name}"


def replacements(path, tree):
    """Assignments to attributes of imported modules and classes."""
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            imported |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            root = node.value
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            if isinstance(root, ast.Name) and root.id in imported:
                yield f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"


# Python's own, documented to be changed: the environment of our children, modules of ours, lines that are cached.
ALLOWED = {"os.environ", "sys.argv", "sys.modules", "linecache.cache"}


def test_nothing_private_is_used_that_no_table_names():
    everything = list(trees())
    own = ours(everything)
    found = [use for path, tree in everything if path not in TABLES for use in private_uses(path, tree, own)]
    found += [use for path, tree in everything for use in overridden(path, tree)]
    assert found == []


def test_nothing_is_replaced_beside_the_tables():
    found = [use for path, tree in trees() for use in replacements(path, tree)]
    assert [use for use in found if not any(f" {allowed}" in use for allowed in ALLOWED)] == []
    for path in SOURCES:
        text = path.read_text("utf-8")
        assert not re.search(r"\bmock\b|monkeypatch", text), path
        if path not in TABLES:
            assert "_src" not in text.replace("func_src_info", ""), path
            assert not re.search(r"sys\.modules\[[^]]*\] = None|sys\.modules\.setdefault", text), path


@pytest.mark.parametrize(
    ("source", "finds"),
    [
        ("import jax\njax.core._private(1)", private_uses),
        ("from jax._src import core", private_uses),
        ("getattr(thing, '_inside')", private_uses),
        ("import jax\njax.jit = None", replacements),
        ("from jax import numpy\ndel numpy.ones", replacements),
    ],
)
def test_the_search_finds_what_it_is_for(source, finds):
    more = (set(),) if finds is private_uses else ()
    assert list(finds(ROOT / "course/x.py", ast.parse(source), *more))


def test_an_override_is_found():
    source = "class A(Base):\n    def _inside(self):\n        return super()._inside()"
    assert list(overridden(ROOT / "course/x.py", ast.parse(source)))


def test_the_page_has_the_table():
    page = (ROOT / "docs/developer/upstream.md").read_text("utf-8")
    assert kernels.as_markdown(kernels.TABLE) in page
    assert kernels.as_markdown(grading.TABLE) in page
