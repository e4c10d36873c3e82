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
"""Whose other pages are opened besides the one that stores: without an icon, with another's, and so on."""


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


Report = dict[str, Any]
"""What a check page says: `own` has what it finds of its storage by kind, `frames` that by framed host."""

NOTHING: Report = {
    "cookies": [],
    "localStorage": [None, None],
    "indexedDB": None,
    "cacheStorage": None,
    "serviceWorker": [],
    "fileSystem": None,
    "httpCache": None,
}
"""The `own` of a host of which nothing is there. A parent domain's cookies are sent to it all the same."""


def check(browser: Browser, host: str) -> Report:
    """What the host's pages still find of their storage; looking makes nothing anew."""
    browser.visit(url(host, "/check"))
    report: Report = browser.run("return window.report")
    return report


def check_all(browser: Browser) -> dict[str, Report]:
    """The reports of all hosts, by host: to be compared before and after."""
    return {host: check(browser, host) for host in ALL}


def leave(browser: Browser, web: Web) -> None:
    """Leave every trace that pages can leave, on every host; the last tab stays on the target."""
    for host in ALL:
        browser.visit(url(host, "/leave"))
    for host in VISITED:
        browser.visit(url(host, "/shared-icon"))
        browser.visit(url(host, "/with-below" if host in TARGETS else "/plain"))
    _follow_links(browser)
    _search(browser)
    for host in (TARGET, SHOP):
        _download(browser, host)
    for host in (NEWS, SHOP, *reversed(TARGETS)):
        # Icons are fetched after the page is done, and dropped when the tab moves on: it stays.
        browser.tab(url(host, "/bare"))
        _icon_arrived(web, host)


def _icon_arrived(web: Web, host: str) -> None:
    def asked() -> bool:
        return any((request.host, request.path) == (host, "/favicon.ico") for request in web.requests)

    until(asked, f"the icon of {host}")


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
    there = list(folder.iterdir()) if folder.exists() else []
    # Chromium begins under a hidden name; what isn't done yet may be renamed at any moment.
    if any(path.suffix in (".crdownload", ".part") or path.name.startswith(".") for path in there):
        return []
    return [path for path in there if path.stat().st_size]
