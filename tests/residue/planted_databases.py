"""One remnant of a host in each place of a database where bytes can lie, written by SQLite itself."""

from __future__ import annotations

import shutil
import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING

from tests.residue.planted import url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Plant = Callable[[Path, str], None]

OTHER = "https://www.example.org/page"
_PAGE = 512


def opened(path: Path, *pragmas: str) -> sqlite3.Connection:
    """A database that overwrites nothing, with a row of another site."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("secure_delete=OFF", "synchronous=OFF", *pragmas):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("CREATE TABLE IF NOT EXISTS t (a)")
    connection.execute("INSERT INTO t VALUES (?)", (OTHER,))
    return connection


def cell(*pragmas: str, schema: str = "") -> Plant:
    def plant(folder: Path, host: str) -> None:
        with closing(opened(folder / "x.db", *pragmas)) as database:
            if schema:
                database.execute(schema)
            database.execute("INSERT INTO t VALUES (?)", (url(host),))

    return plant


def without_rowid(folder: Path, host: str) -> None:
    with closing(sqlite3.connect(folder / "x.db", isolation_level=None)) as database:
        database.execute("CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID")
        database.executemany("INSERT INTO t VALUES (?)", [(OTHER,), (url(host),)])


def index_alone(folder: Path, host: str) -> None:
    """An index on an expression has what its table no longer says in one piece."""
    with closing(opened(folder / "x.db")) as database:
        database.execute("CREATE TABLE parts (a, b)")
        database.execute("CREATE INDEX whole ON parts (a || b)")
        database.execute("INSERT INTO parts VALUES (?, ?)", (url(host)[:15], url(host)[15:]))


def deleted(rows: int, *pragmas: str, keep: int = 1) -> Plant:
    """Rows of the host, deleted again; `keep` rows of others lie behind each of them."""

    def plant(folder: Path, host: str) -> None:
        with closing(opened(folder / "x.db", *pragmas)) as database:
            for _ in range(rows):
                database.execute("INSERT INTO t VALUES (?)", (url(host),))
                database.executemany("INSERT INTO t VALUES (?)", [(OTHER,)] * keep)
            database.execute("DELETE FROM t WHERE a = ?", (url(host),))
        codec = "utf-16-be" if any("UTF-16be" in pragma for pragma in pragmas) else "utf-8"
        assert url(host).encode(codec) in (folder / "x.db").read_bytes()

    return plant


def dropped(folder: Path, host: str) -> None:
    with closing(opened(folder / "x.db")) as database:
        database.execute("CREATE TABLE u (a, b)")
        rows = [(url(host), "x" * 300)] * 50
        database.executemany("INSERT INTO u VALUES (?, ?)", rows)
        database.execute("DROP TABLE u")


def cut(path: Path, host: str) -> sqlite3.Connection:
    """A database whose last row has the host across the border of two pages of its overflow chain.

    All pages of a chain are full, the last too: borders lie at multiples of their size before the end.
    """
    database = opened(path, f"page_size={_PAGE}")
    half = len("https://") + len(host) // 2
    behind = f"{url(host)[half:]} ".ljust(3 * (_PAGE - 4), "y")
    database.execute("INSERT INTO t VALUES (?)", ("x" * 700 + " " + url(host)[:half] + behind,))
    assert host.encode() not in path.read_bytes()
    return database


def cut_by_a_page(folder: Path, host: str) -> None:
    cut(folder / "x.db", host).close()


def cut_and_deleted(folder: Path, host: str) -> None:
    with closing(cut(folder / "x.db", host)) as database:
        database.execute("DELETE FROM t WHERE length(a) > 1000")
        assert database.execute("PRAGMA freelist_count").fetchone()[0] > 2


def log(folder: Path, host: str, change: Callable[[bytes], bytes] = bytes) -> None:
    """A write-ahead log with the host in it, beside a database without; the frames as `change` has them."""
    path, side = folder / "x.db", folder / "x.db-wal"
    with closing(opened(path, "journal_mode=WAL", "wal_autocheckpoint=0")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("INSERT INTO t VALUES (?)", (url(host),))
        before, frames = path.read_bytes(), side.read_bytes()
    path.write_bytes(before)
    side.write_bytes(change(frames))
    assert host.encode() not in before


def with_other_salts(frames: bytes) -> bytes:
    return frames[:16] + bytes(byte ^ 0x55 for byte in frames[16:24]) + frames[24:]


def never_committed(frames: bytes) -> bytes:
    """The number of pages after a commit, zero in all frames that are none, in each frame."""
    size = struct.unpack_from(">I", frames, 8)[0] + 24
    starts = range(32, len(frames), size)
    return frames[:32] + b"".join(
        frames[at : at + 4] + bytes(4) + frames[at + 8 : at + size] for at in starts
    )


def older_log(folder: Path, host: str) -> None:
    """A frame of a generation that was checkpointed, behind those of a newer one."""
    path, side = folder / "x.db", folder / "x.db-wal"
    with closing(opened(path, "secure_delete=ON", "journal_mode=WAL", "wal_autocheckpoint=0")) as database:
        database.execute("CREATE TABLE u (a)")
        for at in range(20):
            database.execute("INSERT INTO u VALUES (?)", (f"{at} {url(host)}",))
        database.execute("DELETE FROM u")
        database.execute("PRAGMA wal_checkpoint(RESTART)")
        database.execute("INSERT INTO t VALUES (?)", (OTHER,))
        content, frames = path.read_bytes(), side.read_bytes()
    path.write_bytes(content)
    side.write_bytes(frames)
    assert host.encode() not in content
    assert host.encode() in frames


def journal(mode: str, *, alone: bool = False, zeros: int = 0) -> Plant:
    """A rollback journal with the host in a page as it was, beside a database without."""

    def plant(folder: Path, host: str) -> None:
        path, side = folder / "x.db", folder / "x.db-journal"
        with closing(opened(path, f"journal_mode={mode}", "secure_delete=ON")) as database:
            database.execute("INSERT INTO t VALUES (?)", (url(host),))
            database.execute("PRAGMA cache_size=1")
            database.execute("BEGIN IMMEDIATE")
            database.execute("UPDATE t SET a = ? WHERE a = ?", (OTHER, url(host)))
            if mode == "DELETE":
                database.execute("CREATE TABLE more AS SELECT randomblob(900000)")  # it spills to the disk
                shutil.copyfile(side, folder / "hot")
            database.execute("COMMIT")
        if mode == "DELETE":
            (folder / "hot").rename(side)
        content = side.read_bytes()
        side.write_bytes(bytes(zeros) + content[zeros:])
        assert host.encode() in content
        if alone:
            path.unlink()

    return plant


DATABASES: dict[str, Plant] = {
    **{f"cell, {encoding}": cell(f"encoding='{encoding}'") for encoding in ("UTF-8", "UTF-16le", "UTF-16be")},
    **{f"cell, pages of {1 << bits}": cell(f"page_size={1 << bits}") for bits in range(9, 17)},
    **{f"deleted, pages of {1 << bits}": deleted(1, f"page_size={1 << bits}") for bits in (9, 12, 16)},
    "cell and index": cell(schema="CREATE INDEX by_a ON t (a)"),
    "index alone": index_alone,
    "table without rowids": without_rowid,
    "free block": deleted(1),
    "gap": deleted(1, keep=0),
    "free pages": deleted(300, keep=0),
    "free block, UTF-16": deleted(1, "encoding='UTF-16be'"),
    "pages of a dropped table": dropped,
    "auto-vacuum": cell("auto_vacuum=FULL"),
    "free pages beside pointer maps": deleted(300, "auto_vacuum=INCREMENTAL", keep=0),
    "name cut by a page": cut_by_a_page,
    "name cut by a page, deleted": cut_and_deleted,
    "log": log,
    "log of other salts": lambda folder, host: log(folder, host, with_other_salts),
    "log never committed": lambda folder, host: log(folder, host, never_committed),
    "log of an older generation": older_log,
    "hot journal": journal("DELETE"),
    "journal that persists": journal("PERSIST"),
    "journal without its database": journal("PERSIST", alone=True),
    "journal before it was synced": journal("DELETE", zeros=12),
}
"""By where it lies: how to plant the host's own remnant in a folder."""
