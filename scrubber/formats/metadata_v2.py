"""`.metadata-v2`: whose storage a folder below Firefox's `storage/` is.

    i64 last access (µs since 1970) | u8 persisted | u32 | u32 | suffix | group | origin with suffix | …

Big-endian; a string is a u32 length and its bytes. The two words in the middle were reserved in older
versions and are flags and the day of the last maintenance now. The first version, `.metadata`, starts with
the time and has group and origin after it.
Source: dom/quota/ActorsParent.cpp (LoadFullOriginMetadata, GetDirectoryMetadata).
"""

from __future__ import annotations

import struct

_HEAD = struct.Struct(">qBII")
_HEAD_V1 = struct.Struct(">q")
_LENGTH = struct.Struct(">I")


def origin(content: bytes) -> str | None:
    """The origin with its suffix (`https://a.example^userContextId=2`); None where the content is damaged."""
    strings = _strings(content, _HEAD.size, 3)
    return strings[2] if strings else None


def origin_v1(content: bytes) -> str | None:
    """The same of the older `.metadata`."""
    strings = _strings(content, _HEAD_V1.size, 2)
    return strings[1] if strings else None


def _strings(content: bytes, offset: int, count: int) -> list[str] | None:
    found = []
    for _ in range(count):
        start = offset + _LENGTH.size
        if start > len(content):
            return None
        (length,) = _LENGTH.unpack_from(content, offset)
        offset = start + length
        if offset > len(content):
            return None
        found.append(content[start:offset].decode("utf-8", "replace"))
    return found
