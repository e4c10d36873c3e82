"""Other kinds of files that hold packed or encrypted content, and what the sweep makes of them.

    "SNSS" i32 version                   sessions; 5: each record encrypted by OSCrypt, 2 and 4 as a whole
    "v10", "v11", "v20" …                a file encrypted by OSCrypt, as Chromium's copies of bookmarks are
    "VLnk"                               visited links: salted fingerprints
    "STCF" u8 version                    Firefox's TLS tickets; 2: zlib
    "PK" 03 04                           a zip archive

Where no keyring is at hand, Chromium on Linux encrypts with a password that is the same everywhere (`v10`);
these files open, all others are not examined.
Sources: components/os_crypt/sync/os_crypt_linux.cc, components/sessions/core/command_storage_backend.cc.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore
from scrubber.formats import visited_links
from scrubber.formats.damaged import Damaged
from scrubber.formats.zip_archive import FAILURES
from scrubber.residue import packed
from scrubber.residue.piece import LIMIT, Gap, Match, Part, Piece, slices, windows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.residue.search import Search

SNSS = b"SNSS"
VISITED_LINKS = b"VLnk"
TICKETS = b"STCF"
ZIP = b"PK\x03\x04"

_SEALED_VERSIONS = (2, 4, 5)
_BY_RECORD = 5
_SNSS_HEADER = struct.Struct("<4si")
_SIZE = struct.Struct("<I")
_OSCRYPT = (b"v10", b"v11", b"v20")
_BLOCK = 16
_PASSWORDS = (b"peanuts", b"")
_TICKETS_PACKED = 2
_MOST_MEMBERS = 100_000
_MOST_UNPACKED = 16 * LIMIT


def is_sealed(head: bytes, size: int) -> bool:
    """Whether a whole file is what OSCrypt makes: its mark, and bytes that are no text."""
    body = head[3:]
    return head.startswith(_OSCRYPT) and size > 3 + _BLOCK and not body.isascii()


def read_sealed(file: BinaryIO, path: Path, search: Search) -> Iterator[Part]:
    """A file encrypted as a whole. Raises UnreadableStore where the key isn't to be had."""
    file.seek(0)
    plain = _opened(file.read(LIMIT))
    if plain is None:
        raise UnreadableStore(path, "encrypted with a key of the system's")
    yield from slices(plain, search.reach, Piece("decrypted", "", 0, b"", "binary", inside=("decrypted",)))


def read_session(file: BinaryIO, path: Path, search: Search) -> Iterator[Part]:
    """A session file. Raises UnreadableStore where it is encrypted with a key that isn't to be had."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(_SNSS_HEADER.size)
    version = _SNSS_HEADER.unpack(head)[1] if len(head) == _SNSS_HEADER.size else 0
    if version not in _SEALED_VERSIONS:
        file.seek(0)
        yield from windows(file, size, search.reach)
        return
    if version != _BY_RECORD:
        raise UnreadableStore(path, "a session encrypted with a key of the system's")
    while len(length := file.read(_SIZE.size)) == _SIZE.size:
        plain = _opened(file.read(min(_SIZE.unpack(length)[0], LIMIT)))
        if plain is None:
            raise UnreadableStore(path, "a session encrypted with a key of the system's")
        at, facts = f"before offset {file.tell()}", (("before_offset", file.tell()),)
        yield Piece("session record", "", at, plain, "binary", inside=("decrypted",), facts=facts)


def read_visited_links(file: BinaryIO, path: Path, search: Search) -> Iterator[Part]:
    """Which of the likely addresses count as visited. Raises UnreadableStore."""
    file.seek(0)
    try:
        table = visited_links.read_table(file.read(LIMIT))
    except Damaged as error:
        raise UnreadableStore(path, f"visited links: {error}") from error
    for url, name in search.hashes.urls.items():
        if table.has(url):
            facts = (("scheme_and_host", url[: url.find("/", len("https://"))]),)
            yield Match("fingerprint", "", "visited links", name, "salted md5 of the address", facts=facts)


def read_tickets(file: BinaryIO, path: Path, search: Search) -> Iterator[Part]:
    """TLS tickets. Raises UnreadableStore."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(len(TICKETS) + 1)
    if head[-1] != _TICKETS_PACKED:
        file.seek(0)
        yield from windows(file, size, search.reach)
        return
    try:
        plain = zlib.decompressobj().decompress(file.read(LIMIT), LIMIT)
    except zlib.error as error:
        raise UnreadableStore(path, "TLS tickets that can't be unpacked") from error
    yield from slices(plain, search.reach, Piece("tickets", "", 0, b"", "binary", inside=("zlib",)))


def read_packed(file: BinaryIO, _: Path, search: Search) -> Iterator[Part]:
    """A file that is packed as a whole, or seems so. What can't be unpacked is found again in its bytes."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    found = packed.by_magic(file.read(LIMIT), search.dictionaries)
    if found is None or (found.lack and not found.data):
        file.seek(0)
        yield from windows(file, size, search.reach)  # where two bytes of zlib were chance
        return
    if size > LIMIT or found.lack:
        yield Gap(f"packed by {found.form}, {found.lack or f'of which {LIMIT >> 20} MiB were unpacked'}")
    yield from slices(found.data, search.reach, Piece(found.form, "", 0, b"", "binary", inside=(found.form,)))


def read_zip(file: BinaryIO, path: Path, search: Search) -> Iterator[Part]:
    """An archive, member by member. Raises UnreadableStore where it can't be opened."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            yield from _members(archive, search.reach)
    except FAILURES as error:
        # The message may have the name of a member.
        raise UnreadableStore(path, f"an archive that can't be opened ({type(error).__name__})") from error


def _members(archive: zipfile.ZipFile, reach: int) -> Iterator[Part]:
    unpacked = 0
    for number, member in enumerate(archive.infolist(), 1):
        if number > _MOST_MEMBERS:
            yield Gap(f"an archive of more than {_MOST_MEMBERS} members")
            return
        where, facts = f"member {number}", (("member", number),)
        name = os.fsencode(member.filename)
        yield Piece("archive", "", where, name, "name", facts=facts, part="name")
        with archive.open(member) as content:
            data = content.read(LIMIT + 1)
        unpacked += len(data)
        if unpacked > _MOST_UNPACKED:
            yield Gap(f"an archive of more than {_MOST_UNPACKED >> 20} MiB, which was left at {where}")
            return
        if len(data) > LIMIT:
            yield Gap(f"{where} was examined only in the first {LIMIT >> 20} MiB")
        inside = ("archive member",)
        like = Piece("archive", where, 0, b"", "binary", inside=inside, facts=facts)
        yield from slices(data[:LIMIT], reach, like)


def _opened(sealed: bytes) -> bytes | None:
    """AES-128-CBC by the password that is the same everywhere; None where it is another one."""
    if not sealed.startswith(_OSCRYPT[0]) or len(sealed) % _BLOCK != len(_OSCRYPT[0]):
        return None
    from cryptography.hazmat.primitives.ciphers import Cipher  # noqa: PLC0415 - seldom needed
    from cryptography.hazmat.primitives.ciphers.algorithms import AES128  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.modes import CBC  # noqa: PLC0415

    for password in _PASSWORDS:
        key = hashlib.pbkdf2_hmac("sha1", password, b"saltysalt", 1, _BLOCK)
        decryptor = Cipher(AES128(key), CBC(b" " * _BLOCK)).decryptor()
        padded = decryptor.update(sealed[3:]) + decryptor.finalize()
        pad = padded[-1] if padded else 0
        if 0 < pad <= _BLOCK and padded.endswith(bytes((pad,)) * pad):
            return padded[:-pad]
    return None
