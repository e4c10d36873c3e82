"""Cache2 files of every version, written as Firefox writes them."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scrubber.formats.cache2.index import Index, write_index
from scrubber.formats.cache2.jenkins import lookup2
from scrubber.formats.cache2.key import file_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CHUNK = 1 << 18
ELEMENTS = {"request-method": "GET", "response-head": "HTTP/2 200 \r\ncontent-type: text/plain\r\n"}


def entry(
    key: str,
    body: bytes = b"body",
    *,
    elements: Mapping[str, str] = ELEMENTS,
    version: int = 4,
    secret: bytes | None = None,
) -> bytes:
    """The content of an entry's file; encrypted where there is a secret."""
    chunks = [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)]
    header = struct.pack(">7I", version, 1, 1795501402, 1795501402, 1, 0xFFFFFFFF, len(key.encode()))
    metadata = b"".join(struct.pack(">H", lookup2(chunk) & 0xFFFF) for chunk in chunks)
    metadata += header + (b"" if version == 1 else bytes(4)) + key.encode() + b"\0"
    metadata += b"".join(f"{name}\0{value}\0".encode() for name, value in elements.items())
    metadata = struct.pack(">I", lookup2(metadata)) + metadata
    if secret is None:
        trailer = struct.pack(">II", version, len(body)) if version == 4 else struct.pack(">I", len(body))
        return body + metadata + trailer
    trailer = struct.pack(">II", version, len(body) | 1 << 31)
    blocks = [_sealed(chunk, number, secret) for number, chunk in enumerate(chunks)]
    return b"".join(blocks) + _sealed(metadata, (1 << 64) - 1, secret, trailer) + trailer


def record(name: str, version: int = 12) -> bytes:
    """An index's record of an entry."""
    size = 45 if version == 13 else 41
    return bytes.fromhex(name) + struct.pack(">I", 7).ljust(size - 24, b"\0") + struct.pack(">I", 0x80000001)


def index(keys: Iterable[str], version: int = 12) -> bytes:
    """An index of the entries of these keys."""
    header = struct.pack(">IIII", version, 1795501402, 0, 5) + (b"" if version == 10 else bytes(4))
    records = tuple(record(file_name(key.encode()), version) for key in keys)
    return write_index(Index(header, records, 45 if version == 13 else 41))


def log(keys: Iterable[str], version: int = 12) -> bytes:
    """A log of the entries of these keys."""
    records = tuple(record(file_name(key.encode()), version) for key in keys)
    return write_index(Index(b"", records, 45 if version == 13 else 41))


def _sealed(plain: bytes, number: int, secret: bytes, trailer: bytes = b"") -> bytes:
    nonce = os.urandom(12)
    return AESGCM(secret).encrypt(nonce, plain, struct.pack("<Q", number) + trailer) + nonce
