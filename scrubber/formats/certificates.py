"""Certificates name every host that they are good for: one of another site's may name the target.

    … 06 03 55 04 03 (common name) | tag | length | text … 06 03 55 1d 11 (alternative names) …
    alternative name: 82 | length | host

Source: RFC 5280, 4.1.2.6 and 4.2.1.6. Lengths beyond 127 don't occur in host names here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMON_NAME = b"\x06\x03\x55\x04\x03"
_ALTERNATIVE_NAMES = b"\x06\x03\x55\x1d\x11"
_HOST = 0x82
_LONG = 0x80
"""From this first byte of a length on, the rest of it says how many bytes the length has."""
_CRITICAL = 3
"""Bytes that may say that the names are critical."""
_LONGEST_LABELS = 64
_SEARCHED = 1 << 14
"""Bytes before a name in which its certificate is looked for."""


def may_hold_one(data: bytes) -> bool:
    """A quick look: False where there is no certificate with alternative names."""
    return _ALTERNATIVE_NAMES in data


def holder(data: bytes, at: int, size: int) -> bytes | None:
    """Whose certificate lists the name of this size at this place; None where none does.

    The common name, or the first alternative one where there is no common name.
    """
    if not _is_alternative_name(data, at, size):
        return None
    start = max(0, at - _SEARCHED)
    names = data.rfind(_ALTERNATIVE_NAMES, start, at)
    if names < 0:
        return None
    common = data.rfind(_COMMON_NAME, start, names)
    if common >= 0:
        return _text(data, common + len(_COMMON_NAME) + 1)
    first = data.find(bytes((_HOST,)), names)
    return _text(data, first + 1)


def hosts(data: bytes) -> Iterator[bytes]:
    """Every alternative name of every certificate in some bytes: `cdn.example`, `*.cdn.example`."""
    at = data.find(_ALTERNATIVE_NAMES)
    while at >= 0:
        start = data.find(b"\x04", at, at + len(_ALTERNATIVE_NAMES) + _CRITICAL + 1)
        at = data.find(_ALTERNATIVE_NAMES, at + 1)
        # An octet string, and a sequence within.
        place, _ = _content(data, start)
        place, end = _content(data, place)
        while 0 < place < end:
            tag = data[place]
            place, after = _content(data, place)
            if tag == _HOST:
                yield data[place:after]
            place = after


def _content(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element at a place starts and ends; nowhere where there is none."""
    if at < 0 or at + 2 > len(data):
        return -1, -1
    size, start = data[at + 1], at + 2
    if size >= _LONG:
        start += size - _LONG
        size = int.from_bytes(data[at + 2 : start], "big")
    return (start, start + size) if start + size <= len(data) else (-1, -1)


def _is_alternative_name(data: bytes, at: int, size: int) -> bool:
    """Whether the name is all or the end of a host behind its tag and length."""
    for start in range(at, max(2, at - _LONGEST_LABELS) - 1, -1):
        if data[start - 2] == _HOST and start + data[start - 1] == at + size:
            return True
    return False


def _text(data: bytes, at: int) -> bytes:
    return data[at + 1 : at + 1 + data[at]] if at < len(data) else b""
