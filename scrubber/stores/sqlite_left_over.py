"""Bytes of the target in a database's files that none of its rows holds: what writing it afresh takes away.

Whatever stands beside a name there counts: in a free page columns touch, and writing harms no look-alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, open_regular, read_regular
from scrubber.formats.sqlite_file import Database
from scrubber.formats.sqlite_log import slack_of
from scrubber.formats.sqlite_page import DAMAGED, Slack
from scrubber.formats.sqlite_unit import database_files, is_sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from scrubber.formats.sqlite_page import Record
    from scrubber.sites import Target

_LOWER = bytes(range(256)).lower()
_CHUNK = 8 << 20


def left_over(path: Path, folded: Path, target: Target) -> str:
    """Where such bytes lie: `free page`, `wal`, `journal`, …; empty where none do.

    `folded` is the database in its committed state. Raises UnreadableStore.
    """
    names = _dense_names(target)
    sidecars = [part for part in database_files(path)[1:] if _size(part)]
    if not sidecars and not _is_near(path, names):
        return ""

    def holds(data: bytes) -> bool:
        dense = _dense(data)
        return any(name in dense for name in names)

    for piece in _pieces(path):
        if holds(piece.data if isinstance(piece, Slack) else piece.payload):
            return piece.seen_as
    # What a journal will roll back, or a WAL has deleted, still is a row of the file itself.
    if sidecars and not _rows(path, holds) <= _rows(folded, holds):
        return "row of an older state"
    return ""


def in_a_cell(path: Path, target: Target) -> bool:
    """Whether a file that starts as a database, sound or damaged, names the target in any cell or byte of it.

    Cells are read one by one, because nothing stands between them. Raises UnreadableStore.
    """
    if not is_sqlite(path):
        return False
    names = _dense_names(target)
    with open_regular(path) as file:
        try:
            return any(_cell_names(piece, target, names) for piece in Database(file, path).examine())
        except UnreadableStore:  # not even its header can be read
            return any(name in _dense(read_regular(path)) for name in names)


def _cell_names(piece: Slack | Record, target: Target, names: Iterable[bytes]) -> bool:
    if isinstance(piece, Slack):
        return any(name in _dense(piece.data) for name in names)
    for cell in piece.fields():
        if cell.serial == DAMAGED:
            if any(name in _dense(cell.data) for name in names):
                return True
        elif target.mentions(cell.data) or _is_ours(cell.data.decode("utf-8", "replace"), target):
            return True
    return False


def _is_ours(text: str, target: Target) -> bool:
    return target.reversed_host(text) or (text.startswith("^") and target.partition(text, of=""))


def _is_near(path: Path, names: Iterable[bytes]) -> bool:
    """A quick look: False where the file has not even half a name, which a page border may cut in two."""
    halves = {half for name in names for half in (name[: len(name) // 2], name[len(name) // 2 :])}
    overlap = 4 * max(map(len, halves), default=0)  # with the zeros of UTF-16
    with open_regular(path) as file:
        tail = b""
        while chunk := file.read(_CHUNK):
            dense = _dense(tail + chunk)
            if any(half in dense for half in halves):
                return True
            tail = chunk[-overlap:]
    return False


def _pieces(path: Path) -> Iterator[Slack | Record]:
    try:
        yield from slack_of(path)
    except UnreadableStore as error:
        if error.path == path:
            raise
        # SQLite takes a log without a sound header for an empty one.
        yield Slack(error.path.name.removeprefix(path.name + "-"), 0, read_regular(error.path))


def _rows(path: Path, holds: Callable[[bytes], bool]) -> set[bytes]:
    with open_regular(path) as file:
        return {record.payload for record in Database(file, path).cells() if holds(record.payload)}


def _dense_names(target: Target) -> set[bytes]:
    """Every name as browsers spell it, in all encodings at once."""
    texts: set[str] = set()
    for name in target.names:
        escaped = name.text.replace("/", "%2f").replace(":", "%3a")
        texts |= {name.text, escaped, escaped.replace("%", "%25"), name.text.replace("/", "\\/")}
        if "/" not in name.text:
            texts.add(name.text[::-1])
    return {_dense(text.encode(codec)) for text in texts for codec in ("utf-8", "utf-16-le", "utf-16-be")}


def _dense(data: bytes) -> bytes:
    """In lower case and without zeros, where UTF-16 of either order looks like ASCII."""
    return data.translate(_LOWER, b"\0")


def _size(path: Path) -> int:
    return path.lstat().st_size if kind(path) == "file" else 0
