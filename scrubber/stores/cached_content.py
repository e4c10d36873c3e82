"""What cached responses of others hold of the target.

Two headers are traces of browsing: a redirect to the target, as of a short link to a picture, and for whose
pages the response was made (CORS). All else is asked only where every mention is to go: a page that links to
the target, a certificate that is good for both.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

import cramjam

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scrubber.model import Look

_CODING = re.compile(rb"content-encoding:[ \t]*([a-z]{1,10})", re.IGNORECASE)
_OF_VISIT = re.compile(rb"[\0\n](?:location|access-control-allow-origin):([^\0\r\n]*)", re.IGNORECASE)
_LIMIT = 32 << 20
"""Unpacked bytes of one body that are looked at."""


def is_asked(look: Look) -> bool:
    """Whether content counts at all, which takes reading all of a cache."""
    return look.policy.mentions == "all"


def tells_of_visit(head: bytes, look: Look) -> bool:
    """Whether a response's headers say that it redirects to the target, or was made for a page of it."""
    values = (match[1].decode("utf-8", "replace") for match in _OF_VISIT.finditer(head))
    return any(map(look.target.mentions, values))


def names_target(head: bytes, bodies: Iterable[bytes], look: Look) -> bool:
    """Whether a response does, by its headers or by a body, which is unpacked as the headers say."""
    if look.target.mentions(head):
        return True
    coding = _CODING.search(head)
    unpack = _UNPACKERS.get(coding[1].lower()) if coding else None
    return any(
        look.target.mentions(content)
        for body in bodies
        for content in (body, *([_unpacked(body, unpack)] if unpack else []))
    )


def _unpacked(body: bytes, unpack: Callable[[bytes], bytes]) -> bytes:
    try:
        return unpack(body)
    except (zlib.error, cramjam.DecompressionError):
        return b""  # part of one, as for a range


def _gzip(body: bytes) -> bytes:
    return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, _LIMIT)


def _brotli(body: bytes) -> bytes:
    into = bytearray(_LIMIT)
    return bytes(into[: cramjam.brotli.decompress_into(body, into)])


def _zstandard(body: bytes) -> bytes:
    into = bytearray(_LIMIT)
    return bytes(into[: cramjam.zstd.decompress_into(body, into)])


_UNPACKERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"gzip": _gzip,
    b"deflate": _gzip,
    b"br": _brotli,
    b"zstd": _zstandard,
}
