"""A second program that reads `verify --json` and goes to each place: nothing here is scrubber's own.

It opens what a finding says that it is in, by the formats' public descriptions or other people's libraries,
and says whether the name is there.
"""

from __future__ import annotations

import binascii
import bz2
import contextlib
import gzip
import hashlib
import json
import lzma
import os
import plistlib
import re
import sqlite3
import struct
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

import cramjam
import lz4.block
import lz4.frame
import zstandard
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC

from tests.residue.planted_dictionaries import NEWER, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK = 1 << 15
_REACH = 1 << 13


def sees(finding: dict[str, Any]) -> bool:
    """Whether the name that a finding tells of is where it says."""
    chain, at = list(finding["inside"]), {**finding["at"], "seen_as": finding["seen_as"]}
    return any(
        _written(finding["name"], finding["form"], content)
        for place in _places(Path(finding["path"]), chain, at)
        for content in _opened(place[at["offset"] if chain and at["of"] in _PARTS else 0 :], chain)
    )


_PARTS = ("cell", "key", "value", "record", "headers")


def _places(path: Path, chain: list[str], at: dict[str, Any]) -> Iterator[bytes]:
    """The bytes at a place; takes from the chain what it opens."""
    of = at["of"]
    container = chain.pop(0) if chain and chain[0] in _CONTAINERS else ""
    if of == "name":
        yield _member(path, at).filename.encode() if "member" in at else os.fsencode(path.name)
    elif "attribute" in at:
        yield os.getxattr(path, at["attribute"])
    elif of == "cell":
        yield from _cells(path, at)
    elif of in ("key", "value", "record") and container.startswith("LevelDB"):
        yield from _leveldb(path, container)
    elif container == "block file" and "packed_at" in at:
        yield path.read_bytes()[at["packed_at"] :]
    elif "res_id" in at:
        yield _joined(path, at["res_id"])
    elif "before_offset" in at:
        yield from _session_record(path, at["before_offset"])
    elif at["seen_as"] == "free page" and container:
        yield from _across_pages(path.read_bytes(), at["offset"])
    elif container == "simple cache entry":
        yield from _simple(path, of)
    elif container == "cache2 entry":
        yield from _cache2(path, of)
    elif "member" in at:
        chain.remove("archive member")
        with zipfile.ZipFile(path) as archive:
            yield archive.read(_member(path, at))
    elif of == "unpacked":
        yield path.read_bytes()[5 if container == "TLS tickets" else 0 :]
    else:
        start = max(0, at["offset"] - _REACH if not chain else at["offset"])
        yield path.read_bytes()[start : at["offset"] + (_REACH if not chain else 1 << 30)]


_CONTAINERS = (
    "SQLite database", "write-ahead log", "rollback journal", "LevelDB log", "LevelDB table", "block file",
    "simple cache entry", "cache2 entry", "session file", "TLS tickets", "archive", "sealed file",
)  # fmt: skip


def _member(path: Path, at: dict[str, Any]) -> zipfile.ZipInfo:
    number: int = at["member"]
    with zipfile.ZipFile(path) as archive:
        return archive.infolist()[number - 1]


def _cells(path: Path, at: dict[str, Any]) -> Iterator[bytes]:
    """One cell by its row, or else the whole page that it lies in, of a database or a log."""
    if (
        path.read_bytes().startswith(b"SQLite")
        and {"table", "column", "rowid"} <= at.keys()
        and "index" not in at
    ):
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            encoding = {"UTF-16le": "utf-16-le", "UTF-16be": "utf-16-be"}.get(
                database.execute("PRAGMA encoding").fetchone()[0], "utf-8"
            )
            row = database.execute(
                f'SELECT "{at["column"]}" FROM "{at["table"]}" WHERE rowid = ?', (at["rowid"],)
            ).fetchone()
        value = row[0]
        yield value.encode(encoding) if isinstance(value, str) else value
        return
    yield from _pages(path.read_bytes(), at["page"])


def _joined(path: Path, number: int) -> bytes:
    """All rows of a body in Chromium's cache in SQLite."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        rows = database.execute('SELECT blob FROM blobs WHERE res_id = ? ORDER BY "start"', (number,))
        return b"".join(blob for (blob,) in rows)


def _pages(content: bytes, number: int) -> Iterator[bytes]:
    if content.startswith(b"SQLite"):
        size = struct.unpack_from(">H", content, 16)[0]
        size = 65536 if size == 1 else size
        yield content[(number - 1) * size : number * size]
    elif content.startswith(b"\x37\x7f\x06"):
        size = struct.unpack_from(">I", content, 8)[0]
        for at in range(32, len(content), size + 24):
            if struct.unpack_from(">I", content, at)[0] == number:
                yield content[at + 24 : at + 24 + size]
    else:
        yield content  # a journal whose header may be gone


def _across_pages(content: bytes, offset: int) -> Iterator[bytes]:
    """A page that nothing refers to, and its end with the start of the page that it went on in."""
    size = struct.unpack_from(">H", content, 16)[0]
    page = content[offset // size * size :][:size]
    yield content[offset : offset + size]
    for pointer in (0, 8):  # as an overflow page, or the trunk of the freelist that it became
        following = struct.unpack_from(">I", page, pointer)[0]
        yield page + content[(following - 1) * size + 4 :][:size]


def _session_record(path: Path, end: int) -> Iterator[bytes]:
    content, at = path.read_bytes(), 8
    while at < end:
        size = struct.unpack_from("<I", content, at)[0]
        yield content[at + 4 : at + 4 + size]
        at += 4 + size


def _decrypted(data: bytes) -> Iterator[bytes]:
    key = hashlib.pbkdf2_hmac("sha1", b"peanuts", b"saltysalt", 1, 16)
    yield Cipher(AES128(key), CBC(b" " * 16)).decryptor().update(data[3:])


def _turned_back(data: bytes) -> Iterator[bytes]:
    letters = data[10 : data.index(b".sqlite")]
    yield letters[::2] + letters[1::2][::-1]


_ROTATED = " !#$&'()+,-.0123456789;=@[]_abcdefghijklmnopqrstuvwxyz~"
_ESCAPED = {
    "`1": "\\",
    "`2": "/",
    "`3": "|",
    "`4": "<",
    "`5": ">",
    "`6": ":",
    "`7": '"',
    "`8": "?",
    "`9": "*",
}


def _rotated_back(data: bytes) -> Iterator[bytes]:
    text = re.sub("`.", lambda sign: _ESCAPED[sign[0]], data.decode().removesuffix(".db"))
    back = {letter: _ROTATED[at - 37] for at, letter in enumerate(_ROTATED)}
    yield "".join(back.get(letter, letter) for letter in text).encode()


def _leveldb(path: Path, container: str) -> Iterator[bytes]:
    content = path.read_bytes()
    if container == "LevelDB log":
        yield from _log_records(content)
        return
    footer = content[-48:]
    index = _handles(footer)[1]
    for _, value in _entries(_block(content, index)):
        for key, entry in _entries(_block(content, _handles(value)[0])):
            yield key[:-8]
            yield entry
    yield from (key for key, _ in _entries(_block(content, index)))


def _log_records(content: bytes) -> Iterator[bytes]:
    record = b""
    for start in range(0, len(content), _BLOCK):
        block, at = content[start : start + _BLOCK], 0
        while at + 7 <= len(block):
            _, size, kind = struct.unpack_from("<IHB", block, at)
            record = (record if kind in (3, 4) else b"") + block[at + 7 : at + 7 + size]
            at += 7 + size
            if kind in (1, 4):
                yield record
            elif not kind:
                break
        else:
            continue
    yield record  # one that was cut off


def _block(content: bytes, handle: tuple[int, int]) -> bytes:
    offset, size = handle
    raw, kind = content[offset : offset + size], content[offset + size]
    return (
        raw
        if not kind
        else bytes((cramjam.snappy.decompress_raw if kind == 1 else cramjam.zstd.decompress)(raw))
    )


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    restarts = struct.unpack_from("<I", block, len(block) - 4)[0]
    at, end, key = 0, len(block) - 4 * (restarts + 1), b""
    while at < end:
        shared, at = _varint(block, at)
        own, at = _varint(block, at)
        size, at = _varint(block, at)
        key = key[:shared] + block[at : at + own]
        yield key, block[at + own : at + own + size]
        at += own + size


def _handles(data: bytes) -> list[tuple[int, int]]:
    numbers, at = [], 0
    for _ in range(4 if len(data) > 30 else 2):
        number, at = _varint(data, at)
        numbers.append(number)
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 128:
            return value, at


def _simple(path: Path, of: str) -> Iterator[bytes]:
    content = path.read_bytes()
    length = struct.unpack_from("<I", content, 12)[0]
    if of == "key":
        yield content[24 : 24 + length]
        return
    flags, _, size = struct.unpack_from("<III", content, len(content) - 16)
    headers = len(content) - 24 - (32 if flags & 2 else 0) - size
    yield content[headers : headers + size] if of == "headers" else content[24 + length : headers - 24]


def _cache2(path: Path, of: str) -> Iterator[bytes]:
    content = path.read_bytes()
    body = struct.unpack(">I", content[-4:])[0]
    yield content[body:] if of in ("key", "headers") else content[:body]


def _opened(data: bytes, chain: list[str]) -> Iterator[bytes]:
    """What a chain of packings and encodings leads to; each step may have several parts."""
    if not chain:
        yield data
        return
    for part in _OPENERS[chain[0]](data):
        yield from _opened(part, chain[1:])


def _runs(data: bytes) -> Iterator[bytes]:
    in_one_line = re.sub(rb"(?:\r|\\r)?(?:\n|\\n)", b"", data)
    for run in re.findall(rb"[A-Za-z0-9+/_-]{8,}", data + b" " + in_one_line):
        standard = run.translate(bytes.maketrans(b"-_", b"+/"))
        for skipped in range(4):
            part = standard[skipped:][: len(standard[skipped:]) // 4 * 4]
            rest = standard[skipped + len(part) :]
            yield binascii.a2b_base64(part) + (
                binascii.a2b_base64(rest.ljust(4, b"A")) if len(rest) > 1 else b""
            )


def _unescaped(data: bytes) -> Iterator[bytes]:
    yield unquote_to_bytes(data)
    yield re.sub(rb"\\u([0-9a-fA-F]{4})", lambda unit: chr(int(unit[1], 16)).encode(), data)
    yield data.replace(b"\\/", b"/").replace(b"\\\\", b"\\")


def _lz4(data: bytes) -> Iterator[bytes]:
    at = data.index(b"\0", 0, 20) + 1
    for behind in range(8):  # other bytes, of which a block knows nothing
        with contextlib.suppress(lz4.block.LZ4BlockError):
            yield lz4.block.decompress(data[at : len(data) - behind])


def _ways(data: bytes) -> Iterator[bytes]:
    """The keys on the way to each value of a JSON text, with dots between them."""
    todo = [("", json.loads(data))]
    while todo:
        way, node = todo.pop()
        yield way.replace("_/", "/").encode()
        todo += [(f"{way}.{key}", value) for key, value in node.items()] if isinstance(node, dict) else []


def _hexadecimal(data: bytes) -> Iterator[bytes]:
    for run in re.findall(rb"[0-9a-fA-F]{8,}", data):
        for part in (run, run[1:]):
            yield bytes.fromhex(part[: len(part) // 2 * 2].decode())


def _inflated(data: bytes) -> Iterator[bytes]:
    found = re.search(rb"(?=[zi]T[xX]t)", data)
    for start in re.finditer(rb"\x78", data[found.start() if found else 0 :]):
        try:
            yield zlib.decompress(data[start.start() + (found.start() if found else 0) :][:])
        except zlib.error:
            unpacker = zlib.decompressobj()
            try:
                yield unpacker.decompress(data[start.start() + (found.start() if found else 0) :])
            except zlib.error:
                continue


def _gzip(data: bytes) -> Iterator[bytes]:
    unpacked = b""
    while data.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(31)
        unpacked += unpacker.decompress(data)
        data = unpacker.unused_data
    yield unpacked


def _raw_or_wrapped(data: bytes) -> Iterator[bytes]:
    try:
        yield zlib.decompress(data)
    except zlib.error:
        yield zlib.decompress(data, -15)


def _local_members(data: bytes) -> Iterator[bytes]:
    for found in re.finditer(rb"PK\x03\x04", data):
        name, extra = struct.unpack_from("<HH", data, found.start() + 26)
        try:
            yield zlib.decompressobj(-15).decompress(data[found.start() + 30 + name + extra :])
        except zlib.error:
            continue


def _framed(data: bytes) -> Iterator[bytes]:
    at, out = 10, b""
    while at < len(data):
        size = int.from_bytes(data[at + 1 : at + 4], "little")
        out += bytes(cramjam.snappy.decompress_raw(data[at + 8 : at + 4 + size]))
        at += 4 + size
    yield out


def _snappy(data: bytes) -> Iterator[bytes]:
    mark = data.find(b"\xff\x11\x02", 0, 24)
    for start in {0, mark + 3 if mark >= 0 else 0}:
        with contextlib.suppress(cramjam.DecompressionError):
            yield bytes(cramjam.snappy.decompress_raw(data[start:]))


def _zstd(data: bytes) -> Iterator[bytes]:
    room = bytearray(1 << 20)
    with contextlib.suppress(cramjam.DecompressionError):  # other bytes behind it
        cramjam.zstd.decompress_into(data, room)
    yield bytes(room)


def _lz4_frame(data: bytes) -> Iterator[bytes]:
    """The last of several frames too."""
    for found in re.finditer(rb"\x04\x22\x4d\x18", data):
        yield lz4.frame.LZ4FrameDecompressor().decompress(data[found.start() :])


def _plist(data: bytes) -> Iterator[bytes]:
    for value in plistlib.loads(data)["values"]:
        if isinstance(value, str | bytes):
            yield value.encode() if isinstance(value, str) else value


def _narrow(data: bytes) -> Iterator[bytes]:
    yield data.replace(b"\0", b"")


def _with_words(data: bytes) -> Iterator[bytes]:
    """Zstandard with a dictionary that the tests planted."""
    words = {hashlib.sha256(one).digest(): one for one in (WORDS, NEWER)}[data[8:40]]
    raw = zstandard.ZstdCompressionDict(words, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    yield zstandard.ZstdDecompressor(raw).decompressobj().decompress(data[40:])


_OPENERS = {
    "decrypted": _decrypted,
    "rotated letters": _rotated_back,
    "interleaved letters": _turned_back,
    "base64": _runs,
    "escapes": _unescaped,
    "hex": _hexadecimal,
    "utf-16": _narrow,
    "gzip": _gzip,
    "zlib": _inflated,
    "deflate": _raw_or_wrapped,
    "br": lambda data: iter((bytes(cramjam.brotli.decompress(data)),)),
    "gzip br": lambda data: iter((gzip.decompress(bytes(cramjam.brotli.decompress(data))),)),
    "br gzip": lambda data: iter((gzip.decompress(bytes(cramjam.brotli.decompress(data))),)),
    "zstd": _zstd,
    "dcz": _with_words,
    "mozlz4": _lz4,
    "lz4": _lz4_frame,
    "snappy": _snappy,
    "framed snappy": _framed,
    "xz": lambda data: iter((lzma.LZMADecompressor().decompress(data),)),
    "bzip2": lambda data: iter((bz2.BZ2Decompressor().decompress(data),)),
    "archive member": _local_members,
    "PNG text": _inflated,
    "property list": _plist,
    "joined keys": _ways,
}


def _written(name: str, form: str, content: bytes) -> bool:
    codec = "utf-8"
    for said, python in (("utf-16le", "utf-16-le"), ("utf-16be", "utf-16-be")):
        if said in form:
            codec = python
    text = name[::-1] if "reversed" in form else name
    data = text.encode(codec)
    if form == "shifted":
        data = bytes(byte + 1 for byte in data)
    return data in content
