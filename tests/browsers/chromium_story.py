"""What a person does with Chromium alone: in a first session, and in a second that goes on from there."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tests.browsers.hosts import NEWS, SEARCH, SHOP, TARGET, url
from tests.browsers.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browsers.chromium import Chromium

WRAPPED = {
    host: url(
        SEARCH, f"/ck?u=a1{base64.urlsafe_b64encode(url(host, '/found').encode()).decode().rstrip('=')}"
    )
    for host in (TARGET, SHOP)
}
"""How search pages count clicks: the page that was clicked, in base64."""


def first(browser: Chromium) -> None:
    """What wants a first look: more storage, a form, notifications, bookmarks by hand."""
    for host in (SHOP, TARGET):
        browser.visit(url(host, "/more"))
        browser.visit(url(host, "/sign-in"))
        browser.type("#who", f"me@{host}")
        browser.click("#go")
        browser.visit(url(host, "/notifying"))
        browser.run_async(
            "const worker = await navigator.serviceWorker.ready;"
            "await worker.showNotification('News', { body: `from ${location.host}` });"
        )


def second(browser: Chromium, profile: Path) -> None:
    """Go on another day: files are rotated, logs become tables, scripts are compiled, backups made."""
    for host in (SHOP, TARGET):
        browser.tab(url(host, "/more"))
        browser.visit(url(host, "/leave"))
        browser.visit(WRAPPED[host])
        _cut_off(browser, host, profile)
        browser.tab(url(host, "/closed-tab"))
        browser.close_tab()
    browser.tab("chrome://bookmarks/")
    for host in (SHOP, TARGET):
        browser.run_async(
            f"await chrome.bookmarks.create({{ title: 'By hand', url: '{url(host, '/by-hand')}' }});"
        )
    until(lambda: b"by-hand" in (profile / "Bookmarks").read_bytes(), "the bookmarks' file")
    save_passwords(browser)
    browser.visit(url(NEWS, "/again"))


def save_passwords(browser: Chromium) -> None:
    """Type them into the password manager, with a note, as a page can't: that asks in a bubble."""
    browser.visit("chrome://password-manager/passwords")
    for host in (SHOP, TARGET):
        browser.run_async(
            "await chrome.passwordsPrivate.addPassword({"
            f" url: '{url(host, '/sign-in')}', username: 'me@{host}', password: 'secret',"
            f" note: 'of {host}', useAccountStore: false }});"
        )


def _cut_off(browser: Chromium, host: str, profile: Path) -> None:
    """A download whose server goes away in the middle."""
    browser.visit(url(host, "/before-the-cut"))
    before = _records(profile).count(b"/cut")
    browser.run("setTimeout(() => { location.href = '/cut'; }, 0)")
    until(lambda: _records(profile).count(b"/cut") > before, f"the download from {host} that is cut off")


def _records(profile: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (profile / "shared_proto_db").glob("*.log"))
