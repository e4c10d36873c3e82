"""Which hosts and pages of the target a profile knows, for stores that file them under a hash.

Only what is thought of can be told by its hash: the target's own names, what the stores before have shown,
hosts that other files of the profile name, and some that are common.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, open_regular
from scrubber.formats.origins import bracketed, join_port, parse_origin
from scrubber.stores.hashed_files import own_urls, urls
from scrubber.stores.likely import likely_hosts, likely_pages, own_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.model import Look
    from scrubber.sites import Target

_EVIDENCE = ("Network Persistent State", "Reporting and NEL", "Cookies", "History", "Favicons")
"""Files, of the network service or of the profile, that name the hosts that were asked."""
_PIECE = 1 << 20
_LONGEST_NAME = 256
_LABELS = re.compile(rb"(?:\.[a-z0-9_-]{1,63}){1,8}")
"""What stands before a host, read backwards."""


Known = dict[str, "Path | None"]
"""Hosts or pages, and the store that tells of each; None for those that anyone would think of."""


def hosts(path: Path, look: Look) -> Known:
    """The target's hosts, for a store at this path."""
    thought_of: Known = dict.fromkeys(likely_hosts(look.target))
    return dict((*_shown(look), *_named(path, look))) | thought_of


def pages(path: Path, look: Look) -> Known:
    """The target's pages, those that anyone would guess among them."""
    known: Known = {
        f"{scheme}://{bracketed(host)}/": teller
        for host, teller in hosts(path, look).items()
        for scheme in ("https", "http")
    }
    guessed: Known = dict.fromkeys(likely_pages(look.target))
    return own_urls(look) | known | guessed


def _shown(look: Look) -> Iterator[tuple[str, Path]]:
    for text, teller in look.seen.items():
        for origin in map(parse_origin, urls(text)):
            if origin and look.target.host(join_port(origin.host, origin.effective_port)):
                yield origin.host, teller


def _named(path: Path, look: Look) -> Iterator[tuple[str, Path]]:
    folders = dict.fromkeys((path.parent, look.profile.path, look.profile.path / "Network"))
    parents = [host for host, has_below in own_hosts(look.target) if has_below]
    for file in (folder / name for folder in folders for name in _EVIDENCE):
        for host in parents:
            try:
                names = _found(file, host.encode()) if kind(file) == "file" else ()
            except UnreadableStore:
                continue  # a store of its own, which says so; what the others know still counts
            for found in names:
                yield from ((below, file) for below in _suffixes(found, host, look.target))


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
