"""What names a host without spelling it: Firefox's hashes of addresses, and bodies in Snappy.

Only who knows the address finds its hash. So the addresses are collected from the home as it was before, and
every hash that Firefox makes of one is looked for in every file afterwards. Nothing here is shared with what
it judges.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from typing import TYPE_CHECKING

from tests.browsers import evidence
from tests.browsers.hosts import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_HOSTS = "|".join(map(re.escape, sorted(TARGETS, key=len, reverse=True)))
_ADDRESS = re.compile(rf"https://(?:{_HOSTS})(?:/[A-Za-z0-9/_.%?=&-]*)?(?![A-Za-z0-9.-])".encode())
_MASK = (1 << 32) - 1


def addresses(home: Path) -> set[str]:
    """Every address of the target that any file of a home spells, packed or not, and its start pages."""
    found = {f"https://{host}/" for host in TARGETS}
    for _, content in evidence.contents(home):
        found.update(match[0].decode() for match in _ADDRESS.finditer(content))
    return found


def cache_keys(cache: Path) -> set[str]:
    """The keys of a plain `cache2` that are the target's by their address or by what they were asked from."""
    keys = {key(path.read_bytes()) for path in (cache / "cache2" / "entries").iterdir()}
    framed = re.compile(rb"partitionKey=%28https%2Copenai\.com(?:%2Cf)?%29.*:https://widget\.")
    return {each.decode() for each in keys if evidence.mentions((each,), TARGETS) or framed.search(each)}


def key(entry: bytes) -> bytes:
    """The key of one of `cache2`'s entries (netwerk/cache2/CacheFileMetadata.cpp)."""
    (offset,) = struct.unpack(">I", entry[-4:])
    # After the body: a hash of 4 bytes, one of 2 for each chunk of 256 KiB, the header with the key's length.
    header = offset + 4 + 2 * -(-offset // 262144)
    (length,) = struct.unpack_from(">I", entry, header + 24)
    return entry[header + 32 : header + 32 + length]


def hashed(home: Path, addresses: Iterable[str], keys: Iterable[str]) -> list[str]:
    """Where the hash of an address or of a cache key is: `places.sqlite: url hash of https://…`."""
    written = {form: what for address in addresses for form, what in _written(address)}
    numbers = {form: what for address in addresses for form, what in _numbers(address)}
    records = {hashlib.sha1(each.encode()).digest(): f"sha1 of {each}" for each in keys}
    written |= {record.hex().upper().encode(): what for record, what in records.items()}
    found = set()
    for path, content in evidence.contents(home):
        shown = str(path.relative_to(home))
        in_bytes = numbers if content.startswith(b"SQLite format 3\0") or "-wal" in path.name else records
        words = {word for text in (content, shown.encode()) for each in _WORDS for word in each.findall(text)}
        found |= {f"{shown}: {written[word]}" for word in words & written.keys()}
        found |= {f"{shown}: {what}" for needle, what in in_bytes.items() if needle in content}
    return sorted(found)


_WORDS = tuple(map(re.compile, (rb"[0-9a-fA-F]{32,64}", rb"[A-Za-z0-9+/]{22}==", rb"[A-Za-z0-9+-]{43}=")))


def _written(address: str) -> Iterator[tuple[bytes, str]]:
    md5, sha256 = hashlib.md5(address.encode()).digest(), hashlib.sha256(address.encode()).digest()
    yield md5.hex().encode(), f"md5 of {address}"  # a thumbnail's name
    yield sha256.hex().encode(), f"sha256 of {address}"  # a preview's name, and what is left of it
    yield base64.b64encode(sha256).replace(b"/", b"-"), f"sha256 of {address}"  # a manifest's name
    yield base64.b64encode(md5), f"md5 of {address}"  # a tile that was dismissed


def _numbers(address: str) -> Iterator[tuple[bytes, str]]:
    # As SQLite writes a number of this size, in cells, indexes and what is left of either.
    yield url_hash(address).to_bytes(6, "big"), f"url hash of {address}"
    # CacheStorage has the start of a hash for the address and for its query (dom/cache/DBSchema.cpp).
    yield hashlib.sha1(address.partition("?")[0].encode()).digest()[:8], f"sha1 of {address}, its start"


def url_hash(address: str) -> int:
    """Of 48 bits, after toolkit/components/places/Helpers.cpp: `HashURL`.

    `https://labs.openai.com/`, and anything that has a scheme: 16 bits of the scheme's, 32 of the whole's.
    """
    scheme = address.partition(":")[0]
    return ((_string_hash(scheme.encode()) & 0xFFFF) << 32) + _string_hash(address.encode()[:1500])


def _string_hash(text: bytes) -> int:
    value = 0
    for byte in text:
        rotated = ((value << 5) | (value >> 27)) & _MASK
        value = ((rotated ^ byte) * 0x9E3779B9) & _MASK
    return value
