"""LevelDB's files one by one: every record that lies there, live or not, and every byte that belongs to none.

A log is taken apart as far as it holds together, because a name may be cut in two by the border of a block;
keys of tables share their beginnings, and blocks are packed. Which of several records is the one that a
reader sees only the folder as a whole tells, and that is not asked here.
"""

from __future__ import annotations

import os
import re
import struct
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore
from scrubber.formats.damaged import Damaged
from scrubber.formats.leveldb.batch import read_batch
from scrubber.formats.leveldb.coding import masked_checksum
from scrubber.formats.leveldb.log import BLOCK
from scrubber.formats.leveldb.table import read_blocks, read_entries, read_index
from scrubber.residue.piece import LIMIT, Part, Piece, windows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.residue.search import Search

TABLE_MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)
"""How a table ends."""

_FRAGMENT = struct.Struct("<IHB")
_TYPE = 6
_WHOLE, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_NAME = re.compile(r"[0-9]{1,19}\.log|MANIFEST-[0-9]{1,19}")
_TAG_SIZE = 8


def is_log(path: Path, head: bytes) -> bool:
    """By the checksum of the first fragment where `head` has it whole, else by its frame and the name."""
    if len(head) < _FRAGMENT.size:
        return False
    checksum, length, kind = _FRAGMENT.unpack_from(head)
    if not _WHOLE <= kind <= _LAST or length > BLOCK - _FRAGMENT.size:
        return False
    end = _FRAGMENT.size + length
    sound = end <= len(head) and checksum == masked_checksum(head[_TYPE:end])
    return sound or _NAME.fullmatch(path.name) is not None


def read_log(file: BinaryIO, path: Path, _: Search) -> Iterator[Part]:
    """A write-ahead log or manifest, record by record; what doesn't hold together comes as it lies there.

    Raises UnreadableStore where something is damaged, after all else; what a crash cut off isn't.
    """
    log = _Log()
    for block in iter(lambda: file.read(BLOCK), b""):
        yield from log.block(block)
    yield from log.torn()
    if log.damage:
        raise UnreadableStore(path, f"a damaged log of LevelDB: {log.damage}")


def read_table(file: BinaryIO, path: Path, search: Search) -> Iterator[Part]:
    """A sorted table: keys put together and values, deletions too, and the keys of its index.

    Raises UnreadableStore where it is damaged, after all that its bytes say as they are.
    """
    size = file.seek(0, os.SEEK_END)
    seen = False
    damage = ""
    try:
        for block in read_blocks(file):
            if search.suspects(block) or search.needles.near_half(block):
                seen = True
            yield from _entries(block)
        index = read_index(file)
        yield from (
            Piece("key range", "", "index", key, "binary", part="key") for key, _ in read_entries(index)
        )
    except Damaged as error:
        damage = str(error)
    if damage or not seen:
        file.seek(0)
        yield from windows(file, size, search.reach)
    if damage:
        raise UnreadableStore(path, f"a damaged table of LevelDB: {damage}")


class _Log:
    """A log while its blocks go by."""

    def __init__(self) -> None:
        self.damage = ""
        self._held: list[bytes] | None = None
        self._size = 0
        self._offset = 0

    def block(self, block: bytes) -> Iterator[Part]:
        at = 0
        while len(block) - at >= _FRAGMENT.size:
            checksum, length, kind = _FRAGMENT.unpack_from(block, at)
            end = at + _FRAGMENT.size + length
            if kind == length == 0:
                break
            if end > len(block) and len(block) < BLOCK:  # the writer died here
                break
            if end > len(block) or not _WHOLE <= kind <= _LAST:
                self.damage = self.damage or f"no fragment at offset {self._offset + at}"
                break
            if checksum != masked_checksum(block[at + _TYPE : end]):
                self.damage = self.damage or f"a wrong checksum at offset {self._offset + at}"
                break
            yield from self._fragment(kind, block[at + _FRAGMENT.size : end])
            at = end
        if block[at:].strip(b"\0"):
            if self._held:  # the record's next fragment, as far as it goes
                self._held.append(block[at + _FRAGMENT.size :])
            yield from self.torn()
            yield Piece("torn record", "", self._offset + at, block[at:], "binary")
        self._offset += len(block)

    def torn(self) -> Iterator[Part]:
        """What there is of a record whose end never came."""
        if self._held:
            at, facts = f"before offset {self._offset}", (("before_offset", self._offset),)
            yield Piece("torn record", "", at, b"".join(self._held), "binary", facts=facts, part="record")
        self._held = None

    def _fragment(self, kind: int, data: bytes) -> Iterator[Part]:
        if kind in (_WHOLE, _FIRST) or self._held is None or self._size > LIMIT:
            yield from self.torn()
            self._held, self._size = [], 0
        self._held.append(data)
        self._size += len(data)
        if kind in (_WHOLE, _LAST):
            record, self._held = b"".join(self._held), None
            yield from _record(record, self._offset)


def _record(record: bytes, offset: int) -> Iterator[Part]:
    try:
        entries = list(read_batch(record))
    except Damaged:  # a manifest's, or one of a newer LevelDB
        facts = (("block_offset", offset),)
        yield Piece("log record", "", f"offset {offset}", record, "binary", facts=facts, part="record")
        return
    for entry in entries:
        yield from _pieces(entry.key, entry.value, entry.sequence)


def _entries(block: bytes) -> Iterator[Part]:
    for key, value in read_entries(block):
        tag = int.from_bytes(key[-_TAG_SIZE:], "little")
        yield from _pieces(key[:-_TAG_SIZE], value if tag & 0xFF else None, tag >> 8)


def _pieces(key: bytes, value: bytes | None, sequence: int) -> Iterator[Part]:
    seen_as = "tombstone" if value is None else "record"
    facts, at = (("sequence", sequence),), f"sequence {sequence}"
    yield Piece(seen_as, "key", at, key, "binary", facts=facts, part="key")
    if value is not None:
        yield Piece(seen_as, "value", at, value, "binary", is_value=True, facts=facts, part="value")
