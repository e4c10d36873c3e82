"""SQLite databases as a crash leaves them: with a WAL that was never checkpointed, or with a hot journal."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def database(path: Path, *names: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE hosts (name TEXT)")
        connection.executemany("INSERT INTO hosts VALUES (?)", [(name,) for name in names])
        connection.commit()


def crashed(
    path: Path, journal_mode: Literal["wal", "delete"], names: Iterable[str], *, committed: Iterable[str] = ()
) -> None:
    """Of `names` in the database, `committed` were written last; more had been written when the crash came.

    The files are copied as they lie on disk while the writer still has them open.
    """
    live = path.with_name("live")
    live.mkdir()
    database(live / path.name, *names)
    with closing(sqlite3.connect(live / path.name)) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal_mode}")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        # Too small for what follows: pages reach the disk before any commit.
        connection.execute("PRAGMA cache_size = 1")
        connection.executemany("INSERT INTO hosts VALUES (?)", [(name,) for name in committed])
        connection.commit()
        connection.execute("INSERT INTO hosts VALUES ('uncommitted.example')")
        connection.execute("CREATE TABLE filler AS SELECT randomblob(50000) AS noise")
        for part in live.iterdir():
            shutil.copyfile(part, path.with_name(part.name))
        connection.rollback()
    shutil.rmtree(live)


def hosts(path: Path) -> list[str]:
    """What the database holds; SQLite recovers it on the way as it does at a browser's next start."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [name for (name,) in connection.execute("SELECT name FROM hosts ORDER BY name")]


def hosts_of_copy(path: Path, scratch: Path) -> list[str]:
    """The same of a copy, with the sidecars beside it, in a folder that is emptied first."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for part in path.parent.glob(f"{path.name}*"):
        shutil.copyfile(part, scratch / part.name)
    return hosts(scratch / path.name)
