"""Bytes of the target in a database's files that none of its rows holds: what writing it afresh takes away.

Whatever stands beside a name there counts: in a free page columns touch, and writing harms no look-alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, open_regular, read_regular
from scrubber.formats.sqlite_file import Database
from scrubber.formats.sqlite_log import slack_of
from scrubber.formats.sqlite_page import Slack
from scrubber.formats.sqlite_unit import database_files

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
