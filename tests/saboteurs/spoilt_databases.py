"""Saboteurs of databases and caches that are written anew as a whole."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from scrubber.formats import leveldb
from scrubber.formats.leveldb.coding import Record
from tests.leveldb_files import BYTEWISE, log_of
from tests.saboteurs.spoilt_files import flipped, nothing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.saboteurs.seam import Saboteur, Write

    Records = list[tuple[bytes, bytes]]


def _then(change: Callable[[sqlite3.Connection], object]) -> Saboteur:
    """Write the database as it should be, and change it."""

    def sabotaged(write: Write, before: Path, after: Path) -> None:
        write(before, after)
        with closing(sqlite3.connect(after, isolation_level=None)) as database:
            mode = database.execute("PRAGMA journal_mode").fetchone()[0]
            database.execute("PRAGMA journal_mode = MEMORY")
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                database.execute(f'DROP TRIGGER "{name}"')
            change(database)
            database.execute(f"PRAGMA journal_mode = {mode}")

    return sabotaged


def _tables(database: sqlite3.Connection) -> list[tuple[str, list[str]]]:
    """Those that have rows, with their columns."""
    names = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
    ).fetchall()
    found = []
    for (name,) in names:
        columns = [row[1] for row in database.execute(f'PRAGMA table_info("{name}")')]
        if database.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone():
            found.append((name, columns))
    return found


def _row_dropped(last: bool) -> Callable[[sqlite3.Connection], object]:
    def change(database: sqlite3.Connection) -> None:
        for name, columns in _tables(database)[-1 if last else 0 :][:1]:
            order = "DESC" if last else "ASC"
            chosen = f'SELECT "{columns[0]}" FROM "{name}" ORDER BY 1 {order} LIMIT 1'
            database.execute(f'DELETE FROM "{name}" WHERE "{columns[0]}" IS ({chosen})')

    return change


def _value_changed(database: sqlite3.Connection) -> None:
    for name, columns in _tables(database):
        for column in reversed(columns):
            try:
                database.execute(f'UPDATE "{name}" SET "{column}" = "{column}" || \'!\'')
            except sqlite3.DatabaseError:
                continue
            return


def _row_added(database: sqlite3.Connection) -> None:
    for name, columns in _tables(database):
        listed = ", ".join(f'"{column}"' for column in columns[1:])
        if listed:
            try:
                database.execute(f'INSERT INTO "{name}"({listed}) SELECT {listed} FROM "{name}" LIMIT 1')
            except sqlite3.DatabaseError:
                continue
            return
    database.execute("CREATE TABLE more(x)")


def _free_pages(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA auto_vacuum").fetchone()
    database.execute('CREATE TABLE "pages"(x)')
    database.execute('INSERT INTO "pages" VALUES (zeroblob(200000))')
    database.execute('DROP TABLE "pages"')


def _schema_changed(database: sqlite3.Connection) -> None:
    index = database.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql <> ''").fetchone()
    database.execute(f'DROP INDEX "{index[0]}"' if index else "CREATE TABLE more(x)")


def _only_deleted(write: Write, before: Path, after: Path) -> None:
    """Rows gone for every reader, and their bytes still in the file."""
    clean = after.with_name("clean")
    write(before, clean)
    shutil.copyfile(before, after)
    with closing(sqlite3.connect(after, isolation_level=None)) as database:
        mode = database.execute("PRAGMA journal_mode").fetchone()[0]
        database.execute("PRAGMA journal_mode = MEMORY")
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("ATTACH ? AS clean", (str(clean),))
        triggers = database.execute(
            "SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            database.execute(f'DROP TRIGGER main."{name}"')
        for name, columns in _tables(database):
            listed = ", ".join(f'"{column}"' for column in columns)
            kept = f'SELECT {listed} FROM clean."{name}"'
            database.execute(f'DELETE FROM main."{name}" WHERE ({listed}) NOT IN ({kept})')
        for _, statement in triggers:
            database.execute(statement)
        database.execute("DETACH clean")
        database.execute(f"PRAGMA journal_mode = {mode}")
    clean.unlink()


OF_SQLITE: dict[str, Saboteur] = {
    "nothing removed": nothing,
    "rows deleted, and their bytes left": _only_deleted,
    "a row too many": _then(_row_dropped(last=False)),
    "the last row too many": _then(_row_dropped(last=True)),
    "a value changed": _then(_value_changed),
    "a row more": _then(_row_added),
    "free pages": _then(_free_pages),
    "another schema": _then(_schema_changed),
    "another version": _then(lambda database: database.execute("PRAGMA user_version = 9999")),
}


def _database(path: Path) -> Path:
    """The folder's own database, or the first one in it."""
    return next(each for each in (path, *sorted(path.rglob("*"))) if (each / "CURRENT").is_file())


def _rewritten(change: Callable[[Records], Records], comparator: str = "") -> Saboteur:
    """Write other records than should be, in a database that is otherwise as new."""

    def sabotaged(write: Write, before: Path, after: Path) -> None:
        write(before, after)
        found = leveldb.read(_database(after))
        records = [(key, value or b"") for key, value, _ in found.records()]
        for name in ("CURRENT", "000003.log", "MANIFEST-000001"):
            (found.folder / name).unlink()
        leveldb.write(found.folder, change(records), comparator or found.comparator)

    return sabotaged


def _tombstone(write: Write, before: Path, after: Path) -> None:
    """Write the log that LevelDB itself would: what is deleted, named once more by its deletion."""
    write(before, after)
    old = [record.key for record in leveldb.read(_database(before)).records()]
    found = leveldb.read(_database(after))
    kept = list(found.records())
    gone = [key for key in old if key not in {record.key for record in kept}]
    (found.folder / "000003.log").write_bytes(
        log_of(*kept, *(Record(key, None, 100 + number) for number, key in enumerate(gone)))
    )


def _also(name: str) -> Saboteur:
    """Leave a file of the original there."""

    def sabotaged(write: Write, before: Path, after: Path) -> None:
        write(before, after)
        source = _database(before) / "000003.log"
        shutil.copyfile(source, _database(after) / name)

    return sabotaged


def _flipped(name: str, at: float) -> Saboteur:
    def sabotaged(write: Write, before: Path, after: Path) -> None:
        write(before, after)
        file = next(iter(sorted(after.rglob(name))))
        file.write_bytes(flipped(at)(file.read_bytes(), b""))

    return sabotaged


def _file_dropped(write: Write, before: Path, after: Path) -> None:
    write(before, after)
    sorted(path for path in after.rglob("*") if path.is_file())[-1].unlink()


def _file_added(write: Write, before: Path, after: Path) -> None:
    write(before, after)
    (after / "more").write_bytes(b"")


OF_LEVELDB: dict[str, Saboteur] = {
    "nothing removed": nothing,
    "a record too many": _rewritten(lambda records: records[1:]),
    "the last record too many": _rewritten(lambda records: records[:-1]),
    "a value changed": _rewritten(lambda records: [(records[0][0], b"other"), *records[1:]]),
    "records in another order": _rewritten(lambda records: records[::-1]),
    "a record more": _rewritten(lambda records: [*records, (b"more", b"")]),
    "another order of keys": _rewritten(list, "idb_cmp1" if BYTEWISE != "idb_cmp1" else BYTEWISE),
    "a tombstone left": _tombstone,
    "the old log left": _also("000002.log"),
    "what LevelDB did left": _also("LOG"),
    "a file lost": _file_dropped,
    "a file more": _file_added,
    "a bit turned in the log": _flipped("000003.log", 0.6),
    "a bit turned in the manifest": _flipped("MANIFEST-000001", 0.6),
}


def _blocks_left(write: Write, before: Path, after: Path) -> None:
    """The blocks that were freed as they were."""
    write(before, after)
    for file in sorted(after.glob("data_*")):
        old, new = (before / file.name).read_bytes(), file.read_bytes()
        start = 8192
        restored = bytes(now if now else was for was, now in zip(old[start:], new[start:], strict=True))
        file.write_bytes(new[:start] + restored)


def _streams_left(write: Write, before: Path, after: Path) -> None:
    write(before, after)
    for file in before.glob("f_*"):
        if not (after / file.name).exists():
            shutil.copyfile(file, after / file.name)


def _stream_changed(write: Write, before: Path, after: Path) -> None:
    """Of another entry, in a file of its own: written anew, because the name is one of two."""
    write(before, after)
    file = sorted(after.glob("f_*"))[0]
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(flipped(0.5)(content, b""))


def _patched(name: str, offset: int) -> Saboteur:
    def sabotaged(write: Write, before: Path, after: Path) -> None:
        write(before, after)
        content = bytearray((after / name).read_bytes())
        content[offset] ^= 1
        (after / name).write_bytes(content)

    return sabotaged


OF_BLOCKFILES: dict[str, Saboteur] = {
    "nothing removed": nothing,
    "freed blocks left": _blocks_left,
    "streams left": _streams_left,
    "a stream changed": _stream_changed,
    "a file lost": _file_dropped,
    "a file more": _file_added,
    "the date of the index": _patched("index", 40),
    "the size of the cache": _patched("index", 48),
    "the number of entries": _patched("index", 8),
    "the length of a list": _patched("index", 268),
    "the head of a list": _patched("index", 288),
    "a bucket": _patched("index", 368 + 4),
    "when an entry was used": _patched("data_0", 8192 + 36),
    "a free block": _patched("data_1", -1),
    "records of a file of blocks": _patched("data_1", 16),
    "the map of a file of blocks": _patched("data_1", 80),
    "the statistics": _patched("data_1", 8192 + 8),
}
