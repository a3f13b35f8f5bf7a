"""The course site: it builds without a warning, holds everything once, gives no solution away, needs no network."""

import doctest
import importlib
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from course.exercises import CATALOGUE

ROOT = Path(__file__).parents[2]
# Elements whose address the browser fetches by itself; an <a> waits for a person.
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class Page(HTMLParser):
    """The addresses that a page fetches, and those it links to."""

    def __init__(self, text):
        super().__init__()
        self.fetched, self.linked = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if attrs.get("rel") not in ("canonical", "next", "prev") and attrs.get(FETCHED.get(tag)):
            self.fetched.append(attrs[FETCHED[tag]])
        if tag == "a" and attrs.get("href"):
            self.linked.append(attrs["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={"NO_MKDOCS_2_WARNING": "1"})
    assert done.returncode == 0, done.stderr
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.html")}


def elsewhere(text):
    return [address for address in Page(text).fetched if re.match(r"(https?:)?//", address)]


def test_no_page_fetches_anything_from_elsewhere(site):
    assert elsewhere('<script src="https://cdn.example/x.js"></script><img src="//a/b.png">')
    assert {name: elsewhere(text) for name, text in site.items() if elsewhere(text)} == {}


def test_every_link_between_pages_leads_somewhere(site):
    broken = []
    for name, text in site.items():
        if name == "404.html":
            continue
        for link in Page(text).linked:
            path, _, part = link.partition("#")
            if re.match(r"[a-z]+:", link) or not (path == "" or path.endswith(".html")):
                continue
            target = (Path(name).parent / path).as_posix() if path else name
            parts = [p for p in target.split("/") if p != "."]
            while ".." in parts:
                at = parts.index("..")
                del parts[at - 1 : at + 1]
            target = "/".join(parts)
            if target not in site or (part and f'id="{part}"' not in site[target]):
                broken.append((name, link))
    assert broken == []


def test_every_exercise_and_lesson_has_its_page(site):
    for exercise in CATALOGUE.values():
        page = site[f"exercises/{exercise.id}.html"]
        assert exercise.title in page
        assert all(f"<code>{name}</code>" in page for name in exercise.answers)
    for path in ROOT.glob("assignments/*/*.py"):
        assert f"lessons/{path.parent.name}/{path.stem}.html" in site


def test_no_solution_is_given_away(site):
    solution = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
    given_away = []
    for path in ROOT.glob("assignments/*/*.py"):
        text = re.sub(r"<[^>]+>", "", site[f"lessons/{path.parent.name}/{path.stem}.html"])
        source = path.read_text("utf-8")
        lines = [line.strip() for part in solution.findall(source) for line in part.splitlines()]
        # What a student is given anyway, such as the line that hands over a function, tells nothing.
        released = solution.sub("", source)
        telling = [line for line in lines if line.startswith("sheet.") and line not in released]
        given_away += [line for line in telling if line.replace("&", "&amp;") in text]
        assert "SOLUTION" not in text
        assert "your work" in text or not lines
    assert given_away == []


def test_formulas_are_mathml(site):
    assert "<math" in site["exercises/cnn/two-channel.html"]
    assert [name for name, text in site.items() if 'class="arithmatex"' in text] == []


def test_every_module_of_the_library_has_its_page_and_every_model_its_picture(site):
    for path in [p for package in ("models", "training") for p in (ROOT / "course" / package).glob("[!_]*.py")]:
        module = f"{path.parent.name}.{path.stem}"
        page = site[f"reference/{path.parent.name}/{path.stem}.html"]
        for name in re.findall(r"^(?:def|class) ([A-Za-z]\w*)", path.read_text("utf-8"), re.MULTILINE):
            assert f'id="course.{module}.{name}"' in page
    for model in ("mlp", "cnn", "lenet", "inception"):
        page = site[f"reference/models/{model}.html"]
        assert 'role="img"' in page
        assert "parameters" in page
    # The counts of the exercises `cnn/weight-count` and `cnn/lenet-count`.
    assert "16,618" in site["reference/models/cnn.html"]
    assert {"61,706", "60,850"} <= set(re.findall(r"[\d,]+", site["reference/models/lenet.html"]))


@pytest.mark.parametrize("name", ["lessons", "network_picture", "doctests"])
def test_the_pages_makers_do_as_they_say(monkeypatch, name):
    monkeypatch.syspath_prepend(ROOT / "docs/site")
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert result.attempted
    assert not result.failed
