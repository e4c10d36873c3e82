"""`ssl_tokens_cache.bin`: the tickets with which Firefox resumes TLS sessions after a restart.

    "STCF" | u8 version | body                          version 3: body | u32 Adler-32 of the body
    body   = u64 count | record*                        version 2: the body is packed by zlib
    record = u64 number | key | i64 expires (µs since 1970)
             version 3: u8 override | payload, packed by brotli behind its size
             version 2: token | u8 EV | u16 CT | u8 override | certificate
                        | chain? | chain? | built-in root?

Little-endian; a string is a u64 length and its bytes; what may be missing has a byte 0 or 1 before it.
A key is `tlsflags0x00000000:host:443^partitionKey=…`.
Source: netwerk/base/ssl_tokens_cache/src/lib.rs, tools/netwerk/decode_ssl_tokens_cache.py.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from scrubber.formats.damaged import Damaged

MAGIC = b"STCF"

_VERSIONS = (2, 3)
_LIMIT = 1 << 26
_U64 = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")


@dataclass(frozen=True)
class Token:
    """One ticket."""

    key: str
    raw: bytes
    """The whole record."""


@dataclass(frozen=True)
class Tokens:
    """The file."""

    version: int
    records: tuple[Token, ...]


def read_tokens(content: bytes) -> Tokens:
    """Raises Damaged, also for a version that is newer than this code."""
    if not content.startswith(MAGIC) or len(content) < len(MAGIC) + 1:
        raise Damaged("no ticket file")
    version = content[len(MAGIC)]
    if version not in _VERSIONS:
        raise Damaged(f"tickets of version {version}")
    body = _checked(content[len(MAGIC) + 1 :]) if version == 3 else _unpacked(content[len(MAGIC) + 1 :])
    reader = _Reader(body)
    records = tuple(reader.record(version) for _ in range(reader.number()))
    if reader.at != len(body):
        raise Damaged("more than the records that it counts")
    return Tokens(version, records)


def write_tokens(tokens: Tokens) -> bytes:
    """The file with these records."""
    body = _U64.pack(len(tokens.records)) + b"".join(record.raw for record in tokens.records)
    packed = body + _CHECKSUM.pack(zlib.adler32(body)) if tokens.version == 3 else zlib.compress(body)
    return MAGIC + bytes([tokens.version]) + packed


def _checked(content: bytes) -> bytes:
    body, checksum = content[: -_CHECKSUM.size], content[-_CHECKSUM.size :]
    if checksum != _CHECKSUM.pack(zlib.adler32(body)):
        raise Damaged("the checksum is wrong")
    return body


def _unpacked(content: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        body = unpacker.decompress(content, _LIMIT)
    except zlib.error as error:
        raise Damaged("can't be unpacked") from error
    if not unpacker.eof:
        raise Damaged(f"cut, or more than {_LIMIT} bytes")
    return body


class _Reader:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0

    def take(self, length: int) -> bytes:
        taken = self.body[self.at : self.at + length]
        if len(taken) != length:
            raise Damaged("a record that doesn't end")
        self.at += length
        return taken

    def number(self) -> int:
        (number,) = _U64.unpack(self.take(_U64.size))
        return int(number)

    def string(self) -> bytes:
        return self.take(self.number())

    def record(self, version: int) -> Token:
        start = self.at
        self.take(8)
        key = self.string().decode("utf-8", "replace")
        self.take(8)
        if version == 3:
            self.take(1)
            self.string()
        else:
            self.string()
            self.take(4)
            self.string()
            self.chain()
            self.chain()
            if self.option():
                self.take(1)
        return Token(key, self.body[start : self.at])

    def option(self) -> bool:
        tag = self.take(1)[0]
        if tag > 1:
            raise Damaged("neither there nor missing")
        return tag == 1

    def chain(self) -> None:
        if self.option():
            for _ in range(self.number()):
                self.string()
