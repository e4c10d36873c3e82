"""Certificates name every host that they are good for: one of another site's may name the target.

    … 06 03 55 04 03 (common name) | tag | length | text … 06 03 55 1d 11 (alternative names) …
    alternative name: 82 | length | host

Source: RFC 5280, 4.1.2.6 and 4.2.1.6. Lengths beyond 127 don't occur in host names here.
"""

from __future__ import annotations

_COMMON_NAME = b"\x06\x03\x55\x04\x03"
_ALTERNATIVE_NAMES = b"\x06\x03\x55\x1d\x11"
_HOST = 0x82
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


def _is_alternative_name(data: bytes, at: int, size: int) -> bool:
    """Whether the name is all or the end of a host behind its tag and length."""
    for start in range(at, max(2, at - _LONGEST_LABELS) - 1, -1):
        if data[start - 2] == _HOST and start + data[start - 1] == at + size:
            return True
    return False


def _text(data: bytes, at: int) -> bytes:
    return data[at + 1 : at + 1 + data[at]] if at < len(data) else b""
