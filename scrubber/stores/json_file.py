"""JSON files, plain or mozlz4: the target's items go, all else stays in its order and spelling."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, read_regular
from scrubber.formats.json_text import members
from scrubber.model import Standing
from scrubber.stores import json_edit
from scrubber.stores.columns import text
from scrubber.stores.frozen import settle
from scrubber.stores.json_edit import Becomes, Cut, Cuts, Gone, Place, at_places
from scrubber.stores.placed import Placed
from scrubber.stores.records import Rule, concerns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from scrubber.formats.json_text import Node
    from scrubber.model import Changes, Look, Trace
    from scrubber.stores.columns import Column, Row, Value

KEY = "@key"
"""The field that has an item's own key, where the items are an object's members."""
_GUID = "guid"
_LIMIT = 1 << 28


@dataclass(frozen=True, init=False)
class Items:
    """A list or an object whose items are records, and how to tell whose they are.

    `place` leads there from the root; `*` stands for any step, `**` for any number of steps. A field of an
    item is named by its way inside, `source.url`; an item that is a plain value is the field with no name.
    """

    place: tuple[str, ...]
    rule: Rule
    leaves: Callable[[Node], Node | Gone]
    """What takes an item's place, where it can't simply go."""
    clears: tuple[str, ...]
    """Fields that go alone where nothing else in the item names the target."""
    follows: str
    """The list whose items have the guid of this one's: it goes with them, and only then."""

    def __init__(
        self,
        *place: str,
        of: tuple[Column, ...] = (),
        holds: str,
        keep: str = "",
        leaves: Callable[[Node], Node | Gone] = lambda _: Gone(),
        clears: tuple[str, ...] = (),
        follows: str = "",
    ) -> None:
        settle(self, place=place, rule=Rule(of, holds, keep), leaves=leaves, clears=clears, follows=follows)

    @property
    def where(self) -> str:
        """`logins`, `schemes.*.handlers`."""
        return ".".join(self.place)

    @property
    def nested(self) -> str | None:
        """The member of an item that holds items of the same kind, which are judged by themselves."""
        return self.place[-1] if "**" in self.place else None


@dataclass(frozen=True, init=False)
class JsonFile(Placed):
    """One JSON file with the lists in it that know sites."""

    items: tuple[Items, ...]

    def __init__(self, *places: str, items: tuple[Items, ...], source: str) -> None:
        words = dict.fromkeys(each.rule.holds for each in items)
        settle(self, places=places, items=items, source=source, holds=tuple(words))

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Items by their fields; one that only mentions the target anywhere inside is another's."""
        if kind(path) is None or not any(map(look.policy.wants, self.holds)):
            return ()
        content = read_regular(path, _LIMIT)
        if not content:
            return ()  # a file made before there was anything to write: Firefox's notificationstore.json
        root = json_edit.load(path, content)
        found: dict[Place, Trace] = {}
        try:
            for items in self.items:
                # Inside comes first: a folder that only bears the target's name stays for its content.
                for place, item in sorted(items_at(root, items.place), key=lambda pair: -len(pair[0])):
                    row = _row(place, item, items.nested)
                    if items.follows:
                        trace = _followed(items, place, row, root, found)
                    else:
                        trace = _judged(items, place, row, look)
                    if trace is not None and item is not None:
                        stays = items.nested and _holds_others(item, (*place, items.nested), found, look)
                        found.setdefault(place, replace(trace, standing=Standing.KEPT) if stays else trace)
        except RecursionError as error:
            raise UnreadableStore(path, "nested too deeply") from error
        return tuple(found.values())

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the file without these items; objects compared."""
        return json_edit.edit(path, changes, self.cuts(traces)) if traces else 0

    def cuts(self, traces: Sequence[Trace]) -> Callable[[Node], Cuts]:
        """What takes these items out of a file's value."""
        leaves = {items.where: items.leaves for items in self.items}
        return lambda root: at_places(
            cut for trace in traces for cut in _cuts(root, trace, leaves[trace.where])
        )


def _cuts(root: Node, trace: Trace, leaves: Callable[[Node], Node | Gone]) -> Iterator[tuple[Place, Cut]]:
    place: Place = trace.key  # type: ignore[assignment]
    for field in trace.blank:
        yield (*place, *field.split(".")), Gone()
    if not trace.blank:
        left = leaves(json_edit.value_at(root, place))
        yield place, left if isinstance(left, Gone) else Becomes(left)


def _judged(items: Items, place: Place, row: Row, look: Look) -> Trace | None:
    rest = {name: value for name, value in row.items() if name not in items.clears}
    trace = items.rule.judge(items.where, place, rest, look)
    if trace is None and items.clears:
        fields: Row = {name: _legible(row[name]) for name in items.clears if name in row}
        named = {
            name: value for name, value in fields.items() if concerns(text(value), look, items.rule.holds)
        }
        trace = items.rule.judge(items.where, place, named, look)
        return trace and replace(trace, blank=tuple(named))
    return trace


def _legible(value: Value) -> str:
    """The text of a field; what C++ serialised is in base64, and names pages as they are."""
    try:
        return base64.b64decode(text(value), validate=True).decode("latin-1")
    except ValueError:
        return text(value)


def _followed(items: Items, place: Place, row: Row, root: Node, found: Mapping[Place, Trace]) -> Trace | None:
    """The trace of an item that goes with another, by the guid that both have."""
    guid = row.get(_GUID, row.get(KEY))
    for other, trace in found.items():
        if trace.where == items.follows and guid is not None:
            followed = json_edit.value_at(root, other)
            if isinstance(followed, dict) and followed.get(_GUID) == guid:
                return replace(trace, where=items.where, key=place)
    return None


def _holds_others(item: Node, inside: Place, found: Mapping[Place, Trace], look: Look) -> bool:
    """Whether an item has items of its kind inside that don't go themselves."""
    nested = item.get(str(inside[-1])) if isinstance(item, dict) else None
    traces = [found.get((*inside, step)) for step, _ in members(nested)]
    return not all(trace is not None and look.policy.removes(trace) for trace in traces)


def items_at(node: Node, place: tuple[str, ...], at: Place = ()) -> Iterator[tuple[Place, Node]]:
    """The items of the list or object that a place (as in Items) leads to, with the way to each."""
    inside = list(members(node))
    if not place:
        yield from (((*at, step), item) for step, item in inside)
        return
    step, *rest = place
    if step == "**":
        yield from items_at(node, tuple(rest), at)
        for key, value in inside:
            yield from items_at(value, place, (*at, key))
        return
    for key, value in inside:
        if step in ("*", key):
            yield from items_at(value, tuple(rest), (*at, key))


def _row(place: Place, item: Node, nested: str | None) -> Row:
    row: Row = dict(_fields(item, nested))
    if isinstance(place[-1], str):
        row[KEY] = place[-1]
    return row


def _fields(item: Node, nested: str | None, name: str = "") -> Iterator[tuple[str, str | int | float | None]]:
    if not isinstance(item, (dict, list)):
        yield name, item
        return
    for step, value in members(item):
        if step != nested:
            yield from _fields(value, nested, f"{name}.{step}" if name else str(step))
