"""Firefox's `.jsonlz4`, `.mozlz4` and `.lz4` files: one LZ4 block behind a magic and the size of its content.

    "mozLz40\\0" | u32 size of the content | LZ4 block

Little-endian. Source: dom/system/IOUtils.cpp (IOUtils::MozLZ4).
"""

from __future__ import annotations

import struct

import cramjam

from scrubber.formats.damaged import Damaged

MAGIC = b"mozLz40\0"
LIMIT = 1 << 28
"""More content than any real file has (the largest sessions are tens of megabytes)."""

_HEAD = struct.Struct("<8sI")
_MOST_PER_BYTE = 255  # a byte of a block stands for at most so many bytes of content


def read(content: bytes, limit: int = LIMIT) -> bytes:
    """What is packed in a file. Raises Damaged."""
    if not content.startswith(MAGIC) or len(content) < _HEAD.size:
        raise Damaged("no mozLz40 header")
    _, size = _HEAD.unpack_from(content)
    block = content[_HEAD.size :]
    if size > min(limit, _MOST_PER_BYTE * len(block)):
        raise Damaged(f"claims {size} bytes of content, more than it can hold")
    if size and _unpacked(block, size - 1) is not None:
        raise Damaged(f"holds less content than the {size} bytes that it claims")
    plain = _unpacked(block, size)
    if plain is None:
        raise Damaged("not an LZ4 block of the size that it claims")
    return plain


def write(plain: bytes) -> bytes:
    """A file with this content, as Firefox writes it."""
    return _HEAD.pack(MAGIC, len(plain)) + bytes(cramjam.lz4.compress_block(plain, store_size=False))


def _unpacked(block: bytes, room: int) -> bytes | None:
    """The content, with zeros up to `room` where it is shorter; None where it is longer or no block."""
    try:
        return bytes(cramjam.lz4.decompress_block(block, output_len=room))
    except cramjam.DecompressionError:
        return None
