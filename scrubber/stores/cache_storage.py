"""Chromium's CacheStorage, what sites cache on purpose: a folder for each origin, simple caches in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated, Unproved, UnreadableStore
from scrubber.files import kind, names, read_regular
from scrubber.formats.damaged import Damaged
from scrubber.formats.protobuf import read_fields, read_spans
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores import proving
from scrubber.stores.cache_entries import standing
from scrubber.stores.columns import text
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Placed
from scrubber.stores.simple_cache import (
    content_standing,
    cut_index,
    entries,
    entry_key,
    files_of,
    index_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from scrubber.sites import Target

_INDEX = "index.txt"
_CACHE, _ORIGIN, _STORAGE_KEY = 1, 2, 3  # fields of CacheStorageIndex
_NAME, _FOLDER, _WIDE_NAME = 1, 2, 7  # fields of CacheStorageIndex.Cache

_NAMED = "caches"
"""The `where` of a trace that is a cache with the target's name: its key is the cache's folder."""


@dataclass(frozen=True, init=False)
class CacheStorage(Placed):
    """One origin's folder; the target's goes whole. What names the target in another's is a mention: an
    entry, or a cache as a whole by its own name.
    """

    in_bucket: bool
    """Whether it is part of a storage bucket, which goes with all that it holds if it is the target's."""
    source = "content/browser/cache_storage/cache_storage.proto"
    holds = ("storage",)

    def __init__(self, *places: str, in_bucket: bool = False) -> None:
        settle(self, places=places, in_bucket=in_bucket)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The folder itself by the storage key in its index, else caches in it by name, entries by URL."""
        if kind(path) != "folder" or not look.policy.wants("storage"):
            return ()
        owner = _owner(path / _INDEX)
        if look.target.origin(owner):
            return () if self.in_bucket else (Trace("", path.name, Standing.OWN, owner, "storage"),)
        return tuple(_mentions(path, look))

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of the folder, of caches or of single entries."""
        if any(trace.standing is Standing.OWN for trace in traces):
            changes.discard(path)
            return 0
        named = {str(trace.key) for trace in traces if trace.where == _NAMED}
        planned: dict[str, set[str]] = {}
        for trace in traces:
            if trace.where != _NAMED:
                folder, _, name = str(trace.key).partition("/")
                planned.setdefault(folder, set()).add(name)
        equal = sum(_remove_entries(path / folder, gone, changes) for folder, gone in planned.items())
        return equal + (_remove_caches(path, named, changes) if named else 0)

    def along(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:
        """The files of single entries."""
        return files_of(path, (trace for trace in traces if "/" in str(trace.key)))

    def remade(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:
        """The indexes of their caches, which go where they can't be read."""
        entries = (trace for trace in traces if trace.where != _NAMED)
        folders = dict.fromkeys(str(trace.key).partition("/")[0] for trace in entries)
        return tuple(index_of(path / folder) for folder in folders)


def _owner(index: Path) -> str:
    """The storage key, before Chromium 100 the origin. An index that is missing belongs to nobody."""
    fields = {number: content for number, content, _ in _fields(index)}
    return text(fields.get(_STORAGE_KEY) or fields.get(_ORIGIN))


def _fields(index: Path) -> list[tuple[int, int | bytes, bytes]]:
    """As `read_spans` has them. Raises UnreadableStore."""
    if kind(index) is None:
        return []
    try:
        return list(read_spans(read_regular(index, limit=1 << 24)))
    except Damaged as error:
        raise UnreadableStore(index, str(error)) from error


def _named(index: Path, target: Target) -> dict[str, str]:
    """The folders of caches that have the target's name, with that name. Raises UnreadableStore."""
    found = {}
    for number, content, _ in _fields(index):
        if number != _CACHE or not isinstance(content, bytes):
            continue
        try:
            fields = dict(read_fields(content))
        except Damaged as error:
            raise UnreadableStore(index, str(error)) from error
        names_of_it = [
            name for name in (fields.get(_NAME), fields.get(_WIDE_NAME)) if isinstance(name, bytes)
        ]
        # Sites write names as they like, even backwards.
        if any(target.mentions(name) or target.mentions(name[::-1]) for name in names_of_it):
            found[_folder(fields)] = text(names_of_it[0])
    return found


def _folder(cache: Mapping[int, int | bytes]) -> str:
    """The name of a cache's folder; before Chromium 47 it was made of the cache's name."""
    name = cache.get(_NAME)
    legacy = hashlib.sha1(name if isinstance(name, bytes) else b"", usedforsecurity=False).hexdigest()
    return text(cache.get(_FOLDER)) or legacy


def _mentions(path: Path, look: Look) -> Iterator[Trace]:
    named = _named(path / _INDEX, look.target)
    for folder, name in named.items():
        yield Trace(_NAMED, folder, Standing.MENTION, name, "storage")
    for folder in names(path):
        if folder in named or kind(path / folder) != "folder":
            continue
        for name, files in entries(path / folder):
            key = (entry_key(path / folder, files) or b"").decode("utf-8", "replace")
            if standing(key, look) or content_standing(path / folder, files, look):
                yield Trace("", f"{folder}/{name}", Standing.MENTION, key, "storage")


def _remove_entries(path: Path, gone: set[str], changes: Changes) -> int:
    found = {name: files for name, files in entries(path) if name in gone}
    if found.keys() != gone:
        raise PlanOutdated(f"{path}: a planned entry is no longer there")
    equal = cut_index(path, gone, changes)  # first, as in the HTTP cache
    for files in found.values():
        for file in files:
            changes.discard(path / file)
    return equal


def _remove_caches(path: Path, folders: Collection[str], changes: Changes) -> int:
    """Their folders first: what the index no longer lists, nobody would know for the target's any more."""
    listed = [field for field in _fields(path / _INDEX) if _lists(field[0], field[1], folders)]
    if len(listed) < len(folders):
        raise PlanOutdated(f"{path}: a planned cache is no longer there")
    for folder in folders:
        # Only what lies here: an index that was tampered with could lead elsewhere.
        if folder in names(path):
            changes.discard(path / folder)

    def write(before: Path, after: Path) -> None:
        fields = _fields(before)
        kept = (own for number, content, own in fields if not _lists(number, content, folders))
        after.write_bytes(b"".join(kept))

    def prove(before: Path, after: Path) -> int:
        old, new = _fields(before), _fields(after)
        if [field for field in old if not _lists(field[0], field[1], folders)] != new:
            raise Unproved("what it lists besides, or who it belongs to, differs")
        return len(new)

    return proving.edit(path / _INDEX, changes, write, prove)


def _lists(number: int, content: int | bytes, folders: Collection[str]) -> bool:
    """Whether a field of an index is one of these caches."""
    return number == _CACHE and isinstance(content, bytes) and _folder(dict(read_fields(content))) in folders
