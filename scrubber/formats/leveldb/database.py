"""A LevelDB folder as a whole: what is in it, what was in it and still lies there, and how to write one anew.

    CURRENT            the manifest's name and a line break
    MANIFEST-000001    which logs and tables make up the database
    000003.log         write-ahead log          000005.ldb   sorted table; `.sst` in old databases
    LOG, LOG.old       what LevelDB did, as text, with the folder's path          LOCK   empty
    000007.dbtmp       a CURRENT in the making  lost/        what a repair couldn't use

Source: db/filename.cc, db/db_impl.cc, db/repair.cc (LevelDB).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore
from scrubber.files import create_private, kind, names, open_regular, read_regular
from scrubber.formats.damaged import Damaged
from scrubber.formats.leveldb.batch import batches, read_batch
from scrubber.formats.leveldb.coding import Record
from scrubber.formats.leveldb.log import read_records
from scrubber.formats.leveldb.log import write_records as write_log
from scrubber.formats.leveldb.manifest import Manifest, read_manifest, write_manifest
from scrubber.formats.leveldb.table import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_NUMBERED = re.compile(r"([0-9]{1,19})\.(log|ldb|sst|dbtmp)")
_MANIFEST = re.compile(r"MANIFEST-[0-9]{1,19}")
_NAMES = frozenset({"CURRENT", "LOCK", "LOG", "LOG.old", "lost"})

# The numbers that LevelDB itself would give to the first files of a new database.
_NEW_MANIFEST, _NEW_LOG = "MANIFEST-000001", 3

_PIECE = 1 << 20
_LONGEST_NAME = 1 << 10  # in bytes; what pieces of a file overlap by, so that no name is cut in two


@dataclass(frozen=True)
class Database:
    """One database; each question reads its files, and raises UnreadableStore where they are damaged."""

    folder: Path
    manifest: Manifest
    files: tuple[Path, ...]
    """The logs and tables that make it up, those with the newest records first."""
    leftovers: tuple[Path, ...]
    """Logs, tables and manifests that nothing needs any more, and what a repair set aside."""

    @property
    def comparator(self) -> str:
        """The name of the order of keys."""
        return self.manifest.comparator

    def records(self) -> Iterator[Record]:
        """What a reader of the database sees: of each key the newest record, where that is no deletion."""
        return compress(self._all(), self._is_live)

    def history(self) -> Iterator[Record]:
        """What no reader sees any more, but still lies in the folder.

        Superseded and deleted records, and all that leftovers hold; keys that stand in manifests come as
        records without value, a leftover that can't be read as records without key, piece by piece.
        """
        yield from compress(self._all(), (not live for live in self._is_live))
        yield from _bounds(self.manifest)
        for path in self.leftovers:
            yield from _leftover(path)

    def _all(self) -> Iterator[Record]:
        for path in self.files:
            yield from read_file(path)

    @cached_property
    def _is_live(self) -> bytearray:
        """A flag for each record, in the order of `_all`: memory for the keys once, and never for values."""
        newest: dict[bytes, int] = {}
        deletions = bytearray()
        for count, (key, value, sequence) in enumerate(self._all()):
            deletions.append(value is None)
            # The sequence first; of two equal ones, the earlier file is the newer one.
            rank = sequence << 64 | (0xFFFFFFFFFFFFFFFF - count)
            if rank > newest.get(key, -1):
                newest[key] = rank
        live = bytearray(len(deletions))
        for rank in newest.values():
            count = 0xFFFFFFFFFFFFFFFF - (rank & 0xFFFFFFFFFFFFFFFF)
            live[count] = not deletions[count]
        return live


def is_database(folder: Path) -> bool:
    """Whether there is anything to read: Chromium makes folders that never get more than LOCK and LOG."""
    return any(name == "CURRENT" or _suffix(name) in ("log", "ldb", "sst") for name in names(folder))


def is_own(name: str) -> bool:
    """Whether an entry of a database's folder is LevelDB's, by its name."""
    return name in _NAMES or _NUMBERED.fullmatch(name) is not None or _MANIFEST.fullmatch(name) is not None


def read(folder: Path) -> Database:
    """Find out what makes up the database. Raises UnreadableStore."""
    listed = {name: folder / name for name in names(folder) if is_own(name)}
    if "CURRENT" not in listed:
        raise UnreadableStore(folder, "no CURRENT, so nothing says which of its files still count")
    current = read_regular(listed["CURRENT"], limit=1 << 10)
    name = current.decode("latin-1").removesuffix("\n")
    if not _MANIFEST.fullmatch(name) or name not in listed:
        raise UnreadableStore(listed["CURRENT"], "doesn't name a manifest that is there")
    manifest = _manifest(listed[name])
    files = (*_logs(listed, manifest), *_tables(folder, listed, manifest))
    needed = {*files, listed[name]}
    leftovers = [path for path in listed.values() if path not in needed and _holds_records(path)]
    return Database(folder, manifest, files, (*leftovers, *_lost(listed)))


def read_file(path: Path) -> Iterator[Record]:
    """Every record of one log or table, in the order of the file. Raises UnreadableStore."""
    with open_regular(path) as file:
        try:
            if path.suffix == ".log":
                for batch in read_records(file):
                    yield from read_batch(batch)
            else:
                yield from read_table(file)
        except Damaged as error:
            raise UnreadableStore(path, str(error)) from error


def write(folder: Path, records: Iterable[tuple[bytes, bytes]], comparator: str) -> None:
    """Write a database of these keys and values, each key once, to a folder that holds none.

    Their order doesn't matter: LevelDB sorts a log as it opens it. The files are private.
    """
    count = 0

    def numbered() -> Iterator[Record]:
        nonlocal count
        for key, value in records:
            count += 1
            yield Record(key, value, count)

    with _create(folder / f"{_NEW_LOG:06}.log") as file:
        write_log(file, batches(numbered()))
    with _create(folder / _NEW_MANIFEST) as file:
        write_manifest(file, comparator, log=_NEW_LOG, last_sequence=count)
    with _create(folder / "CURRENT") as file:
        file.write(_NEW_MANIFEST.encode() + b"\n")


def _manifest(path: Path) -> Manifest:
    with open_regular(path) as file:
        try:
            return read_manifest(file)
        except Damaged as error:
            raise UnreadableStore(path, str(error)) from error


def _logs(listed: dict[str, Path], manifest: Manifest) -> list[Path]:
    found = {number: path for name, path in listed.items() if (number := _number(name, "log")) is not None}
    needed = [number for number in found if number >= manifest.log or number == manifest.log_before]
    return [found[number] for number in sorted(needed, reverse=True)]


def _tables(folder: Path, listed: dict[str, Path], manifest: Manifest) -> Iterator[Path]:
    for number in manifest.tables:
        found = [
            path for name, path in listed.items() if number in (_number(name, "ldb"), _number(name, "sst"))
        ]
        if not found:
            raise UnreadableStore(folder, f"the table {number:06}.ldb is missing")
        yield found[0]


def _number(name: str, suffix: str) -> int | None:
    match = _NUMBERED.fullmatch(name)
    return int(match[1]) if match and match[2] == suffix else None


def _suffix(name: str) -> str:
    match = _NUMBERED.fullmatch(name)
    return match[2] if match else ""


def _holds_records(path: Path) -> bool:
    return _suffix(path.name) in ("log", "ldb", "sst") or _MANIFEST.fullmatch(path.name) is not None


def _lost(listed: dict[str, Path]) -> Iterator[Path]:
    folder = listed.get("lost")
    if folder and kind(folder) == "folder":
        yield from (folder / name for name in names(folder) if kind(folder / name) == "file")


def _bounds(manifest: Manifest) -> Iterator[Record]:
    return (Record(key, None, 0) for key in manifest.keys)


def _leftover(path: Path) -> Iterator[Record]:
    try:
        if _MANIFEST.fullmatch(path.name):
            yield from _bounds(_manifest(path))
        else:
            yield from read_file(path)
    except UnreadableStore:
        with open_regular(path) as file:
            end = b""
            while piece := file.read(_PIECE):
                yield Record(b"", end + piece, 0)
                end = piece[-_LONGEST_NAME:]


def _create(path: Path) -> BinaryIO:
    return os.fdopen(create_private(path), "wb")
