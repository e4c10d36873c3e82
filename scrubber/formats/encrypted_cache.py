"""Files of a Chromium cache that an administrator has had encrypted (policy CacheEncryptionEnabled).

    u8 40, the size of what comes before the chunks | 32 bytes salt | 7 bytes that every nonce starts with
    { 4096 bytes, or fewer in the last chunk | 16 bytes tag }*                             AES-256-GCM-SIV

The cache is of the simple kind, whichever was asked for, and each of its files is sealed so: entries, both
indexes. Names of entries are no hashes of keys but HMAC-SHA256 of them. The key for all this lies in the
profile's preferences, encrypted by the system.
Source: services/network/enterprise/encryption/chunked_encryptor.h, encrypted_cache_entry_hasher.cc.
"""

from __future__ import annotations

HEAD = 80
"""Bytes at the start of a file that it is recognised by; the file `index` has no more."""

INDEX_SIZE = 80
"""Of the file `index`: header, the 24 bytes that it has in clear, tag."""

_HEADER = 40
_VARIED = 0.6
"""Of at most `HEAD` bytes at random a larger share are different ones; of texts and numbers a smaller one."""


def is_sealed(head: bytes) -> bool:
    """Whether a file that starts with these (at most `HEAD`) bytes can be one of an encrypted cache."""
    random = head[1:HEAD]
    return len(head) >= _HEADER and head[0] == _HEADER and len(set(random)) > _VARIED * len(random)
