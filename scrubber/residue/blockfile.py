"""Chromium's blockfile cache, file by file: what the cache's entries keep in each of them.

`index` leads to the entries, whose keys, headers and bodies lie in `data_0` to `data_3` and `f_…`. So a file
is read with its folder in mind; what no entry owns, free blocks above all, comes as the bytes that it is.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore
from scrubber.files import open_regular
from scrubber.formats.blockfile import INDEX_MAGIC
from scrubber.formats.blockfile.cache import Cache, Entry
from scrubber.formats.blockfile.layout import Address
from scrubber.formats.damaged import Damaged
from scrubber.residue.piece import Part, Piece, stretch, windows
from scrubber.residue.responses import LARGEST_HEADERS, NOTHING, Response, Said, said_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.residue.search import Search

__all__ = ["INDEX_MAGIC", "Blockfiles"]

_DATA_MAGIC = b"\xc3\xca\x04\xc1"
_NAME = re.compile(r"data_[0-9]+|f_[0-9a-f]{6,}")
_HEADERS, _BODY = 0, 1


@dataclass(frozen=True)
class _Part:
    """What an entry has in one file."""

    start: int
    stop: int
    key: bytes
    stream: int
    """0 headers, 1 body, 2 compiled code; -1 the entry's own record with its key."""
    said: Said = NOTHING


@dataclass
class _Folder:
    parts: dict[str, list[_Part]] = field(default_factory=dict)
    damage: str = ""


class Blockfiles:
    """The reader of one sweep; it remembers the folder that it read last."""

    def __init__(self) -> None:
        self._known: tuple[Path | None, _Folder] = (None, _Folder())

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether it is a file of such a cache."""
        if head.startswith((INDEX_MAGIC, _DATA_MAGIC)):
            return True
        return path.name.startswith("f_") and bool(_NAME.fullmatch(path.name)) and self._has_index(path)

    def read(self, file: BinaryIO, path: Path, search: Search) -> Iterator[Part]:
        """Raises UnreadableStore at the index where the cache as a whole can't be followed."""
        size = file.seek(0, os.SEEK_END)
        folder = self._folder(path.parent)
        if path.name == "index":
            file.seek(0)
            yield from windows(file, size, search.reach)
            if folder.damage:
                raise UnreadableStore(path, f"a cache of blocks: {folder.damage}")
            return
        done = 0
        free = Piece("bytes" if folder.damage else "free block", "", 0, b"", "binary")
        for part in sorted(folder.parts.get(path.name, ()), key=lambda part: part.start):
            if part.start > done:
                yield from stretch(file, done, part.start, search.reach, free)
            yield from _of(part, file, search)
            done = max(done, part.stop)
        if done < size:
            yield from stretch(file, done, size, search.reach, free)

    def _has_index(self, path: Path) -> bool:
        folder = self._folder(path.parent)
        return bool(folder.parts)

    def _folder(self, path: Path) -> _Folder:
        if self._known[0] != path:
            self._known = path, _read_folder(path)
        return self._known[1]


def _read_folder(path: Path) -> _Folder:
    folder = _Folder()
    try:
        with Cache(lambda name: open_regular(path / name)) as cache:
            for entry in cache.entries():
                for name, part in _parts(cache, entry):
                    folder.parts.setdefault(name, []).append(part)
    except (Damaged, UnreadableStore) as error:
        folder.damage = error.reason if isinstance(error, UnreadableStore) else str(error)
    return folder


def _parts(cache: Cache, entry: Entry) -> Iterator[tuple[str, _Part]]:
    record = entry.record
    yield entry.address.file, _place(entry.address, entry.address.length, entry.key, -1)
    if record.long_key:
        where = Address(record.long_key)
        yield where.file, _place(where, record.key_length, entry.key, -1)
    said = NOTHING
    for stream, (value, size) in enumerate(zip(record.streams, record.sizes, strict=True)):
        if not value or not size:
            continue
        where = Address(value)
        if stream == _HEADERS and size <= LARGEST_HEADERS:
            said = said_by(cache.content(where, size))
        yield where.file, _place(where, size, entry.key, stream, said if stream == _BODY else NOTHING)


def _place(where: Address, size: int, key: bytes, stream: int, said: Said = NOTHING) -> _Part:
    start = where.offset if where.kind else 0
    return _Part(start, start + size, key, stream, said)


def _of(part: _Part, file: BinaryIO, search: Search) -> Iterator[Part]:
    response = Response(part.key, search)
    file.seek(part.start)
    if part.stream == -1:
        yield Piece("cache key", "", part.start, file.read(part.stop - part.start), "binary")
    elif part.stream == _HEADERS and part.stop - part.start <= LARGEST_HEADERS:
        yield response.headers(file.read(part.stop - part.start))
    else:
        yield from response.body(file, part.start, part.stop, part.said)
