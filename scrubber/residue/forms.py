"""The names of a target as bytes: in every form a browser writes them, and what may stand beside them.

A form turns a name into bytes; the borders decide whether these bytes are the name or part of a longer
one (`notopenai.com`, `labs.openai.com.evil.example`). How strict they can be depends on what is read:

    text    one decoded value. Strict on both sides.
    name    a file's or folder's name. Strict, but one label after the name is its ending (`….com.png`).
    binary  bytes of a file of any kind, and blobs. Strict, unless a length in front of the text says where
            it starts or ends: the length itself, or the tag of the next field, may look like a letter.
    packed  pages of a database outside its records, where one column touches the next. Letters on either
            side prove nothing there, so they are accepted: a false alarm is better than a miss. Silent is
            only what reads as a longer host in itself: `//notopenai.com`, `@notopenai.com`, and
            `….openai.com.evil` (a label in lower case after a dot, as browsers write hosts).
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from scrubber.formats.origins import split_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scrubber.sites import Name

Reading = Literal["text", "name", "binary", "packed"]

CONTEXT = 256
"""Bytes on each side of a name that can decide whether it is one."""

_UP = bytes((byte + 1) % 256 for byte in range(256))
_DOWN = bytes((byte - 1) % 256 for byte in range(256))
_PRINTABLE = bytes(range(0x20, 0x7F))
# No underscore: it parts origin identifiers (`https_labs.openai.com_0`), and no host of the web has one.
_LABEL = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

_SUB_DOMAIN = re.compile(rb"[a-z0-9_-]\.\Z", re.IGNORECASE)
_HOST_OF_URL = re.compile(rb"(?://|@)[a-z0-9.-]*\Z", re.IGNORECASE)
_LONGER_LABEL = re.compile(rb"[a-z0-9]|-[a-z0-9-]*\.[a-z0-9]", re.IGNORECASE)
_NEXT_LABEL = re.compile(rb"\.[a-z0-9]", re.IGNORECASE)
_NEXT_LOWER_LABEL = re.compile(rb"\.[a-z0-9]")
_ENDING = re.compile(rb"\.[a-z0-9]+\Z", re.IGNORECASE)
_LONGER_PATH = re.compile(rb"[a-z0-9_-]|\.[a-z0-9]", re.IGNORECASE)

# `%2F`, `%252F`, `\u002f`, `\x2f` and `\n` stand for one character, whatever letters they are made of.
_ESCAPE = rb"(?:%(?:25)*|\\u00|\\x)([0-9a-f]{2})"
_ESCAPE_BEFORE = re.compile(_ESCAPE + rb"\Z|\\[nrtbf]\Z", re.IGNORECASE)
_ESCAPE_AFTER = re.compile(_ESCAPE, re.IGNORECASE)


class Hit(NamedTuple):
    """A name found: which, in which form, and where in the bytes searched."""

    name: str
    form: str
    at: int
    explained: str = ""
    """Why it may be there, where what is around it tells."""
    inside: tuple[str, ...] = ()
    """What it is encoded or packed in at that place, outermost first."""


@dataclass(frozen=True)
class Form:
    """One way to write a name: spelled first, then encoded."""

    spelling: str
    spell: Callable[[str], str]
    codec: str
    applies: Callable[[str], bool]
    backwards: bool = False
    shifted: bool = False
    """Whether every byte is one more than it is in the text."""

    @property
    def name(self) -> str:
        """`plain`, `utf-16le`, `reversed`, `percent-encoded utf-16le`."""
        wide = self.codec.replace("utf-16-", "utf-16") if self.is_wide else ""
        return " ".join(filter(None, (self.spelling, wide))) or "plain"

    def written(self, name: str) -> bytes:
        """A name in this form."""
        data = self.spell(name).encode(self.codec)
        return data.translate(_UP) if self.shifted else data

    @property
    def is_wide(self) -> bool:
        """Whether a character takes two bytes, beside the name too."""
        return self.codec != "utf-8"


def _always(_: str) -> bool:
    return True


def _is_host(text: str) -> bool:
    return "/" not in text


def _has_path(text: str) -> bool:
    return "/" in text


def _has_separator(text: str) -> bool:
    return "/" in text or ":" in text


def _percent(text: str) -> str:
    return text.replace("/", "%2f").replace(":", "%3a")


_SPELLED = tuple(
    Form(spelling, spell, codec, applies, backwards=spelling == "reversed")
    for spelling, spell, applies in (
        ("", str, _always),
        ("percent-encoded", _percent, _has_separator),
        ("percent-encoded twice", lambda text: _percent(text).replace("%", "%25"), _has_separator),
        ("json", lambda text: text.replace("/", "\\/"), _has_path),
        ("reversed", lambda text: text[::-1], _is_host),  # moz_places.rev_host
    )
    for codec in ("utf-8", "utf-16-le", "utf-16-be")
)
FORMS = (*_SPELLED, Form("shifted", str, "utf-8", str.isascii, shifted=True))  # keys of Firefox's IndexedDB


class _Needle(NamedTuple):
    name: Name
    form: Form
    data: bytes


class Needles:
    """All names in all forms, ready to search bytes for them."""

    def __init__(self, names: Iterable[Name]) -> None:
        # By their bytes without zeros, which UTF-16 of either order shares with the plain form: one quick
        # look for all of them.
        self._by_dense: dict[bytes, list[_Needle]] = {}
        self.reach = CONTEXT
        """How far a name and what decides on it can reach into the bytes on either side."""
        self.parents: set[bytes] = set()
        """What lies above the hosts, each one level up."""
        for name in dict.fromkeys(names):
            if "/" not in name.text:
                self.parents.add(split_port(name.text)[0].partition(".")[2].encode())
            for form in FORMS:
                if form.applies(name.text):
                    data = form.written(name.text)
                    self._by_dense.setdefault(_dense(data), []).append(_Needle(name, form, data))
                    self.reach = max(self.reach, CONTEXT + len(data))
        # What all forms of a name share is its host: few of them stand for many names.
        self._anchors = _shortest(_anchors(self._by_dense.values()))
        self._halves = {half for anchor in self._anchors for half in _halves(anchor)}

    def near(self, data: bytes) -> bool:
        """A quick look: False where the bytes hold no name in any form."""
        dense = _dense(data)
        return any(anchor in dense for anchor in self._anchors)

    def near_half(self, data: bytes) -> bool:
        """The same for half a name, where a text may be cut in two and stored apart."""
        dense = _dense(data)
        return any(half in dense for half in self._halves)

    def find(self, data: bytes, reading: Reading, begin: int = 0, end: int | None = None) -> list[Hit]:
        """Every name that starts within `begin:end`, in the order of the bytes."""
        dense = _dense(data)
        if not any(anchor in dense for anchor in self._anchors):
            return []
        near = [needle for key, needles in self._by_dense.items() if key in dense for needle in needles]
        if not near:
            return []
        lowered = data.lower()
        aligned = reading in ("text", "name")
        hits: dict[tuple[str, int], Hit] = {}
        for needle in near:
            for at in _places(lowered, needle.data, begin, len(data) if end is None else end):
                # A text reads as either byte order but for its first or last zero. In a value the even place
                # decides; elsewhere there is none, and little endian is by far the likelier.
                key = needle.name.text, at + (needle.data[0] == 0)
                if (key not in hits or (aligned and hits[key].at % 2)) and _is_name(
                    data, at, needle, reading
                ):
                    hits[key] = Hit(needle.name.text, needle.form.name, at)
        return sorted(hits.values(), key=lambda hit: hit.at)


def _dense(data: bytes) -> bytes:
    """In lower case and without zeros."""
    return data.lower().replace(b"\0", b"")


def _anchors(needles: Iterable[list[_Needle]]) -> Iterator[bytes]:
    for needle in itertools.chain.from_iterable(needles):
        host = split_port(needle.name.text.partition("/")[0])[0]
        yield _dense(needle.data if ":" in host else needle.form.written(host))


def _shortest(anchors: Iterable[bytes]) -> tuple[bytes, ...]:
    """Those that hold no other one."""
    found: list[bytes] = []
    for anchor in sorted(set(anchors), key=len):
        if not any(other in anchor for other in found):
            found.append(anchor)
    return tuple(found)


def _halves(dense: bytes) -> tuple[bytes, bytes]:
    middle = len(dense) // 2
    return dense[:middle], dense[middle:]


def _places(lowered: bytes, needle: bytes, begin: int, end: int) -> Iterator[int]:
    at = lowered.find(needle, begin)
    while 0 <= at < end:
        yield at
        at = lowered.find(needle, at + 1)


def _is_name(data: bytes, at: int, needle: _Needle, reading: Reading) -> bool:
    after = at + len(needle.data)
    left = _plainly(data[max(0, at - CONTEXT) : at], needle.form, from_end=True)
    right = _plainly(data[after : after + CONTEXT], needle.form, from_end=False)
    measured = (False, False)
    if reading == "binary" and not needle.form.is_wide and not needle.form.shifted:
        measured = (
            _length_says_start(left, len(needle.data), right),
            _length_says_end(left, len(needle.data)),
        )
    if needle.form.backwards:
        left, right, measured = right[::-1], left[::-1], measured[::-1]
    rev_host = needle.form.backwards and reading == "packed"
    return _begins(left, needle.name, reading, measured[0], rev_host) and _ends(
        right, needle.name, reading, measured[1]
    )


def _plainly(data: bytes, form: Form, *, from_end: bool) -> bytes:
    """What stands beside a name, one byte for one character; what isn't ASCII belongs to no label."""
    if form.shifted:
        return data.translate(_DOWN)
    if not form.is_wide:
        return data
    padding = bytes(len(data) % 2)  # half a character at the end of the data may be a letter all the same
    units = padding + data if from_end else data + padding
    return units.decode(form.codec, "replace").encode("ascii", "replace")


def _begins(left: bytes, name: Name, reading: Reading, measured: bool, rev_host: bool) -> bool:
    """Whether what stands to the left doesn't make it a longer host. A rev_host ends in a dot by itself."""
    if escape := _ESCAPE_BEFORE.search(left):
        left = left[: escape.start()] + (bytes.fromhex(escape[1].decode()) if escape[1] else b"\n")
    if left[len(left.rstrip(_LABEL)) :].strip(b"-"):
        return measured or (reading == "packed" and _HOST_OF_URL.search(left) is None)
    return name.below or rev_host or _SUB_DOMAIN.search(left) is None


def _ends(right: bytes, name: Name, reading: Reading, measured: bool) -> bool:
    """Whether what stands to the right doesn't make it a longer host or path."""
    if escape := _ESCAPE_AFTER.match(right):
        right = bytes.fromhex(escape[1].decode()) + right[escape.end() :]
    if "/" in name.text:
        return measured or reading == "packed" or _LONGER_PATH.match(right) is None
    if _NEXT_LABEL.match(right):
        if reading == "packed":
            return _NEXT_LOWER_LABEL.match(right) is None
        return measured or (reading == "name" and _ENDING.match(right) is not None)
    return measured or reading == "packed" or _LONGER_LABEL.match(right) is None


def _length_says_start(left: bytes, size: int, right: bytes) -> bool:
    """Whether the byte before the name is the length of the text that starts with it."""
    rest = len(right) - len(right.lstrip(_PRINTABLE))
    return left[-1:] != b"" and left[-1] in (size, size + rest)


def _length_says_end(left: bytes, size: int) -> bool:
    """Whether a length before the text in which the name stands ends the text with the name.

    The length is the byte before the printable run or, behind a tag, its first; or the u32 of a pickle.
    """
    before = left.rstrip(_PRINTABLE)
    text = left[len(before) :]
    total = len(text) + size
    return (
        before[-4:] == total.to_bytes(4, "little")
        or before[-1:] == total.to_bytes(2, "little").rstrip(b"\0")
        or (before != b"" and text[:1] == (total - 1).to_bytes(2, "little").rstrip(b"\0"))
    )
