"""What is packed in the midst of other bytes: of a pickle, a tape archive, a picture, another archive.

    50 4b 03 04                a member of a zip archive, by the header before it (APPNOTE.TXT, 4.3.7)
    7a 54 58 74, 69 54 58 74   packed texts of a PNG picture: zTXt, iTXt (PNG 1.2, 4.2.3)

And the kinds of `packed` that say where they end. Two bytes of zlib chance makes often, so that a start of it
is tried first; what is packed in the pixels of a picture is left out.
"""

from __future__ import annotations

import struct
import zlib
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from scrubber.formats import mozlz4
from scrubber.residue.frames import end_of_block, end_of_lz4, end_of_zstandard
from scrubber.residue.packed import (
    DAMAGED,
    RAW_DEFLATE,
    STARTUP,
    ZLIB,
    Unpacked,
    bzip2,
    framed_snappy,
    inflated,
    lz4_frame,
    mozlz4_block,
    xz,
    zstandard,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MOST = 1000
"""Packed parts that are unpacked in one stretch of bytes."""
_PROBE, _PROBED = 1 << 10, 1 << 14
"""Bytes of what may be zlib that are tried first, and what they may unpack to."""
_SHORTEST = 8
_PIXELS = b"IDAT"
_TEXT = 18
_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\r\n"
_NO_CHANCE = 1 << 12
"""Bytes that no chance unpacks."""
_SEALED = "is encrypted, or packed in a way that nobody uses"

_MEMBER = struct.Struct("<4xHHH4x4xIIHH")
_ARCHIVE = "archive member"
_STORED, _DEFLATED = 0, 8
_ZIP_METHODS = frozenset({_STORED, 1, 2, 3, 4, 5, 6, _DEFLATED, 9, 10, 12, 14, 93, 95, 98, 99})
_NEWEST_ZIP = 63
_SEALED_MEMBER = 1
_LONGEST_KEYWORD = 79


def embedded(data: bytes) -> Iterator[tuple[int, Unpacked]]:
    """All of it, with the places where it starts.

    Chance makes magics too: what yields nothing wasn't meant.
    """
    tried = 0
    for kind in _KINDS:
        at = data.find(kind.magic)
        while at >= 0:
            start, after = at - kind.before, at + 1
            # At the very start it is no part but all of it, which is looked at elsewhere.
            if (start > 0 or kind.form == _ARCHIVE) and kind.may_start(data, start):
                tried += 1
                if tried > _MOST:
                    yield at, Unpacked(kind.form, b"", f"was examined only in the first {_MOST} parts")
                    return
                end = kind.end(data, start)
                found = kind.unpack(data[start:end], kind.form)
                if found.data or found.lack == _SEALED:
                    yield start, _meant(found)
                    after = max(after, end or 0)
            at = data.find(kind.magic, after)


def _meant(found: Unpacked) -> Unpacked:
    """In the midst of other bytes nobody can tell damage from an end that lies elsewhere."""
    if found.lack != DAMAGED:
        return found
    return found._replace(lack="", unfinished=len(found.data) > _NO_CHANCE)


def _zip_member(data: bytes, form: str) -> Unpacked:
    """A member of an archive by the header before it; one that isn't packed shows its bytes anyway."""
    if len(data) < _MEMBER.size:
        return Unpacked(form, b"", DAMAGED)
    version, flags, method, _, _, name, extra = _MEMBER.unpack_from(data)
    if version & 0xFF > _NEWEST_ZIP or method not in _ZIP_METHODS or not name:
        return Unpacked(form, b"", DAMAGED)
    if flags & _SEALED_MEMBER or method not in (_STORED, _DEFLATED):
        return Unpacked(form, b"", _SEALED)
    if method == _STORED:
        return Unpacked(form, b"")
    return inflated(data[_MEMBER.size + name + extra :], form, RAW_DEFLATE)


def _png_text(data: bytes, form: str) -> Unpacked:
    """A text of a PNG picture from its chunk's kind on, if it is packed: zTXt, iTXt (PNG 1.2, 4.2.3)."""
    keyword, _, rest = data[4 : 4 + _LONGEST_KEYWORD + 1].partition(b"\0")
    start = 4 + len(keyword) + 1
    if data.startswith(b"iTXt"):
        if not rest.startswith(b"\1\0"):
            return Unpacked(form, b"")
        language = data.find(b"\0", start + 2)
        start = data.find(b"\0", language + 1)
    packed = data[start + 1 :] if start >= 0 else b""
    return inflated(packed, form) if packed[:1] == b"\x78" else Unpacked(form, b"")


def _may_be_zlib(data: bytes, start: int) -> bool:
    part = data[start : start + _PROBE]
    if data[start - len(_PIXELS) : start] == _PIXELS or _is_text(part[:_TEXT]):
        return False
    try:
        return len(zlib.decompressobj().decompress(part, _PROBED)) >= _SHORTEST
    except zlib.error:
        return False


def _is_text(data: bytes) -> bool:
    """Whether it is no more than `x^` in a formula."""
    return len(data) == _TEXT and not data.translate(None, _PRINTABLE)


def _gzip_member(data: bytes, form: str) -> Unpacked:
    return inflated(data, form, zlib.MAX_WBITS | 16)


class _Kind(NamedTuple):
    magic: bytes
    form: str
    unpack: Callable[[bytes, str], Unpacked]
    before: int = 0
    """Bytes before the magic."""
    end: Callable[[bytes, int], int | None] = lambda _data, _start: None
    """Where it ends, by what it says itself; None where it doesn't, or not within the data."""
    may_start: Callable[[bytes, int], bool] = lambda _data, _start: True
    """A quick look at what chance makes often."""


_KINDS = (
    _Kind(b"\x1f\x8b\x08", "gzip", _gzip_member),
    _Kind(b"\x28\xb5\x2f\xfd", "zstd", zstandard, end=end_of_zstandard),
    _Kind(b"\xff\x06\0\0sNaPpY", "framed snappy", framed_snappy),
    _Kind(b"\x04\x22\x4d\x18", "lz4", lz4_frame, end=end_of_lz4),
    _Kind(b"\xfd7zXZ\0", "xz", xz),
    _Kind(b"1AY&SY", "bzip2", bzip2, before=4),
    _Kind(b"PK\x03\x04", _ARCHIVE, _zip_member),
    *(
        _Kind(magic, "mozlz4", mozlz4_block, end=partial(end_of_block, magic=len(magic)))
        for magic in (mozlz4.MAGIC, STARTUP)
    ),
    *(_Kind(magic, "zlib", inflated, may_start=_may_be_zlib) for magic in ZLIB),
    _Kind(b"zTXt", "PNG text", _png_text),
    _Kind(b"iTXt", "PNG text", _png_text),
)
