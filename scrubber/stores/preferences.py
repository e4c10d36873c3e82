"""Chromium's preferences: settings that are of one site go, and whatever else names the target is reported.

A preference that carries a checksum of its own (an HMAC, checked on Windows and macOS) is never touched:
Chromium would take the change for an attack, and reset it.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, read_regular
from scrubber.formats import json_text
from scrubber.formats.damaged import Damaged
from scrubber.model import Standing, Trace
from scrubber.stores import json_edit
from scrubber.stores.columns import OneColumn, shown, text
from scrubber.stores.frozen import settle
from scrubber.stores.hashed_items import HashedItems
from scrubber.stores.json_file import Items, JsonFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from scrubber.formats.json_text import Node
    from scrubber.model import Changes, Look
    from scrubber.sites import Target
    from scrubber.stores.app_windows import AppWindows
    from scrubber.stores.columns import Value
    from scrubber.stores.json_edit import Place

_LIMIT = 1 << 28
_GZIP = zlib.MAX_WBITS | 16


class Pattern(OneColumn):
    """A content setting's key, `https://labs.openai.com:443,*`: either half."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By the hosts of the patterns."""
        return target.pattern(text(row[self.column]))


class HostOrUrl(OneColumn):
    """What has been a host in some versions and a URL or an origin in others."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By whichever it is."""
        value = text(row[self.column])
        return target.host(value) or target.url(value) or target.origin(value)


class Encoded(OneColumn):
    """The base64 of something that names the target, as reports hold it."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By any name in it."""
        try:
            return target.mentions(base64.b64decode(text(row[self.column]), validate=True))
        except ValueError:  # also for what isn't ASCII
            return False


class PackedLog(OneColumn):
    """A log that waits to be sent: the base64 of what gzip made of it."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By any name in it; in one that is damaged, as far as it can be unpacked."""
        try:
            packed = base64.b64decode(text(row[self.column]))
            return target.mentions(zlib.decompressobj(_GZIP).decompress(packed, _LIMIT))
        except (ValueError, zlib.error):
            return False


@dataclass(frozen=True, init=False)
class Preferences:
    """One file of preferences."""

    places: tuple[str, ...]
    typed: JsonFile | None
    browsing: tuple[tuple[str, ...], ...]
    """Ways to what was only noted while browsing: below them, all that names the target goes."""
    protected: tuple[tuple[str, ...], ...]
    """Ways to what has a checksum of its own, or was made by the person."""
    source: str
    rest: str
    """What anything else in the file is."""
    texts: tuple[tuple[str, ...], ...]
    """Ways to texts that are JSON: an item, a member of theirs goes by itself."""
    spelled: tuple[HashedItems | AppWindows, ...]
    """Members that name the target in a spelling of their own."""

    def __init__(
        self,
        *places: str,
        items: tuple[Items, ...],
        browsing: tuple[tuple[str, ...], ...] = (),
        protected: tuple[tuple[str, ...], ...] = (),
        source: str,
        rest: str = "permissions",
        spelled: tuple[HashedItems | AppWindows, ...] = (),
        texts: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        settle(
            self,
            places=places,
            typed=JsonFile(*places, items=items, source=source) if items else None,
            browsing=browsing,
            protected=protected,
            source=source,
            rest=rest,
            spelled=spelled,
            texts=texts,
        )

    @property
    def holds(self) -> tuple[str, ...]:
        """What the rest is, and what the items are."""
        noted = ("history",) if self.browsing else ()
        typed = self.typed.holds if self.typed else ()
        return tuple(dict.fromkeys((self.rest, *noted, *typed, *(each.holds for each in self.spelled))))

    @property
    def is_told(self) -> bool:
        """Where it has hashes."""
        return any(isinstance(each, HashedItems) for each in self.spelled)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The file."""
        return (path,)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Items of the target, then every other key or text that names it."""
        if kind(path) is None:
            return ()
        found = self.typed.find(path, look) if self.typed else ()
        root = json_edit.load(path, read_regular(path, _LIMIT))
        if not isinstance(root, dict):
            raise UnreadableStore(path, "no preferences: the root is no object")
        try:
            found += tuple(trace for each in self.spelled for trace in each.find(path, root, look))
            known = {trace.key for trace in found}
            naming = [
                piece
                for place, name in _naming(root, look.target)
                if not _is_below(place, known)
                for piece in self._pieces(place, name, look.target)
            ]
        except RecursionError as error:
            raise UnreadableStore(path, "nested too deeply") from error
        others = (self._other(place, name, look.target) for place, name in naming)
        return (*found, *(trace for trace in others if look.policy.wants(trace.holds)))

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the file without these; objects compared."""
        return json_edit.without(path, traces, changes)

    def _pieces(self, place: Place, name: str, target: Target) -> Iterator[tuple[Place, str]]:
        held = _held(name) if _starts(place, self.texts) else None
        if not isinstance(held, (dict, list)):
            yield place, name
            return
        for step, value in held.items() if isinstance(held, dict) else enumerate(held):
            text = json_text.write(value).decode()
            if target.mentions(text) or target.mentions(str(step)):
                yield (*place, step), text

    def _other(self, place: Place, name: str, target: Target) -> Trace:
        seen = shown(name)
        if _starts(place, self.protected):
            return Trace("", place, Standing.KEPT, seen, self.rest)
        if _starts(place, self.browsing):
            owned = HostOrUrl("").owns({"": name}, target)
            return Trace("", place, Standing.OWN if owned else Standing.MENTION, seen, "history")
        return Trace("", place, Standing.MENTION, seen, self.rest)


def under(prefix: str, items: tuple[Items, ...]) -> tuple[Items, ...]:
    """The same items further down: `account_values` has what a signed-in person's account keeps."""
    return tuple(
        Items(prefix, *each.place, of=each.rule.columns, holds=each.rule.holds, keep=each.rule.keep)
        for each in items
    )


def _starts(place: Place, ways: tuple[tuple[str, ...], ...]) -> bool:
    return any(place[: len(way)] == way for way in ways)


def _naming(node: Node, target: Target, at: Place = ()) -> Iterator[tuple[Place, str]]:
    """Every key and every text that names the target; not what is below such a key."""
    if isinstance(node, dict):
        for key, value in node.items():
            if target.mentions(key):
                yield (*at, key), key
            else:
                yield from _naming(value, target, (*at, key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _naming(value, target, (*at, number))
    elif isinstance(node, str) and target.mentions(node):
        yield at, node


def _held(text: str) -> Node:
    try:
        return json_text.read(text.encode("utf-8", "surrogatepass"))
    except Damaged:
        return None


def _is_below(place: Place, known: Collection[object]) -> bool:
    return any(place[:length] in known for length in range(1, len(place) + 1))
