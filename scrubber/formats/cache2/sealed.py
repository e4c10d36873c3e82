"""Blocks of an encrypted cache (Firefox 153 on, where `browser.cache.disk.encryption.enabled` is set).

    ciphertext | 16 bytes tag | 12 bytes nonce

AES-256-GCM. What is authenticated besides is the block's number as a little-endian u64, and for the metadata
the entry's trailer after it. Source: netwerk/cache2/CacheCrypto.cpp.
"""

from __future__ import annotations

import struct

from scrubber.formats.damaged import Damaged

OVERHEAD = 28
METADATA = (1 << 64) - 1
"""The number of the block that holds an entry's metadata; a body's are counted from 0."""

_NONCE = 12
_NUMBER = struct.Struct("<Q")


def unsealed(block: bytes, number: int, key: bytes, trailer: bytes = b"") -> bytes:
    """What the block holds. Raises Damaged: another key, or not what was written."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - few caches are encrypted
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    if len(block) < OVERHEAD:
        raise Damaged("an encrypted block without its tag")
    try:
        return AESGCM(key).decrypt(block[-_NONCE:], block[:-_NONCE], _NUMBER.pack(number) + trailer)
    except (InvalidTag, ValueError) as error:
        raise Damaged("can't be decrypted with this key") from error
