"""The catalogue: a page for each exercise with its document, its numbers and what is asked; no answers."""

from mkdocs.structure.files import File

from course.exercises import CATALOGUE
from course.reporting.worked import show_given

KINDS = {
    "steps": "worked by hand, step by step",
    "function": "a function to write",
    "derivation": "a derivation, line by line",
    "written": "a written answer",
}
DOCUMENTS = {
    "000": "slides: an SGD step of an MLP, feature maps and weights of a CNN",
    "001": "slides: a sigmoid network under the squared error and the cross-entropy",
    "002": "a student's homework, scanned: two-channel convolution, softmax, LeNet-5",
    "003": "a student's homework, scanned: backpropagation, momentum, receptive fields, Inception",
    "004": "a typeset homework: backpropagation, CNNs, p-norm penalties",
}


def on_config(config):
    """Put the catalogue in the navigation, after the lessons."""
    pages = ["exercises/index.md", *({e.title: f"exercises/{e.id}.md"} for e in CATALOGUE.values())]
    config.nav.insert(3, {"Exercises": pages})
    return config


def on_files(files, config):
    """Add the catalogue's pages."""
    files.append(File.generated(config, "exercises/index.md", content=_index()))
    for exercise in CATALOGUE.values():
        files.append(File.generated(config, f"exercises/{exercise.id}.md", content=page(exercise)))
    return files


def _index() -> str:
    lines = [
        "# Exercises",
        "",
        "Every exercise comes from one of five short documents, and every student gets numbers of their own.",
        "",
        "| exercise | what | document |",
        "|---|---|---|",
        *(f"| [{e.title}]({e.id}.md) | {KINDS[e.kind]} | {_linked(e.source)} |" for e in CATALOGUE.values()),
        "",
        "## The five documents",
        "",
        "They are not part of the project. `course demo` marks the answers that stand in them, as they were "
        "written, slips included.",
        "",
    ]
    for number, about in DOCUMENTS.items():
        lines += [f"### Document {number} {{ #document-{number} }}", "", about[0].upper() + about[1:] + ".", ""]
    return "\n".join(lines)


def _linked(source: str, up: str = "") -> str:
    for number in DOCUMENTS:
        source = source.replace(number, f"[{number}]({up}index.md#document-{number})", 1)
    return source


def page(exercise) -> str:
    """Draw the page of one exercise in Markdown."""
    lines = [
        f"# {exercise.title}",
        "",
        f"`{exercise.id}` · {KINDS[exercise.kind]} · document {_linked(exercise.source, '../')}",
        "",
        exercise.task,
        "",
    ]
    given, symbols = exercise.seed()._asdict(), exercise.symbols
    if given:
        lines += ["## The document's numbers", "", "| name | symbol | value |", "|---|---|---|"]
        lines += [f"| `{name}` | ${symbols.get(name, name)}$ | {_value(value)} |" for name, value in given.items()]
        personal = "Personal ones: `course given {0} --student ID`." if exercise.draw else "They are everybody's."
        lines += ["", personal.format(exercise.id), ""]
    if exercise.answers:
        lines += ["## What is asked", "", "| name | symbol | what | how it is marked |", "|---|---|---|---|"]
        lines += [f"| `{n}` | ${a.symbol}$ | {a.about} | {_marked(a)} |" for n, a in exercise.answers.items()]
    else:
        lines += ["A written answer is marked by a person, with a rubric and a model answer beside it."]
    return "\n".join(lines) + "\n"


def _value(value) -> str:
    return f"`{show_given(value)}`".replace("|", "\\|")


def _marked(answer) -> str:
    match answer.dtype:
        case "function":
            return f"`{answer.signature}` on secret inputs".replace("|", "\\|")
        case "choice":
            return " or ".join(f"“{choice}”" for choice in answer.choices)
        case "several":
            return "all that apply of " + ", ".join(f"“{choice}”" for choice in answer.choices)
        case "order":
            return "the order of " + ", ".join(f"“{choice}”" for choice in answer.choices)
        case "matching":
            return f"each of {', '.join(answer.units)} with one of {', '.join(answer.choices)}"
        case "graph":
            return f"edges between {len(answer.units)} units"
        case "line":
            return "a line that shows it, by what it means"
        case dtype:
            shape = "×".join(map(str, answer.shape)) or "one number"
            return f"{shape}, {'exactly' if dtype == 'int' else 'to the precision written'}"
