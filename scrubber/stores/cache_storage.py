"""Chromium's CacheStorage, what sites cache on purpose: a folder for each origin, simple caches in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated, UnreadableStore
from scrubber.files import kind, names, read_regular
from scrubber.formats.damaged import Damaged
from scrubber.formats.protobuf import read_fields
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores.cache_entries import standing
from scrubber.stores.frozen import settle
from scrubber.stores.simple_cache import (
    content_standing,
    cut_index,
    entries,
    entry_key,
    files_of,
    index_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


_INDEX = "index.txt"
_ORIGIN, _STORAGE_KEY = 2, 3  # fields of CacheStorageIndex


@dataclass(frozen=True, init=False)
class CacheStorage:
    """One origin's folder; the target's goes whole, another's entries that name the target are mentions."""

    places: tuple[str, ...]
    in_bucket: bool
    """Whether it is part of a storage bucket, which goes with all that it holds if it is the target's."""
    source: str = "content/browser/cache_storage/cache_storage.proto"
    holds: tuple[str, ...] = ("storage",)

    def __init__(self, *places: str, in_bucket: bool = False) -> None:
        settle(self, places=places, in_bucket=in_bucket)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The folder."""
        return (path,)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The folder itself by the storage key in its index, else the entries in it by their URL."""
        if kind(path) != "folder" or not look.policy.wants("storage"):
            return ()
        owner = _owner(path / _INDEX)
        if look.target.origin(owner):
            return () if self.in_bucket else (Trace("", path.name, Standing.OWN, owner, "storage"),)
        return tuple(_mentions(path, look))

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of the folder or of single entries."""
        if any(trace.standing is Standing.OWN for trace in traces):
            changes.discard(path)
            return 0
        planned: dict[str, set[str]] = {}
        for trace in traces:
            folder, _, name = str(trace.key).partition("/")
            planned.setdefault(folder, set()).add(name)
        return sum(_remove_entries(path / folder, gone, changes) for folder, gone in planned.items())

    def along(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:
        """The files of single entries."""
        return files_of(path, (trace for trace in traces if "/" in str(trace.key)))

    def remade(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:
        """The indexes of their caches, which go where they can't be read."""
        folders = dict.fromkeys(str(trace.key).partition("/")[0] for trace in traces)
        return tuple(index_of(path / folder) for folder in folders)


def _owner(index: Path) -> str:
    """The storage key, before Chromium 100 the origin. An index that is missing belongs to nobody."""
    if kind(index) is None:
        return ""
    try:
        fields = dict(read_fields(read_regular(index, limit=1 << 24)))
    except Damaged as error:
        raise UnreadableStore(index, str(error)) from error
    owner = fields.get(_STORAGE_KEY) or fields.get(_ORIGIN) or b""
    return owner.decode("utf-8", "replace") if isinstance(owner, bytes) else ""


def _mentions(path: Path, look: Look) -> Iterator[Trace]:
    for folder in names(path):
        if kind(path / folder) != "folder":
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
