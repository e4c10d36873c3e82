"""Unpacking whatever may hold a name, bounded: by what it says of itself, or by what was said of it.

    1f 8b 08            gzip                        78 01, 78 5e, 78 9c, 78 da  zlib
    28 b5 2f fd         Zstandard                   ff 06 00 00 73 4e …         Snappy, framed
    "mozLz40\\0"         LZ4 as Firefox has it       ff 11 02                    Snappy in IndexedDB's values
    "mozJSSCLz40v001\\0" LZ4 of what Firefox knows of extensions
    fd 37 7a 58 5a 00   xz                          42 5a 68 3x 31 41 59 26     bzip2
    04 22 4d 18         LZ4 as its own tool has it
    ff 44 43 42, 5e 2a 4d 18 20 00 00 00            Brotli and Zstandard that need a dictionary (RFC 9842)

Brotli and raw deflate have no magic: a response's headers name them. Raw Snappy, in which
Firefox keeps values, starts with its length and is tried where a value may be it.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import TYPE_CHECKING, NamedTuple

import cramjam

from scrubber.formats import mozlz4
from scrubber.formats.damaged import Damaged
from scrubber.residue.piece import LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrubber.residue.dictionaries import Dictionaries

_ROOMS = (1 << 20, 8 << 20)
"""Bytes that are made ready for what comes out; the last try has LIMIT."""
_SNAPPY_RATIO = 22  # its densest element makes 64 bytes of 3
_SHORTEST = 12
_CHUNK_HEAD, _CHUNK_CHECKSUM = 4, 4
_COMPRESSED, _UNCOMPRESSED, _SKIPPABLE = 0, 1, 0x80
DCB, DCZ = b"\xff\x44\x43\x42", b"\x5e\x2a\x4d\x18\x20\0\0\0"
STARTUP = b"mozJSSCLz40v001\0"  # toolkit/mozapps/extensions/AddonManagerStartup.cpp
ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_IDB_SNAPPY = b"\xff\x11\x02"
_IDB_HEAD = 16
_XZ_MEMORY = 128 << 20


DAMAGED = "is damaged"
RAW_DEFLATE = -zlib.MAX_WBITS
_ANY = zlib.MAX_WBITS | 32  # zlib or gzip


class Unpacked(NamedTuple):
    """What came out."""

    form: str
    data: bytes
    lack: str = ""
    """What is missing, in words that follow the form; empty where it is whole."""
    unfinished: bool = False
    """Whether it ends before its own end."""


def by_magic(data: bytes, dictionaries: Dictionaries) -> Unpacked | None:
    """What is packed in data that says so by its first bytes; None where it doesn't."""
    for form, magic in _WITH_DICTIONARY.items():
        if data.startswith(magic):
            return dictionaries.unpacked(data, form)
    for magics, form, unpack in _KINDS:
        if data.startswith(magics):
            found = unpack(data, form)
            # Two bytes of zlib may be anything; the longer magics mean it.
            return None if found.lack and not found.data and form == "zlib" else found
    return None


def by_coding(data: bytes, codings: str, dictionaries: Dictionaries) -> Unpacked | None:
    """A body by its Content-Encoding (`gzip`, `br`, `gzip, br`); None where that names no packing.

    What was packed with a dictionary may be said to be so still, when the browser has unpacked it.
    """
    found: Unpacked | None = None
    for coding in reversed([part.strip().lower() for part in codings.split(",")]):
        if coding in ("", "identity"):
            continue
        step = _CODINGS.get(coding)
        current = found.data if found else data
        form = f"{found.form} {coding}" if found else coding
        if magic := _WITH_DICTIONARY.get(coding):
            if not current.startswith(magic):
                continue
            step = dictionaries.unpacked
        if step is None:
            return Unpacked(form, b"", "is unknown")
        found = step(current, form)
        if not found.data:
            break
    return found


def value(data: bytes) -> Unpacked | None:
    """A database's value that is packed without a magic: raw Snappy, alone or behind IndexedDB's mark."""
    mark = data.find(_IDB_SNAPPY, 0, _IDB_HEAD)
    behind = _raw_snappy(data[mark + len(_IDB_SNAPPY) :]) if mark >= 0 else None
    return behind or _raw_snappy(data)  # what is packed may have the mark itself


def _raw_snappy(block: bytes) -> Unpacked | None:
    if len(block) < _SHORTEST:
        return None
    try:
        length = cramjam.snappy.decompress_raw_len(block)
    except cramjam.DecompressionError:
        return None
    # It hardly ever grows by packing.
    plain = _block(block) if length >= len(block) * 6 // 7 - 32 else None
    return Unpacked("snappy", plain) if plain else None


def inflated(data: bytes, form: str, wbits: int = _ANY) -> Unpacked:
    """What zlib unpacks; of several gzip members all, unless `wbits` asks for one."""
    plain = bytearray()
    rest, at_end = data, True
    while rest:
        unpacker = zlib.decompressobj(wbits)
        try:
            plain += unpacker.decompress(rest, LIMIT - len(plain) + 1)
        except zlib.error:
            return Unpacked(form, bytes(plain), "" if plain else DAMAGED)
        if len(plain) > LIMIT:
            return Unpacked(form, bytes(plain[:LIMIT]), only_the_first())
        at_end = unpacker.eof
        # A gzip file may have several members.
        rest = unpacker.unused_data if wbits == _ANY and form == "gzip" and unpacker.eof else b""
        if rest and not rest.startswith(b"\x1f\x8b"):
            break
    return Unpacked(form, bytes(plain), unfinished=not at_end)


def _deflate(data: bytes, form: str) -> Unpacked:
    found = inflated(data, form)
    return found if found.data else inflated(data, form, RAW_DEFLATE)


def _into(unpack: Callable[[bytes, bytearray], int]) -> Callable[[bytes, str], Unpacked]:
    def unpacked(data: bytes, form: str) -> Unpacked:
        for room in (*(size for size in _ROOMS if size < LIMIT), LIMIT):
            plain = bytearray(room)
            try:
                return Unpacked(form, bytes(memoryview(plain)[: unpack(data, plain)]))
            except cramjam.DecompressionError as error:
                full = "whole buffer" in str(error)
            if full and room < LIMIT:
                continue
            # What had come out when it failed stays in the buffer, with the zeros that were there before.
            return Unpacked(form, bytes(plain.rstrip(b"\0")), only_the_first() if full else DAMAGED)
        raise AssertionError

    return unpacked


def _one_after_the_other(
    new: Callable[[], lzma.LZMADecompressor | bz2.BZ2Decompressor], magic: bytes
) -> Callable[[bytes, str], Unpacked]:
    """Streams of the kind that `new` unpacks, each of which starts with a magic."""

    def unpacked(data: bytes, form: str) -> Unpacked:
        plain = bytearray()
        rest = data
        while rest.startswith(magic):
            unpacker = new()
            try:
                plain += unpacker.decompress(rest, LIMIT - len(plain) + 1)
            except (OSError, EOFError, lzma.LZMAError, MemoryError):
                return Unpacked(form, bytes(plain), DAMAGED)
            if len(plain) > LIMIT:
                return Unpacked(form, bytes(plain[:LIMIT]), only_the_first())
            rest = unpacker.unused_data if unpacker.eof else b""
        return Unpacked(form, bytes(plain))

    return unpacked


def mozlz4_block(data: bytes, form: str) -> Unpacked:
    """LZ4 behind one of Firefox's magics, and nothing behind it."""
    if data.startswith(STARTUP):
        data = mozlz4.MAGIC + data[len(STARTUP) :]
    try:
        return Unpacked(form, mozlz4.read(data, LIMIT))
    except Damaged as error:
        return Unpacked(form, b"", str(error))


def only_the_first() -> str:
    """The lack of what unpacks to more than LIMIT."""
    return f"was examined only in the first {LIMIT >> 20} MiB"


def framed_snappy(data: bytes, form: str) -> Unpacked:
    """Chunk by chunk, without the checksums: those of Firefox are not what the format says (DOM Cache)."""
    plain = bytearray()
    at = 0
    while at + _CHUNK_HEAD <= len(data) and len(plain) <= LIMIT:
        kind, size = data[at], int.from_bytes(data[at + 1 : at + _CHUNK_HEAD], "little")
        content = data[at + _CHUNK_HEAD + _CHUNK_CHECKSUM : at + _CHUNK_HEAD + size]
        at += _CHUNK_HEAD + size
        if kind == _UNCOMPRESSED:
            plain += content
        elif kind == _COMPRESSED:
            block = _block(content)
            if block is None:
                return Unpacked(form, bytes(plain), DAMAGED)
            plain += block
        elif kind < _SKIPPABLE:
            return Unpacked(form, bytes(plain), DAMAGED)
    return Unpacked(form, bytes(plain[:LIMIT]), only_the_first() if len(plain) > LIMIT else "")


def _block(block: bytes) -> bytes | None:
    """Raw Snappy; None where it isn't, or claims more than it can hold."""
    try:
        if cramjam.snappy.decompress_raw_len(block) > min(LIMIT, _SNAPPY_RATIO * len(block)):
            return None
        return bytes(cramjam.snappy.decompress_raw(block))
    except cramjam.DecompressionError:
        return None


zstandard = _into(cramjam.zstd.decompress_into)
_brotli = _into(cramjam.brotli.decompress_into)
lz4_frame = _into(cramjam.lz4.decompress_into)
_XZ = b"\xfd7zXZ\0"
xz = _one_after_the_other(lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY), _XZ)
bzip2 = _one_after_the_other(bz2.BZ2Decompressor, b"BZh")

_KINDS: tuple[tuple[tuple[bytes, ...], str, Callable[[bytes, str], Unpacked]], ...] = (
    ((b"\x1f\x8b\x08",), "gzip", inflated),
    ((b"\x28\xb5\x2f\xfd",), "zstd", zstandard),
    (tuple(b"%c\x2a\x4d\x18" % kind for kind in range(0x50, 0x60)), "zstd", zstandard),  # skipped first
    ((b"\x04\x22\x4d\x18",), "lz4", lz4_frame),
    ((_XZ,), "xz", xz),
    (tuple(b"BZh%d1AY&SY" % size for size in range(1, 10)), "bzip2", bzip2),
    ((b"\xff\x06\0\0sNaPpY",), "framed snappy", framed_snappy),
    ((mozlz4.MAGIC, STARTUP), "mozlz4", mozlz4_block),
    (ZLIB, "zlib", inflated),
)
_CODINGS: dict[str, Callable[[bytes, str], Unpacked]] = {
    "gzip": inflated,
    "x-gzip": inflated,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": zstandard,
}
_WITH_DICTIONARY = {"dcb": DCB, "dcz": DCZ}
"""By their Content-Encoding, the codings that say by a magic whether they are there."""


def is_packed(head: bytes) -> bool:
    """Whether some first bytes say that what they start is packed."""
    return head.startswith((DCB, DCZ)) or any(head.startswith(magics) for magics, _, _ in _KINDS)


def holds_packed(data: bytes) -> bool:
    """Whether anything among some bytes may start what is packed; two bytes of zlib are too few to tell."""
    return any(magic in data for magics, form, _ in _KINDS if form != "zlib" for magic in magics)
