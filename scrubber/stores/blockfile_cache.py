"""Chromium's blockfile cache: the target's entries go from a copy of the folder, the others are compared."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import PlanOutdated, UnreadableStore
from scrubber.files import kind, names, open_regular
from scrubber.formats.blockfile.cache import Cache, Entry
from scrubber.formats.blockfile.layout import Address
from scrubber.formats.blockfile.surgery import claimed_blocks, data_files, remove
from scrubber.formats.damaged import Damaged
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores import proving
from scrubber.stores.blockfile_proof import prove, prove_files
from scrubber.stores.cache_entries import BLOCKFILE, backend, standing
from scrubber.stores.cached_content import is_asked, names_target, tells_of_visit
from scrubber.stores.placed import Placed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrubber.sites import Target

_SPARE = "spare blocks"
_OWNERLESS = "ownerless streams"
_STREAM = re.compile(r"f_[0-9a-f]{6,7}")


class BlockfileCache(Placed):
    """The folder with `index`, `data_0` to `data_3` and a file for each large stream."""

    source = "net/disk_cache/blockfile/disk_format.h"
    holds = ("cache",)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Entries by key, and what nothing leads to any more: blocks that name the target, large streams."""
        if kind(path) != "folder" or not look.policy.wants("cache") or backend(path) != BLOCKFILE:
            return ()
        try:
            with _opened(path) as cache:
                entries = list(cache.entries())
                traces = list(_judged(cache, entries, look))
                where = _in_spare_blocks(cache, entries, path, look.target)
                if traces or where:
                    traces += _ownerless(entries, path)
        except Damaged as error:
            raise UnreadableStore(path, str(error)) from error
        if where:
            traces.append(Trace(_SPARE, where, Standing.OWN, "", "cache"))
        return tuple(traces)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the folder without these entries and with nothing in its spare blocks."""
        going = {trace.key: trace.seen for trace in traces if isinstance(trace.key, int)}
        ownerless = {str(trace.key) for trace in traces if trace.where == _OWNERLESS}

        def write(before: Path, after: Path) -> None:
            with _opened(before) as cache:
                _check_planned(cache, going)
            _duplicate(before, after)
            remove(after, going.keys())
            for name in ownerless:
                (after / name).unlink(missing_ok=True)

        def compare(before: Path, after: Path) -> int:
            with _opened(before) as old, _opened(after) as new:
                equal = prove(old, new, going.keys(), names(after))
                went = [entry for entry in old.entries() if entry.address.value in going]
            files = {part.file for entry in went for part in entry.parts if not part.kind}
            prove_files(before, after, files | ownerless)
            return equal

        try:
            return proving.edit(path, changes, write, compare)
        except Damaged as error:
            raise UnreadableStore(path, str(error)) from error


def _opened(path: Path) -> Cache:
    def opened(name: str) -> BinaryIO:
        if kind(path / name) is None:
            raise Damaged(f"{name} is missing")
        return open_regular(path / name)

    return Cache(opened)


def _judged(cache: Cache, entries: Iterable[Entry], look: Look) -> Iterator[Trace]:
    for entry in entries:
        key = entry.key.decode("utf-8", "replace")
        ours = standing(key, look) or _by_content(cache, entry, look)
        if ours:
            yield Trace("", entry.address.value, ours, key, "cache")


def _by_content(cache: Cache, entry: Entry, look: Look) -> Standing | None:
    streams = (
        cache.content(Address(at), size) if at else b""
        for at, size in zip(entry.record.streams, entry.record.sizes, strict=True)
    )
    head = next(streams)
    named = tells_of_visit(head, look) or (is_asked(look) and names_target(head, streams, look))
    return Standing.MENTION if named else None


def _in_spare_blocks(cache: Cache, entries: Iterable[Entry], path: Path, target: Target) -> str:
    """Where the first such block is: `data_1 block 12`."""
    claimed = claimed_blocks(cache, entries)
    for name in data_files(names(path)):
        for block, content in cache.spare_blocks(name, claimed.get(name, 0)):
            if target.mentions(content):
                return f"{name} block {block}"
    return ""


def _ownerless(entries: Iterable[Entry], path: Path) -> Iterator[Trace]:
    """Streams whose entry a crash has taken: they may be the target's, and have no other use."""
    owned = {part.file for entry in entries for part in entry.parts if not part.kind}
    for name in names(path):
        if _STREAM.fullmatch(name) and name not in owned:
            yield Trace(_OWNERLESS, name, Standing.MENTION, "a stream that no entry has", "cache")


def _check_planned(cache: Cache, going: dict[int, str]) -> None:
    found = {entry.address.value: entry.key.decode("utf-8", "replace") for entry in cache.entries()}
    if any(found.get(at) != key for at, key in going.items()):
        raise PlanOutdated("a planned entry is no longer there")


def _duplicate(before: Path, after: Path) -> None:
    """Streams in files of their own are never written to, so that a second name will do."""
    shutil.copytree(before, after, copy_function=_link_or_copy)


def _link_or_copy(source: str, target: str) -> None:
    if _STREAM.fullmatch(Path(source).name):
        with suppress(OSError):  # not every file system has them
            os.link(source, target)
            return
    shutil.copyfile(source, target)
