"""What is packed with a dictionary, and the dictionaries: earlier responses that lie in caches too.

    ff 44 43 42             | SHA-256 of the dictionary | Brotli       dcb
    5e 2a 4d 18 20 00 00 00 | SHA-256 of the dictionary | Zstandard    dcz

Browsers unpack such a body before they store it; Chromium leaves its header as it came, so that `dcz` may
stand beside a plain body. Some versions of Firefox stored what had come: later ones drop such entries.
Sources: RFC 9842; net/shared_dictionary/shared_dictionary_network_transaction.cc,
netwerk/protocol/http/nsHttpChannel.cpp.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from scrubber.residue import shared_brotli
from scrubber.residue.frames import end_of_zstandard
from scrubber.residue.packed import DAMAGED, DCB, DCZ, Unpacked, only_the_first
from scrubber.residue.piece import LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scrubber.residue.tally import NotExamined, Remnant

    Finding = Remnant | NotExamined

_SHA256, _CHUNK = 32, 1 << 17
_MOST_KEPT = 2 * LIMIT
"""Bytes of dictionaries that are kept at a time: usual ones have a few MiB, and LIMIT is the most."""
_LACKING = "can't be unpacked without the dictionary"


class Dictionaries:
    """Those of one sweep: what was needed, what may be one, and the contents of those that are both."""

    def __init__(self) -> None:
        self._needed: set[bytes] = set()
        self._offered: set[bytes] = set()
        self._contents: dict[bytes, bytes] = {}
        self.wanted: frozenset[bytes] = frozenset()
        """By their SHA-256: those of which the content is kept when it comes by."""

    def unpacked(self, data: bytes, form: str) -> Unpacked:
        """What is packed behind one of the two magics."""
        magic, unpack = next(kind for kind in _KINDS if data.startswith(kind[0]))
        start = len(magic) + _SHA256
        digest = data[len(magic) : start]
        dictionary = self._contents.get(digest)
        if dictionary is None:
            self._needed.add(digest)
            return Unpacked(form, b"", _LACKING)
        return unpack(data[start:], dictionary, form)

    def offer(self, content: bytes) -> None:
        """A response that the browser was told to use as a dictionary, unpacked."""
        digest = hashlib.sha256(content).digest()
        self._offered.add(digest)
        kept = sum(map(len, self._contents.values()))
        if digest in self.wanted and kept + len(content) <= _MOST_KEPT:
            self._contents[digest] = content

    def since_last(self) -> tuple[frozenset[bytes], frozenset[bytes]]:
        """What was needed in vain and what was offered since the last call."""
        found = frozenset(self._needed), frozenset(self._offered)
        self._needed.clear()
        self._offered.clear()
        return found


class PutOff:
    """Files that need a dictionary, which may lie in any other file: they are read again at the end."""

    def __init__(self, dictionaries: Dictionaries, read: Callable[[Path], tuple[list[Finding], int]]) -> None:
        self._dictionaries = dictionaries
        self._read = read
        self._places: dict[bytes, Path] = {}
        self._held: dict[Path, tuple[list[Finding], frozenset[bytes]]] = {}

    def first(self, path: Path) -> tuple[list[Finding], int]:
        """What a file holds, nothing as yet where it needs a dictionary, and its size in bytes."""
        found, size = self._read(path)
        needed = self._noted(path)
        if needed:
            self._held[path] = found, needed
            return [], size
        return found, size

    def last(self) -> list[Finding]:
        """What those files hold, unpacked where a dictionary was found; that may have been packed itself."""
        while ready := self._ready():
            self._dictionaries.wanted |= ready
            for path in dict.fromkeys(self._places[digest] for digest in sorted(ready)):
                self._read(path)
                self._noted(path)
            for path, (_, needed) in self._held.items():
                if needed & ready:
                    found, _ = self._read(path)
                    self._held[path] = found, self._noted(path)
        return [finding for found, _ in self._held.values() for finding in found]

    def _ready(self) -> frozenset[bytes]:
        """What is needed, and is known to lie somewhere."""
        needed = frozenset(digest for _, missing in self._held.values() for digest in missing)
        return (needed & self._places.keys()) - self._dictionaries.wanted

    def _noted(self, path: Path) -> frozenset[bytes]:
        """What the file that was read just now needs in vain; what it has is noted."""
        needed, offered = self._dictionaries.since_last()
        for digest in offered:
            self._places.setdefault(digest, path)
        return needed


def _zstandard(data: bytes, dictionary: bytes, form: str) -> Unpacked:
    import zstandard  # noqa: PLC0415 - seldom needed

    raw = zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    plain = bytearray()
    try:
        with zstandard.ZstdDecompressor(dict_data=raw).stream_reader(data, read_across_frames=True) as reader:
            while len(plain) <= LIMIT and (block := reader.read1(_CHUNK)):
                plain += block
    except zstandard.ZstdError:
        return _unpacked(plain, form, is_whole=False)
    # One that is cut off unpacks without an error.
    end: int | None = 0
    while end is not None and end < len(data):
        end = end_of_zstandard(data, end)
    return _unpacked(plain, form, is_whole=end is not None)


def _brotli(data: bytes, dictionary: bytes, form: str) -> Unpacked:
    found = shared_brotli.unpacked(data, dictionary, LIMIT + 1)
    if found is None:
        return Unpacked(form, b"", _LACKING)
    plain, is_whole = found
    return _unpacked(plain, form, is_whole=is_whole)


def _unpacked(plain: bytes | bytearray, form: str, *, is_whole: bool) -> Unpacked:
    lack = only_the_first() if len(plain) > LIMIT else "" if is_whole else DAMAGED
    return Unpacked(form, bytes(plain[:LIMIT]), lack)


_KINDS = ((DCB, _brotli), (DCZ, _zstandard))
"""By the magic: what unpacks the bytes that follow the hash, with the dictionary."""
