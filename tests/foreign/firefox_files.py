"""Firefox's own small formats, read by what its sources say of them: field by field, as a stream.

Nothing is shared with the formats that they are held against. A file that isn't sound ends in an exception of
any kind.
"""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from typing import TYPE_CHECKING, NamedTuple

import lz4.block
from Cryptodome.Cipher import AES

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

_GOLDEN = 0x9E3779B9
_CHUNK = 256 * 1024
_ESCAPES = {"n": "\n", "r": "\r", "\\": "\\", '"': '"', "'": "'"}


def exactly(file: BinaryIO, size: int) -> bytes:
    """So many bytes; EOFError where there are fewer."""
    data = file.read(size)
    if len(data) != size:
        raise EOFError(size)
    return data


def big(file: BinaryIO, size: int) -> int:
    """A big-endian number."""
    return int.from_bytes(exactly(file, size), "big")


def little(file: BinaryIO, size: int) -> int:
    """A little-endian number."""
    return int.from_bytes(exactly(file, size), "little")


class Slot(NamedTuple):
    """A slot of DataStorage whose checksum is right."""

    number: int
    score: int
    day: int
    key: str
    value: str


def slots(content: bytes, value_size: int) -> list[Slot]:
    """The slots in use that Firefox takes (security/manager/ssl/data_storage/src/lib.rs)."""
    file = io.BytesIO(content)
    found = []
    for number in range(len(content) // (262 + value_size)):
        checksum = exactly(file, 2)
        score, day = big(file, 2), big(file, 2)
        key, value = exactly(file, 256), exactly(file, value_size)
        whole = score.to_bytes(2, "big") + day.to_bytes(2, "big") + key + value
        if checksum == bytes((_xor(whole[::2]), _xor(whole[1::2]))) and key.strip(b"\0"):
            texts = (part.partition(b"\0")[0].decode() for part in (key, value))
            found.append(Slot(number, score, day, *texts))
    assert not file.read()
    return found


def _xor(data: bytes) -> int:
    total = 0
    for byte in data:
        total ^= byte
    return total


def storage_owner(content: bytes, *, is_first_version: bool = False) -> dict[str, str]:
    """Suffix, group, origin of `.metadata-v2`, or of the older `.metadata` (dom/quota/ActorsParent.cpp)."""
    file = io.BytesIO(content)
    exactly(file, 8)
    if not is_first_version:
        exactly(file, 9)
    names = ("group", "origin") if is_first_version else ("suffix", "group", "origin")
    return {name: exactly(file, big(file, 4)).decode() for name in names}


def prefs(content: str) -> dict[str, str | int | bool]:
    """All preferences of a `prefs.js`, letter by letter (modules/libpref/parser/src/lib.rs)."""
    found: dict[str, str | int | bool] = {}
    at = 0
    while at < len(content):
        if content[at] in " \r\n\t":
            at += 1
        elif content.startswith(("//", "#"), at):
            at = _behind(content, "\n", at)
        elif content.startswith("/*", at):
            at = _behind(content, "*/", at)
        else:
            name, at = _string(content, content.index("(", at) + 1)
            at = content.index(",", at) + 1
            while content[at] == " ":
                at += 1
            if content[at] in "\"'":
                found[name], at = _string(content, at)
            else:
                word = content[at : content.index(")", at)].strip()
                found[name] = word == "true" if word in ("true", "false") else int(word)
            at = content.index(";", at) + 1
    return found


def _behind(content: str, end: str, at: int) -> int:
    found = content.find(end, at)
    return len(content) if found < 0 else found + len(end)


def _string(content: str, at: int) -> tuple[str, int]:
    while content[at] == " ":
        at += 1
    quote, text = content[at], bytearray()
    at += 1
    while content[at] != quote:
        letter, at = content[at], at + 1
        if letter == "\\":
            kind, at = content[at], at + 1
            digits = {"x": 2, "u": 4}.get(kind, 0)
            letter = chr(int(content[at : at + digits], 16)) if digits else _ESCAPES[kind]
            at += digits
        text += letter.encode("utf-16-le", "surrogatepass")
    return text.decode("utf-16-le"), at + 1


def lookup2(data: bytes) -> int:
    """<http://burtleburtle.net/bob/c/lookup2.c>, byte by byte."""
    state = [_GOLDEN, _GOLDEN, 0]
    at = 0
    while len(data) - at >= 12:
        for word in range(3):
            state[word] += int.from_bytes(data[at + 4 * word : at + 4 * word + 4], "little")
        _mix(state)
        at += 12
    state[2] += len(data)
    # The lowest byte of the third word is the length's.
    for place, byte in zip((*range(8), 9, 10, 11), data[at:], strict=False):
        state[place // 4] += byte << 8 * (place % 4)
    _mix(state)
    return state[2]


def _mix(state: list[int]) -> None:
    shifts = (-13, 8, -13, -12, 16, -5, -3, 10, -15)
    for step, shift in enumerate(shifts):
        own, one, other = step % 3, (step + 1) % 3, (step + 2) % 3
        number = (state[own] - state[one] - state[other]) & 0xFFFFFFFF
        by = state[other] & 0xFFFFFFFF
        state[own] = (number ^ (by << shift if shift > 0 else by >> -shift)) & 0xFFFFFFFF


class Cached(NamedTuple):
    """An entry of cache2."""

    key: bytes
    elements: dict[bytes, bytes]
    body: bytes


def cached(content: bytes, secret: bytes | None = None) -> Cached:
    """An entry of version 4, its checksums right (netwerk/cache2/CacheFileMetadata.cpp, CacheCrypto.cpp)."""
    trailer = content[-8:]
    assert trailer[:4] == b"\0\0\0\4"
    size, sealed = int.from_bytes(trailer[4:], "big") & 0x7FFFFFFF, trailer[4] >> 7
    file = io.BytesIO(content[:-8])
    more = 28 if sealed else 0
    chunks = []
    for number, start in enumerate(range(0, size, _CHUNK)):
        block = exactly(file, min(_CHUNK, size - start) + more)
        chunks.append(_open(block, number, secret) if sealed else block)
    rest = file.read()
    metadata = io.BytesIO(_open(rest, (1 << 64) - 1, secret, trailer) if sealed else rest)
    assert big(metadata, 4) == lookup2(metadata.getvalue()[4:])
    assert all(big(metadata, 2) == lookup2(chunk) & 0xFFFF for chunk in chunks)
    assert big(metadata, 4) == 4
    exactly(metadata, 20)
    length = big(metadata, 4)
    exactly(metadata, 4)
    key = exactly(metadata, length)
    assert exactly(metadata, 1) == b"\0"
    return Cached(key, dict(re.findall(rb"([^\0]*)\0([^\0]*)\0", metadata.read())), b"".join(chunks))


def _open(block: bytes, number: int, secret: bytes | None, more: bytes = b"") -> bytes:
    assert secret
    box = AES.new(secret, AES.MODE_GCM, nonce=block[-12:])
    box.update(number.to_bytes(8, "little") + more)
    return box.decrypt_and_verify(block[:-28], block[-28:-12])


class Indexed(NamedTuple):
    """What cache2's index has of an entry."""

    name: str
    frecency: int
    content_type: int
    kilobytes: int


def cache_index(content: bytes, *, log_of: int = 0) -> list[Indexed]:
    """The index, or a log of changes of the version that is given (netwerk/cache2/CacheIndex.h)."""
    file = io.BytesIO(content)
    version = log_of or big(file, 4)
    if not log_of:
        exactly(file, 12 if version < 12 else 16)
    start = file.tell()
    found = []
    while len(content) - file.tell() > 4:
        name, frecency = exactly(file, 20).hex().upper(), big(file, 4)
        exactly(file, 8 + (8 if version >= 13 else 4))
        found.append(Indexed(name, frecency, big(file, 1), big(file, 4) & 0xFFFFFF))
    assert big(file, 4) == lookup2(content[start:-4])
    return found


def cache_key(key: str) -> tuple[str, str, str]:
    """URL, origin attributes, extension: letter by letter (netwerk/cache2/CacheFileUtils.cpp, KeyParser)."""
    tags: dict[str, str] = {}
    while key[0] != ":":
        tag, rest = key[0], key[1:]
        tags[tag], key = _tag_value(rest)
    return key[1:], tags.get("O", ""), tags.get("~", "")


def _tag_value(rest: str) -> tuple[str, str]:
    value = ""
    while True:
        before, comma, rest = rest.partition(",")
        assert comma
        value += before
        if not rest.startswith(","):
            return value, rest
        value, rest = f"{value},", rest[1:]


def cache_name(key: bytes) -> str:
    """What the entry's file is called."""
    return "".join(f"{byte:02X}" for byte in hashlib.sha1(key).digest())


def tickets(content: bytes) -> list[tuple[int, str]]:
    """Number and key of each TLS ticket, all records whole (netwerk/base/ssl_tokens_cache/src/lib.rs)."""
    assert content[:4] == b"STCF"
    version = content[4]
    if version == 3:
        body, checksum = content[5:-4], content[-4:]
        assert zlib.adler32(body) == int.from_bytes(checksum, "little")
    else:
        body = zlib.decompress(content[5:])
    file = io.BytesIO(body)
    found = [_ticket(file, _record_3 if version == 3 else _record_2) for _ in range(little(file, 8))]
    assert not file.read()
    return found


def _ticket(file: BinaryIO, rest: Callable[[BinaryIO], None]) -> tuple[int, str]:
    number, key = little(file, 8), exactly(file, little(file, 8)).decode()
    exactly(file, 8)
    rest(file)
    return number, key


def _record_3(file: BinaryIO) -> None:
    exactly(file, 1)
    exactly(file, little(file, 8))


def _record_2(file: BinaryIO) -> None:
    exactly(file, little(file, 8))
    exactly(file, 4)
    exactly(file, little(file, 8))
    for _ in range(2):
        if exactly(file, 1) == b"\1":
            for _ in range(little(file, 8)):
                exactly(file, little(file, 8))
    if exactly(file, 1) == b"\1":
        exactly(file, 1)


def mozlz4(content: bytes) -> bytes:
    """LZ4 behind its own magic."""
    assert content[:8] == b"mozLz40\0"
    unpacked: bytes = lz4.block.decompress(content[8:])
    return unpacked


def snappy(block: bytes) -> bytes:
    """<https://github.com/google/snappy/blob/main/format_description.txt>, element by element."""
    file = io.BytesIO(block)
    size = shift = 0
    while (byte := exactly(file, 1)[0]) >= 0x80:
        size |= (byte & 0x7F) << shift
        shift += 7
    size |= byte << shift
    plain = bytearray()
    while tag := file.read(1):
        kind, length = tag[0] & 3, tag[0] >> 2
        if kind == 0:
            more = max(0, length - 59)
            plain += exactly(file, 1 + (little(file, more) if more else length))
            continue
        if kind == 1:
            length, offset = 4 + (length & 7), (tag[0] >> 5 << 8) + little(file, 1)
        else:
            length, offset = length + 1, little(file, 2 if kind == 2 else 4)
        assert 0 < offset <= len(plain)
        for _ in range(length):
            plain.append(plain[-offset])
    assert len(plain) == size
    return bytes(plain)


def framed_snappy(content: bytes) -> bytes:
    """<https://github.com/google/snappy/blob/main/framing_format.txt>, without the checksums."""
    file, plain = io.BytesIO(content), b""
    while kind := file.read(1):
        chunk = exactly(file, little(file, 3))
        if kind in b"\0\1":
            plain += snappy(chunk[4:]) if kind == b"\0" else chunk[4:]
        else:
            assert kind[0] >= 0x80
    return plain
