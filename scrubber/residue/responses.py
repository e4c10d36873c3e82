"""What a cached response is made of: key, headers, body, as pieces.

What another site's entry is made of can only mention the target: its page links there, its certificate is
good for both. So findings in it are explained, and a body of it that can't be unpacked hides nothing more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from scrubber.residue import packed
from scrubber.residue.piece import LIMIT, MENTION, Gap, Part, Piece, slices, stretch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubber.residue.search import Search

_CODING = re.compile(rb"(?:\A|[\0\n])content-encoding:[ \t]*([a-z0-9_, \t-]{1,100})", re.IGNORECASE)
_AS_DICTIONARY = re.compile(rb"(?:\A|[\0\n])use-as-dictionary:", re.IGNORECASE)
_TOKEN = re.compile(rb"[0-9A-F]{32}")
"""The key of a dictionary in a cache that has no others: Chromium's `Shared Dictionary/cache`."""
_PROBE = 64
LARGEST_HEADERS = 16 << 20
"""Bytes up to which headers are taken as such: real ones have kilobytes, and are read at once."""


class Said(NamedTuple):
    """What headers say of the body."""

    coding: str = ""
    """Its Content-Encoding."""
    is_dictionary: bool = False
    """Whether later responses may be packed with it."""


NOTHING = Said()
"""What is said where there are no headers."""


@dataclass(frozen=True)
class Response:
    """One entry of a cache."""

    key: bytes
    search: Search
    opened: tuple[str, ...] = ()
    """What had to be decrypted to read it."""
    is_others: bool | None = None
    """Whether it is another site's; None where the key tells."""

    def of_key(self) -> Piece:
        """The key itself, which decides whose the entry is."""
        return Piece("cache key", "", "key", self.key, "text", part="key")

    def headers(self, data: bytes) -> Piece:
        """Headers, certificates and what else a cache knows of a response."""
        return Piece(
            "cache headers",
            "",
            "headers",
            data,
            "binary",
            explained=self._why,
            inside=self.opened,
            part="headers",
        )

    def body(self, file: BinaryIO, start: int, stop: int, said: Said) -> Iterator[Part]:
        """A body in a file, unpacked where it is packed."""
        like = Piece("cache body", "", 0, b"", "binary", explained=self._why, inside=self.opened)
        reach = self.search.reach
        is_dictionary = said.is_dictionary or _TOKEN.fullmatch(self.key)
        file.seek(start)
        if said.coding or is_dictionary or packed.is_packed(file.read(min(_PROBE, stop - start))):
            file.seek(start)
            raw = file.read(min(stop - start, LIMIT))
            found = self._unpacked(raw, said.coding)
            if found and found.lack and (found.data or not self._why):
                yield Gap(f"a body packed by {found.form} {found.lack}")
            if is_dictionary:
                self.search.dictionaries.offer(found.data if found else raw)
            if found and found.data:
                yield from slices(
                    found.data,
                    reach,
                    replace(like, inside=(*self.opened, found.form), facts=(("packed_at", start),)),
                )
                return
        yield from stretch(file, start, stop, reach, like)

    def _unpacked(self, raw: bytes, coding: str) -> packed.Unpacked | None:
        dictionaries = self.search.dictionaries
        return packed.by_coding(raw, coding, dictionaries) or packed.by_magic(raw, dictionaries)

    @property
    def _why(self) -> str:
        others = not self.search.names(self.key) if self.is_others is None else self.is_others
        return MENTION if others else ""


def said_by(headers: bytes) -> Said:
    """What a response's headers say; nothing where there are none."""
    match = _CODING.search(headers)
    coding = match[1].decode("ascii").strip() if match else ""
    return Said(coding, bool(_AS_DICTIONARY.search(headers)))
