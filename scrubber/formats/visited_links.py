"""Chromium's `Visited Links`: which addresses to show as visited, as salted fingerprints.

    "VLnk" | u32 version 3 | u32 number of slots | u32 of them used | salt[8] | u64 fingerprint[slots]

A fingerprint is the start of MD5(salt, URL). A slot that is free is 0. All little-endian. Source:
components/visitedlink/browser/visitedlink_writer.cc, components/visitedlink/common/visitedlink_common.cc.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

from scrubber.formats.damaged import Damaged

_HEADER = struct.Struct("<4sIII8s")
_MAGIC = b"VLnk"
_SLOT = struct.Struct("<Q")


@dataclass(frozen=True)
class VisitedLinks:
    """The table."""

    salt: bytes
    fingerprints: frozenset[int]

    def has(self, url: str) -> bool:
        """Whether an address counts as visited."""
        return self.fingerprint(url) in self.fingerprints

    def fingerprint(self, url: str) -> int:
        """Of an address, with this table's salt."""
        digest = hashlib.md5(self.salt + url.encode(), usedforsecurity=False).digest()
        return int(_SLOT.unpack_from(digest)[0])


def read_table(content: bytes) -> VisitedLinks:
    """Raises Damaged."""
    if len(content) < _HEADER.size:
        raise Damaged("too short for a table of visited links")
    magic, version, slots, _, salt = _HEADER.unpack_from(content)
    if magic != _MAGIC or version not in (2, 3):
        raise Damaged("not a table of visited links, or one of another version")
    if len(content) - _HEADER.size < slots * _SLOT.size:
        raise Damaged("ends within the table")
    table = content[_HEADER.size : _HEADER.size + slots * _SLOT.size]
    return VisitedLinks(salt, frozenset(number for (number,) in _SLOT.iter_unpack(table)) - {0})
