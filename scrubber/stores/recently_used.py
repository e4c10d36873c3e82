"""The desktop's list of recently used files, `recently-used.xbel`: entries go whole, others stay as bytes.

Specification: freedesktop.org, Desktop Bookmark; written by GLib's gbookmarkfile.c.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from scrubber.errors import Unproved, UnreadableStore
from scrubber.files import is_file, read_regular
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores import proving
from scrubber.stores.columns import shown
from scrubber.stores.downloaded import downloaded, path_of, teller
from scrubber.stores.placed import Shared

if TYPE_CHECKING:
    from pathlib import Path

_LIMIT = 1 << 26
_ENTRY = re.compile(rb"[ \t]*<bookmark\s[^>]*>.*?</bookmark>[ \t]*\r?\n?", re.DOTALL)
_BEGINS = re.compile(rb"<bookmark\s")
_HREF = re.compile(rb"""<bookmark\s[^>]*?\bhref=(?:"([^"]*)"|'([^']*)')""")
# With these, an entry's end may not be one.
_UNEXPECTED = (b"<!--", b"<![CDATA[", b"<bookmark/", b"<!ENTITY")


class RecentlyUsed(Shared):
    """The list."""

    source = "freedesktop.org: Desktop Bookmark specification"
    holds = ("downloads",)
    is_told = True

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Entries of the target's downloads and URLs, and those that name it in a title or elsewhere."""
        if not is_file(path) or not look.policy.wants("downloads"):
            return ()
        files = downloaded(look)
        found: dict[str, Trace] = {}
        for piece in _pieces(path, read_regular(path, _LIMIT)):
            href = _href(piece)
            standing = _standing(href, piece, look)
            told_by = None
            if standing is not Standing.OWN and path_of(href) in files:
                standing, told_by = Standing.OWN, teller(look.profile)
            if href and standing:
                trace = Trace("", href, standing, shown(href), "downloads", told_by=told_by)
                found.setdefault(href, trace)
        return tuple(found.values())

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the list without these entries, as far as they are still there; the number of others."""
        planned = {trace.key for trace in traces}
        if planned.isdisjoint(map(_href, _pieces(path, read_regular(path, _LIMIT)))):
            return 0  # another profile's turn has taken them

        def kept(before: Path) -> list[bytes]:
            return [piece for piece in _pieces(path, before.read_bytes()) if _href(piece) not in planned]

        def write(before: Path, after: Path) -> None:
            after.write_bytes(b"".join(kept(before)))

        def prove(before: Path, after: Path) -> int:
            expected, found = kept(before), _pieces(path, after.read_bytes())
            entries = [piece for piece in expected if _href(piece)]
            if [piece for piece in found if _href(piece)] != entries:
                raise Unproved("entries of others differ")
            if b"".join(found) != b"".join(expected):
                raise Unproved("the text around the entries differs")
            return len(entries)

        return proving.edit(path, changes, write, prove)


def _standing(href: str, entry: bytes, look: Look) -> Standing | None:
    if look.target.url(href):
        return Standing.OWN
    return Standing.MENTION if look.target.mentions(unescape(entry.decode("utf-8", "replace"))) else None


def _pieces(path: Path, content: bytes) -> list[bytes]:
    """The entries, and what lies between them. Raises UnreadableStore where it isn't sure to find them."""
    pieces: list[bytes] = []
    at = 0
    for entry in _ENTRY.finditer(content):
        pieces += [content[at : entry.start()], entry[0]]
        at = entry.end()
    pieces.append(content[at:])
    between, entries = pieces[::2], pieces[1::2]
    if any(sign in content for sign in _UNEXPECTED) or any(map(_BEGINS.search, between)):
        raise UnreadableStore(path, "not written as GLib writes it")
    if any(len(_BEGINS.findall(entry)) > 1 or not _HREF.search(entry) for entry in entries):
        raise UnreadableStore(path, "an entry in another, or without an address")
    return [piece for piece in pieces if piece]


def _href(piece: bytes) -> str:
    match = _HREF.search(piece)
    return unescape((match[1] or match[2] or b"").decode("utf-8", "replace")) if match else ""
