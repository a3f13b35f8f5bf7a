"""The lessons as pages of the site, from the text that the notebooks are built from, without solutions."""

import re
from pathlib import Path

import jupytext
from mkdocs.structure.files import File

from course.exercises import find

ASSIGNMENTS = Path(__file__).parents[2] / "assignments"
ORDER = ("mlp", "cnn", "regularization", "momentum", "training")
_SOLUTION = re.compile(r"^(?P<indent> *)### BEGIN SOLUTION\n.*?### END SOLUTION\n?", re.DOTALL | re.MULTILINE)
_HIDDEN = re.compile(r"^ *### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS\n?", re.DOTALL | re.MULTILINE)


def on_config(config):
    """Put the lessons in the navigation, before the part on marking."""
    pages = [{title: uri} for uri, title, _ in _lessons()]
    config.nav.insert(2, {"Lessons": pages})
    return config


def on_files(files, config):
    """Add a page for each lesson."""
    for uri, _, content in _lessons():
        files.append(File.generated(config, uri, content=content))
    return files


def _lessons():
    """Give (address, title, Markdown) of each lesson, in the order of the course."""
    paths = sorted(ASSIGNMENTS.glob("*/*.py"), key=lambda path: (ORDER.index(path.parent.name), path.name))
    for path in paths:
        cells = jupytext.read(path).cells
        title = next(line[2:] for line in cells[0].source.splitlines() if line.startswith("# "))
        yield f"lessons/{path.parent.name}/{path.stem}.md", title, lesson(cells)


def lesson(cells) -> str:
    r"""Turn the cells of a text source into Markdown: prose as it is, code fenced, exercises as boxes.

    >>> from nbformat.v4 import new_code_cell
    >>> lesson([new_code_cell("x = 1\n### BEGIN SOLUTION\nx = 2\n### END SOLUTION\n")])
    '```python\nx = 1\n# your work\n```'
    """
    return "\n\n".join(filter(None, map(_markdown, cells)))


def _markdown(cell) -> str:
    role, _, name = cell.metadata.get("course", "").partition(" ")
    if role in ("submit", "setup") or (role == "written" and cell.cell_type == "markdown"):
        return ""
    if role == "show":
        return _exercise(name)
    if cell.cell_type == "markdown":
        return cell.source
    source = _SOLUTION.sub(r"\g<indent># your work", _HIDDEN.sub("", cell.source)).strip()
    return f"```python\n{source}\n```" if source else ""


def _exercise(name: str) -> str:
    exercise = find(name)
    task = "\n".join(f"    {line}".rstrip() for line in exercise.task.splitlines())
    link = f"../../exercises/{name}.md"
    return f'!!! question "Exercise: {exercise.title}"\n\n{task}\n\n    [Its numbers and answers]({link})'
