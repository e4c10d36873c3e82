"""Changing some places of a parsed JSON text, and proving that everything else is what it was."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated, Unproved, UnreadableStore
from scrubber.formats import json_text, mozlz4
from scrubber.formats.damaged import Damaged
from scrubber.formats.json_text import Node, Real
from scrubber.stores import proving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from scrubber.model import Changes, Trace

Step = str | int
Place = tuple[Step, ...]
"""The way to a value from the root: `("windows", 0, "tabs", 2)`."""


@dataclass(frozen=True)
class Gone:
    """The value goes, with its key; what follows it in a list moves up."""


@dataclass(frozen=True)
class Becomes:
    """Another value takes its place."""

    value: Node


Cut = Gone | Becomes
Cuts = Mapping[Step, "Cuts | Cut"]
"""What changes below a value, as a tree of steps."""


def load(path: Path, content: bytes) -> Node:
    """The value that a file holds, plain or as mozlz4. Raises UnreadableStore."""
    try:
        return json_text.read(_unpacked(content))
    except Damaged as error:
        raise UnreadableStore(path, str(error)) from error


def edit(path: Path, changes: Changes, plan: Callable[[Node], Cuts]) -> int:
    """Stage the file with what `plan` makes of its value, packed as it was; the number of objects compared.

    Raises UnreadableStore, PlanOutdated, Unproved.
    """

    def write(before: Path, after: Path) -> None:
        after.write_bytes(rewritten(path, before.read_bytes(), plan))

    def compare(before: Path, after: Path) -> int:
        return compared(path, before.read_bytes(), after.read_bytes(), plan)

    return proving.edit(path, changes, write, compare)


def without(path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
    """Stage the file without the values whose places are the traces' keys; the number of objects compared.

    Raises as `edit` does.
    """
    cuts = at_places((trace.key, Gone()) for trace in traces)  # type: ignore[misc]
    return edit(path, changes, lambda _: cuts) if traces else 0


def rewritten(path: Path, content: bytes, plan: Callable[[Node], Cuts]) -> bytes:
    """A file with what `plan` makes of its value, packed as it was. Raises UnreadableStore, PlanOutdated."""
    root = load(path, content)
    with _not_too_deep(path):
        text = json_text.write(changed(root, plan(root)))
    return mozlz4.write(text) if _is_packed(content) else text


def compared(path: Path, old: bytes, new: bytes, plan: Callable[[Node], Cuts]) -> int:
    """The number of objects of a file that are what they were. Raises UnreadableStore, Unproved."""
    if _is_packed(old) != _is_packed(new):
        raise Unproved("packed otherwise than it was")
    root, now = load(path, old), load(path, new)
    with _not_too_deep(path):
        if json_text.write(now) != _unpacked(new):
            raise Unproved("written otherwise than its value is")
        return prove(root, now, plan(root))


@contextmanager
def _not_too_deep(path: Path) -> Iterator[None]:
    try:
        yield
    except (Damaged, RecursionError) as error:
        raise UnreadableStore(path, "nested too deeply") from error


def at_places(cuts: Iterable[tuple[Place, Cut]]) -> Cuts:
    """The tree of these cuts. Where a value goes, what would change inside it doesn't matter."""
    root: dict[Step, Cuts | Cut] = {}
    for place, cut in sorted(cuts, key=lambda pair: len(pair[0])):
        below: Cuts | Cut = root
        for step in place[:-1]:
            if isinstance(below, dict):
                below = below.setdefault(step, {})
        if isinstance(below, dict) and not isinstance(below.get(place[-1]), Gone):
            below[place[-1]] = cut
    return root


def value_at(root: Node, place: Place) -> Node:
    """The value at a place. PlanOutdated where there is none."""
    for step in place:
        try:
            root = root[step]  # type: ignore[index]
        except (LookupError, TypeError) as error:
            raise PlanOutdated(f"no {step!r} where the plan has one") from error
    return root


def changed(node: Node, cuts: Cuts) -> Node:
    """A copy with the cuts made; unchanged parts are shared. PlanOutdated where a place isn't there.

    What is cut out of a text is cut out of the JSON that it holds.
    """
    items: dict[Step, Node]
    if isinstance(node, str):
        return json_text.write(changed(_held(node), cuts)).decode()
    if isinstance(node, dict):
        items = dict(node.items())
    elif isinstance(node, list):
        items = dict(enumerate(node))
    else:
        raise PlanOutdated("a planned place of the JSON text is no longer there")
    for step, cut in cuts.items():
        if step not in items and not isinstance(cut, Becomes):
            raise PlanOutdated(f"no {step!r} where the plan has one")
        if isinstance(cut, Gone):
            del items[step]
        else:
            items[step] = cut.value if isinstance(cut, Becomes) else changed(items[step], cut)
    if isinstance(node, list):
        return list(items.values())
    return {str(key): value for key, value in items.items()}


def prove(before: Node, after: Node, cuts: Cuts, place: Place = ()) -> int:
    """The number of objects compared; Unproved at the first value that differs and isn't in `cuts`."""
    if type(before) is not type(after):
        raise Unproved(f"{_shown(place)} differs")
    if isinstance(before, list) and isinstance(after, list):
        return _prove_list(before, after, cuts, place)
    if isinstance(before, dict) and isinstance(after, dict):
        return _prove_object(before, after, cuts, place)
    if isinstance(before, str) and isinstance(after, str) and cuts:
        held = _held(after)
        if json_text.write(held).decode() != after:
            raise Unproved(f"{_shown(place)} is written otherwise than its value is")
        return prove(_held(before), held, cuts, place)
    if cuts or _spelled(before) != _spelled(after):
        raise Unproved(f"{_shown(place)} differs")
    return 0


def _held(text: str) -> Node:
    try:
        return json_text.read(text.encode("utf-8", "surrogatepass"))
    except Damaged as error:
        raise PlanOutdated("a planned place of the JSON text is no longer there") from error


def _prove_list(before: list[Node], after: list[Node], cuts: Cuts, place: Place) -> int:
    kept = [number for number in range(len(before)) if not isinstance(cuts.get(number), Gone)]
    if len(kept) != len(after):
        raise Unproved(f"{_shown(place)} has {len(after)} items, not {len(kept)}")
    return sum(
        _prove_value(before[number], value, cuts.get(number), (*place, number))
        for number, value in zip(kept, after, strict=True)
    )


def _prove_object(before: dict[str, Node], after: dict[str, Node], cuts: Cuts, place: Place) -> int:
    added = [key for key, cut in cuts.items() if isinstance(cut, Becomes) and key not in before]
    kept = [key for key in before if not isinstance(cuts.get(key), Gone)]
    if [*kept, *added] != list(after):
        raise Unproved(f"{_shown(place)} has other keys than it should")
    return 1 + sum(
        _prove_value(before.get(key), value, cuts.get(key), (*place, key)) for key, value in after.items()
    )


def _prove_value(before: Node, after: Node, cut: Cuts | Cut | None, place: Place) -> int:
    if isinstance(cut, Becomes):
        if type(cut.value) is not type(after) or cut.value != after:
            raise Unproved(f"{_shown(place)} isn't what it should become")
        return 0
    return prove(before, after, cut if isinstance(cut, Mapping) else {}, place)


def _unpacked(content: bytes) -> bytes:
    return mozlz4.read(content) if _is_packed(content) else content


def _is_packed(content: bytes) -> bool:
    return content.startswith(mozlz4.MAGIC)


def _spelled(node: Node) -> Node:
    return node.spelling if isinstance(node, Real) else node


def _shown(place: Place) -> str:
    return "/".join(map(str, place)) or "the root"
