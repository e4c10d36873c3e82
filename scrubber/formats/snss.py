"""Chromium's session files (SNSS): commands that, played back in order, open windows, tabs and pages again.

    "SNSS" | i32 version | record*
    version 1, 3 (with a marker once the first state is complete): u16 size | u8 command | payload[size - 1]
    version 5: u32 size | record encrypted with the system's key        2, 4: encrypted as a whole

Little-endian. What follows a record that isn't whole is never read. A payload is a struct or a pickle, by
command; a page's record is a pickle: tab, place in its history, URL, title, …
Sources: components/sessions/core/command_storage_backend.cc, session_service_commands.cc,
tab_restore_service_impl.cc, base_session_service_commands.cc.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.formats.damaged import Damaged
from scrubber.formats.pickle import Pickle

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKER = 255
"""The command that says: what is needed to restore is complete."""

_HEADER = struct.Struct("<4si")
_MAGIC = b"SNSS"
_PLAIN = (1, 3)
_ENCRYPTED = (2, 4, 5)
_BY_RECORD = 5
_SIZE = struct.Struct("<H")
_SEALED_SIZE = struct.Struct("<I")


class Encrypted(Damaged):
    """A session file that only the browser can read."""


@dataclass(frozen=True)
class Record:
    """One command."""

    command: int
    payload: bytes


@dataclass(frozen=True)
class Session:
    """A session file."""

    version: int
    records: tuple[Record, ...]
    rest: bytes
    """What follows the last whole record; no browser reads it."""


@dataclass(frozen=True)
class Page:
    """What a page's record says of it."""

    tab: int
    place: int
    url: str
    title: str


def read_session(content: bytes) -> Session:
    """Raises Damaged; Encrypted where that is why."""
    version = _version(content)
    if version in _ENCRYPTED:
        raise Encrypted("encrypted with a key of the system's")
    records: list[Record] = []
    at = _HEADER.size
    while len(content) - at >= _SIZE.size:
        (size,) = _SIZE.unpack_from(content, at)
        end = at + _SIZE.size + size
        if not size or end > len(content):
            break
        records.append(Record(content[at + _SIZE.size], content[at + _SIZE.size + 1 : end]))
        at = end
    return Session(version, tuple(records), content[at:])


def write_session(session: Session) -> bytes:
    """The file."""
    pieces = [_HEADER.pack(_MAGIC, session.version)]
    for record in session.records:
        pieces += (_SIZE.pack(1 + len(record.payload)), bytes((record.command,)), record.payload)
    return b"".join((*pieces, session.rest))


def count_sealed(content: bytes) -> int:
    """How many records an encrypted file has; 0 where they can't be told apart. Raises Damaged."""
    if _version(content) != _BY_RECORD:
        return 0
    return sum(1 for _ in _sealed_sizes(content))


def read_page(record: Record) -> Page:
    """A page's record. Raises Damaged."""
    pickle = Pickle(record.payload)
    return Page(pickle.integer(), pickle.integer(), pickle.string(), pickle.string16())


def _version(content: bytes) -> int:
    if len(content) < _HEADER.size:
        raise Damaged("too short for a session file")
    magic, version = _HEADER.unpack_from(content)
    if magic != _MAGIC or version not in (*_PLAIN, *_ENCRYPTED):
        raise Damaged("not a session file, or one of an unknown version")
    return int(version)


def _sealed_sizes(content: bytes) -> Iterator[int]:
    at = _HEADER.size
    while len(content) - at >= _SEALED_SIZE.size:
        (size,) = _SEALED_SIZE.unpack_from(content, at)
        at += _SEALED_SIZE.size + size
        if not size or at > len(content):
            return
        yield size
