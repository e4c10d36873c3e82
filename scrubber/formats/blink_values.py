"""How sites' values lie in Chromium's storage: each way in which one may have to be read.

    zstd                                 values of IndexedDB in SQLite
    version, ff 11 02, raw Snappy        values of IndexedDB that Blink has compressed
    every byte plus one                  texts in keys of IndexedDB in SQLite
    backwards                            as sites write hosts that they sort

The second and third are as in Firefox. Sources: content/browser/indexed_db/instance/sqlite/
database_connection.cc, third_party/blink/renderer/modules/indexeddb/idb_value_wrapping.cc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cramjam

from scrubber.formats import firefox_values

if TYPE_CHECKING:
    from collections.abc import Iterator

_ZSTD = b"\x28\xb5\x2f\xfd"
_LARGEST = 32 << 20


def readings(value: bytes) -> Iterator[bytes]:
    """The value as it lies there, and what else it may mean."""
    for each in firefox_values.readings(value):
        yield each
        yield each[::-1]
    if value.startswith(_ZSTD):
        plain = _unpacked(value)
        yield plain
        yield plain[::-1]


def _unpacked(value: bytes) -> bytes:
    into = bytearray(_LARGEST)
    try:
        return bytes(into[: cramjam.zstd.decompress_into(value, into)])
    except cramjam.DecompressionError:
        return b""
