"""How the sweep takes a file apart: a reader by its magic, and any file as plain bytes.

A reader turns a file into pieces and judges nothing; one search looks at all of them. It takes the file as
it lies there: which browser wrote it, and what for, is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from scrubber.residue import cache2, containers, database, leveldb, nested_keys, simple_cache
from scrubber.residue.blockfile import Blockfiles
from scrubber.residue.numbered import Owners
from scrubber.residue.packed import is_packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scrubber.residue.piece import Part
    from scrubber.residue.search import Search

HEAD = 1 << 15
"""Bytes at the start of a file that the readers recognise it by: a whole block of a log."""
TAIL = 8
"""And at its end."""


class Signs(NamedTuple):
    """What a file is recognised by."""

    path: Path
    head: bytes
    tail: bytes
    size: int


@dataclass(frozen=True)
class Reader:
    """One kind of file that can be taken apart."""

    name: str
    """What it is called where a finding's containers are listed; empty where its pieces say it."""
    recognises: Callable[[Signs], bool]
    read: Callable[[BinaryIO, Path, Search], Iterator[Part]]
    """Raises UnreadableStore where the file isn't (in full) what it seemed; pieces before that count."""


def signs(file: BinaryIO, path: Path, size: int) -> Signs:
    """Look at a file's ends; it stands at its start again."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(max(0, size - TAIL))
    tail = file.read(TAIL)
    file.seek(0)
    return Signs(path, head, tail, size)


class Readers:
    """The readers of one sweep."""

    def __init__(self) -> None:
        self._blockfiles = Blockfiles()
        self._owners = Owners()

    def reader_for(self, found: Signs) -> Reader | None:
        """The reader of such a file; None where it can only be read as bytes."""
        return next((reader for reader in self._all if reader.recognises(found)), None)

    @cached_property
    def _all(self) -> tuple[Reader, ...]:
        """The first that recognises a file reads it."""
        return (
            _by_magic("SQLite database", database.MAGIC, database.read_database),
            _by_magic("write-ahead log", database.WAL_MAGICS, database.read_wal),
            Reader("rollback journal", _is_journal, database.read_journal),
            _by_magic("simple cache entry", simple_cache.ENTRY_MAGIC, self._simple_entry),
            Reader("simple cache index", _is_simple_index, simple_cache.read_the_index),
            Reader("LevelDB table", lambda it: it.tail == leveldb.TABLE_MAGIC, leveldb.read_table),
            Reader("block file", self._is_blockfile, self._blockfiles.read),
            Reader("cache2 index", lambda it: cache2.is_index(it.path, it.head), cache2.read_the_index),
            Reader("cache2 entry", lambda it: cache2.is_entry(it.path, it.tail, it.size), cache2.read_cached),
            _by_magic("session file", containers.SNSS, containers.read_session),
            _by_magic("visited links", containers.VISITED_LINKS, containers.read_visited_links),
            _by_magic("TLS tickets", containers.TICKETS, containers.read_tickets),
            _by_magic("archive", containers.ZIP, containers.read_zip),
            Reader("sealed file", lambda it: containers.is_sealed(it.head, it.size), containers.read_sealed),
            Reader("", lambda it: is_packed(it.head), containers.read_packed),
            Reader("LevelDB log", lambda it: leveldb.is_log(it.path, it.head), leveldb.read_log),
            Reader("", lambda it: nested_keys.is_object(it.head), nested_keys.read_object),
        )

    def _simple_entry(self, file: BinaryIO, path: Path, search: Search) -> Iterator[Part]:
        return simple_cache.read_entry(file, path, search, self._owners)

    def _is_blockfile(self, found: Signs) -> bool:
        return self._blockfiles.recognises(found.path, found.head)


def _is_simple_index(found: Signs) -> bool:
    return found.head[8:16] == simple_cache.INDEX_MAGIC


def _by_magic(
    name: str, magics: bytes | tuple[bytes, ...], read: Callable[[BinaryIO, Path, Search], Iterator[Part]]
) -> Reader:
    return Reader(name, lambda it: it.head.startswith(magics), read)


def _is_journal(found: Signs) -> bool:
    """Only the name tells where the magic is zeros: after PERSIST, or a crash before it was synced."""
    if found.head.startswith(database.JOURNAL_MAGIC):
        return True
    return found.path.name.endswith("-journal") and bool(found.head) and not any(found.head[:8])
