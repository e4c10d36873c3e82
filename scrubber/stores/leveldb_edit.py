"""Writing a LevelDB folder anew without planned records, and the proof that all else is in it."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated, Unproved
from scrubber.files import names
from scrubber.formats import leveldb
from scrubber.stores.proving import copy, is_same

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

_FILES = 3
"""Of a database that was just written: CURRENT, manifest and log. A LOG could name what went."""


def rebuild(before: Path, after: Path, planned: Mapping[str, Collection[bytes]]) -> None:
    """Write to `after` what `before` holds less the planned keys.

    `planned` has the keys of each database to write anew, by its name in the folder (empty: the folder
    itself). What isn't LevelDB's, and databases that aren't named, are copied as they are.
    Raises UnreadableStore, PlanOutdated.
    """
    after.mkdir(mode=0o700)
    if not planned.keys() <= {"", *names(before)}:
        raise PlanOutdated("a planned database is no longer there")
    if "" in planned:
        _rewrite(before, after, planned[""])
    for name in names(before):
        if name in planned and not leveldb.is_own(name):
            rebuild(before / name, after / name, {"": planned[name]})
        elif "" not in planned or not leveldb.is_own(name):
            copy(before / name, after / name)


def prove(before: Path, after: Path, planned: Mapping[str, Collection[bytes]]) -> int:
    """The number of records found equal; raises Unproved at the first difference, in whatever file."""
    equal = _same_records(before, after, planned[""]) if "" in planned else 0
    theirs = [name for name in names(before) if "" not in planned or not leveldb.is_own(name)]
    if theirs != [name for name in names(after) if "" not in planned or not leveldb.is_own(name)]:
        raise Unproved("the new folder holds other files than it should")
    for name in theirs:
        if name in planned and not leveldb.is_own(name):
            equal += prove(before / name, after / name, {"": planned[name]})
        elif not is_same(before / name, after / name):
            raise Unproved(f"{name} differs")
    return equal


def _rewrite(before: Path, after: Path, planned: Collection[bytes]) -> None:
    old = leveldb.read(before)
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


def _same_records(before: Path, after: Path, planned: Collection[bytes]) -> int:
    old, new = leveldb.read(before), leveldb.read(after)
    if new.comparator != old.comparator:
        raise Unproved("the order of keys changed")
    expected = ((key, value) for key, value, _ in old.records() if key not in planned)
    count = 0
    for record, found in zip_longest(expected, ((key, value) for key, value, _ in new.records())):
        if record != found:
            raise Unproved(f"the record {(record or found or (b'',))[0]!r} differs")
        count += 1
    if next(new.history(), None) is not None or sum(map(leveldb.is_own, names(after))) != _FILES:
        raise Unproved("the new database holds more than its records")
    return count
