"""Does an edited blockfile cache hold, byte by byte, what the original held less the entries planned?

What leads from one record to the next has changed; all else of a record, of the index and of every other file
has not, and what is free is empty.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scrubber.errors import Unproved
from scrubber.files import names
from scrubber.formats.blockfile.layout import (
    ADDRESS,
    BLOCK_SIZES,
    ENTRY_HASH,
    HEADS,
    LISTS,
    NEXT,
    NODE_HASH,
    NODE_NEXT,
    NODE_PREVIOUS,
    NUM_BYTES,
    NUM_ENTRIES,
    SIZES,
    TAILS,
    Address,
)
from scrubber.formats.blockfile.surgery import claimed_blocks, data_files
from scrubber.formats.damaged import Damaged
from scrubber.stores.proving import is_same

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from scrubber.formats.blockfile.cache import Cache, Entry

_WORD = ADDRESS.size
_COUNTS = ((NUM_ENTRIES, 4), (NUM_BYTES, 8), (SIZES, 4 * LISTS), (HEADS, 4 * LISTS), (TAILS, 4 * LISTS))
"""What the index's header says of the entries, which is compared by itself."""
_LINKS_OF_ENTRY = ((NEXT, _WORD), (ENTRY_HASH, _WORD))
_LINKS_OF_NODE = ((NODE_NEXT, _WORD), (NODE_PREVIOUS, _WORD), (NODE_HASH, _WORD))


def prove(before: Cache, after: Cache, gone: Collection[int], files: Iterable[str]) -> int:
    """The number of entries compared and found equal, in key, streams and lists; Unproved otherwise.

    `gone` are the addresses of the entries that went, `files` the names in the folder. Raises Damaged.
    """
    old = {entry.address.value: entry for entry in before.entries()}
    expected = [entry for at, entry in old.items() if at not in gone]
    found = list(after.entries())
    if [entry.address for entry in found] != [entry.address for entry in expected]:
        raise Unproved("the new cache has other entries than it should")
    for one, other in zip(expected, found, strict=True):
        _same_entry(before, one, after, other)
    _same_lists(before, after, gone)
    went = [entry for at, entry in old.items() if at in gone]
    _same_index(before, after, went)
    claimed = claimed_blocks(after, found)
    if before.statistics and before.blocks(before.statistics) != after.blocks(before.statistics):
        raise Unproved("the statistics differ")
    for name in data_files(files):
        _same_blocks(before, after, name, [part for entry in went for part in entry.parts])
        _nothing_is_spare(after, name, claimed.get(name, 0))
    return len(found)


def prove_files(before: Path, after: Path, gone: Collection[str]) -> None:
    """That all files but those of blocks and the index are there and the same, less those that went."""
    expected = [name for name in names(before) if name not in gone]
    if names(after) != expected:
        raise Unproved("the new folder holds other files than it should")
    changed = {"index", *data_files(expected)}
    for name in expected:
        if name not in changed and not is_same(before / name, after / name):
            raise Unproved(f"{name} differs")


def _same_entry(before: Cache, one: Entry, after: Cache, other: Entry) -> None:
    old, new = before.blocks(one.address), after.blocks(other.address)
    nodes = [cache.blocks(Address(one.record.rankings)) for cache in (before, after)]
    if (
        one.key != other.key
        or _masked(old, _LINKS_OF_ENTRY) != _masked(new, _LINKS_OF_ENTRY)
        or _masked(nodes[0], _LINKS_OF_NODE) != _masked(nodes[1], _LINKS_OF_NODE)
        or _streams(before, one) != _streams(after, other)
    ):
        raise Unproved(f"the entry {one.address.value:08x} differs")


def _same_lists(before: Cache, after: Cache, gone: Collection[int]) -> None:
    lists = [[at for at in nodes if before.node(at).entry not in gone] for nodes in before.lists()]
    if [list(nodes) for nodes in after.lists()] != lists:
        raise Unproved("the order of use differs")
    taken = [len(old) - len(new) for old, new in zip(before.lists(), lists, strict=True)]
    if list(after.sizes()) != [size - less for size, less in zip(before.sizes(), taken, strict=True)]:
        raise Unproved("the length of a list is wrong")


def _same_index(before: Cache, after: Cache, gone: Collection[Entry]) -> None:
    if after.count != before.count - len(gone):
        raise Unproved("the number of entries is wrong")
    if after.size != max(0, before.size - sum(entry.size for entry in gone)):
        raise Unproved("the size of the cache is wrong")
    if _masked(before.index, _COUNTS) != _masked(after.index, _COUNTS):
        raise Unproved("the index differs")
    if len(before.buckets) != len(after.buckets):
        raise Unproved("the table differs")


def _same_blocks(before: Cache, after: Cache, name: str, freed: Iterable[Address]) -> None:
    old, new = before.header(name), after.header(name)
    free = [part for part in freed if part.kind and part.file == name]
    bits = sum((1 << part.blocks) - 1 << part.first for part in free)
    if new != replace(old, records=old.records - len(free), bitmap=old.bitmap & ~bits):
        raise Unproved(f"what {name} says of its blocks is wrong")


def _nothing_is_spare(cache: Cache, name: str, claimed: int) -> None:
    """That the file has no block that is taken by nothing, and none that is free but not empty."""
    header = cache.header(name)
    used = header.bitmap if header.block_size == BLOCK_SIZES[1] else claimed
    if next(cache.spare_blocks(name, used), None) is not None:
        raise Unproved(f"{name} holds something that nothing leads to")


def _masked(content: bytes, fields: Iterable[tuple[int, int]]) -> bytes:
    masked = bytearray(content)
    for offset, size in fields:
        masked[offset : offset + size] = bytes(size)
    return bytes(masked)


def _streams(cache: Cache, entry: Entry) -> list[bytes | None]:
    pairs = zip(entry.record.streams, entry.record.sizes, strict=True)
    return [_stream(cache, Address(at), size) if at else b"" for at, size in pairs]


def _stream(cache: Cache, at: Address, size: int) -> bytes | None:
    """None where a crash has taken it from the entry, which then lacks it before and after."""
    try:
        return cache.content(at, size)
    except Damaged:
        return None
