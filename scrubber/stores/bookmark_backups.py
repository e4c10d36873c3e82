"""Firefox's dated copies of the bookmarks, whose names count what is in them and have its hash.

Firefox makes no new copy where the newest one's name has the hash of what there is, and shows the count where
it offers to restore one. So a copy that loses something is named anew, which takes the whole folder.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scrubber.errors import Unproved, UnreadableStore
from scrubber.files import kind, names, read_regular
from scrubber.formats import json_text
from scrubber.model import Standing, Trace
from scrubber.stores import json_edit, proving
from scrubber.stores.frozen import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from scrubber.formats.json_text import Node
    from scrubber.model import Changes, Look
    from scrubber.stores.json_edit import Cuts
    from scrubber.stores.json_file import JsonFile
    from scrubber.stores.unfinished import Unfinished
    from scrubber.stores.whole_files import WholeFiles

    Plan = Callable[[Node], Cuts]

# PlacesBackups.sys.mjs; before Firefox 120 or so the hash was an MD5, of 24 characters.
_NAME = re.compile(r"(bookmarks-[0-9-]+)_([0-9]+)(?:_([a-z0-9=_+-]{24,}))?(\.json(?:lz4)?)", re.IGNORECASE)
_MD5_LENGTH = 24


@dataclass(frozen=True, init=False)
class BookmarkBackups:
    """The folder. `copies` judges a copy, `unfinished` what a crash left of one, `damaged` one set aside."""

    places: tuple[str, ...]
    copies: JsonFile
    unfinished: Unfinished
    damaged: WholeFiles
    source: str = "toolkit/components/places/PlacesBackups.sys.mjs"

    def __init__(self, *places: str, copies: JsonFile, unfinished: Unfinished, damaged: WholeFiles) -> None:
        settle(self, places=places, copies=copies, unfinished=unfinished, damaged=damaged)

    @property
    def holds(self) -> tuple[str, ...]:
        """Of all that may lie there."""
        return tuple(dict.fromkeys(word for part in self._parts for word in part.holds))

    @property
    def is_told(self) -> bool:
        """No."""
        return False

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The folder."""
        return (path,)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Bookmarks by the copy that they are in, and other files; a copy that can't be read is kept."""
        return tuple(trace for name in names(path) for trace in self._find(path / name, look))

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the folder with copies that lack these bookmarks, named anew; objects compared.

        Where only whole files go, their removal alone.
        """
        whole = {str(trace.key) for trace in traces if not trace.where}
        inside: dict[str, list[Trace]] = {}
        for trace in traces:
            if trace.where:
                name, _, where = trace.where.partition("/")
                inside.setdefault(name, []).append(replace(trace, where=where))
        cuts = {name: self.copies.cuts(found) for name, found in inside.items()}
        if not cuts:
            for name in sorted(whole):
                changes.discard(path / name)
            return 0
        return proving.edit(
            path,
            changes,
            lambda before, after: _write(before, after, cuts, whole),
            lambda before, after: _prove(before, after, cuts, whole),
        )

    @property
    def _parts(self) -> tuple[JsonFile | Unfinished | WholeFiles, ...]:
        return (self.copies, self.unfinished, self.damaged)

    def _find(self, file: Path, look: Look) -> Iterator[Trace]:
        if kind(file) != "file":
            return
        if file.suffix in (".json", ".jsonlz4"):
            try:
                found = self.copies.find(file, look)
            except UnreadableStore:
                yield Trace("", file.name, Standing.KEPT, "a copy that can't be read", self.holds[0])
                return
            yield from (replace(trace, where=f"{file.name}/{trace.where}") for trace in found)
        elif file.suffix == ".tmp":
            yield from self.unfinished.find(file, look)
        elif file.suffix == ".corrupt":
            yield from self.damaged.find(file, look)


def _write(before: Path, after: Path, cuts: Mapping[str, Plan], whole: Collection[str]) -> None:
    after.mkdir(mode=0o700)
    for name, new in _names(before, cuts, whole).items():
        if name in cuts:
            content = json_edit.rewritten(before / name, read_regular(before / name), cuts[name])
            (after / new).write_bytes(content)
        else:
            proving.copy(before / name, after / new)


def _prove(before: Path, after: Path, cuts: Mapping[str, Plan], whole: Collection[str]) -> int:
    expected = _names(before, cuts, whole)
    if names(after) != sorted(expected.values()):
        raise Unproved("the new folder holds other files than it should")
    equal = 0
    for name, new in expected.items():
        if name in cuts:
            old, now = (before / name).read_bytes(), (after / new).read_bytes()
            equal += json_edit.compared(before / name, old, now, cuts[name])
        elif not proving.is_same(before / name, after / new):
            raise Unproved(f"{name} differs")
    return equal


def _names(before: Path, cuts: Mapping[str, Plan], whole: Collection[str]) -> dict[str, str]:
    """What stays, by its name, and the name that it is to have; its own where another has that already."""
    staying = [name for name in names(before) if name not in whole]
    found = {name: name for name in staying}
    for name in staying:
        if name in cuts:
            root = json_edit.load(before / name, read_regular(before / name))
            new = _named(name, json_edit.changed(root, cuts[name](root)))
            if new not in found.values() and kind(before / new) is None:
                found[name] = new
    return found


def _named(name: str, root: Node) -> str:
    """The name of a copy that holds this, made of what its name had until now."""
    match = _NAME.fullmatch(name)
    if match is None:
        return name
    start, _, digest, end = match.groups()
    if digest is None:
        return f"{start}_{_count(root)}{end}"
    return f"{start}_{_count(root)}_{_hash(json_text.write(root), len(digest))}{end}"


def _count(item: Node) -> int:
    """The bookmarks, folders and separators, the root among them."""
    children = item.get("children") if isinstance(item, dict) else None
    return 1 + sum(map(_count, children if isinstance(children, list) else ()))


def _hash(text: bytes, length: int) -> str:
    if length == _MD5_LENGTH:
        digest = hashlib.md5(text, usedforsecurity=False).digest()
        return base64.b64encode(digest).decode().replace("/", "-")
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()).decode()
