"""Firefox's cached responses and their index, as the sweep reads them; `formats.cache2` draws the layout.

Encrypted entries open with the key that the profile's preferences hold, where there is one.
"""

from __future__ import annotations

import io
import re
import struct
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore
from scrubber.formats.cache2.entry import Entry, NoKey, read_body, read_entry
from scrubber.formats.cache2.index import Index, read_index, read_log
from scrubber.formats.damaged import Damaged
from scrubber.residue.piece import LIMIT, Match, Part
from scrubber.residue.responses import NOTHING, Response, said_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.residue.search import Search

_TRAILER = struct.Struct(">II")
_ENCRYPTED = 1 << 31
_VERSIONS = range(4, 16)
_NAME = re.compile(r"[0-9A-F]{40}")
_INDEX_VERSIONS = (b"\0\0\0\x0a", b"\0\0\0\x0c", b"\0\0\0\x0d")
_LARGEST_INDEX = LIMIT
_RECORD_SIZES = (41, 45)


def is_entry(path: Path, tail: bytes, size: int) -> bool:
    """By its name, or by a trailer that names a version and a body no longer than the file."""
    if _NAME.fullmatch(path.name):
        return True
    if path.parent.name != "doomed" or len(tail) < _TRAILER.size:
        return False
    version, word = _TRAILER.unpack(tail[-_TRAILER.size :])
    return version in _VERSIONS and word & ~_ENCRYPTED < size


def is_index(path: Path, head: bytes) -> bool:
    """An index starts with its version; a log of changes with a hash, so that only its name tells."""
    named = path.name.startswith("index") and head.startswith(_INDEX_VERSIONS)
    return named or path.name == "index.log"


def read_cached(file: BinaryIO, path: Path, search: Search) -> Iterator[Part]:
    """An entry's file. Raises UnreadableStore where it is damaged or can't be decrypted."""
    try:
        entry = read_entry(file, search.cache_secret)
        body = _decrypted(file, entry, search.cache_secret) if entry.is_encrypted else file
    except NoKey as error:
        raise UnreadableStore(path, "an encrypted entry of a cache") from error
    except Damaged as error:
        raise UnreadableStore(path, f"an entry of a cache: {error}") from error
    response = Response(entry.key, search, ("decrypted",) if entry.is_encrypted else ())
    yield response.of_key()
    headers = b"\n".join(b"%s: %s" % pair for pair in entry.elements)
    yield response.headers(headers)
    stop, head = entry.response_size, dict(entry.elements).get(b"response-head", b"")
    yield from response.body(body, 0, stop, said_by(head))
    yield from response.body(body, stop, entry.body_size, NOTHING)


def read_the_index(file: BinaryIO, path: Path, search: Search) -> Iterator[Part]:
    """Which entries there are, by the SHA-1 of their keys. Raises UnreadableStore."""
    file.seek(0)
    try:
        index = _index(file.read(_LARGEST_INDEX), path)
    except Damaged as error:
        raise UnreadableStore(path, f"a cache's index: {error}") from error
    for name in index.names():
        if found := search.hashes.token(name.lower()):
            yield Match("cache index", "", f"entry {name}", found.name, found.form, facts=(("entry", name),))


def _decrypted(file: BinaryIO, entry: Entry, secret: bytes | None) -> BinaryIO:
    body = io.BytesIO()
    for block in read_body(file, entry, secret):
        body.write(block)
    return body


def _index(content: bytes, path: Path) -> Index:
    if path.name != "index.log":
        return read_index(content)
    for size in _RECORD_SIZES:
        try:
            return read_log(content, size)
        except Damaged:
            continue
    raise Damaged("no log of changes")
