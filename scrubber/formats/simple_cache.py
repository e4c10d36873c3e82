"""Entries of Chromium's simple cache: one file for two streams, perhaps one for a third, one for ranges.

    <hash>_0   header | key | stream 1 | EOF | stream 0 | SHA-256 of the key, if the last EOF says so | EOF
    <hash>_1   header | key | stream 2 | EOF
    <hash>_s   header | key | { u64 0xeb97bf016553676b | u64 offset | u64 length | u32 CRC | u32 0 | data }*
    todelete_<hash>_<which>_<number>   one of these, waiting to be deleted

    header   u64 0xfcfb6d1ba7725c30 | u32 version | u32 length of the key | u32 hash of the key | u32 0
    EOF      u64 0xf4fa6f45970d41d8 | u32 flags (1 CRC, 2 SHA-256) | u32 CRC | u32 size of the stream | u32 0

All little-endian; <hash> is the start of the key's SHA-1. In an HTTP cache stream 0 is the response's head,
stream 1 its body, stream 2 what V8 made of it.
Sources: net/disk_cache/simple/simple_entry_format.h, simple_util.cc.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
from typing import TYPE_CHECKING

from scrubber.formats.damaged import Damaged

if TYPE_CHECKING:
    from typing import BinaryIO

INDEX_MAGIC = struct.pack("<Q", 0xFCFB6D1BA7725C30)
"""How the file `index` beside the entries starts, which says no more than what kind of cache it is."""

ENTRY = re.compile(r"(?P<hash>[0-9a-f]{16})_(?:[01]|s)")
DOOMED = re.compile(r"todelete_[0-9a-f]{16}_.*")

_TO_CODE = re.compile(rb".{12}([0-9A-F]{64})", re.DOTALL)
_TO_CODE_SIZE = 12 + 64  # the response's time, the code's size, the key
_HEADER = struct.Struct("<QIIII")
_HEADER_MAGIC = 0xFCFB6D1BA7725C30
_EOF = struct.Struct("<QIIII")
_EOF_MAGIC = 0xF4FA6F45970D41D8
_HAS_SHA256 = 2
_SHA256 = 32
_LONGEST_KEY = 1 << 23  # a URL has at most 2 MiB, its partition two sites


def file_hash(key: bytes) -> str:
    """What the names of the entry's files start with: `01ddabae60a3d9e9`."""
    (number,) = struct.unpack_from("<Q", hashlib.sha1(key, usedforsecurity=False).digest())
    return f"{number:016x}"


def read_key(file: BinaryIO) -> bytes:
    """The key of an entry's file, of which no more is read than header and key. Raises Damaged."""
    header = _read(file, _HEADER.size)
    if len(header) < _HEADER.size:
        raise Damaged("too short for an entry")
    magic, _, length, _, _ = _HEADER.unpack(header)
    if magic != _HEADER_MAGIC:
        raise Damaged("doesn't start as an entry")
    if not 0 < length <= _LONGEST_KEY:
        raise Damaged(f"a key of {length} bytes")
    key = _read(file, length)
    if len(key) < length:
        raise Damaged("ends within the key")
    return key


def read_streams(content: bytes) -> tuple[bytes, bytes]:
    """Streams 0 and 1 of a whole `_0` file: the response's head, and its body. Raises Damaged."""
    if len(content) < _HEADER.size + 2 * _EOF.size:
        raise Damaged("too short for an entry")
    start = _HEADER.size + int.from_bytes(content[12:16], "little")
    end = len(content) - _EOF.size
    magic, flags, _, size, _ = _EOF.unpack_from(content, end)
    end -= _SHA256 if flags & _HAS_SHA256 else 0
    if magic != _EOF_MAGIC or end - size - _EOF.size < start:
        raise Damaged("doesn't end as an entry")
    return content[end - size : end], content[start : end - size - _EOF.size]


def read_stream_0(file: BinaryIO, limit: int) -> bytes:
    """Stream 0 of a `_0` file, from the end; nothing where it is longer than `limit`. Raises Damaged."""
    end = os.fstat(file.fileno()).st_size - _EOF.size
    if end < _HEADER.size:
        raise Damaged("too short for an entry")
    os.lseek(file.fileno(), end, os.SEEK_SET)
    magic, flags, _, size, _ = _EOF.unpack(_read(file, _EOF.size))
    if magic != _EOF_MAGIC:
        raise Damaged("doesn't end as an entry")
    start = end - size - (_SHA256 if flags & _HAS_SHA256 else 0)
    if start < _HEADER.size:
        raise Damaged("stream 0 is longer than the file")
    if size > limit:
        return b""
    os.lseek(file.fileno(), start, os.SEEK_SET)
    return _read(file, size)


def read_code_key(file: BinaryIO) -> bytes:
    """The key of the compiled code that a script's `_0` file points to; empty where it has or is the code.

    Large code lies under its own SHA-256, for all scripts that are the same. Raises Damaged.
    Source: content/browser/code_cache/generated_code_cache.cc.
    """
    match = _TO_CODE.fullmatch(read_stream_0(file, _TO_CODE_SIZE))
    return match[1] if match else b""


def _read(file: BinaryIO, size: int) -> bytes:
    """Without a buffer, which would take in the body of a small entry."""
    pieces = []
    while size and (piece := os.read(file.fileno(), size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
