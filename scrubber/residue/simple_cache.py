"""Entries and index of Chromium's simple cache, body and all; `formats.simple_cache` draws the layout."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore
from scrubber.formats.damaged import Damaged
from scrubber.formats.simple_cache import ENTRY
from scrubber.formats.simple_index import read_index
from scrubber.residue.piece import LIMIT, Match, Part
from scrubber.residue.responses import LARGEST_HEADERS, Response, said_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.residue.numbered import Owners
    from scrubber.residue.search import Search

ENTRY_MAGIC = struct.pack("<Q", 0xFCFB6D1BA7725C30)
"""How an entry starts, and the file `index`, which says no more."""
INDEX_MAGIC = struct.pack("<Q", 0x656E74657220796F)
"""How an index goes on behind its 8 bytes of size and checksum."""

_HEADER = struct.Struct("<QIIII")
_EOF = struct.Struct("<QIIII")
_EOF_MAGIC = 0xF4FA6F45970D41D8
_HAS_SHA256 = 2
_SHA256 = 32
_LONGEST_KEY = 1 << 23
_LARGEST_INDEX = LIMIT


def read_entry(file: BinaryIO, path: Path, search: Search, owners: Owners) -> Iterator[Part]:
    """A file of an entry, of any kind. Raises UnreadableStore where it has no key."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    header = file.read(_HEADER.size)
    if size <= _HEADER.size:
        return
    length = _HEADER.unpack(header)[2]
    key = file.read(min(length, _LONGEST_KEY))
    if not key or len(key) < length:
        raise UnreadableStore(path, f"an entry of a cache with a key of {length} bytes")
    start = _HEADER.size + length
    stop, headers = size, b""
    if path.name.endswith("_0"):
        stop, headers = _stream_0(file, start, size)
    response = Response(key, search, is_others=owners.is_others(path, key, headers, search))
    yield response.of_key()
    if headers:
        yield response.headers(headers)
    yield from response.body(file, start, stop, said_by(headers))


def is_damaged(path: Path, head: bytes) -> bool:
    """Whether something else is called as an entry is; one of zeros, as a crash leaves it, hides nothing.

    Where its key ends is not to be told, so that a name at its end may run on into the body.
    """
    return ENTRY.fullmatch(path.name) is not None and bool(head.strip(b"\0"))


def read_the_index(file: BinaryIO, path: Path, search: Search) -> Iterator[Part]:
    """Which entries there are, by the hashes of their keys. Raises UnreadableStore."""
    file.seek(0)
    try:
        records = read_index(file.read(_LARGEST_INDEX)).records
    except Damaged as error:
        raise UnreadableStore(path, f"a cache's index: {error}") from error
    for record in records:
        if found := search.hashes.token(record.hash):
            facts = (("entry", record.hash),)
            yield Match("cache index", "", f"entry {record.hash}", found.name, found.form, facts=facts)


def _stream_0(file: BinaryIO, start: int, size: int) -> tuple[int, bytes]:
    """Where the body ends, and the headers behind it; none where a crash has cut them off."""
    if size - start < 2 * _EOF.size:
        return size, b""
    file.seek(size - _EOF.size)
    magic, flags, _, length, _ = _EOF.unpack(file.read(_EOF.size))
    begin = size - _EOF.size - length - (_SHA256 if flags & _HAS_SHA256 else 0)
    if magic != _EOF_MAGIC or begin - _EOF.size < start or length > LARGEST_HEADERS:
        return size, b""
    file.seek(begin)
    return begin - _EOF.size, file.read(length)
