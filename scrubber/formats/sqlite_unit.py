"""A SQLite database and its sidecars as one unit: taken as a private copy, brought to its committed state.

A `-wal` holds committed pages that the database file lacks; a hot `-journal` pages that it must get back.
Only SQLite itself merges them, and it does so on a copy. <https://sqlite.org/tempfiles.html>
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import copy_private, is_file, kind, open_regular
from scrubber.formats.sqlite_page import MAGIC

if TYPE_CHECKING:
    from pathlib import Path

SIDECARS = ("-journal", "-wal", "-shm")
"""In the order in which they may be taken away one by one from a database that is folded already.

Where both exist, SQLite rolls the journal back first: without the WAL on top that would be an older state.
"""

_COPIED = ("-journal", "-wal")  # -shm is an index of the WAL that SQLite builds again

JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
"""How a rollback journal starts; one of several also ends so, behind the name of its super-journal."""


def sidecar(path: Path, suffix: str) -> Path:
    """`places.sqlite` and `-wal` → `places.sqlite-wal`."""
    return path.with_name(path.name + suffix)


def database_files(path: Path) -> tuple[Path, ...]:
    """The files that hold what is in the database at `path`, present or not: itself, its WAL, its journal."""
    return (path, sidecar(path, "-wal"), sidecar(path, "-journal"))


def is_sqlite(path: Path) -> bool:
    """Whether a file starts as a SQLite database does. Raises UnreadableStore."""
    if kind(path) != "file":
        return False
    with open_regular(path) as file:
        return file.read(len(MAGIC)) == MAGIC


def is_database(path: Path) -> bool:
    """Whether there is a database where only one should be; False where nothing is, or an empty file.

    Raises UnreadableStore for anything else.
    """
    if not is_file(path) or not path.lstat().st_size:
        return False
    if not is_sqlite(path):
        raise UnreadableStore(path, "file is not a database")
    return True


def snapshot(path: Path, folder: Path) -> Path:
    """A private, folded copy of the database at `path`, under the same name in `folder` (the caller's).

    Nothing of the original is written, not even its access time.
    Raises UnreadableStore: no database, a link, a FIFO, or changed by somebody during the copying.
    """
    before = _state(path)
    copy = folder / path.name
    copy_private(path, copy)
    for suffix in _COPIED:
        if before[suffix][0]:
            copy_private(sidecar(path, suffix), sidecar(copy, suffix))
    if _state(path) != before:
        raise UnreadableStore(path, "changed while it was read")
    try:
        fold(copy)
    except UnreadableStore as error:
        raise UnreadableStore(path, error.reason) from error
    return copy


def fold(path: Path) -> None:
    """Bring a private copy to its committed state: WAL moved in, hot journal rolled back, no sidecar left.

    The journal mode in its header stays; a database without sidecars keeps every byte.
    Raises UnreadableStore where SQLite can't read it.
    """
    if kind(path) != "file":
        raise UnreadableStore(path, "not a regular file")
    _refuse_super_journal(path)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
            busy, _, _ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except (sqlite3.Error, UnicodeError) as error:  # it quotes names that are no text as they are
        raise UnreadableStore(path, str(error)) from error
    if busy:
        raise UnreadableStore(path, "its write-ahead log can't be folded in")
    for suffix in SIDECARS:
        sidecar(path, suffix).unlink(missing_ok=True)


def _state(path: Path) -> dict[str, tuple[int, int, int]]:
    """What tells that a unit was written to: size, mtime in ns, inode; zeros where a part is missing."""
    state = {}
    for suffix in ("", *_COPIED):
        part = sidecar(path, suffix)
        match kind(part):
            case "file":
                status = part.lstat()
                state[suffix] = (status.st_size, status.st_mtime_ns, status.st_ino)
            case None:
                state[suffix] = (0, 0, 0)
            case other:
                raise UnreadableStore(part, f"a {other}, not a file")
    return state


def _refuse_super_journal(path: Path) -> None:
    """SQLite removes the file that such a journal names, wherever it is: not on the word of a profile."""
    journal = sidecar(path, "-journal")
    if kind(journal) is None:
        return
    with journal.open("rb") as file:
        file.seek(max(0, journal.lstat().st_size - len(JOURNAL_MAGIC)))
        if file.read() == JOURNAL_MAGIC:
            raise UnreadableStore(path, "half of a transaction over several databases")
