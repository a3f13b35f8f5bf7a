"""A JupyterHub of its own for the tests, and the people who work on it through the browser."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests import mark_schemes
from tests.browser import Chromium

ROOT = Path(__file__).parents[2]
ASSIGNMENT = NOTEBOOK = "first"
# Long enough for a machine that is busy with something else; everything is waited for, nothing is slept through.
PATIENCE = 180_000


def demo() -> ModuleType:
    """The script `hub/demo.py`, whose folder is no package."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("hub_demo", ROOT / "hub" / "demo.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Hub:
    """A running hub.

    Attributes:
        url: where it listens.
        folder: the demonstration's: `course`, `exchange`, `home`.
        log: what the hub and all servers said.
    """

    url: str
    folder: Path
    log: Path


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Hub]:
    """Start the hub of `hub/demo.py` with the tests' own assignment, built and not yet released."""
    script = demo()
    texts = folder / "original"
    (texts / "assignments" / ASSIGNMENT).mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("first.txt"), texts / "assignments" / ASSIGNMENT / f"{NOTEBOOK}.py")
    mark_schemes.copied(texts / "solutions")
    script.prepare(folder / "demo", texts, ASSIGNMENT)
    port, log = script.free_ports(1)[0], folder / "hub.log"
    call = "import sys; sys.path.insert(0, sys.argv[1]); import demo; from pathlib import Path; "
    call += "demo.start(Path(sys.argv[2]), int(sys.argv[3]))"
    with log.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", call, str(ROOT / "hub"), str(folder / "demo"), str(port)],
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=os.environ | {"JAX_COMPILATION_CACHE_DIR": str(ROOT / ".jax_cache")},
            start_new_session=True,
        )
        try:
            hub = Hub(f"http://127.0.0.1:{port}", folder / "demo", log)
            _wait_until_up(hub, process)
            yield hub
        finally:
            # The hub ends its servers; whatever is left of its session goes with it.
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(60)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_until_up(hub: Hub, process: subprocess.Popen) -> None:
    import time

    for _ in range(PATIENCE // 500):
        assert process.poll() is None, hub.log.read_text()
        try:
            urllib.request.urlopen(f"{hub.url}/hub/api", timeout=60).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
        else:
            return
    raise AssertionError(f"the hub did not start: {hub.log.read_text()}")


class Person:
    """Somebody who is signed in, with JupyterLab in front of them."""

    def __init__(self, hub: Hub, web: Chromium, name: str) -> None:
        self.hub, self.name = hub, name
        context = web.context(viewport={"width": 1280, "height": 960})
        context.set_default_timeout(PATIENCE)
        self.page = context.new_page()
        self.page.goto(f"{hub.url}/hub/login")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill("any")
        self.page.get_by_role("button", name="Sign in").click()
        self.page.locator(".jp-DirListing-content").wait_for()

    def menu(self, *path: str) -> None:
        """Choose an entry of a menu."""
        menu(self.page, *path)

    def dialog(self) -> str:
        """Read what JupyterLab says in a dialog, and close it."""
        said = self.page.locator(".jp-Dialog-content")
        text = said.inner_text()
        said.locator("button.jp-mod-accept").click()
        said.wait_for(state="detached")
        return text


class Student(Person):
    """A student, with nbgrader's list of assignments."""

    def list(self) -> Locator:
        """Show the list of assignments."""
        tab = self.page.locator(".lm-TabBar-tab", has_text="Assignments")
        if tab.count():
            tab.click()
        else:
            self.menu("Nbgrader", "Assignment List")
        return self.page.locator("#nbgrader-assignment-list")

    def fetch(self) -> "Notebook":
        """Fetch the assignment and open its notebook, by the list alone."""
        shown = self.list()
        shown.get_by_role("button", name="Fetch", exact=True).click()
        fetched = shown.locator("#fetched_assignments_list")
        fetched.locator("a.assignment-notebooks-link").click()
        fetched.locator(".nested_list_item a").click()
        notebook = Notebook(self.page)
        notebook.wait_for_kernel()
        return notebook

    def submit(self) -> str:
        """Hand the assignment in; gives what the list says then."""
        shown = self.list()
        shown.get_by_role("button", name="Submit", exact=True).click()
        handed = shown.locator("#submitted_assignments_list .list_item", has_text=ASSIGNMENT)
        handed.first.wait_for()
        return handed.first.inner_text()

    def feedback(self) -> tuple[FrameLocator, Path]:
        """Fetch the feedback and open its page in JupyterLab; gives the page, and its file."""
        shown = self.list()
        shown.get_by_role("button", name="Fetch Feedback", exact=True).click()
        shown.locator("a", has_text="view feedback").click()
        self.page.locator(".jp-DirListing-item", has_text=f"{NOTEBOOK}.html").dblclick()
        home = self.hub.folder / "home" / self.name / ASSIGNMENT / "feedback"
        return self.page.frame_locator(".jp-HTMLViewer iframe"), next(home.glob(f"*/{NOTEBOOK}.html"))


class Instructor(Person):
    """An instructor, with the formgrader."""

    def formgrader(self) -> FrameLocator:
        """Open the formgrader within JupyterLab."""
        self.menu("Nbgrader", "Formgrader")
        self.frame = self.page.frame_locator("iframe[src*=formgrader]")
        return self.frame

    def manage_assignments(self) -> None:
        """Go to the table of assignments: to a page of its own, not to the one that is about to go."""
        self.frame.locator("body").evaluate("body => body.dataset.left = 'yes'")
        self.frame.locator("a", has_text="Manage Assignments").click()
        self.frame.locator("body:not([data-left]) #main-table td.generate-feedback a").first.wait_for()

    def press(self, button: Locator) -> str:
        """Press a button of the formgrader, wait for its success and give what it says."""
        button.click()
        self.frame.locator(".modal-title").wait_for()
        said = self.frame.locator(".modal-content").inner_text()
        assert self.frame.locator(".modal-title").inner_text() == "Success", said
        self.frame.locator(".modal .btn.close").click()
        self.frame.locator(".modal").wait_for(state="detached")
        return said


class Notebook:
    """The notebook that is open."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def wait_for_kernel(self) -> None:
        """Wait until the kernel is there and idle."""
        self.panel.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()

    def cell(self, text: str) -> Locator:
        """The cell whose source has a text."""
        return self.panel.locator(".jp-Cell", has=self.page.locator(".cm-content", has_text=text)).first

    def write(self, cell: Locator, source: str) -> None:
        """Replace what stands in a code cell."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def write_text(self, shown: str, source: str) -> None:
        """Replace what stands in a Markdown cell, which is shown as text."""
        cell = self.panel.locator(".jp-MarkdownCell", has_text=shown).last
        cell.locator(".jp-RenderedMarkdown").dblclick()
        self.write(cell, source)

    def run_all(self) -> None:
        """Run every cell, and wait for the last."""
        prompts = self.panel.locator(".jp-CodeCell .jp-InputPrompt")
        done = [re.compile(r"^\[\d+\]:$")] * prompts.count()
        for _ in range(3):
            # What is run before the kernel is connected, JupyterLab forgets.
            menu(self.page, "Run", "Run All Cells")
            with contextlib.suppress(AssertionError):
                expect(prompts).to_have_text(done, timeout=PATIENCE / 3)
                break
        expect(prompts).to_have_text(done, timeout=PATIENCE)

    def save(self) -> None:
        """Save, and wait until it is."""
        menu(self.page, "File", "Save Notebook")
        expect(self.page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0, timeout=PATIENCE)

    def validate(self) -> None:
        """Save and validate by the toolbar's button; the answer comes as a dialog."""
        self.panel.get_by_role("button", name="Validate").click()


def menu(page: Page, *path: str) -> None:
    """Choose an entry of JupyterLab's menus."""
    for place, entry in zip(("MenuBar", *["Menu"] * len(path)), path, strict=False):
        page.locator(f".lm-{place}-itemLabel", has_text=re.compile(f"^{entry}$")).last.click()
