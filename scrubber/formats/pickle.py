"""Chromium's pickles: fields one after the other, each padded to four bytes.

    u32 length of the payload | field*
    field: i32 | string: i32 bytes, UTF-8 | string16: i32 units, UTF-16

Little-endian. Nothing says what the fields are. Source: base/pickle.h.
"""

from __future__ import annotations

import struct

from scrubber.formats.damaged import Damaged

_INT = struct.Struct("<i")
_LENGTH = struct.Struct("<I")


class Pickle:
    """A pickle being read, field by field; each method raises Damaged where there is no such field."""

    def __init__(self, content: bytes) -> None:
        if len(content) < _LENGTH.size:
            raise Damaged("too short for a pickle")
        (length,) = _LENGTH.unpack_from(content)
        if length > len(content) - _LENGTH.size:
            raise Damaged("a pickle that ends within its payload")
        self._payload = content[_LENGTH.size : _LENGTH.size + length]
        self._at = 0

    def integer(self) -> int:
        """A signed number of 32 bits; a truth value is one too."""
        return int(_INT.unpack(self._take(_INT.size))[0])

    def data(self) -> bytes:
        """A string as the bytes that it is."""
        return self._take(self._count())

    def string(self) -> str:
        """A string of UTF-8."""
        return self.data().decode("utf-8", "replace")

    def string16(self) -> str:
        """A string of UTF-16."""
        return self._take(self._count() * 2).decode("utf-16-le", "replace")

    def _count(self) -> int:
        count = self.integer()
        if count < 0:
            raise Damaged("a string of negative length")
        return count

    def _take(self, size: int) -> bytes:
        found = self._payload[self._at : self._at + size]
        if len(found) < size:
            raise Damaged("a field that ends beyond the pickle")
        self._at += size + -size % 4
        return found
