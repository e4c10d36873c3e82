"""Firefox's `prefs.js`: the target's items leave the lists in preferences, other lines stay as they are."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Protocol

from scrubber.errors import PlanOutdated, Unproved
from scrubber.files import kind, read_regular
from scrubber.formats import json_text
from scrubber.formats.damaged import Damaged
from scrubber.formats.prefs_js import Line, read_lines, with_value, write_lines
from scrubber.model import Standing
from scrubber.stores import proving
from scrubber.stores.columns import text
from scrubber.stores.frozen import settle
from scrubber.stores.hashed_files import own_urls
from scrubber.stores.likely import likely_pages
from scrubber.stores.placed import Placed
from scrubber.stores.pref_pieces import UNKNOWN, WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from scrubber.formats.json_text import Node
    from scrubber.model import Changes, Look, Trace
    from scrubber.sites import Target
    from scrubber.stores.columns import Row, Value
    from scrubber.stores.records import Rule

_LIMIT = 1 << 26


PAGE = "page"
"""The field of an item that is a hash: the URL, where it is one that this profile names elsewhere."""


class TileHash:
    """How the new-tab page remembers a tile that was dismissed: the base64 of its URL's MD5.

    Only the target's likely pages are known here; the field `PAGE` has what else is known.
    """

    columns = ("",)

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By the pages that anyone would think of."""
        return text(row[""]) in _likely_tiles(target)


@cache
def _likely_tiles(target: Target) -> frozenset[str]:
    return frozenset(map(tile_hash, likely_pages(target)))


class Form(Protocol):
    """How a preference's text holds items."""

    def items(self, value: str) -> dict[str, Node]:
        """Each item by its number or key."""

    def without(self, value: str, keys: Collection[str]) -> str:
        """The text without these items; empty where no item is left."""

    def is_rest(self, old: str, keys: Collection[str], new: str) -> bool:
        """Whether the new text holds everything that the old one does, less these."""


@dataclass(frozen=True)
class Separated:
    """`https://a.example/|https://b.example/`; an item is the field with no name."""

    by: str

    def items(self, value: str) -> dict[str, Node]:
        """Items by their number."""
        return {str(number): item for number, item in enumerate(value.split(self.by))}

    def without(self, value: str, keys: Collection[str]) -> str:
        """What stays, separated as before."""
        return self.by.join(str(item) for key, item in self.items(value).items() if key not in keys)

    def is_rest(self, old: str, keys: Collection[str], new: str) -> bool:
        """By the items in their order."""
        return _is_rest(self.items(old), keys, self.items(new))


@dataclass(frozen=True)
class JsonItems:
    """A JSON list, or a JSON object."""

    leaves_null: bool = False
    """Whether null takes the place of what leaves a list, because what follows must stay where it is."""

    def items(self, value: str) -> dict[str, Node]:
        """A list's items by their number, an object's members by their key."""
        node = _json(value)
        if isinstance(node, list):
            return {str(number): item for number, item in enumerate(node)}
        return node if isinstance(node, dict) else {}

    def without(self, value: str, keys: Collection[str]) -> str:
        """The JSON text of what stays."""
        node = _json(value)
        if isinstance(node, dict):
            node = {key: item for key, item in node.items() if key not in keys}
            return json_text.write(node).decode() if node else ""
        if isinstance(node, list):
            kept = [None if str(number) in keys else item for number, item in enumerate(node)]
            if not self.leaves_null:
                kept = [item for number, item in enumerate(node) if str(number) not in keys]
            return json_text.write(kept).decode() if any(kept) else ""
        return value

    def is_rest(self, old: str, keys: Collection[str], new: str) -> bool:
        """By the items in their order; null is none."""
        return _is_rest(self.items(old), keys, self.items(new))


class Whole:
    """The preference is one item: its value, and what its name ends with."""

    def items(self, value: str) -> dict[str, Node]:
        """The one."""
        return {"": value}

    def without(self, value: str, keys: Collection[str]) -> str:
        """Nothing, if it goes."""
        return "" if keys else value

    def is_rest(self, old: str, keys: Collection[str], new: str) -> bool:
        """The same, or nothing."""
        return new == self.without(old, keys)


@dataclass(frozen=True)
class Preference:
    """One preference, or several of a kind: `names` is a pattern, its groups are fields of each item."""

    names: str
    form: Form
    rule: Rule
    hashed: Callable[[str], str] | None = None
    """What makes the keys of its items from URLs, where they are made so."""


@dataclass(frozen=True, init=False)
class PrefsJs(Placed):
    """The file with the preferences that know sites; the first that fits a line's name reads it."""

    preferences: tuple[Preference, ...]

    def __init__(self, *places: str, preferences: tuple[Preference, ...], source: str) -> None:
        words = tuple(dict.fromkeys(each.rule.holds for each in preferences))
        settle(self, places=places, preferences=preferences, source=source, holds=words)

    @property
    def is_told(self) -> bool:
        """Where it has hashes of URLs."""
        return any(preference.hashed for preference in self.preferences)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Items of preferences; the trace's `where` is the preference."""
        if kind(path) is None:
            return ()
        return tuple(
            trace
            for line in read_lines(read_regular(path, _LIMIT))
            if line.name is not None
            for trace in self._of_line(line.name, text(line.value), look)
        )

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the file without these items; the number of other lines compared."""
        if not traces:
            return 0
        planned: dict[str, set[str]] = {}
        for trace in traces:
            planned.setdefault(trace.where, set()).add(str(trace.key))

        def write(before: Path, after: Path) -> None:
            lines = _lines(before)
            if not planned.keys() <= {line.name for line in lines}:
                raise PlanOutdated(f"{path}: a planned preference is no longer there")
            after.write_bytes(write_lines(self._left(lines, planned)))

        return proving.edit(
            path, changes, write, lambda before, after: self._prove(_lines(before), _lines(after), planned)
        )

    def _of_line(self, name: str, value: str, look: Look) -> Iterator[Trace]:
        found = self._preference(name)
        if found is None:
            return
        preference, tail = found
        urls = own_urls(look) if preference.hashed else {}
        pages = {preference.hashed(url): url for url in urls} if preference.hashed else {}
        for key, item in preference.form.items(value).items():
            page: Row = {PAGE: pages[key]} if key in pages else {}
            trace = preference.rule.judge(name, key, _row(key, item) | page | tail, look)
            if trace:
                standing = Standing.KEPT if key == UNKNOWN else trace.standing
                yield replace(trace, standing=standing, told_by=urls.get(pages.get(key, "")))
                if key == WHOLE:
                    return  # with all that is in it

    def _preference(self, name: str) -> tuple[Preference, Row] | None:
        for preference in self.preferences:
            match = re.fullmatch(preference.names, name)
            if match:
                return preference, {**match.groupdict()}
        return None

    def _left(self, lines: Iterable[Line], planned: Mapping[str, set[str]]) -> list[Line]:
        left = (self._without(line, planned.get(line.name or "", ())) for line in lines)
        return [line for line in left if line]

    def _without(self, line: Line, keys: Collection[str]) -> Line | None:
        found = self._preference(line.name or "") if keys else None
        if found is None:
            return line
        value = found[0].form.without(text(line.value), keys)
        return with_value(line, value) if value else None

    def _prove(self, before: list[Line], after: list[Line], planned: Mapping[str, set[str]]) -> int:
        others = [line for line in before if line.name not in planned]
        if others != [line for line in after if line.name not in planned]:
            raise Unproved("lines of other preferences differ")
        values = {line.name: text(line.value) for line in after}
        for line in before:
            found = self._preference(line.name or "") if line.name in planned else None
            if found and line.name:
                new = values.get(line.name, "")
                if not found[0].form.is_rest(text(line.value), planned[line.name], new):
                    raise Unproved(f"{line.name} lost something else")
        if after != self._left(before, planned):
            raise Unproved("the order of lines, or the form of what stays in one, differs")
        return len(others)


def _lines(path: Path) -> list[Line]:
    return list(read_lines(path.read_bytes()))


def _is_rest(old: Mapping[str, Node], keys: Collection[str], new: Mapping[str, Node]) -> bool:
    return _filled(item for key, item in old.items() if key not in keys) == _filled(new.values())


def _filled(items: Iterable[Node]) -> list[Node]:
    return [item for item in items if item not in (None, "")]


def _row(key: str, item: Node) -> Row:
    """The fields of an item; of one that has none, itself, or its key where it is no more than a mark."""
    if isinstance(item, dict):
        return {name: each for name, each in item.items() if isinstance(each, (str, int))}
    return {"": item.strip() if isinstance(item, str) else key}


def _json(value: str) -> Node:
    try:
        return json_text.read(value.encode("utf-8", "surrogatepass"))
    except Damaged:
        return None


def tile_hash(url: str) -> str:
    """`NewTabUtils.sys.mjs`: `https://labs.openai.com/` → its MD5 in base64."""
    return base64.b64encode(hashlib.md5(url.encode(), usedforsecurity=False).digest()).decode()
