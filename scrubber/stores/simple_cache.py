"""Chromium's simple cache: the target's entries go, file by file, and their records leave the index."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated, Unproved
from scrubber.files import kind, names, open_regular, read_regular
from scrubber.formats.damaged import Damaged
from scrubber.formats.simple_cache import (
    DOOMED,
    ENTRY,
    file_hash,
    read_code_key,
    read_key,
    read_stream_0,
    read_streams,
)
from scrubber.formats.simple_index import read_index, without, write_index
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores import proving
from scrubber.stores.cache_entries import BLOCKFILE, ENCRYPTED, SQL, backend, standing
from scrubber.stores.cached_content import is_asked, names_target, tells_of_visit
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Placed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from scrubber.sites import Target

_INDEX_FOLDER = "index-dir"
_INDEX = "the-real-index"
_PARTS = ("0", "1", "s")
_LONGEST_HEAD = 1 << 20  # with the server's certificates
_SHARED_CODE = re.compile(rb"[0-9A-F]{64}")


class Entries(Placed):
    """One folder of entries, whoever tells whose they are; an entry's name is the key of its trace."""

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of these entries' files, and an index without them."""
        return take_out(path, traces, changes)

    def along(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:
        """The files of these entries."""
        return files_of(path, traces)

    def remade(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:  # noqa: ARG002 - always
        """The index, which goes where it can't be read."""
        return (index_of(path),)


class SimpleCache(Entries):
    """One folder of entries: an HTTP cache or a cache of compiled code."""

    holds = ("cache",)

    def __init__(self, *places: str, source: str = "net/disk_cache/simple/simple_backend_impl.cc") -> None:
        settle(self, places=places, source=source)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Entries by key, and what only they point to."""
        if kind(path) != "folder" or not look.policy.wants("cache"):
            return ()
        if backend(path) in (BLOCKFILE, SQL, ENCRYPTED):
            return ()
        keys: dict[str, bytes] = {}
        traces = []
        for name, files in entries(path):
            key = entry_key(path, files)
            if key is None:
                seen = _judge_damaged(path, files, look.target)
            else:
                keys[name] = key
                text = key.decode("utf-8", "replace")
                ours = (
                    standing(text, look)
                    or _visit_standing(path, files, look)
                    or content_standing(path, files, look)
                )
                seen = (ours, text) if ours else None
            if seen:
                traces.append(Trace("", name, seen[0], seen[1], "cache"))
        leaving = [trace for trace in traces if look.policy.removes(trace)]
        return (*traces, *_shared_code(path, keys, leaving, look.target))


def files_of(path: Path, traces: Iterable[Trace]) -> tuple[Path, ...]:
    """The files that the entries of these traces may have."""
    return tuple(path / f"{trace.key}_{part}" for trace in traces for part in _PARTS)


def index_of(path: Path) -> Path:
    """The index of a cache's folder."""
    return path / _INDEX_FOLDER / _INDEX


def take_out(path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
    """Stage a folder without the entries that these traces name; the number of index records compared.

    Raises PlanOutdated where one of them is no longer there.
    """
    gone = {str(trace.key) for trace in traces}
    discarded = {name: files for name, files in entries(path) if name in gone}
    if discarded.keys() != gone:
        raise PlanOutdated(f"{path}: a planned entry is no longer there")
    # First, because in a run that is cut off between the two nothing would tell any more whose a hash is.
    equal = cut_index(path, gone, changes) if gone else 0
    for files in discarded.values():
        for file in files:
            changes.discard(path / file)
    return equal


def entries(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The entries of a folder with the names of their files; of one waiting to be deleted its own name."""
    found: dict[str, list[str]] = {}
    for name in names(path):
        match = ENTRY.fullmatch(name)
        if (match or DOOMED.fullmatch(name)) and kind(path / name) == "file":
            found.setdefault(match["hash"] if match else name, []).append(name)
    yield from found.items()


def entry_key(path: Path, files: Collection[str]) -> bytes | None:
    """The key, which each of an entry's files has; None where none of them is whole."""
    for name in files:
        with open_regular(path / name) as file:
            try:
                return read_key(file)
            except Damaged:
                continue
    return None


def content_standing(path: Path, files: Iterable[str], look: Look) -> Standing | None:
    """A mention, where what another's entry holds counts and names the target."""
    if not is_asked(look):
        return None
    return Standing.MENTION if any(_names_it(path / name, look) for name in files) else None


def _visit_standing(path: Path, files: Iterable[str], look: Look) -> Standing | None:
    """A mention, where the headers of another's entry tell of a visit."""
    for name in files:
        if not name.endswith("_0"):
            continue
        with open_regular(path / name) as file:
            try:
                head = read_stream_0(file, _LONGEST_HEAD)
            except Damaged:
                continue
        if tells_of_visit(head, look):
            return Standing.MENTION
    return None


def _names_it(file: Path, look: Look) -> bool:
    content = read_regular(file)
    try:
        head, body = read_streams(content) if file.name.endswith("_0") else (b"", content)
    except Damaged:
        head, body = b"", content
    return names_target(head, (body,), look)


def cut_index(path: Path, gone: Collection[str], changes: Changes) -> int:
    """Stage the index without these entries; the number of records compared.

    Chromium makes it anew from the entries where it is missing, or can't be read here.
    """
    index = index_of(path)
    if kind(index) is None:
        return 0
    try:
        before = read_index(read_regular(index))
    except Damaged:
        changes.discard(index)
        return 0
    if not any(record.hash in gone for record in before.records):
        return 0

    def write(old: Path, new: Path) -> None:
        if read_index(old.read_bytes()) != before:
            raise PlanOutdated(f"{index}: changed while it was read")
        new.write_bytes(write_index(without(before, gone)))

    try:
        return proving.edit(index, changes, write, lambda old, new: _prove(old, new, gone))
    except Damaged as error:
        raise Unproved(f"{index}: {error}") from error


def _prove(old: Path, new: Path, gone: Collection[str]) -> int:
    before = read_index(old.read_bytes())
    kept = tuple(record for record in before.records if record.hash not in gone)
    size = before.cache_size - sum(record.size for record in before.records if record.hash in gone)
    if read_index(new.read_bytes()) != replace(before, records=kept, cache_size=max(0, size)):
        raise Unproved("records of other entries, or what counts them, differ")
    return len(kept)


def _judge_damaged(path: Path, files: Collection[str], target: Target) -> tuple[Standing, str] | None:
    """Chromium can't read it either. What waits to be deleted may be the target's and has no other use."""
    for name in files:
        content = read_regular(path / name)
        if content and (DOOMED.fullmatch(name) or target.mentions(content)):
            return (Standing.MENTION, "an entry that can't be read")
    return None


def _shared_code(path: Path, keys: dict[str, bytes], leaving: list[Trace], target: Target) -> Iterator[Trace]:
    """Compiled code that only entries which go point to, and the target's that nothing points to any more.

    A script that is compiled anew gets other code: Chromium points to that and leaves the old where it is.
    """
    shared = {name: key for name, key in keys.items() if _SHARED_CODE.fullmatch(key)}
    if not shared:
        return
    going = {str(trace.key): trace for trace in leaving}
    pointing = {name: _pointer(path, name) for name in keys.keys() - shared.keys()}
    known = set(pointing.values())
    needed = {pointer for name, pointer in pointing.items() if name not in going}
    pointed = {pointer: going[name] for name, pointer in pointing.items() if name in going}
    for name, key in shared.items():
        if name in going or key in needed:
            continue
        if file_hash(key) == name and (trace := pointed.get(key)):
            yield Trace("", name, trace.standing, trace.seen, "cache")
        elif key not in known and target.mentions(read_regular(path / f"{name}_0")):
            yield Trace("", name, Standing.OWN, "code that no script points to", "cache")


def _pointer(path: Path, name: str) -> bytes:
    file = path / f"{name}_0"
    if kind(file) != "file":
        return b""
    with open_regular(file) as opened:
        try:
            return read_code_key(opened)
        except Damaged:
            return b""
