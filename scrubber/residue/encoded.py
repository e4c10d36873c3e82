"""Texts within texts: what base64, escapes, UTF-16 and packings hold, one level at a time.

Each level is quick to rule out, because all bytes of all files come through here. A text is decoded as a
whole only where it has the means to hide a name: a run of base64 long enough for one, an escape of a letter,
a dot or a character that base64 needs.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, NamedTuple

from scrubber.residue import packed
from scrubber.residue.piece import Gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubber.residue.forms import Reading

DEPTH = 3
"""How many levels are looked through."""
SEPARATOR = b"\xff\xff"
"""Between decoded runs: no part of any name, and no length that a text could have."""

# Base64 in both alphabets, by class: runs of one letter are found as fast as bytes can be searched.
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_IS_BASE64 = bytes(97 if byte in _BASE64 else 32 for byte in range(256))
_STANDARD = bytes.maketrans(b"-_", b"+/")
# Visible characters and zeros: `azaz…` is UTF-16.
_IS_WIDE = bytes(97 if 0x20 < byte < 0x7F else 122 if byte == 0 else 32 for byte in range(256))
_WIDE_RUN = b"az" * 20
_WIDE = re.compile(rb"\0?(?:[\x20-\x7e]\0)+[\x20-\x7e]?")

_HIDING = re.compile(
    rb"%(?:2[5bdefBDEF]|3[0-9adAD]|[4-9a-fA-F][0-9a-fA-F])|\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[/\\])"
)
_ESCAPE = re.compile(rb'%([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\(["\\/bfnrt])')
_SHORT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


class Layer(NamedTuple):
    """What was encoded in some bytes."""

    form: str
    data: bytes
    reading: Reading
    cost: int = 1
    """How many of DEPTH levels it is."""


def layers(
    data: bytes, reading: Reading, shortest_run: int, *, is_value: bool = False
) -> Iterator[Layer | Gap]:
    """All that is encoded in these bytes, one level deep. Base64 counts from `shortest_run` on."""
    yield from _unpacked(data, is_value)
    if len(data) < shortest_run:
        return
    if b"%" in data or b"\\" in data:
        plain = unescaped(data)
        if plain is not None:
            yield Layer("escapes", plain, reading)
    runs = list(_runs(data, shortest_run))
    if runs:
        for skipped in range(4):
            yield Layer("base64", SEPARATOR.join(_decoded(run[skipped:]) for run in runs), "binary")
        yield from _packed_runs(runs)
    if b"\0" in data and (narrow := _narrowed(data)):
        yield Layer("utf-16", narrow, "binary", 0)


def unescaped(data: bytes) -> bytes | None:
    """One level of URL and JSON escapes less; None where none of them could hide a name."""
    return _ESCAPE.sub(_character, data) if _HIDING.search(data) else None


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


def _unpacked(data: bytes, is_value: bool) -> Iterator[Layer | Gap]:
    found = packed.by_magic(data) or (packed.value(data) if is_value else None)
    if found is None:
        return
    if found.data:
        yield Layer(found.form, found.data, "binary")
    if found.lack:
        yield Gap(f"what is packed by {found.form} {found.lack}")


def _runs(data: bytes, shortest: int) -> Iterator[bytes]:
    return (run.translate(_STANDARD) for run in runs_of(data, _IS_BASE64, shortest))


def _decoded(run: bytes) -> bytes:
    """Of any length: what a last group lacks counts as zeros; a lone character says nothing."""
    if len(run) % 4 == 1:
        run = run[:-1]
    return binascii.a2b_base64(run + b"A" * (-len(run) % 4))


def _packed_runs(runs: list[bytes]) -> Iterator[Layer | Gap]:
    for run in runs:
        if packed.is_packed(_decoded(run[:16])):
            yield from _unpacked(_decoded(run), is_value=False)


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
    byte, unit, code, short = escape.groups()
    if unit:
        return chr(int(unit, 16)).encode("utf-8", "replace")
    if short:
        return _SHORT.get(short, short)
    return bytes.fromhex((byte or code).decode())
