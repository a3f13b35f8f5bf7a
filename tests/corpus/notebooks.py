"""Notebooks as students hand them in: the habits of each editor, and what happens to cells by accident.

Each is a function that changes the solved homework in place, or gives the bytes of the file; its docstring says
what happened. All of them are honest, and all answers are right unless the docstring says otherwise.
"""

import copy
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import jupytext
import nbformat

from tests.corpus.course import ANSWERS, STUBS, name_of

Notebook = dict[str, Any]
Change = Callable[[Notebook], bytes | None]
CORPUS: dict[str, Change] = {}
"""The notebooks, by name."""


def notebook(change: Change) -> Change:
    """Put a notebook into the corpus under the name of its function."""
    CORPUS[change.__name__.replace("_", "-")] = change
    return change


def build(name: str, solved: Notebook) -> bytes:
    """Give the file of one notebook of the corpus."""
    made = copy.deepcopy(solved)
    data = CORPUS[name](made)
    return json.dumps(made).encode() if data is None else data


# ---- small tools


def at(nb: Notebook, name: str) -> int:
    """Where the cell of this name, or id, is."""
    return next(i for i, cell in enumerate(nb["cells"]) if name in (name_of(cell), cell.get("id")))


def the(nb: Notebook, name: str) -> dict[str, Any]:
    """The cell of this name, or id."""
    return nb["cells"][at(nb, name)]


def code(source: str, **metadata: Any) -> dict[str, Any]:
    """A new cell of code."""
    return {
        "cell_type": "code",
        "id": uuid.uuid5(uuid.NAMESPACE_URL, source).hex[:8],
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def text(source: str, **metadata: Any) -> dict[str, Any]:
    """A new cell of text."""
    return {
        "cell_type": "markdown",
        "id": uuid.uuid5(uuid.NAMESPACE_URL, source).hex[:8],
        "metadata": metadata,
        "source": source,
    }


def retype(cell: dict[str, Any], kind: str) -> None:
    """Turn a cell into another type, as an editor's menu does."""
    cell["cell_type"] = kind
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    else:
        cell.pop("outputs", None), cell.pop("execution_count", None)


def forget(nb: Notebook, *names: str) -> None:
    """Take a cell's metadata and id away, as a copy of its text into a new cell does."""
    for name in names:
        cell = the(nb, name)
        cell["metadata"], cell["id"] = {}, uuid.uuid5(uuid.NAMESPACE_URL, name).hex[:8]


def delete(nb: Notebook, *names: str) -> None:
    """Delete cells."""
    for name in names:
        del nb["cells"][at(nb, name)]


def move(nb: Notebook, name: str, place: int) -> None:
    """Put a cell at another place."""
    cell = nb["cells"].pop(at(nb, name))
    nb["cells"].insert(place, cell)


def no_ids(nb: Notebook, minor: int) -> None:
    """Save in an older format, which has no ids of cells."""
    nb["nbformat_minor"] = minor
    for cell in nb["cells"]:
        del cell["id"]


def sources(nb: Notebook, change: Callable[[str], str]) -> None:
    """Change the text of every cell."""
    for cell in nb["cells"]:
        cell["source"] = change(cell["source"])


def split(nb: Notebook, name: str, *, keeps: str) -> None:
    """Split a cell after its first line, or in the middle of it; `keeps` says which halves keep the metadata."""
    place = at(nb, name)
    whole = nb["cells"][place]
    cut = whole["source"].find("\n") + 1 or len(whole["source"]) // 2 + 1
    halves = [copy.deepcopy(whole), copy.deepcopy(whole)]
    halves[0]["source"], halves[1]["source"] = whole["source"][:cut].rstrip("\n"), whole["source"][cut:]
    for half, side in zip(halves, ("first", "last"), strict=True):
        if keeps not in (side, "both"):
            half["metadata"], half["id"] = {}, f"{side}-half"
    if keeps == "both":
        halves[1]["id"] = "last-half"
    nb["cells"][place : place + 1] = halves


def merge(nb: Notebook, first: str, second: str, *, keeps: str) -> None:
    """Merge two neighbours; `keeps` is the one whose metadata stay."""
    place, other = at(nb, first), at(nb, second)
    assert other == place + 1
    both = "\n\n".join(nb["cells"][i]["source"] for i in (place, other))
    merged = nb["cells"][at(nb, keeps)] | {"source": both}
    nb["cells"][place : place + 2] = [merged]


def copied(nb: Notebook, name: str, place: int | None = None, **changes: Any) -> None:
    """Copy a cell with its metadata and paste it, below itself unless a place is given."""
    twin = copy.deepcopy(the(nb, name)) | {"id": f"copy-of-{name}"} | changes
    nb["cells"].insert(at(nb, name) + 1 if place is None else place, twin)


# ---- editors


@notebook
def jupyterlab(nb):
    """JupyterLab, as it saves."""


@notebook
def classic(nb):
    """The classic notebook: no ids, `collapsed`, a table of contents."""
    no_ids(nb, 4)
    nb["metadata"]["toc"] = {"base_numbering": 1, "nav_menu": {}}
    for cell in nb["cells"]:
        cell["metadata"] |= {"collapsed": False, "scrolled": True} if cell["cell_type"] == "code" else {}


@notebook
def classic_version_3(nb):
    """IPython 2: format 3, with worksheets."""
    no_ids(nb, 4)
    old = nbformat.convert(nbformat.from_dict(nb), 3)
    return json.dumps(old).encode()


@notebook
def vs_code(nb):
    """VS Code: format 4.2 without ids, languages in the metadata."""
    no_ids(nb, 2)
    nb["metadata"] |= {"orig_nbformat": 4, "vscode": {"interpreter": {"hash": "31f2aee4"}}}
    nb["metadata"]["kernelspec"]["name"] = ".venv"
    for cell in nb["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}


@notebook
def vs_code_formatted_on_save(nb):
    """VS Code with a formatter: other quotes, blank lines, spaces around operators, in locked cells too."""
    the(nb, "double-test")["source"] = "assert double(2) == 4\nassert double('ab') == 'abab'"
    the(nb, "setup")["source"] = "import math\n\nlimit = 10\n"
    the(nb, "product-test")["source"] = "2*(result == 24)"


@notebook
def vs_code_sorted_imports(nb):
    """VS Code that takes out the unused import of a locked cell on saving."""
    the(nb, "setup")["source"] = "limit = 10"


@notebook
def vs_code_new_notebook(nb):
    """Everything copied, cell by cell, into a new notebook: no metadata and no ids of ours anywhere."""
    forget(nb, *[cell["id"] for cell in nb["cells"]])


@notebook
def vs_code_doubled_ids(nb):
    """Cells pasted with their ids, so that ids occur twice."""
    nb["cells"].insert(4, code("double(21)") | {"id": the(nb, "double")["id"]})


@notebook
def colab(nb):
    """Google Colab: format 4.0, its own ids in the metadata, accelerators."""
    no_ids(nb, 0)
    nb["metadata"] |= {"colab": {"provenance": [], "toc_visible": True}, "accelerator": "GPU"}
    for number, cell in enumerate(nb["cells"]):
        cell["metadata"] |= {
            "id": f"kX{number}",
            "outputId": f"o{number}",
            "colab": {"base_uri": "https://localhost"},
        }


@notebook
def colab_without_nbgrader(nb):
    """Google Colab after a copy: its own metadata only."""
    no_ids(nb, 0)
    for number, cell in enumerate(nb["cells"]):
        cell["metadata"] = {"id": f"kX{number}"}


@notebook
def colab_form(nb):
    """Google Colab with forms: titles in the code, cells hidden."""
    the(nb, "double")["source"] = "#@title Doubling { display-mode: 'form' }\n" + ANSWERS["double"]
    the(nb, "double")["metadata"]["cellView"] = "form"


@notebook
def colab_upload(nb):
    """Google Colab: a cell that imports what is only there."""
    nb["cells"].insert(1, code("from google.colab import drive\ndrive.mount('/content/drive')"))


@notebook
def kaggle(nb):
    """Kaggle: its own metadata, times of the run."""
    nb["metadata"]["kaggle"] = {"accelerator": "none", "dataSources": [], "isInternetEnabled": False}
    for cell in nb["cells"]:
        cell["metadata"] |= {"_uuid": uuid.uuid5(uuid.NAMESPACE_URL, cell["id"]).hex, "trusted": True}
        cell["metadata"]["execution"] = {
            "iopub.execute_input": "2031-02-03T04:05:06.7Z",
            "shell.execute_reply": "2031-02-03T04:05:06.8Z",
        }


@notebook
def kaggle_without_nbgrader(nb):
    """Kaggle after an import from a file: no metadata of nbgrader's, no ids."""
    no_ids(nb, 4)
    for cell in nb["cells"]:
        cell["metadata"] = {"trusted": True, "_kg_hide-input": False}


@notebook
def dataspell(nb):
    """DataSpell and PyCharm: `pycharm` in the metadata, no ids."""
    no_ids(nb, 0)
    for cell in nb["cells"]:
        cell["metadata"] |= {"pycharm": {"name": "#%%\n"}, "collapsed": False, "ExecuteTime": {"end_time": "2031"}}


@notebook
def dataspell_stripped(nb):
    """DataSpell that takes white space off the ends of lines and puts a newline at the end of each cell."""
    sources(nb, lambda source: "\n".join(line.rstrip() for line in source.split("\n")) + "\n")


@notebook
def jupytext_percent(nb):
    """To a script with Jupytext and back."""
    script = jupytext.writes(nbformat.from_dict(nb), "py:percent")
    return _from_script(script, "py:percent")


@notebook
def jupytext_light(nb):
    """To a light script and back: cells that nothing marks run together."""
    script = jupytext.writes(nbformat.from_dict(nb), "py:light")
    return _from_script(script, "py:light")


@notebook
def jupytext_markdown(nb):
    """To Markdown with Jupytext and back."""
    script = jupytext.writes(nbformat.from_dict(nb), "md")
    return _from_script(script, "md")


@notebook
def jupytext_without_metadata(nb):
    """To a script that keeps no metadata, and back."""
    plain = nbformat.from_dict(nb)
    plain.metadata["jupytext"] = {"cell_metadata_filter": "-all"}
    return _from_script(jupytext.writes(plain, "py:percent"), "py:percent")


def _from_script(script: str, kind: str) -> bytes:
    return nbformat.writes(jupytext.reads(script, kind)).encode()


@notebook
def nteract(nb):
    """nteract: hidden inputs and outputs in the metadata."""
    for cell in nb["cells"]:
        cell["metadata"] |= {"inputHidden": False, "outputHidden": False, "outputExpanded": True}


@notebook
def deepnote(nb):
    """Deepnote: its own kinds of cells, empty tags."""
    for cell in nb["cells"]:
        cell["metadata"] |= {
            "deepnote_cell_type": cell["cell_type"],
            "cell_id": "c0",
            "tags": [],
            "deepnote_to_be_reexecuted": False,
        }


@notebook
def cocalc(nb):
    """CoCalc: short ids, states of the run."""
    for number, cell in enumerate(nb["cells"]):
        cell["id"] = f"{number:06x}"
        cell["metadata"] |= {"cocalc": {"outputs": {}}, "collapsed": False}


@notebook
def databricks(nb):
    """Databricks: nothing of nbgrader's is kept."""
    for cell in nb["cells"]:
        cell["metadata"] = {"application/vnd.databricks.v1+cell": {"title": "", "showTitle": False, "nuid": "1"}}
    no_ids(nb, 0)


@notebook
def azure_data_studio(nb):
    """Azure Data Studio: its own ids, another language."""
    nb["metadata"]["language_info"] = {"name": "python", "version": "3.8.10"}
    for cell in nb["cells"]:
        cell["metadata"]["azdata_cell_guid"] = str(uuid.uuid5(uuid.NAMESPACE_URL, cell["id"]))


@notebook
def papermill(nb):
    """Run by Papermill: times, states and empty tags of each cell."""
    for cell in nb["cells"]:
        cell["metadata"]["papermill"] = {"duration": 0.01, "status": "completed", "exception": False}
        cell["metadata"].setdefault("tags", [])


@notebook
def nbstripout(nb):
    """nbstripout: outputs and counts are gone, ids are numbers."""
    for number, cell in enumerate(nb["cells"]):
        cell["id"] = str(number)


@notebook
def nbdev_clean(nb):
    """nbdev: metadata that it does not know are gone."""
    for cell in nb["cells"]:
        cell["metadata"] = {}


@notebook
def windows(nb):
    """A Windows editor: every line ends with a carriage return and a newline."""
    sources(nb, lambda source: source.replace("\n", "\r\n"))


@notebook
def windows_bom(nb):
    """A Windows editor: the file begins with a byte order mark."""
    return b"\xef\xbb\xbf" + json.dumps(nb).encode()


@notebook
def final_newlines(nb):
    """Blank lines at the end of every cell."""
    sources(nb, lambda source: source + "\n\n")


@notebook
def tabs(nb):
    """Tabs for spaces, and spaces at the ends of lines."""
    sources(nb, lambda source: re.sub(r"^    ", "\t", source, flags=re.M).replace("\n", " \n"))


@notebook
def lists_of_lines(nb):
    """Sources as lists of lines."""
    for cell in nb["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)


@notebook
def saved_outputs(nb):
    """Outputs of a run of the student's own, among them a number that JSON does not know."""
    the(nb, "plot")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["drawn\n"]}]
    nan = {"output_type": "display_data", "metadata": {}, "data": {"application/json": {"x": float("nan")}}}
    the(nb, "double")["outputs"] = [nan]


@notebook
def no_metadata_object(nb):
    """A tool that writes `null` where there are no metadata."""
    for cell in nb["cells"]:
        cell["metadata"] = cell["metadata"] or None
    nb["metadata"] = None


# ---- metadata that are lost


@notebook
def lost_written_answer(nb):
    """The cell of the answer in words has lost its metadata."""
    forget(nb, "why")


@notebook
def lost_drawing(nb):
    """The cell of code that is marked by hand has lost its metadata."""
    forget(nb, "plot")


@notebook
def lost_both_by_hand(nb):
    """Both cells that are marked by hand have lost their metadata."""
    forget(nb, "why", "plot")


@notebook
def lost_and_retyped(nb):
    """The answer in words stands in a new cell of code, as a comment."""
    forget(nb, "why")
    retype(nb["cells"][at(nb, "plot") - 1], "code")
    nb["cells"][at(nb, "plot") - 1]["source"] = "# " + ANSWERS["why"]


@notebook
def lost_and_moved(nb):
    """The answer in words stands in a new cell at the end."""
    forget(nb, "why")
    move(nb, uuid.uuid5(uuid.NAMESPACE_URL, "why").hex[:8], len(nb["cells"]))


@notebook
def lost_answer(nb):
    """A cell for code that tests examine has lost its metadata."""
    forget(nb, "double")


@notebook
def lost_test(nb):
    """A test has lost its metadata."""
    forget(nb, "sum-test")


@notebook
def lost_test_edited(nb):
    """A test has lost its metadata, and something was added to it."""
    forget(nb, "sum-test")
    nb["cells"][at(nb, "product") - 1]["source"] += "\nprint(result)"


@notebook
def lost_task(nb):
    """The task has lost its metadata, and the work stands below it."""
    forget(nb, "task")
    nb["cells"].insert(at(nb, "demo"), code("print('my own work')"))


@notebook
def answer_beside_the_stub(nb):
    """The answer in words stands in a new cell below the place for it, which is untouched."""
    the(nb, "why")["source"] = STUBS["why"]
    nb["cells"].insert(at(nb, "why") + 1, text(ANSWERS["why"]))


@notebook
def answer_above_the_stub(nb):
    """The drawing stands in a new cell above the place for it, which is untouched."""
    the(nb, "plot")["source"] = STUBS["plot"]
    nb["cells"].insert(at(nb, "plot"), code(ANSWERS["plot"]))


# ---- deleted


@notebook
def deleted_test(nb):
    """A test was deleted, and a later answer gives its variable another value."""
    delete(nb, "sum-test")


@notebook
def deleted_first_test(nb):
    """The first test was deleted."""
    delete(nb, "double-test")


@notebook
def deleted_all_tests(nb):
    """All tests were deleted."""
    delete(nb, "double-test", "sum-test", "product-test", "last-test")


@notebook
def deleted_setup(nb):
    """The locked cell that the rest needs was deleted."""
    delete(nb, "setup")


@notebook
def deleted_written_answer(nb):
    """The place for an answer in words was deleted; nothing was written."""
    delete(nb, "why")


@notebook
def deleted_answer_and_test(nb):
    """An answer and its test were deleted."""
    delete(nb, "double", "double-test")


@notebook
def deleted_headings(nb):
    """The instructor's texts were deleted, and a test with them."""
    delete(nb, "title", "heading-1", "heading-2", "heading-3", "sum-test")


@notebook
def deleted_task(nb):
    """The task was deleted, and the work for it is there."""
    nb["cells"].insert(at(nb, "demo"), code("print('my own work')"))
    delete(nb, "task")


# ---- split and merged


@notebook
def split_answer(nb):
    """An answer was split, and both halves keep the metadata."""
    the(nb, "sum")["source"] = "first = 1 + 2\nresult = first + 3"
    split(nb, "sum", keeps="both")


@notebook
def split_answer_first(nb):
    """An answer was split, and the first half keeps the metadata."""
    the(nb, "sum")["source"] = "first = 1 + 2\nresult = first + 3"
    split(nb, "sum", keeps="first")


@notebook
def split_written_answer(nb):
    """The answer in words was split, and both halves keep the metadata."""
    split(nb, "why", keeps="both")


@notebook
def split_written_answer_first(nb):
    """The answer in words was split, and the first half keeps the metadata."""
    split(nb, "why", keeps="first")


@notebook
def split_written_answer_last(nb):
    """The answer in words was split, and the last half keeps the metadata."""
    split(nb, "why", keeps="last")


@notebook
def split_test(nb):
    """A test was split, and both halves keep the metadata."""
    split(nb, "double-test", keeps="both")


@notebook
def split_test_first(nb):
    """A test was split, and the first half keeps the metadata."""
    split(nb, "double-test", keeps="first")


@notebook
def merged_into_answer(nb):
    """An answer was merged with the test below it, and is the cell that stays."""
    merge(nb, "double", "double-test", keeps="double")


@notebook
def merged_into_test(nb):
    """An answer was merged with the test below it, and the test is the cell that stays."""
    merge(nb, "double", "double-test", keeps="double-test")


@notebook
def merged_test_and_next_answer(nb):
    """A test was merged with the answer below it, and the test is the cell that stays."""
    merge(nb, "sum-test", "product", keeps="sum-test")


@notebook
def merged_heading_and_answer(nb):
    """The answer in words was merged with the heading above it, and the heading is the cell that stays."""
    merge(nb, "heading-3", "why", keeps="heading-3")


@notebook
def merged_answer_and_heading(nb):
    """The answer in words was merged with the heading above it, and is the cell that stays."""
    merge(nb, "heading-3", "why", keeps="why")


@notebook
def merged_answers(nb):
    """Two answers with a test between them stand in one cell, so that the first value is gone when it is tested."""
    the(nb, "sum")["source"] += "\n\n" + ANSWERS["product"]
    delete(nb, "product")


@notebook
def written_into_setup(nb):
    """An import was added to a locked cell, and an answer needs it."""
    the(nb, "setup")["source"] += "\nfrom operator import add"
    the(nb, "double")["source"] = "def double(x):\n    return add(x, x)"


@notebook
def written_into_test(nb):
    """The answer was written into the test, above what stood there, and the place for it is untouched."""
    the(nb, "double")["source"] = STUBS["double"]
    the(nb, "double-test")["source"] = ANSWERS["double"] + "\n\n" + the(nb, "double-test")["source"]


@notebook
def written_into_task(nb):
    """The work for the task was written into the task."""
    the(nb, "task")["source"] += "\n\nI built a teapot."


# ---- retyped


@notebook
def answer_to_markdown(nb):
    """An answer in code was turned into text."""
    retype(the(nb, "double"), "markdown")


@notebook
def answer_to_raw(nb):
    """An answer in code was turned into a raw cell."""
    retype(the(nb, "double"), "raw")


@notebook
def drawing_to_markdown(nb):
    """The code that is marked by hand was turned into text."""
    retype(the(nb, "plot"), "markdown")


@notebook
def written_answer_to_code(nb):
    """The answer in words was turned into code."""
    retype(the(nb, "why"), "code")


@notebook
def test_to_markdown(nb):
    """A test was turned into text."""
    retype(the(nb, "double-test"), "markdown")


@notebook
def test_to_raw(nb):
    """A test was turned into a raw cell."""
    retype(the(nb, "double-test"), "raw")


@notebook
def task_to_code(nb):
    """The task was turned into code."""
    retype(the(nb, "task"), "code")


@notebook
def heading_to_code(nb):
    """A heading was turned into code."""
    retype(the(nb, "heading-2"), "code")


# ---- moved


@notebook
def answer_below_its_test(nb):
    """An answer was moved below its test."""
    move(nb, "double", at(nb, "double-test"))


@notebook
def test_to_the_top(nb):
    """A test was moved to the top."""
    move(nb, "double-test", 0)


@notebook
def test_to_the_end(nb):
    """A test was moved to the end, where its variable has another value."""
    move(nb, "sum-test", len(nb["cells"]))


@notebook
def written_answer_to_the_end(nb):
    """The answer in words was moved to the end."""
    move(nb, "why", len(nb["cells"]))


@notebook
def exercises_swapped(nb):
    """The second exercise was moved above the first."""
    cells, first, second = nb["cells"], at(nb, "heading-1"), at(nb, "heading-2")
    cells[first : second + 5] = cells[second : second + 5] + cells[first:second]


@notebook
def setup_to_the_end(nb):
    """The locked cell that the rest needs was moved to the end, below the test of its variable."""
    move(nb, "setup", len(nb["cells"]))


# ---- copied


@notebook
def copied_answer(nb):
    """An answer was copied for trying things, and the copy below it is wrong."""
    copied(nb, "double", source="def double(x):\n    return x * x")
    nb["cells"].insert(at(nb, "double-test"), code(ANSWERS["double"]))


@notebook
def copied_written_answer(nb):
    """The place for the answer in words was copied before it was filled: the copy below is untouched."""
    copied(nb, "why", source=STUBS["why"])


@notebook
def copied_test(nb):
    """A test was copied below itself."""
    copied(nb, "double-test")


@notebook
def copied_test_to_the_end(nb):
    """A test was copied to the end, where its variable has another value."""
    copied(nb, "sum-test", len(nb["cells"]))


@notebook
def copied_setup(nb):
    """The locked cell was copied."""
    copied(nb, "setup")


@notebook
def pasted_twice(nb):
    """All of the notebook was pasted below itself."""
    nb["cells"] += [copy.deepcopy(cell) | {"id": f"again-{i}"} for i, cell in enumerate(nb["cells"])]


# ---- what people write


@notebook
def quits(nb):
    """A cell that quits, before the last exercise."""
    nb["cells"].insert(at(nb, "heading-2"), code("quit()"))


@notebook
def quits_at_the_end(nb):
    """A cell that quits, after everything."""
    nb["cells"].append(code("exit()"))


@notebook
def kernel_dies(nb):
    """The kernel dies before the second exercise."""
    nb["cells"].insert(at(nb, "heading-2"), code("import os\nos._exit(1)"))


@notebook
def asks_for_input(nb):
    """A cell that asks the user."""
    nb["cells"].insert(1, code("name = input('Your name: ')"))


@notebook
def magics(nb):
    """Magics and shell commands."""
    nb["cells"].insert(1, code("%matplotlib inline\n!pwd"))
    the(nb, "double")["source"] = "%%time\n" + ANSWERS["double"]


@notebook
def reloads(nb):
    """A module is reloaded, and looked up among what was imported."""
    nb["cells"].insert(
        2,
        code(
            "import importlib, sys\nimportlib.reload(math)\nif 'math' in sys.modules:\n    del sys.modules['math']"
        ),
    )


@notebook
def clears_output(nb):
    """A progress display that clears what it showed."""
    nb["cells"].insert(
        2,
        code(
            "from IPython.display import clear_output\nfor i in range(3):\n    clear_output(wait=True)\n    print(i)"
        ),
    )


@notebook
def talks_of_hooks(nb):
    """A comment and a text that name what could be tampered with."""
    the(nb, "double")["source"] += "\n# I did not touch sys.modules, ast_transformers or numpy.allclose = mine"


@notebook
def own_long_run(nb):
    """A cell of the student's own that is tagged to be skipped, for it takes long."""
    nb["cells"].insert(2, code("raise TimeoutError('an hour of training')", tags=["skip-execution"]))


@notebook
def numpy_result(nb):
    """The result is a number of numpy's, so the points are one too."""
    the(nb, "product")["source"] = "import numpy as np\nresult = np.prod([1, 2, 3, 4])"


@notebook
def jax_result(nb):
    """The result is a number of JAX's, so the points are one too."""
    the(nb, "product")["source"] = "import jax.numpy as jnp\nresult = jnp.prod(jnp.arange(1, 5))"


@notebook
def wrong_result(nb):
    """A wrong product and a function that fails a hidden test; the points are those of the rest."""
    the(nb, "product")["source"] = "result = 23"
    the(nb, "double")["source"] = "def double(x):\n    return x + x if x != -1 else 0"


@notebook
def blank(nb):
    """Nothing was done."""
    for name, stub in STUBS.items():
        the(nb, name)["source"] = stub
