"""What lies beside a SQLite database: the page images of write-ahead logs and rollback journals.

All of them are read, committed or not, of this generation of the log or an earlier one: what counts here
is which bytes are on the disk.

Source: https://www.sqlite.org/fileformat2.html, sections 3 (journal) and 4 (WAL); all big endian.

Write-ahead log header (32 bytes)             Frame (24 bytes, then one page image)
    0   u32  0x377f0682 or 0x377f0683            0   u32  page number
    4   u32  version                             4   u32  pages after commit, else 0
    8   u32  page size                           8   u32  salt-1, salt-2 (an older generation's differ)
    12  u32  checkpoint number, salts, checksums 16  u32  checksums

Journal header (28 bytes, padded to a sector) Record
    0   8s   d9 d5 05 f9 20 a1 63 d7             0   u32  page number
    8   u32  number of records, or -1            4        page image, as it was before the transaction
    12  u32  nonce                               then u32 checksum
    16  u32  pages before the transaction
    20  u32  sector size
    24  u32  page size
    (all zero after a commit in journal mode PERSIST; the records stay)
"""

from __future__ import annotations

import os
import struct
from bisect import bisect
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore
from scrubber.files import kind, open_regular
from scrubber.formats.sqlite_file import Database
from scrubber.formats.sqlite_page import (
    HEADER_SIZE,
    SEAM,
    Header,
    Record,
    Slack,
    continuations,
    is_page_size,
    read_header,
    read_stale,
)
from scrubber.formats.sqlite_unit import JOURNAL_MAGIC, database_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

WAL_MAGICS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")

_WAL_HEADER, _FRAME_HEADER = 32, 24
_JOURNAL_HEADER = struct.Struct(">8sIIIII")
_U32 = struct.Struct(">I")
_SECTORS = (512, 4096, 1024, 2048, 8192, 16384, 32768, 65536)


def wal_images(file: BinaryIO, path: Path) -> Iterator[Record | Slack]:
    """Every frame of a write-ahead log, whatever its salt, and the bytes between the page images.

    Raises UnreadableStore where it isn't one.
    """
    head = file.read(_WAL_HEADER)
    page_size = _U32.unpack_from(head, 8)[0] if len(head) == _WAL_HEADER else 0
    if not head.startswith(WAL_MAGICS) or not is_page_size(page_size):
        raise UnreadableStore(path, "not a write-ahead log")
    header = beside(path, "-wal", page_size)
    images = _frames_by_page(file, page_size)
    file.seek(_WAL_HEADER)
    yield Slack("wal", 0, head)
    offset = _WAL_HEADER
    while len(frame := file.read(_FRAME_HEADER + page_size)) == _FRAME_HEADER + page_size:
        number, image = _U32.unpack_from(frame)[0], frame[_FRAME_HEADER:]
        yield Slack("wal", offset, frame[:_FRAME_HEADER])
        yield from read_stale(image, number, header, "wal", offset + _FRAME_HEADER)
        for following, before in continuations(image, number, header):
            for at in _around(images.get(following, ()), offset):
                file.seek(at + 4)
                yield Slack("wal", offset, before + file.read(min(SEAM, header.usable - 4)))
        file.seek(offset + len(frame))
        offset += len(frame)
    if frame:
        yield Slack("wal", offset, frame)


def _frames_by_page(file: BinaryIO, page_size: int) -> dict[int, list[int]]:
    """Where in the log the images of each page lie."""
    images: dict[int, list[int]] = {}
    offset = _WAL_HEADER
    file.seek(offset)
    while len(frame := file.read(_FRAME_HEADER)) == _FRAME_HEADER:
        images.setdefault(_U32.unpack_from(frame)[0], []).append(offset + _FRAME_HEADER)
        offset += _FRAME_HEADER + page_size
        file.seek(offset)
    return images


def _around(offsets: Sequence[int], offset: int) -> Sequence[int]:
    """The last image before this place and the first after it: one of them was written with what is there."""
    at = bisect(offsets, offset)
    return offsets[max(0, at - 1) : at + 1]


def journal_images(file: BinaryIO, path: Path) -> Iterator[Record | Slack]:
    """Every page image of a rollback journal, also where PERSIST has zeroed the header."""
    head = file.read(_JOURNAL_HEADER.size)
    if len(head) < _JOURNAL_HEADER.size:
        yield Slack("journal", 0, head)
        return
    magic, _, _, _, sector, page_size = _JOURNAL_HEADER.unpack(head)
    header = beside(path, "-journal", page_size if magic == JOURNAL_MAGIC else 0)
    if magic != JOURNAL_MAGIC:
        sector = _first_record(file, header)
    size = file.seek(0, os.SEEK_END)
    start = sector if 0 < sector <= size else len(head)
    file.seek(0)
    yield Slack("journal", 0, file.read(start))
    yield from _records(file, header, start, sector)


def _records(file: BinaryIO, header: Header, offset: int, sector: int) -> Iterator[Record | Slack]:
    """Page images one after the other; a header between two transactions' records is stepped over."""
    length = header.page_size + 8
    while record := file.read(length):
        if record.startswith(JOURNAL_MAGIC) and 0 < sector < length:
            yield Slack("journal", offset, record[:sector])
            offset += sector
            file.seek(offset)
            continue
        if len(record) < length:
            yield Slack("journal", offset, record)
            return
        image = record[4:-4]
        yield from read_stale(image, _U32.unpack_from(record)[0], header, "journal", offset + 4)
        yield Slack("journal", offset + length - 4, record[-4:])
        offset += length


def _first_record(file: BinaryIO, header: Header) -> int:
    """Where the records start in a journal whose header is gone: a sector, so that two numbers are sound."""
    for sector in _SECTORS:
        found = []
        for at in (sector, sector + header.page_size + 8):
            file.seek(at)
            found.append(file.read(4))
        if (
            all(not raw or (len(raw) == 4 and 0 < _U32.unpack(raw)[0] < 1 << 24) for raw in found)
            and found[0]
        ):
            return sector
    return _SECTORS[0]


def beside(path: Path, suffix: str, page_size: int) -> Header:
    """The header of a sidecar's database, with the sidecar's own page size where it has one.

    A usual one (4096 bytes, UTF-8) where there is no such database.
    """
    main = path.with_name(path.name.removesuffix(suffix))
    header = Header(4096, 0, "utf-8")
    if main != path and kind(main) == "file":
        try:
            with open_regular(main) as file:
                header = read_header(file.read(HEADER_SIZE), main)
        except (UnreadableStore, OSError):
            pass
    return Header(page_size, header.reserved, header.encoding) if is_page_size(page_size) else header


def slack_of(path: Path) -> Iterator[Record | Slack]:
    """Whatever of a database, its write-ahead log and its journal is in no live record of the main file.

    Raises UnreadableStore.
    """
    with open_regular(path) as file:
        yield from Database(file, path).slack()
    for sidecar, images in zip(database_files(path)[1:], (wal_images, journal_images), strict=True):
        if kind(sidecar) == "file" and sidecar.lstat().st_size:
            with open_regular(sidecar) as file:
                yield from images(file, sidecar)
