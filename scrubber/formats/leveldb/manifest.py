"""LevelDB's manifests: which files make up the database, as a log of version edits, one after another.

    edit: (varint tag, field)*
    1 comparator | 2 log number | 3 next file number | 4 last sequence | 9 number of the log before
    5 level, key                                       where the next compaction starts
    6 level, file number                               a table that was removed
    7 level, file number, size, smallest key, largest key            a table that was added

Numbers are varints, strings stand behind their length, keys have their tag (see `table`).
Source: db/version_edit.cc (LevelDB).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from scrubber.formats.damaged import Damaged
from scrubber.formats.leveldb.coding import read_string, string, varint
from scrubber.formats.leveldb.log import read_records, write_records
from scrubber.formats.protobuf import read_varint

_COMPARATOR, _LOG, _NEXT_FILE, _LAST_SEQUENCE, _COMPACTION = range(1, 6)
_REMOVED, _ADDED, _UNUSED, _LOG_BEFORE = range(6, 10)
_TAG_SIZE = 8


@dataclass(frozen=True)
class Manifest:
    """What the edits of one manifest come to."""

    comparator: str
    """`leveldb.BytewiseComparator`; how keys are ordered, by name."""
    log: int
    """Logs from this number on are still needed."""
    log_before: int
    """And this one; 0: none."""
    tables: tuple[int, ...]
    """Numbers of the tables that are still needed, those with the newest records first."""
    keys: tuple[bytes, ...]
    """Every user key that stands in any edit: bounds of tables, also of removed ones, and compactions."""


@dataclass
class _State:
    numbers: dict[int, int] = field(default_factory=dict)
    comparator: bytes | None = None
    levels: dict[int, int] = field(default_factory=dict)
    keys: dict[bytes, None] = field(default_factory=dict)


def read_manifest(file: BinaryIO) -> Manifest:
    """Read a manifest to its end. Raises Damaged."""
    state = _State()
    for edit in read_records(file):
        at = 0
        while at < len(edit):
            at = _field(state, edit, at)
    if state.comparator is None or _LOG not in state.numbers:
        raise Damaged("a manifest without a comparator or a log")
    return Manifest(
        _name(state.comparator),
        state.numbers[_LOG],
        state.numbers.get(_LOG_BEFORE, 0),
        tuple(sorted(state.levels, key=lambda number: (state.levels[number], -number))),
        tuple(state.keys),
    )


def write_manifest(file: BinaryIO, comparator: str, *, log: int, last_sequence: int) -> None:
    """The manifest of a database that is all in one log."""
    numbers = ((_LOG, log), (_LOG_BEFORE, 0), (_NEXT_FILE, log + 1), (_LAST_SEQUENCE, last_sequence))
    edit = varint(_COMPARATOR) + string(comparator.encode())
    write_records(file, [edit + b"".join(varint(tag) + varint(number) for tag, number in numbers)])


def _field(state: _State, edit: bytes, at: int) -> int:
    tag, at = read_varint(edit, at)
    if tag == _COMPARATOR:
        state.comparator, at = read_string(edit, at)
        return at
    if not _LOG <= tag <= _LOG_BEFORE or tag == _UNUSED:
        raise Damaged(f"a manifest with the unknown tag {tag}")
    number, at = read_varint(edit, at)  # of most fields all, of the others the level
    if tag == _COMPACTION:
        at = _key(state, edit, at)
    elif tag == _REMOVED:
        table, at = read_varint(edit, at)
        state.levels.pop(table, None)
    elif tag == _ADDED:
        table, at = read_varint(edit, at)
        _, at = read_varint(edit, at)
        state.levels[table] = number
        at = _key(state, edit, _key(state, edit, at))
    else:
        state.numbers[tag] = number
    return at


def _key(state: _State, edit: bytes, at: int) -> int:
    key, at = read_string(edit, at)
    state.keys[key[:-_TAG_SIZE]] = None
    return at


def _name(comparator: bytes) -> str:
    try:
        return comparator.decode()
    except UnicodeDecodeError as error:
        raise Damaged("a comparator whose name is no text") from error
