"""Taking entries out of a private copy of a blockfile cache, with all that hangs on them.

What pointed to an entry points past it; blocks that were its own, those that were free before but never
emptied, and those that nothing leads to since a crash are zeroed; every count is put right, so that Chromium
finds nothing to repair.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from scrubber.formats.blockfile.cache import Cache, Entry
from scrubber.formats.blockfile.layout import (
    ADDRESS,
    BITMAP,
    BLOCK_SIZES,
    BLOCKS_START,
    EMPTY,
    ENTRY_HASH,
    HEADS,
    INDEX_HEADER,
    INT32,
    INT64,
    NEXT,
    NODE_HASH,
    NODE_NEXT,
    NODE_PREVIOUS,
    NUM_BYTES,
    NUM_ENTRIES,
    RECORDS,
    SIZES,
    TAILS,
    Address,
    address,
)
from scrubber.formats.damaged import Damaged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

_RANKINGS = BLOCK_SIZES[1]
_UNCHECKED = 0
"""What stands for the hash of a record that Chromium shall not check."""


def remove(folder: Path, going: Collection[int]) -> None:
    """Take the entries at these addresses out; none at all to empty what is free. Raises Damaged."""

    def opened(name: str) -> BinaryIO:
        try:
            return (folder / name).open("r+b")
        except FileNotFoundError as error:
            raise Damaged(f"{name} is missing") from error

    with Cache(opened) as cache:
        _Surgery(cache, folder, going).run()


def data_files(names: Iterable[str]) -> tuple[str, ...]:
    """Those of a folder's names that are files of blocks."""
    return tuple(sorted(name for name in names if name.startswith("data_") and name[5:].isdigit()))


@dataclass
class _Surgery:
    cache: Cache
    folder: Path
    going: Collection[int]
    freed: dict[str, int] = field(default_factory=dict)
    """A bit for each block that is freed, by file."""
    records: dict[str, int] = field(default_factory=dict)
    """How many records are freed in each file."""
    claimed: dict[str, int] = field(default_factory=dict)
    """A bit for each block that something led to before, by file."""

    def run(self) -> None:
        entries = list(self.cache.entries())
        lists = self.cache.lists()
        self.claimed = claimed_blocks(self.cache, entries)
        removed = [entry for entry in entries if entry.address.value in self.going]
        if len(removed) != len(self.going):
            raise Damaged("an entry that should go isn't there")
        self._unchain(entries, {entry.bucket for entry in removed})
        self._unlist(lists, {entry.record.rankings for entry in removed})
        for entry in removed:
            for part in entry.parts:
                self._free(part)
        self._put(INT32, NUM_ENTRIES, self.cache.count - len(removed))
        self._put(INT64, NUM_BYTES, max(0, self.cache.size - sum(entry.size for entry in removed)))
        for name in data_files(path.name for path in self.folder.iterdir()):
            self._empty(name)

    def _unchain(self, entries: list[Entry], buckets: set[int]) -> None:
        chains: dict[int, list[Entry]] = {bucket: [] for bucket in buckets}
        for entry in entries:
            if entry.bucket in chains and entry.address.value not in self.going:
                chains[entry.bucket].append(entry)
        for bucket, chain in chains.items():
            addresses = [*(entry.address.value for entry in chain), 0]
            self._put(ADDRESS, INDEX_HEADER + bucket * ADDRESS.size, addresses[0])
            for entry, following in zip(chain, addresses[1:], strict=True):
                if entry.record.next != following:
                    self._patch(entry.address, {NEXT: following, ENTRY_HASH: _UNCHECKED})

    def _unlist(self, lists: tuple[tuple[int, ...], ...], gone: set[int]) -> None:
        for number, before in enumerate(lists):
            after = [at for at in before if at not in gone]
            if len(after) == len(before):
                continue
            for place, at in enumerate(after):
                previous, following = after[max(0, place - 1)], after[min(place + 1, len(after) - 1)]
                node = self.cache.node(at)
                if (node.previous, node.next) != (previous, following):
                    links = {NODE_NEXT: following, NODE_PREVIOUS: previous, NODE_HASH: _UNCHECKED}
                    self._patch(Address(at), links)
            self._put(INT32, SIZES + number * 4, self.cache.sizes()[number] - len(before) + len(after))
            self._put(ADDRESS, HEADS + number * 4, after[0] if after else 0)
            self._put(ADDRESS, TAILS + number * 4, after[-1] if after else 0)

    def _free(self, part: Address) -> None:
        if not part.kind:
            (self.folder / part.file).unlink(missing_ok=True)
            return
        self.freed[part.file] = self.freed.get(part.file, 0) | ((1 << part.blocks) - 1) << part.first
        self.records[part.file] = self.records.get(part.file, 0) + 1

    def _empty(self, name: str) -> None:
        """Zero what is spare, and count anew what is free. Places in lists name nobody."""
        header = self.cache.header(name)
        bitmap = header.bitmap & ~self.freed.get(name, 0)
        used = bitmap if header.block_size == _RANKINGS else self.claimed.get(name, 0) & bitmap
        file = self.cache.file(name)
        for block, _ in list(self.cache.spare_blocks(name, used)):
            _write(file, BLOCKS_START + block * header.block_size, bytes(header.block_size))
        if name not in self.freed:
            return
        _write(file, RECORDS, INT32.pack(header.records - self.records[name]))
        _write(file, EMPTY, struct.pack("<8i", *_free_groups(bitmap, header.blocks), 0, 0, 0, 0))
        _write(file, BITMAP, bitmap.to_bytes((header.blocks + 7) // 8, "little"))

    def _patch(self, at: Address, values: dict[int, int]) -> None:
        for offset, value in values.items():
            _write(self.cache.file(at.file), at.offset + offset, ADDRESS.pack(value))

    def _put(self, field_: struct.Struct, offset: int, value: int) -> None:
        _write(self.cache.file("index"), offset, field_.pack(value))


def claimed_blocks(cache: Cache, entries: Iterable[Entry]) -> dict[str, int]:
    """A bit for each block that something leads to, by file; files of their own have one bit.

    Raises Damaged where two records claim the same place, or an entry and its place in a list don't agree.
    """
    claimed: dict[str, int] = {}
    for entry in entries:
        if cache.node(entry.record.rankings).entry != entry.address.value:
            raise Damaged("an entry whose place in a list is another's")
        for part in entry.parts:
            _claim(cache, part, claimed)
    if cache.statistics:
        _claim(cache, cache.statistics, claimed)
    return claimed


def _claim(cache: Cache, part: Address, claimed: dict[str, int]) -> None:
    address(part.value, of="a part of an entry")
    bits = 1
    if part.kind:
        cache.blocks(part)
        bits = ((1 << part.blocks) - 1) << part.first
    if claimed.get(part.file, 0) & bits:
        raise Damaged(f"two records share a place in {part.file}")
    claimed[part.file] = claimed.get(part.file, 0) | bits


def _free_groups(bitmap: int, blocks: int) -> list[int]:
    """How many groups of four blocks have 1, 2, 3 and 4 free ones at their end, where records are put."""
    counts = [0, 0, 0, 0]
    for first in range(0, blocks, 4):
        free = 4 - (bitmap >> first & 15).bit_length()
        if free:
            counts[free - 1] += 1
    return counts


def _write(file: BinaryIO, offset: int, content: bytes) -> None:
    file.seek(offset, io.SEEK_SET)
    file.write(content)
