"""Chromium for the tests of pages: one launch for a module, and nothing that leaves this machine."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, WebSocketRoute, sync_playwright

ARGUMENTS = ("--headless", "--no-sandbox", "--disable-background-networking")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
_SCHEMES = frozenset({"file", "data", "blob", "about"})


@dataclass
class Chromium:
    """A running browser whose contexts record and abort every request that would leave this machine.

    Attributes:
        browser: as Playwright gives it.
        left: addresses that a page asked for beyond this machine, in order; each was refused.
        said: errors of the pages: exceptions, and what the console shows as an error.
    """

    browser: Browser
    left: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def context(self, **options: Any) -> BrowserContext:
        """Open a context; the options are Playwright's (`viewport`, `color_scheme`, `storage_state`, ...)."""
        context = self.browser.new_context(**options)
        context.set_default_timeout(60_000)
        context.route("**/*", self._guard)
        context.route_web_socket(lambda address: not is_local(address), self._refuse)
        context.on("weberror", lambda error: self.said.append(str(error.error)))
        context.on("console", lambda line: self.said.append(line.text) if line.type == "error" else None)
        return context

    @contextmanager
    def page(self, **options: Any) -> Iterator[Page]:
        """Open a page in a context of its own, for as long as it is needed."""
        context = self.context(**options)
        try:
            yield context.new_page()
        finally:
            context.close()

    def _guard(self, route: Route) -> None:
        if is_local(route.request.url):
            route.continue_()
        else:
            self.left.append(route.request.url)
            route.abort()

    def _refuse(self, socket: WebSocketRoute) -> None:
        self.left.append(socket.url)
        socket.close()


def is_local(address: str) -> bool:
    """Whether an address stays on this machine."""
    parts = urlsplit(address)
    return parts.scheme in _SCHEMES or (parts.hostname or "") in _LOCAL


def program(playwright: Playwright) -> str:
    """Find a Chromium: the system's, else the one that Playwright installed; skip the test where there is none."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), playwright.chromium.executable_path)
    if not Path(found).is_file():
        pytest.skip(f"no Chromium: none of {', '.join(PROGRAMS)} is in PATH, and Playwright has installed none")
    return found


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Start Chromium; where there is none, the test is skipped and says so. Most tests take the fixture `web`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program(playwright), args=list(ARGUMENTS), timeout=120_000
        )
        try:
            yield Chromium(browser)
        finally:
            browser.close()


def violations(page: Page, within: str | None = None) -> list[str]:
    """Give what axe finds wrong with a page's accessibility, a line each: rule, impact, first element."""
    found = Axe().run(page, context=within).response["violations"]
    return [f"{item['id']} ({item['impact']}): {item['nodes'][0]['html'][:200]}" for item in found]


def scrolls_sideways(page: Page) -> list[str]:
    """Give what makes a page wider than its window: the page itself, then the elements that stick out of it.

    An element with its own scrollbar may be wider inside; it must not be so itself.
    """
    return page.evaluate(_STICKING_OUT)


_STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth, page = document.scrollingElement;
  if (page.scrollWidth <= width) return [];
  const found = [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > width + 1);
  return [`page: ${page.scrollWidth} of ${width}`].concat(
    found.slice(0, 8).map((e) => `${e.tagName}.${e.className}: ${e.textContent.slice(0, 40)}`));
}"""
