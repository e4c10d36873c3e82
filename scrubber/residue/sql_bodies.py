"""Bodies in Chromium's HTTP cache in SQLite: each may lie in several rows, and is packed as its head says.

    resources   res_id … body_end … cache_key | head       blobs   res_id | start | end … blob

A body whose entry is gone doesn't say how it is packed; then what browsers ask servers for is tried.
Source: net/disk_cache/sql/sql_persistent_store.cc.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from scrubber.residue import packed
from scrubber.residue.opaque import is_recognised, looks_opaque
from scrubber.residue.piece import LIMIT, Gap, Part, Piece, slices
from scrubber.residue.responses import said_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scrubber.formats.sqlite_page import Field, Record
    from scrubber.residue.search import Search

ENTRIES, PARTS = "resources", "blobs"
_MOST_HELD = 2 * LIMIT
"""Bytes of unfinished bodies that are kept; when there are more, the oldest is taken as it is."""
_TRIED = ("br", "deflate")
_LEAST = 64
"""Bytes that chance doesn't unpack."""


@dataclass(frozen=True)
class _Head:
    coding: str
    size: int


@dataclass
class _Body:
    like: Piece
    head: _Head | None
    """None where no entry has it."""
    parts: dict[int, bytes] = field(default_factory=dict)
    """By where they start."""
    held: int = 0
    """Bytes of all parts."""

    def joined(self) -> bytes:
        """From its start, as far as nothing is missing."""
        whole = bytearray()
        while len(whole) < LIMIT and (part := self.parts.get(len(whole))):
            whole += part
        return bytes(whole[:LIMIT])


class Bodies:
    """Those of one database, put together while its rows go by."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._heads: dict[int | None, _Head] = {}
        self._open: dict[int, _Body] = {}
        self._held = 0

    def note(self, record: Record, row: Mapping[str, Field]) -> None:
        """An entry, with its columns by name."""
        if {"head", "body_end"} <= row.keys():
            self._heads[record.rowid] = _Head(said_by(row["head"].data).coding, row["body_end"].integer)

    def add(self, record: Record, row: Mapping[str, Field], explained: str) -> Iterator[Part]:
        """A part of a body, and all of it with its last part. `explained`: why it may name the target."""
        if not {"res_id", "start", "blob"} <= row.keys():
            return
        owner, blob = row["res_id"].integer, row["blob"].data
        head = self._heads.get(owner)
        if head and not head.coding:
            return
        body = self._open.setdefault(owner, _Body(_piece(owner, record, explained), head))
        body.parts[row["start"].integer] = blob
        body.held += len(blob)
        self._held += len(blob)
        if head and body.held >= head.size:
            yield from self._ended(owner)
        elif self._held > _MOST_HELD:
            yield from self._ended(next(iter(self._open)))

    def rest(self) -> Iterator[Part]:
        """Bodies that have no end, or no entry."""
        for owner in tuple(self._open):
            yield from self._ended(owner)

    def _ended(self, owner: int) -> Iterator[Part]:
        body = self._open.pop(owner)
        self._held -= body.held
        raw = body.joined()
        found = self._unpacked(raw, body.head)
        if found is None:
            if body.head is None and not is_recognised(raw) and looks_opaque(io.BytesIO(raw), len(raw)):
                yield Gap("a body without an entry, which is encrypted or packed")
            return
        if found.lack and not body.like.explained:
            yield Gap(f"a body packed by {found.form} {found.lack}")
        if found.data:
            like = replace(body.like, inside=(found.form,))
            yield from slices(found.data, self._search.reach, like)

    def _unpacked(self, raw: bytes, head: _Head | None) -> packed.Unpacked | None:
        dictionaries = self._search.dictionaries
        if head:
            return packed.by_coding(raw, head.coding, dictionaries) or packed.by_magic(raw, dictionaries)
        tried = [packed.by_magic(raw, dictionaries)]
        tried += [packed.by_coding(raw, coding, dictionaries) for coding in _TRIED]
        return next((one for one in tried if one and not one.lack and len(one.data) >= _LEAST), None)


def _piece(owner: int, record: Record, explained: str) -> Piece:
    """Without its content."""
    return Piece(
        "cell",
        f"{PARTS}.blob",
        f"res_id {owner}",
        b"",
        "binary",
        explained=explained,
        table=PARTS,
        row=record.rowid,
        facts=(("table", PARTS), ("column", "blob"), ("res_id", owner)),
    )
