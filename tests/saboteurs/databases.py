"""SQLite and LevelDB databases filled by their own descriptions: the target's row first, then two others'."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, TypeGuard

from scrubber.formats import leveldb
from scrubber.samples.schemas import create, folder
from scrubber.stores.leveldb_records import Message
from tests.leveldb_files import BYTEWISE
from tests.saboteurs.scene import HOSTS, OURS, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from scrubber.model import Family
    from scrubber.stores.columns import Column, Value
    from scrubber.stores.leveldb_records import Records
    from scrubber.stores.sqlite_rows import By, Clear, Rows

_VERSIONS = {"chromium": "chromium-156", "firefox": "firefox-153"}
_GROUP = re.compile(r"\(\?P<(\w+)>\.(?:\*\??|\{(\d+)\})\)")


def fill_sqlite(path: Path, rows: Sequence[Rows], clears: Sequence[Clear], family: Family) -> None:
    """With the schema that a real browser gave a database of this name, or with columns that are described.

    Every column of a row has a value, the row's number where nothing else is called for, so that links meet.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = f"{_VERSIONS[family]}/{path.name.removesuffix('.sqlite')}"
    if not path.exists() and (folder() / f"{schema}.sql").is_file():
        create(path, schema)
    with closing(sqlite3.connect(path)) as database:
        for table, columns in _described(rows, clears).items():
            listed = ", ".join(f'"{column}"' for column in (*columns, "beside it"))
            database.execute(f'CREATE TABLE IF NOT EXISTS "{table}" ({listed})')
        named = {each.table for each in rows if each.by}
        for table, spellings in _spellings(rows).items():
            _insert(database, table, spellings, "" if table in named else "seen at https://{}/ ")
        database.commit()


def _is_column(by: By) -> TypeGuard[Column]:
    """Whether a row's own value says whose it is, and no other row."""
    return hasattr(by, "columns")


def _described(rows: Sequence[Rows], clears: Sequence[Clear]) -> dict[str, dict[str, None]]:
    """Every table with every column that anything says of it."""
    found: dict[str, dict[str, None]] = {}

    def note(table: str, *columns: str) -> None:
        found.setdefault(table, {}).update(dict.fromkeys(column for column in columns if column))

    for each in rows:
        note(each.table)
        for by in each.by:
            columns = by.columns if _is_column(by) else (str(getattr(by, "column", "")),)
            note(each.table, *columns)
            ends = (getattr(by, end, "") for end in ("to", "by", "unless", "of"))
            for table, _, column in (end.partition(".") for end in ends if isinstance(end, str)):
                if column:
                    note(table, column)
        if each.keep:
            note(each.table, each.keep.column, *(name for name, _ in each.keep.clear + each.keep.then))
    for clear in clears:
        note(clear.table, clear.column)
    return found


def _spellings(rows: Sequence[Rows]) -> dict[str, dict[str, Callable[[str], Value]]]:
    found: dict[str, dict[str, Callable[[str], Value]]] = {}
    for each in rows:
        columns = found.setdefault(each.table, {})
        for by in filter(_is_column, each.by):
            spelling = spelled(by)
            if spelling:
                columns.setdefault(by.columns[0], spelling)
    return found


def _insert(
    database: sqlite3.Connection, table: str, spellings: Mapping[str, Callable[[str], Value]], seen: str
) -> None:
    """`seen` stands in the texts of rows that are known by nothing else."""
    columns = {row[1]: row[2].upper() for row in database.execute(f'PRAGMA table_info("{table}")')}
    for number, host in enumerate(HOSTS, 1):
        values = [
            spellings[name](host) if name in spellings else _filler(kind, number, seen.format(host))
            for name, kind in columns.items()
        ]
        marks = ", ".join("?" * len(values))
        # What a real schema allows no such row of is another store's, or hangs on what is there.
        with suppress(sqlite3.IntegrityError, sqlite3.OperationalError):
            database.execute(f'INSERT INTO "{table}" VALUES ({marks})', values)


def _filler(kind: str, number: int, seen: str) -> Value:
    if "CHAR" in kind or "TEXT" in kind or (seen and not kind):
        return f"{seen}text {number}"
    if "BLOB" in kind:
        return b"blob %d" % number
    return number + 0.5 if kind in ("REAL", "DOUBLE") else number


def fill_anything(path: Path, table: str = "notes") -> None:
    """A database that nobody describes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE TABLE {table}(id INTEGER PRIMARY KEY, note TEXT, n)")
        database.execute(f"CREATE INDEX by_note ON {table}(note)")
        notes = [(number, f"seen at https://{host}/", number) for number, host in enumerate(HOSTS, 1)]
        database.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", notes)
        database.commit()


def fill_leveldb(path: Path, records: Iterable[Records], beside: str = "") -> None:
    """Three records of each kind, and one that is nobody's."""
    found = {b"nobody's": b"value", b"named": f"https://{OURS}/".encode()}
    for kind in records:
        found |= _records(kind)
    path.mkdir(parents=True)
    leveldb.write(path, found.items(), BYTEWISE)
    for number in range(1, len(HOSTS) + 1) if beside else ():
        (path.parent / str(number)).mkdir()
        (path.parent / str(number) / "file").write_bytes(b"content")


def _records(kind: Records) -> Iterator[tuple[bytes, bytes]]:
    spellings = {by.columns[0]: spelling for by in kind.own if (spelling := spelled(by))}
    for number, host in enumerate(HOSTS, 1):
        fields = {name: _raw(spelling(host)) for name, spelling in spellings.items()}
        value = fields.get("value", b"value %d" % number)
        if isinstance(kind.value, Message):
            paths = {path: fields.get(name) for name, path in kind.value.fields}
            value = _message(paths, number)
        elif kind.value is not None:
            value = _shaped(kind.value.pattern, fields, number)
        key = fields["key"] if "key" in fields else _shaped(kind.key.pattern, fields, number)
        yield key, value


def _shaped(pattern: bytes, fields: Mapping[str, bytes], number: int) -> bytes:
    """What the pattern matches, with these fields; others have the record's number."""
    parts, at, text = [], 0, pattern.decode()
    for group in _GROUP.finditer(text):
        parts.append(_unescaped(text[at : group.start()]))
        field = fields.get(group[1], b"%d" % number)
        parts.append(field.rjust(int(group[2] or 0), b"0"))
        at = group.end()
    return b"".join((*parts, _unescaped(text[at:])))


def _unescaped(text: str) -> bytes:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL).encode()


def _message(fields: Mapping[tuple[int, ...], bytes | None], number: int) -> bytes:
    """A protocol buffer with these fields, each at the end of a path of messages in one another."""
    inner: dict[int, dict[tuple[int, ...], bytes | None]] = {}
    for (tag, *rest), content in fields.items():
        inner.setdefault(tag, {})[tuple(rest)] = content
    return b"".join(
        _field(tag, below[()] if () in below else _message(below, number), number)
        for tag, below in inner.items()
    )


def _field(tag: int, content: bytes | None, number: int) -> bytes:
    """Of a protocol buffer: the content with its length before it, else the number."""
    if content is None:
        return _varint(tag << 3) + _varint(number)
    return _varint(tag << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    low, rest = number & 127, number >> 7
    return bytes((low | 128,)) + _varint(rest) if rest else bytes((low,))


def _raw(value: Value) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
