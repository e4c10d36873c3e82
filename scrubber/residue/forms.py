"""The names of a target as bytes: in every form a browser writes them, and what may stand beside them.

A form turns a name into bytes; the borders decide whether these bytes are the name or part of a longer one.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from scrubber.formats.origins import split_port
from scrubber.formats.spellings import identifiers
from scrubber.residue.borders import Reading, begins, ends, length_says_end, length_says_start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scrubber.sites import Name

CONTEXT = 256
"""Bytes on each side of a name that can decide whether it is one."""

_UP = bytes((byte + 1) % 256 for byte in range(256))
_DOWN = bytes((byte - 1) % 256 for byte in range(256))


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


def _has_colon(text: str) -> bool:
    return ":" in text and "/" not in text


def _has_separator(text: str) -> bool:
    return "/" in text or ":" in text


def _percent(text: str) -> str:
    return quote(text, safe="").lower() if text.isascii() else text.replace("/", "%2f").replace(":", "%3a")


def _bracketed(text: str) -> str:
    host, port = split_port(text)
    return f"[{host}]" if port is None and "[" not in host else text


_SPELLED = tuple(
    Form(spelling, spell, codec, applies, backwards=spelling == "reversed")
    for spelling, spell, applies in (
        ("", str, _always),
        ("percent-encoded", _percent, _has_separator),
        ("percent-encoded twice", lambda text: _percent(text).replace("%", "%25"), _has_separator),
        ("json", lambda text: text.replace("/", "\\/"), _has_path),
        ("identifier", lambda text: identifiers(_bracketed(text))[0], _has_colon),  # http_[__1]_8080
        ("folder", lambda text: identifiers(_bracketed(text))[1], _has_colon),  # http+++[++1]+8080
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
            length_says_start(left, len(needle.data), right),
            length_says_end(left, len(needle.data)),
        )
    if needle.form.backwards:
        left, right, measured = right[::-1], left[::-1], measured[::-1]
    # An origin's folder has no ending: what follows is the host's next label.
    filed = "text" if reading == "name" and b"+++" in left else reading
    return begins(left, needle.name, reading, measured[0], needle.form.backwards) and ends(
        right, needle.name, filed, measured[1]
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
