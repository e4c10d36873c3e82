"""Texts within texts: what base64, hex, escapes, UTF-16 and packings hold, one level at a time.

Each level is quick to rule out, because all bytes of all files come through here. A text is decoded as a
whole only where it has the means to hide a name: a run of base64 long enough for one, an escape of a letter,
a dot or a character that base64 needs.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, NamedTuple

from scrubber.residue import packed, plists
from scrubber.residue.embedded import embedded
from scrubber.residue.piece import Gap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrubber.residue.borders import Reading
    from scrubber.residue.dictionaries import Dictionaries

DEPTH = 3
"""How many levels are looked through."""
SEPARATOR = b"\xff\xff"
"""Between decoded runs: no part of any name, and no length that a text could have."""

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
# By class: runs of one letter are found as fast as bytes can be searched.
_IS_BASE64 = bytes(97 if byte in _LETTERS else 32 for byte in range(256))
_IS_HEX = bytes(97 if byte in b"0123456789abcdefABCDEF" else 32 for byte in range(256))
_LONGEST_HASH = 128
_SHORTEST_LINE = 32
_LINE = b"a" * _SHORTEST_LINE
_IN_LINE = bytes({10: 110, 13: 114}.get(byte, kind) for byte, kind in enumerate(_IS_BASE64))
_IN_LINES = re.compile(rb"[A-Za-z0-9+/_-]+(?:\r?\n[ \t]*[A-Za-z0-9+/_-]+)+")
_STANDARD = bytes.maketrans(b"-_", b"+/")
SHORTEST_RUN = 16
"""Letters of the shortest run that can be a name in base64, or a hash."""
_BETWEEN = b"AAAA"
"""Parts encoded runs; decoded it is zeros."""
_PACKED = (b"YnBsaXN0", b"H4sI", b"KLUv", b"bW96TH", b"_wYA", b"/wYA", b"eJ", b"eN", b"eA", b"eF")
"""How the base64 of property lists, gzip, Zstandard, mozlz4, framed Snappy and zlib starts."""
# Visible characters and zeros: `azaz…` is UTF-16.
_IS_WIDE = bytes(97 if 0x20 < byte < 0x7F else 122 if byte == 0 else 32 for byte in range(256))
_WIDE_RUN = b"az" * 20
_WIDE = re.compile(rb"\0?(?:[\x20-\x7e]\0)+[\x20-\x7e]?")

# Escapes of what a name or its base64 is made of; others only part it from what is beside it.
_HIDING = re.compile(
    rb"%(00|2[5bdefBDEF]|3[0-9adAD]|[4-9a-fA-F][0-9a-fA-F])|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\([/\\])"
)


_SURROUNDINGS = 512
"""Bytes around an escape that are looked at: more than any name has, escaped as it may be."""
_CHUNK = 1 << 12
_PRINTABLE = bytes(range(0x20, 0x7F))
_MOST_OTHERS = 0.55  # where all bytes are alike, 0.63 aren't printable


class Layer(NamedTuple):
    """What was encoded in some bytes."""

    form: str
    data: bytes
    reading: Reading
    cost: int = 1
    """How many of DEPTH levels it is."""
    at: int = 0
    """Where it starts, as far as that is known."""


def base64_runs(data: bytes) -> list[bytes]:
    """The longest runs of base64 of either alphabet, hex among them; before them what lines part, as one."""
    return [*_lines(data), *runs_of(data, _IS_BASE64, SHORTEST_RUN)]


def layers(
    data: bytes,
    reading: Reading,
    runs: list[bytes],
    dictionaries: Dictionaries,
    *,
    is_value: bool = False,
    goes_on: bool = False,
) -> Iterator[Layer | Gap]:
    """All that is encoded in these bytes, one level deep; `runs` are those that `base64_runs` finds.

    `is_value`: the bytes are all of a value. `goes_on`: they are not all of a file.
    """
    yield from _unpacked(data, dictionaries, is_value)
    for at, found in embedded(data):
        yield from (layer._replace(at=at) if isinstance(layer, Layer) else layer for layer in _of(found))
        if goes_on and found.unfinished:
            yield Gap(f"what is packed by {found.form} goes on behind what was examined")
    plain = unescaped(_texts(data))
    if plain is not None:
        yield Layer("escapes", plain, reading)
    if runs:
        joined = _BETWEEN.join(runs).translate(_STANDARD)
        # A run may start anywhere in a group of four, and begin with what is no part of it.
        for skipped in range(4):
            yield Layer("base64", _decoded(joined[skipped:]), "binary")
        yield from _hexadecimal(runs)
    for run in _whole(run for run in runs if run.startswith(_PACKED)):
        yield from _unpacked(_decoded(run.translate(_STANDARD)), dictionaries, is_value=False)
    if b"\0" in data and (narrow := _narrowed(data)):
        yield Layer("utf-16", narrow, "binary", 0)


def unescaped(data: bytes) -> bytes | None:
    """One level of URL and JSON escapes less, around where they are; None where none could hide a name."""
    spans = sorted(span for sign in (b"%", b"\\") for span in _around(data, sign))
    if not spans:
        return None
    merged = [spans[0]]
    for start, end in spans[1:]:
        if start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return SEPARATOR.join(_HIDING.sub(_character, data[start:end]) for start, end in merged)


def runs_of(data: bytes, classes: bytes, shortest: int) -> Iterator[bytes]:
    """The longest runs of bytes that `classes` maps to `a`."""
    marked = data.translate(classes)
    sought = b"a" * shortest
    at = marked.find(sought)
    while at >= 0:
        end = marked.find(b" ", at)
        end = end if end >= 0 else len(data)
        yield data[at:end]
        at = marked.find(sought, end)


def _around(data: bytes, sign: bytes) -> Iterator[tuple[int, int]]:
    """What surrounds the escapes that start with this sign."""
    at = data.find(sign)
    while at >= 0:
        if _HIDING.match(data, at):
            yield max(0, at - _SURROUNDINGS), at + 2 * _SURROUNDINGS
            at += _SURROUNDINGS
        at = data.find(sign, at + 1)


def _unpacked(data: bytes, dictionaries: Dictionaries, is_value: bool) -> Iterator[Layer | Gap]:
    found = packed.by_magic(data, dictionaries) or plists.strings(data)
    if not found and is_value:
        found = packed.value(data)
    if found:
        yield from _of(found)


def _of(found: packed.Unpacked) -> Iterator[Layer | Gap]:
    if found.data:
        yield Layer(found.form, found.data, "binary")
    if found.lack:
        yield Gap(f"what is packed by {found.form} {found.lack}")


def _lines(data: bytes) -> Iterator[bytes]:
    """Base64 in lines, as MIME has it; in JSON their ends are escapes."""
    if b"\\n" in data:
        data = data.replace(b"\\r\\n", b"\n").replace(b"\\n", b"\n")
    if b"\n" not in data:
        return
    marked = data.translate(_IN_LINE)
    for sought in (_LINE + b"n", _LINE + b"rn"):
        done = 0
        at = marked.find(sought)
        while at >= 0:
            start = max(done, marked.rfind(b" ", done, at) + 1, marked.rfind(b"n", done, at) + 1)
            if match := _IN_LINES.match(data, start):
                yield match[0].translate(None, b"\r\n\t ")
            done = max(at + 1, match.end() if match else 0)
            at = marked.find(sought, done)


def _whole(runs: Iterable[bytes]) -> Iterator[bytes]:
    """The runs without those that are only the first line of another."""
    longest: dict[bytes, bytes] = {}
    by_length = sorted(runs, key=len)
    for run in by_length:
        longest[run[:SHORTEST_RUN]] = run
    for run in by_length:
        other = longest[run[:SHORTEST_RUN]]
        if len(run) == len(other) or not other.startswith(run):
            yield run


def _hexadecimal(runs: list[bytes]) -> Iterator[Layer]:
    """Names in hex have a dot; what has none may be packed, and is longer than hashes are."""
    found = [
        run
        for run in runs_of(b" ".join(runs), _IS_HEX, SHORTEST_RUN)
        if len(run) > _LONGEST_HASH or b"2e" in run.lower()
    ]
    # A run may begin with half of something else.
    for skipped in (0, 1) if found else ():
        pairs = (run[skipped : len(run) - (len(run) - skipped) % 2] for run in found)
        yield Layer("hex", SEPARATOR.join(map(binascii.unhexlify, pairs)), "binary")


def _decoded(run: bytes) -> bytes:
    """Of any length: what a last group lacks counts as zeros; a lone character says nothing."""
    if len(run) % 4 == 1:
        run = run[:-1]
    return binascii.a2b_base64(run + b"A" * (-len(run) % 4))


def _texts(data: bytes) -> bytes:
    """What of a large content may be text, at least in part: pictures have bytes of every kind alike."""
    if len(data) < _CHUNK * 4:
        return data
    found = []
    for start in range(0, len(data), _CHUNK):
        chunk = data[start : start + _CHUNK]
        if len(chunk.translate(None, _PRINTABLE)) < len(chunk) * _MOST_OTHERS:
            found.append(data[max(0, start - _SURROUNDINGS) : start + _CHUNK + _SURROUNDINGS])
    return SEPARATOR.join(found)


def _narrowed(data: bytes) -> bytes:
    marked = data.translate(_IS_WIDE)
    found = []
    at = marked.find(_WIDE_RUN)
    while at >= 0:
        match = _WIDE.match(data, max(0, at - 1)) or _WIDE.match(data, at)
        if match is None:
            break
        found.append(match[0].replace(b"\0", b""))
        at = marked.find(_WIDE_RUN, max(match.end(), at + 1))
    return SEPARATOR.join(found)


def _character(escape: re.Match[bytes]) -> bytes:
    byte, unit, code, itself = escape.groups()
    if unit:
        return chr(int(unit, 16)).encode("utf-8", "replace")
    return itself or bytes.fromhex((byte or code).decode())
