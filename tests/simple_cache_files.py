"""Simple caches, written as Chromium writes them."""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

MAGIC = 0xFCFB6D1BA7725C30
INDEX = struct.pack("<QIIQ", MAGIC, 9, 0, 0)
# A certificate names every host that it is good for; caches are never judged by it.
HEAD = b"HTTP/1.1 200\0content-type:text/plain\0\0" + b"DNS:labs.openai.com"


def name(key: str) -> str:
    """What the names of an entry's files start with."""
    return f"{struct.unpack('<Q', hashlib.sha1(key.encode()).digest()[:8])[0]:016x}"


def entry(
    key: str, body: bytes = b"body of labs.openai.com", head: bytes = HEAD, *, hashed: bool = True
) -> bytes:
    """The content of a `_0` file."""
    sha = hashlib.sha256(key.encode()).digest() if hashed else b""
    return header(key) + body + _eof(body, 1) + head + sha + _eof(head, 3 if hashed else 1)


def header(key: str) -> bytes:
    """What every file of an entry starts with."""
    return struct.pack("<QIIII", MAGIC, 5, len(key.encode()), 0x1234, 0) + key.encode()


def index(keys: Iterable[str], version: int = 9) -> bytes:
    """The content of `the-real-index`; every entry has 512 bytes."""
    records = [struct.pack("<QQQ", int(name(key), 16), 13440000000000000, 512) for key in keys]
    meta = struct.pack("<QIQQI", 0x656E74657220796F, version, len(records), 512 * len(records), 1)
    payload = meta + b"".join(records) + struct.pack("<q", 13440000000000001)
    return struct.pack("<II", len(payload), zlib.crc32(payload)) + payload


def make(folder: Path, keys: Iterable[str]) -> None:
    """A cache with an entry for each key."""
    keys = tuple(keys)
    (folder / "index-dir").mkdir(parents=True, exist_ok=True)
    (folder / "index").write_bytes(INDEX)
    for key in keys:
        (folder / f"{name(key)}_0").write_bytes(entry(key))
    (folder / "index-dir" / "the-real-index").write_bytes(index(keys))


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes each read of a file asks for, from now on."""
    asked: list[int] = []
    read = os.read

    def counted(descriptor: int, size: int) -> bytes:
        asked.append(size)
        return read(descriptor, size)

    monkeypatch.setattr(os, "read", counted)
    return asked


def _eof(stream: bytes, flags: int) -> bytes:
    return struct.pack("<QIIII", 0xF4FA6F45970D41D8, flags, zlib.crc32(stream), len(stream), 0)
