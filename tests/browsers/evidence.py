"""An independent look at what a home holds: nothing here is shared with what it judges.

Bytes are searched without any notion of where a name ends, because in an SQLite row it may touch the next
column. The look-alikes which contain a name are known here, and are taken out first.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import sqlite3
import struct
import tempfile
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.browsers.chromium_packed import in_value, made_whole
from tests.browsers.hosts import LOOK_ALIKES
from tests.browsers.packed import snappy, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Cell = bytes | int | float | None
Row = tuple[Cell, ...]

_SQLITE = b"SQLite format 3\0"
_MOZLZ4 = b"mozLz40\0"
_SIDECARS = ("-wal", "-journal")


def remaining(home: Path, names: Iterable[str]) -> list[str]:
    """Where any of the names still is: `Default/History urls.url: b'https://…'`, `… at 1234 as utf-16-le`.

    Every cell of every SQLite table, and the bytes and the path of every file, sidecars of databases
    included, and what is packed in either.
    """
    needles = [needle for name in names for needle in _forms(name)]
    return [line for path in _files(home) for line in _look(path, path.relative_to(home), needles)]


def rows(home: Path, wanted: Callable[[str, Row], bool]) -> dict[str, Counter[Row]]:
    """Every wanted row of every table, by `Default/History urls`; text as bytes, columns in their order.

    `wanted` gets that key and the row. What is compared is content: no rowid but a declared one.
    """
    found: dict[str, Counter[Row]] = {}
    for path in filter(_is_database, _files(home)):
        for table, _, row in _cells(path):
            key = f"{path.relative_to(home)} {table}"
            if wanted(key, row):
                found.setdefault(key, Counter())[row] += 1
    return found


@dataclass(frozen=True)
class Table:
    """One table: the names of its columns, and how often it has each row."""

    columns: tuple[str, ...]
    rows: Counter[Row]


def tables(home: Path) -> dict[str, Table]:
    """Every table of every database, by `Default/History urls`; a table without rows is left out."""
    found: dict[str, Table] = {}
    for path in filter(_is_database, _files(home)):
        for table, columns, row in _cells(path):
            key = f"{path.relative_to(home)} {table}"
            found.setdefault(key, Table(tuple(columns), Counter())).rows[row] += 1
    return found


def mentions(row: Row, names: Iterable[str]) -> bool:
    """Whether any cell of a row holds any of the names, in any form."""
    needles = [needle for name in names for needle in _forms(name)]
    return any(needle.inside(_as_bytes(cell)) for cell in row for needle in needles)


def damaged(home: Path) -> list[str]:
    """The databases in which SQLite's integrity or foreign key check finds fault, or a browser did."""
    faults = [f"{path.relative_to(home)}: set aside" for path in _files(home) if ".corrupt" in path.name]
    for path in filter(_is_database, _files(home)):
        with _opened(path) as database:
            answer = database.execute("PRAGMA integrity_check").fetchall()
            foreign = database.execute("PRAGMA foreign_key_check").fetchall()
        if answer != [(b"ok",)] or foreign:
            faults.append(f"{path.relative_to(home)}: {answer} {foreign}")
    return faults


def session(path: Path) -> Any:
    """The content of one of Firefox's mozlz4 files, whose plain text is JSON."""
    return json.loads(_lz4(path.read_bytes()[len(_MOZLZ4) + 4 :]))


class _Needle:
    """A name in one form, with the look-alikes in that form, which are no finding."""

    def __init__(self, form: str, encode: Callable[[str], bytes], name: str) -> None:
        self.form = form
        self._bytes = encode(name)
        alike = (encode(other) for other in LOOK_ALIKES if name in other)
        self._alike = tuple(encoded for encoded in alike if self._bytes in encoded)

    def inside(self, content: bytes) -> bool:
        return self.at(content) is not None

    def at(self, content: bytes) -> int | None:
        """The first place where it is."""
        if self._bytes not in content:
            return None
        for alike in self._alike:
            content = content.replace(alike, bytes(len(alike)))
        place = content.find(self._bytes)
        return None if place < 0 else place


def _base64_at(offset: int) -> Callable[[str], bytes]:
    # Three bytes become four characters: only whole groups are the same whatever stands around the name.
    def encode(name: str) -> bytes:
        inner = name.encode()[(3 - offset) % 3 :]
        return base64.b64encode(inner[: len(inner) // 3 * 3])

    return encode


def _hsts(name: str) -> bytes:
    wire = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return base64.b64encode(hashlib.sha256(wire + b"\0").digest())


_LETTERS = " !#$&'()+,-.0123456789;=@[]_abcdefghijklmnopqrstuvwxyz~"
# The names of files with compiled code (components/persistent_cache).
_ROTATED = {ord(each): _LETTERS[(place + 37) % len(_LETTERS)] for place, each in enumerate(_LETTERS)}

_FORMS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "utf-16-le": lambda name: name.encode("utf-16-le"),
    "utf-16-be": lambda name: name.encode("utf-16-be"),
    "reversed": lambda name: name[::-1].encode(),
    "each byte plus one": lambda name: bytes(byte + 1 for byte in name.encode()),
    "dns name": lambda name: b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")),
    "base64": _base64_at(0),
    "base64 at 1": _base64_at(1),
    "base64 at 2": _base64_at(2),
    "hsts hash": _hsts,
    "md5": lambda name: hashlib.md5(name.encode()).hexdigest().encode(),
    "sha1 of the origin": lambda name: hashlib.sha1(f"https_{name}_0".encode()).hexdigest().encode(),
    "sha1 of the origin that fetches": lambda name: (
        hashlib.sha1(f"https_{name}_0-1".encode()).hexdigest().encode()
    ),
    "rotated letters": lambda name: name.translate(_ROTATED).encode(),
}


def _forms(name: str) -> list[_Needle]:
    return [_Needle(form, encode, name) for form, encode in _FORMS.items()]


def _files(home: Path) -> Iterator[Path]:
    return (path for path in sorted(home.rglob("*")) if path.is_file() and not path.is_symlink())


def _look(path: Path, shown: Path, needles: list[_Needle]) -> Iterator[str]:
    content = path.read_bytes()
    for needle in needles:
        if needle.inside(str(shown).encode()):
            yield f"{shown} in its path as {needle.form}"
        if (place := needle.at(content)) is not None:
            yield f"{shown} at {place} as {needle.form}"
    for plain in _unpacked(path.name, content):
        yield from (f"{shown} inside as {needle.form}" for needle in needles if needle.inside(plain))
    if content.startswith(_SQLITE):
        for table, columns, row in _cells(path):
            for column, cell in zip(columns, row, strict=True):
                if any(needle.inside(_plain(table, cell)) for needle in needles):
                    yield f"{shown} {table}.{column}: {cell!r:.120}"


def contents(home: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file's bytes, and once more what is packed in it, or in the cells of a database."""
    for path in _files(home):
        content = path.read_bytes()
        yield path, content
        yield from ((path, plain) for plain in _unpacked(path.name, content))
        if content.startswith(_SQLITE):
            cells = (_plain(table, cell) for table, _, row in _cells(path) for cell in row)
            yield path, b"\0".join(cells)


def _unpacked(name: str, content: bytes) -> Iterator[bytes]:
    if content.startswith(_MOZLZ4):
        yield _lz4(content[len(_MOZLZ4) + 4 :])
    yield from unpacked(content)
    yield from made_whole(name, content)


def _plain(table: str, cell: bytes | float | None) -> bytes:
    """A cell as it is, and unpacked where it is of the browsers' tables of values and packed."""
    plain = _as_bytes(cell)
    packed = isinstance(cell, bytes) and table in ("object_data", "data")
    return b"\0".join((plain, snappy(plain) or b"" if packed else b"", *in_value(plain)))


def _as_bytes(cell: bytes | float | None) -> bytes:
    return cell if isinstance(cell, bytes) else str(cell).encode()


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A copy with its sidecars folded in: looking must not change what is looked at."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copyfile(path, copy)
        for suffix in _SIDECARS:
            if (beside := path.with_name(path.name + suffix)).exists():
                shutil.copyfile(beside, f"{copy}{suffix}")
        with closing(sqlite3.connect(copy)) as database:
            database.text_factory = bytes
            yield database


def _cells(path: Path) -> Iterator[tuple[str, list[str], Row]]:
    with _opened(path) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for table in sorted(name.decode() for (name,) in tables):
            cursor = database.execute(f'SELECT * FROM "{table}"')
            columns = [column for column, *_ in cursor.description]
            for row in cursor:
                yield table, columns, row


def _lz4(block: bytes) -> bytes:
    """An LZ4 block, after https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md."""
    out = bytearray()
    place = 0

    def length(nibble: int) -> int:
        nonlocal place
        more = nibble == 15
        while more:
            nibble += block[place]
            more = block[place] == 255
            place += 1
        return nibble

    while place < len(block):
        token = block[place]
        place += 1
        literal = length(token >> 4)
        out += block[place : place + literal]
        place += literal
        if place >= len(block):
            break
        (distance,) = struct.unpack_from("<H", block, place)
        place += 2
        for _ in range(length(token & 15) + 4):
            out.append(out[-distance])
    return bytes(out)
