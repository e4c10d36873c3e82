"""NetworkAnonymizationKey and NetworkIsolationKey as Chromium stores them: sites in base64 of a pickle.

    ["GAAAABIAAABodHRwczovL29wZW5haS5jb20AAA==", false, 0]     JSON, or the base64 alone

    u32 payload length | u32 string length | the site (`https://openai.com`) | padding to 4 bytes

All little-endian. Source: net/base/network_anonymization_key.cc, net/base/schemeful_site.cc.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct

_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_HEADER = struct.Struct("<II")


def sites(text: str) -> tuple[str, ...]:
    """Every site (`https://openai.com`) named in a key, in order; nothing where the text is no key."""
    return tuple(site for token in _BASE64.findall(text) if (site := _unpickle(token)) is not None)


def encode(site: str) -> str:
    """The base64 pickle of one site."""
    raw = site.encode()
    padded = raw + b"\0" * (-len(raw) % 4)
    return base64.b64encode(_HEADER.pack(4 + len(padded), len(raw)) + padded).decode()


def _unpickle(token: str) -> str | None:
    try:
        pickle = base64.b64decode(token, validate=True)
    except binascii.Error:
        return None
    if len(pickle) < _HEADER.size:
        return None
    payload, length = _HEADER.unpack_from(pickle)
    site = pickle[_HEADER.size : _HEADER.size + length]
    if payload != len(pickle) - 4 or len(site) != length:
        return None
    return site.decode("utf-8", "replace")
