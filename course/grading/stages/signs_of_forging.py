"""Signs in a notebook's code that it tampers with what runs its tests.

An ordinary graded cell runs in the student's own process, so that its points can be forged: by dropping asserts,
by replacing what compares, by putting a value where the points are read. Nothing there can be prevented, and
whoever hides it well is not found. What is written plainly is shown to a person; it costs no points by itself.

A sign is a statement that does something, never a word: a comment, a text, a module that is reloaded or looked up,
an output that is cleared is none. What the instructor released is none either; `FailClosed` leaves it out.
"""

import ast
import re
from collections.abc import Iterable, Iterator

from course.grading.review import Sign
from course.grading.stages.admit import shown

_MOST_SHOWN = 80  # characters of the code that is quoted
_COMPARES = re.compile(r"allclose|isclose|array_equal|array_equiv|allequal|all|any|abs|round|equal|assert\w*")
_RUNS_CELLS = {
    "ast_transformers", "displayhook", "do_execute", "execute_request", "input_transformers_cleanup",
    "input_transformers_post", "run_ast_nodes", "run_cell", "run_cell_async", "run_code", "showtraceback",
}  # fmt: skip
_NUMBERS = {"int", "float", "bool", "complex", "object"}
_PYTHON_MAGICS = re.compile(r"%%(?:time|timeit|capture|prun|python3?)\b.*\n?")
_MAY_MATTER = re.compile(
    "__eq__|builtins|displayhook|display_formatter|do_execute|iopub_socket|modules|patch|register|setattr|setprofile"
    "|settrace|for_type|" + "|".join(sorted(_RUNS_CELLS)) + r"|\.\s*(?:" + _COMPARES.pattern + r")\s*="
)
_COMPARISONS, _CODE, _VALUES = "replaces what compares", "changes what runs cells", "puts out a value by itself"
_IMPORTS, _AROUND, _SHOWS = "replaces what is imported", "acts around every cell", "changes how numbers are shown"
_EQUAL = "makes something equal to everything"


def signs(sources: Iterable[str]) -> tuple[Sign, ...]:
    r"""Find the signs in the code of some cells; each kind once, the surest first.

    Args:
        sources: of the cells.

    >>> signs(["x = numpy.allclose(a, b)  # numpy.allclose = mine", "importlib.reload(numpy)"])
    ()
    >>> [sign.words for sign in signs(["import numpy as np\nnp.allclose = lambda *a: True"])]
    ['replaces what compares (`np.allclose = lambda *a: True`)']
    """
    found: dict[tuple[str, str], Sign] = {}
    modules = {"builtins", "jax", "jnp", "math", "np", "numpy"}
    for source in sources:
        if tree := _parsed(source):
            modules |= _imported(tree)
            if _MAY_MATTER.search(source):
                found |= {(sign.what, sign.seen): sign for node in ast.walk(tree) for sign in _of(node, modules)}
    return tuple(sorted(found.values(), key=lambda sign: not sign.sure))


def _parsed(source: str) -> ast.Module | None:
    """Read the Python of a cell, without its magics; None where there is none, or it would not run either."""
    source = _PYTHON_MAGICS.sub("", source, count=1) if source.startswith("%%") else source
    if source.startswith("%%"):
        return None
    lines = [
        re.sub(r"=\s*[%!].*", "= None", re.sub(r"^(\s*)[%!?].*|^(\s*).*\?\s*$", r"\1\2pass", line))
        for line in source.split("\n")
    ]
    for text in (source, "\n".join(lines)):
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def _imported(tree: ast.Module) -> set[str]:
    """Give the names under which a cell knows modules."""
    return {
        alias.asname or alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }


def _of(node: ast.AST, modules: set[str]) -> Iterator[Sign]:
    match node:
        case ast.Assign(targets=targets):
            for target in targets:
                yield from _assigned(target, node, modules)
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            yield from _assigned(target, node, modules)
        case ast.Delete(targets=targets):
            if any(isinstance(t, ast.Subscript) and _is_unnamed_module(t.value, t.slice) for t in targets):
                yield _sign(_IMPORTS, node, sure=False)
        case ast.Call():
            yield from _called(node, modules)
        case ast.ClassDef(body=body):
            if any(_always_true(each) for each in body):
                yield Sign(_EQUAL, f"class {shown(node.name)}: __eq__", True)
        case ast.Attribute(attr="iopub_socket"):
            yield _sign(_VALUES, node, sure=True)


def _assigned(target: ast.expr, whole: ast.AST, modules: set[str]) -> Iterator[Sign]:
    match target:
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _assigned(part, whole, modules)
        case ast.Attribute(attr=name):
            chain = _chain(target)
            if chain[0] in ("builtins", "__builtins__") or (chain[0] in modules and _COMPARES.fullmatch(name)):
                yield _sign(_COMPARISONS, whole, sure=True)
            elif name in _RUNS_CELLS or "display_formatter" in chain:
                yield _sign(_CODE, whole, sure=True)
        case ast.Subscript(value=value):
            if _chain(value)[-2:] == ["sys", "modules"]:
                yield _sign(_IMPORTS, whole, sure=True)


def _called(call: ast.Call, modules: set[str]) -> Iterator[Sign]:
    chain, first = _chain(call.func), call.args[0] if call.args else None
    name, owner = chain[-1], chain[:-1]
    text = first.value if isinstance(first, ast.Constant) else None
    if name in ("append", "extend", "insert") and owner and owner[-1] in _RUNS_CELLS:
        yield _sign(_CODE, call, sure=True)
    elif name == "displayhook" and owner:
        yield _sign(_VALUES, call, sure=True)
    elif name == "setattr" and first is not None and _chain(first)[0] in modules:
        second = call.args[1] if len(call.args) > 1 else None
        known = second.value if isinstance(second, ast.Constant) else None
        if known is None or _COMPARES.fullmatch(str(known)) or _chain(first)[0] == "builtins":
            yield _sign(_COMPARISONS, call, sure=True)
    elif name in ("patch", "object") and isinstance(text, str) and _COMPARES.fullmatch(text.rpartition(".")[2]):
        yield _sign(_COMPARISONS, call, sure=True)
    elif name == "update" and owner[-2:] == ["sys", "modules"]:
        yield _sign(_IMPORTS, call, sure=True)
    elif (
        name in ("pop", "clear")
        and isinstance(call.func, ast.Attribute)
        and _is_unnamed_module(call.func.value, first)
    ):
        yield _sign(_IMPORTS, call, sure=False)
    elif (name == "register" and (owner[-1:] == ["events"] or text in ("pre_run_cell", "post_run_cell"))) or (
        name in ("settrace", "setprofile") and owner
    ):
        yield _sign(_AROUND, call, sure=False)
    elif name == "for_type" and first is not None and _chain(first)[-1] in _NUMBERS:
        yield _sign(_SHOWS, call, sure=False)


def _is_unnamed_module(owner: ast.expr, key: ast.expr | None) -> bool:
    """Say whether modules are let go of that are not named; one that is named is mostly loaded anew."""
    return _chain(owner)[-2:] == ["sys", "modules"] and not isinstance(key, ast.Constant)


def _always_true(part: ast.stmt) -> bool:
    match part:
        case ast.FunctionDef(name="__eq__", body=[*_, ast.Return(value=ast.Constant(value=True))] as body):
            return all(isinstance(each, ast.Expr | ast.Return) for each in body)
        case ast.Assign(targets=[ast.Name(id="__eq__")], value=ast.Lambda(body=ast.Constant(value=True))):
            return True
    return False


def _chain(node: ast.AST) -> list[str]:
    """Give the names of a dotted expression from its root on; what is no name is `?`.

    >>> _chain(ast.parse("get_ipython().events.register").body[0].value)
    ['get_ipython', 'events', 'register']
    """
    names: list[str] = []
    while True:
        match node:
            case ast.Attribute(attr=name):
                names.append(name)
                node = node.value
            case ast.Call():
                node = node.func
            case ast.Subscript():
                node = node.value
            case ast.Name(id=name):
                return [*reversed([*names, name])]
            case _:
                return [*reversed([*names, "?"])]


def _sign(what: str, node: ast.AST, *, sure: bool) -> Sign:
    try:
        seen = shown(" ".join(ast.unparse(node).split()))
    except RecursionError:
        seen = type(node).__name__
    return Sign(what, seen if len(seen) <= _MOST_SHOWN else f"{seen[: _MOST_SHOWN - 1]}…", sure)
