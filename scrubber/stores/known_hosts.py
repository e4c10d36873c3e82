"""Which hosts and pages of the target a profile knows, for stores that file them under a hash.

Only what is thought of can be told by its hash: the target's own names, what the stores before have shown,
hosts that other files of the profile name, and some that are common.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, open_regular
from scrubber.formats.origins import parse_origin
from scrubber.stores.hashed_files import own_urls, urls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.model import Look
    from scrubber.sites import Target

_EVIDENCE = ("Network Persistent State", "Reporting and NEL", "Cookies", "History", "Favicons")
"""Files, of the network service or of the profile, that name the hosts that were asked."""
_COMMON = (
    "www", "api", "app", "cdn", "static", "assets", "img", "images", "media", "auth", "login", "account",
    "accounts", "m", "mobile", "dev", "staging", "beta", "status", "help", "support", "docs", "blog", "files",
)  # fmt: skip
_PIECE = 1 << 20
_LONGEST_NAME = 256
_LABELS = re.compile(rb"(?:\.[a-z0-9_-]{1,63}){1,8}")
"""What stands before a host, read backwards."""


def hosts(path: Path, look: Look) -> Iterator[str]:
    """The target's hosts, for a store at this path."""
    for name in look.target.names:
        host = name.text.partition("/")[0].partition(":")[0]
        if "/" in name.text or not host.isascii():
            continue
        yield host
        if name.below:
            yield from (f"{label}.{host}" for label in _COMMON)
            yield from _named(path, look, host)
    yield from _shown(look)


def pages(path: Path, look: Look) -> Iterator[str]:
    """The target's pages, those that anyone would guess among them."""
    yield from own_urls(look)
    for host in dict.fromkeys(hosts(path, look)):
        yield from (f"{scheme}://{host}/" for scheme in ("https", "http"))
    for site in look.target.sites:
        yield from site.urls


def _shown(look: Look) -> Iterator[str]:
    for url in urls(look.seen):
        origin = parse_origin(url)
        if origin and look.target.host(origin.host):
            yield origin.host


def _named(path: Path, look: Look, host: str) -> Iterator[str]:
    folders = dict.fromkeys((path.parent, look.profile.path, look.profile.path / "Network"))
    for file in (folder / name for folder in folders for name in _EVIDENCE):
        try:
            names = _found(file, host.encode()) if kind(file) == "file" else ()
        except UnreadableStore:
            continue  # a store of its own, which says so; what the others know still counts
        for found in names:
            yield from _suffixes(found, host, look.target)


def _found(file: Path, host: bytes) -> set[str]:
    """Every name below the host in a file, read in pieces that overlap by more than a name."""
    found: set[str] = set()
    with open_regular(file) as opened:
        held = b""
        while piece := opened.read(_PIECE):
            held += piece
            found.update(_before(held, host))
            held = held[-_LONGEST_NAME:]
    return found


def _before(content: bytes, host: bytes) -> Iterator[str]:
    # The host is looked for first, because that takes a hundredth of the time in the history of years.
    at = content.find(host)
    while at >= 0:
        labels = _LABELS.match(content[max(0, at - _LONGEST_NAME) : at][::-1])
        if labels:
            yield (labels[0][::-1] + host).decode()
        at = content.find(host, at + 1)


def _suffixes(found: str, host: str, target: Target) -> Iterator[str]:
    """The name and all between it and the host: in a database, what stands before may be another column."""
    while found != host:
        if target.host(found):
            yield found
            yield from (found[cut:] for cut in range(1, found.index(".")))
        found = found.partition(".")[2]
