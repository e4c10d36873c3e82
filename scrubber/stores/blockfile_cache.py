"""Chromium's blockfile cache: the target's entries go from a copy of the folder, the others are compared."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import PlanOutdated, Unproved, UnreadableStore
from scrubber.files import kind, names, open_regular
from scrubber.formats.blockfile.cache import Cache, Entry
from scrubber.formats.blockfile.layout import Address
from scrubber.formats.blockfile.surgery import check_apart, data_files, remove
from scrubber.formats.damaged import Damaged
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores.cache_entries import BLOCKFILE, backend, standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.sites import Target

_FREE = "free blocks"


@dataclass(frozen=True, init=False)
class BlockfileCache:
    """The folder with `index`, `data_0` to `data_3` and a file for each large stream."""

    places: tuple[str, ...]
    source: str = "net/disk_cache/blockfile/disk_format.h"
    holds: tuple[str, ...] = ("cache",)

    def __init__(self, *places: str) -> None:
        object.__setattr__(self, "places", places)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The folder."""
        return (path,)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Entries by key, and whether freed blocks still name the target."""
        if kind(path) != "folder" or not look.policy.wants("cache") or backend(path) != BLOCKFILE:
            return ()
        try:
            with _opened(path) as cache:
                traces = list(_judged(cache, look.target))
                where = _in_free_blocks(cache, path, look.target)
        except Damaged as error:
            raise UnreadableStore(path, str(error)) from error
        if where:
            traces.append(Trace(_FREE, where, Standing.OWN, "", "cache"))
        return tuple(traces)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the folder without these entries and with nothing in its free blocks."""
        going = {trace.key: trace.seen for trace in traces if isinstance(trace.key, int)}
        with changes.edit(path) as edit:
            try:
                with _opened(edit.before) as before:
                    _check_planned(before, going)
                _duplicate(edit.before, edit.after)
                remove(edit.after, going.keys())
                with _opened(edit.before) as before, _opened(edit.after) as after:
                    return _prove(before, after, set(going))
            except Damaged as error:
                raise UnreadableStore(path, str(error)) from error


def _opened(path: Path) -> Cache:
    def opened(name: str) -> BinaryIO:
        if kind(path / name) is None:
            raise Damaged(f"{name} is missing")
        return open_regular(path / name)

    return Cache(opened)


def _judged(cache: Cache, target: Target) -> Iterator[Trace]:
    for entry in cache.entries():
        key = entry.key.decode("utf-8", "replace")
        ours = standing(key, target)
        if ours:
            yield Trace("", entry.address.value, ours, key, "cache")


def _in_free_blocks(cache: Cache, path: Path, target: Target) -> str:
    """Where the first such block is: `data_1 block 12`."""
    for name in data_files(names(path)):
        for block, content in cache.free_blocks(name):
            if target.mentions(content):
                return f"{name} block {block}"
    return ""


def _check_planned(cache: Cache, going: dict[int, str]) -> None:
    found = {entry.address.value: entry.key.decode("utf-8", "replace") for entry in cache.entries()}
    if any(found.get(at) != key for at, key in going.items()):
        raise PlanOutdated("a planned entry is no longer there")


def _duplicate(before: Path, after: Path) -> None:
    """Streams in files of their own are never written to, so that a second name will do."""
    after.mkdir(mode=0o700)
    for name in names(before):
        if name.startswith("f_"):
            try:
                os.link(before / name, after / name)
                continue
            except OSError:
                pass
        shutil.copyfile(before / name, after / name)
        (after / name).chmod(0o600)


def _prove(before: Cache, after: Cache, gone: set[int]) -> int:
    """That every other entry has its key, its streams and its place in the lists; how many there are."""
    expected = {entry.address.value: entry for entry in before.entries() if entry.address.value not in gone}
    found = {entry.address.value: entry for entry in after.entries()}
    if list(found) != list(expected):
        raise Unproved("the new cache has other entries than it should")
    for at, entry in found.items():
        old = expected[at]
        if (entry.key, entry.record.state) != (old.key, old.record.state) or _streams(
            after, entry
        ) != _streams(before, old):
            raise Unproved(f"the entry {at:08x} differs")
    check_apart(after, found.values())
    lists = [[at for at in nodes if before.node(at).entry not in gone] for nodes in before.lists()]
    if [list(nodes) for nodes in after.lists()] != lists:
        raise Unproved("the order of use differs")
    if after.count != before.count - len(gone):
        raise Unproved("the number of entries is wrong")
    return len(found)


def _streams(cache: Cache, entry: Entry) -> list[bytes | None]:
    pairs = zip(entry.record.streams, entry.record.sizes, strict=True)
    return [_stream(cache, Address(at), size) if at else b"" for at, size in pairs]


def _stream(cache: Cache, at: Address, size: int) -> bytes | None:
    """None where a crash has taken it from the entry, which then lacks it before and after."""
    try:
        return cache.content(at, size)
    except Damaged:
        return None
