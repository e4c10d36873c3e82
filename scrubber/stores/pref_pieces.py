"""Preferences that nobody described: the smallest part of one that can go alone, where its form tells.

    https://a.example/|https://b.example/       parts that all look like hosts, URLs or patterns
    {"sites": [{"url": "…", "title": "…"}]}     JSON: an item of a list with all of a record, or a member
    /home/a/labs.openai.com                     one thing, which goes as a whole

What has separators and is none of these may hold other sites' things, and nothing tells which part is whose.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from scrubber.errors import Unproved
from scrubber.formats import json_text
from scrubber.formats.damaged import Damaged
from scrubber.stores import json_edit
from scrubber.stores.json_edit import Gone, at_places

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from scrubber.formats.json_text import Node
    from scrubber.stores.json_edit import Place

UNKNOWN = "*"
"""The key of a value that can't be taken apart."""
WHOLE = ""
"""The key of the preference with its name."""

_SEPARATOR = re.compile(r"(\s*[,|;]\s*|\s+)")
_PART = re.compile(
    r"|<\w+>|(?:[a-z][a-z0-9+.*-]*:(?://)?)?(?:[^\s/@]+@)?"  # nothing, a class of hosts; scheme and person
    r"(?:localhost|\*|\[[0-9a-f:.]+\]|[\w*.-]*\.[\w*-]+)(?::(?:\d+|\*))?(?:[/?#]\S*)?",  # host, port, path
    re.IGNORECASE,
)


class Pieces:
    """A value taken apart by its own form."""

    def items(self, value: str) -> dict[str, Node]:
        """Parts by their number or their way in the JSON, with every text in them; first the whole."""
        root = _structured(value)
        if root is not None:
            return {WHOLE: None} | _of_json(root)
        parts = _parts(value)
        if len(parts) == 1:
            return {WHOLE: value}
        if not _are_alike(parts):
            return {WHOLE: None, UNKNOWN: value}
        found: dict[str, Node] = {str(number): part for number, part in enumerate(parts)}
        return {WHOLE: None} | found

    def without(self, value: str, keys: Collection[str]) -> str:
        """What stays, separated as before."""
        if WHOLE in keys or not keys:
            return "" if keys else value
        root = _structured(value)
        if root is None:
            return _joined(value, keys)
        left = json_edit.changed(root, _cuts(keys))
        return json_text.write(left).decode() if left else ""

    def is_rest(self, old: str, keys: Collection[str], new: str) -> bool:
        """Whether `new` holds everything that `old` does, less these."""
        if WHOLE in keys:
            return not new
        root, now = _structured(old), _structured(new)
        if root is None:
            kept = (part for number, part in enumerate(_parts(old)) if str(number) not in keys)
            return [*filter(None, kept)] == [*filter(None, _parts(new))]
        try:
            json_edit.prove(root, type(root)() if now is None else now, _cuts(keys))
        except Unproved:
            return False
        return True


def _parts(value: str) -> list[str]:
    return _SEPARATOR.split(value)[::2]


def _are_alike(parts: Iterable[str]) -> bool:
    return all(map(_PART.fullmatch, parts))


def _joined(value: str, keys: Collection[str]) -> str:
    """Of two separators around what goes, the second goes with it."""
    pieces = _SEPARATOR.split(value)
    left = ""
    for number, part in enumerate(pieces[::2]):
        if str(number) not in keys:
            left += (pieces[2 * number - 1] if left else "") + part
    return left


def _structured(value: str) -> list[Node] | dict[str, Node] | None:
    """A JSON list or object."""
    if not value.lstrip().startswith(("[", "{")):
        return None
    try:
        root = json_text.read(value.encode("utf-8", "surrogatepass"))
    except Damaged:
        return None
    return root if isinstance(root, (list, dict)) else None


def _cuts(keys: Collection[str]) -> json_edit.Cuts:
    return at_places((tuple(json.loads(key)), Gone()) for key in keys)


def _of_json(root: Node) -> dict[str, Node]:
    """What can go alone, with the texts that are its own: by number, as if they were fields."""
    found: dict[str, dict[str, Node]] = {}
    for place, text in _texts(root, (), ()):
        texts = found.setdefault(UNKNOWN if _holds_several(text) else json.dumps(place), {})
        texts[str(len(texts))] = text
    return {**found}


def _holds_several(text: str) -> bool:
    """Whether a text inside is itself such a list, of which it would go as a whole."""
    parts = _parts(text)
    return _structured(text) is not None or (len(parts) > 1 and _are_alike(parts))


def _texts(node: Node, at: Place, owner: Place) -> Iterator[tuple[Place, str]]:
    """Every text with the place of what it belongs to; `owner` is that of the record around, if any."""
    if isinstance(node, str):
        yield owner or at, node
    elif isinstance(node, list):
        are_rows = all(isinstance(each, list) for each in node)
        for number, each in enumerate(node):
            place = (*at, number)
            yield from _all_of(each, place) if are_rows else _texts(each, place, place)
    elif isinstance(node, dict):
        for key, each in node.items():
            place = (*at, key)
            yield place, key
            yield from _texts(each, place, place if _are_records(node) else owner)


def _all_of(node: Node, place: Place) -> Iterator[tuple[Place, str]]:
    return ((place, text) for _, text in _texts(node, place, place))


def _are_records(node: dict[str, Node]) -> bool:
    """Whether its members are records of one kind, by whatever key."""
    kinds = {frozenset(each) if isinstance(each, dict) else None for each in node.values()}
    return len(node) > 1 and len(kinds) == 1 and None not in kinds
