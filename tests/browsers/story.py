"""What a person does with the browser: the same for Chromium and Firefox, on the pages of `pages`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tests.browsers.hosts import ALL, NEWS, SEARCH, SHOP, TARGET, TARGETS, url
from tests.browsers.pages import LINKS
from tests.browsers.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browsers.web import Web

VISITED = (*TARGETS, SHOP, NEWS)
"""Whose other pages are opened besides the one that stores: with no icon, with another's, and so on."""


class Browser(Protocol):
    """What the two drivers share."""

    downloads: Path

    def visit(self, address: str) -> None:
        """Go to an address, and wait for the page's own scripts."""

    def tab(self, address: str) -> None:
        """The same in a new tab, which becomes the current one."""

    def click(self, selector: str) -> None:
        """Click, and wait for the page that it leads to."""

    def type(self, selector: str, text: str) -> None:
        """Type into a field."""

    def run(self, script: str) -> Any:
        """What the script returns, run in the page."""


def check(browser: Browser, host: str) -> dict[str, Any]:
    """What the host's page still finds of its storage: `own` by kind, and `frames` by framed host."""
    browser.visit(url(host, "/check"))
    report: dict[str, Any] = browser.run("return window.report")
    return report


def leave(browser: Browser, web: Web) -> None:
    """Leave every trace that pages can leave, on every host; the last tab stays on the target."""
    for host in ALL:
        browser.visit(url(host, "/leave"))
    for host in VISITED:
        for path in ("/bare", "/shared-icon", "/with-below" if host in TARGETS else "/plain"):
            browser.visit(url(host, path))
    _follow_links(browser)
    _search(browser)
    for host in (TARGET, SHOP):
        _download(browser, host)
    browser.tab(url(NEWS, "/alone-in-its-tab"))
    browser.tab(url(TARGET, "/alone-in-its-tab"))
    _icons_arrived(web)


def _follow_links(browser: Browser) -> None:
    for host, addresses in LINKS.items():
        for number, _ in enumerate(addresses):
            browser.visit(url(host, "/links"))
            browser.click(f"#link{number}")
    for start in (url(SHOP, "/to-target"), url(NEWS, "/to-news")):
        browser.visit(start)
        until(lambda: browser.run("return location.pathname") == "/landed", f"the redirects of {start}")


def _search(browser: Browser) -> None:
    for words in (TARGET, "garden chairs"):
        browser.visit(url(SEARCH, "/search"))
        browser.type("#q", words)
        browser.click("#go")


def _download(browser: Browser, host: str) -> None:
    browser.visit(url(host, "/before-the-download"))
    before = _finished(browser.downloads)
    browser.run("setTimeout(() => { location.href = '/download'; }, 0)")
    until(lambda: len(_finished(browser.downloads)) > len(before), f"the download from {host}")


def _finished(folder: Path) -> list[Path]:
    if not folder.exists():
        return []
    unfinished = any(path.suffix in (".crdownload", ".part") for path in folder.iterdir())
    return [] if unfinished else [path for path in folder.iterdir() if path.stat().st_size]


def _icons_arrived(web: Web) -> None:
    # Icons are fetched after the page is done; without this the browser may be closed before.
    wanted = {(host, path) for host in VISITED for path in ("/icon.png", "/favicon.ico")}
    until(lambda: wanted <= {(request.host, request.path) for request in web.requests}, "the icons")
