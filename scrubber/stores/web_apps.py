"""Installed web apps and their windows (`_crx_<app>`), which Chromium knows by a hash of an address.

Only apps of known addresses can be told: those of the target that were seen, and the roots of its hosts.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from scrubber.files import is_file, read_regular
from scrubber.model import Look, Standing, Trace
from scrubber.stores.hashed_files import own_urls
from scrubber.stores.likely import likely_pages
from scrubber.stores.placed import Whole
from scrubber.stores.whole_files import unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class App(NamedTuple):
    """One app of the target's."""

    url: str
    """What its id was made of."""
    teller: Path | None
    """The store that alone has this address; None where it is known without."""


_LIMIT = 1 << 24
_ID = re.compile(rb"(?<![a-z])[a-p]{32}(?![a-z])")


def app_id(url: str) -> str:
    """The id of the web app whose manifest has this id; where it names none, that is its start page."""
    twice = hashlib.sha256(hashlib.sha256(url.encode()).digest()).hexdigest()[:32]
    return twice.translate(str.maketrans("0123456789abcdef", "abcdefghijklmnop"))


def apps(look: Look) -> dict[str, App]:
    """The target's apps, by their ids."""
    known: dict[str, Path | None] = {**own_urls(look), **dict.fromkeys(likely_pages(look.target))}
    return {app_id(url): App(url, teller) for url, teller in known.items()}


def named_in(content: bytes, known: Mapping[str, App]) -> App | None:
    """The app, of those known, whose id is in these bytes, alone or as its windows are named."""
    ids = (match[0].decode() for match in _ID.finditer(content))
    return next((known[app] for app in ids if app in known), None)


class InstalledApps(Whole):
    """The folder of one app with its icons. A person installed it, so it stays."""

    source = "chrome/browser/web_applications/web_app_utils.cc"
    holds = ("extensions",)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The folder, if its name is that of an app of the target's."""
        app = apps(look).get(path.name) if look.policy.wants("extensions") else None
        return (Trace("", path.name, Standing.KEPT, app.url, "extensions"),) if app else ()


class Shortcuts(Whole):
    """What Windows or macOS starts an app or opens an address with. A person had it made, so it stays."""

    source = "chrome/browser/web_applications/os_integration/{win,mac}"
    holds = ("extensions",)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The file, if it names the target or one of its apps."""
        if not look.policy.wants("extensions") or not is_file(path):
            return ()
        content = unpacked(read_regular(path, _LIMIT))
        known = apps(look)
        # Shell links have their texts in UTF-16, at any offset.
        found = (named_in(each, known) for each in (content, content[::2], content[1::2]))
        app = next((each for each in found if each), None)
        if app is None and not look.target.mentions(content):
            return ()
        return (Trace("", path.name, Standing.KEPT, app.url if app else path.name, "extensions"),)
