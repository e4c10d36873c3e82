"""Writing a LevelDB folder anew without planned records, and the proof that all others are in it."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated, Unproved
from scrubber.files import copy_private, kind, names
from scrubber.formats import leveldb

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path


def rebuild(before: Path, after: Path, planned: Mapping[str, Collection[bytes]]) -> int:
    """Write to `after` what `before` holds less the planned keys; the number of records proved equal.

    `planned` has the keys of each database to write anew, by its name in the folder (empty: the folder
    itself). What isn't LevelDB's, and databases that aren't named, are copied as they are.
    Raises UnreadableStore, PlanOutdated, Unproved.
    """
    equal = _rewrite(before, after, planned[""]) if "" in planned else _copy_database(before, after)
    for name in names(before):
        if leveldb.is_own(name):
            continue
        if name in planned:
            equal += rebuild(before / name, after / name, {"": planned[name]})
        else:
            _copy(before / name, after / name)
    return equal


def _rewrite(before: Path, after: Path, planned: Collection[bytes]) -> int:
    old = leveldb.read(before)
    after.mkdir(mode=0o700)
    gone = 0

    def staying() -> Iterator[tuple[bytes, bytes]]:
        nonlocal gone
        for key, value, _ in old.records():
            if key in planned:
                gone += 1
            elif value is not None:
                yield key, value

    leveldb.write(after, staying(), old.comparator)
    if gone != len(planned):
        raise PlanOutdated("a planned record is no longer there")
    return _prove(old, leveldb.read(after), planned)


def _prove(old: leveldb.Database, new: leveldb.Database, planned: Collection[bytes]) -> int:
    if new.comparator != old.comparator:
        raise Unproved("the order of keys changed")
    expected = ((key, value) for key, value, _ in old.records() if key not in planned)
    count = 0
    for record, found in zip_longest(expected, ((key, value) for key, value, _ in new.records())):
        if record != found:
            raise Unproved(f"the record {(record or found or (b'',))[0]!r} differs")
        count += 1
    if next(new.history(), None) is not None:
        raise Unproved("the new database holds more than its records")
    return count


def _copy_database(before: Path, after: Path) -> int:
    after.mkdir(mode=0o700)
    for name in names(before):
        if leveldb.is_own(name):
            _copy(before / name, after / name)
    return 0


def _copy(source: Path, target: Path) -> None:
    if kind(source) != "folder":
        copy_private(source, target)
        return
    target.mkdir(mode=0o700)
    for name in names(source):
        _copy(source / name, target / name)
