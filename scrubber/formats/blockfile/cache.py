"""A blockfile cache as a whole: its entries by way of the hash table, its lists, its free blocks."""

from __future__ import annotations

import io
import struct
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO, Self

from scrubber.formats.blockfile import INDEX_MAGIC
from scrubber.formats.blockfile.layout import (
    ADDRESS,
    BLOCKS_START,
    CHANGING,
    DEFAULT_BUCKETS,
    HEADS,
    INDEX_HEADER,
    INT32,
    INT64,
    KEY,
    LISTS,
    NUM_BYTES,
    NUM_ENTRIES,
    SIZES,
    TAILS,
    Address,
    BlockHeader,
    EntryRecord,
    Node,
    address,
    read_block_header,
    read_entry,
    read_node,
)
from scrubber.formats.damaged import Damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LONGEST_KEY = 1 << 23
_MOST_BUCKETS = 1 << 24
_EXTERNAL = 0
_RANKINGS, _ENTRIES = 1, 2


@dataclass(frozen=True)
class Entry:
    """One entry and where it lies."""

    address: Address
    record: EntryRecord
    bucket: int
    key: bytes

    @property
    def parts(self) -> tuple[Address, ...]:
        """Everything that is the entry's alone, itself and its place in a list included."""
        values = (self.record.rankings, self.record.long_key, *self.record.streams)
        return (self.address, *(Address(value) for value in values if value))

    @property
    def size(self) -> int:
        """What it counts for in the size of the cache."""
        return self.record.key_length + sum(self.record.sizes)


@dataclass
class Cache:
    """An open cache. `opened` gives the files of the folder by name, or raises what it likes."""

    opened: Callable[[str], BinaryIO]
    _files: dict[str, BinaryIO] = field(default_factory=dict)
    _headers: dict[str, BlockHeader] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def index(self) -> bytes:
        """The index's header. Raises Damaged."""
        header = self.file("index").read(INDEX_HEADER)
        if len(header) < INDEX_HEADER or not header.startswith(INDEX_MAGIC):
            raise Damaged("not the index of a blockfile cache")
        (version,) = struct.unpack_from("<I", header, 4)
        if version >> 16 not in (2, 3):
            raise Damaged(f"a blockfile cache of version {version:x}")
        return header

    @property
    def statistics(self) -> Address | None:
        """Where the cache keeps count of its use."""
        value = int(ADDRESS.unpack_from(self.index, 24)[0])
        return Address(value) if value else None

    @property
    def count(self) -> int:
        """How many entries the index says that there are."""
        return int(INT32.unpack_from(self.index, NUM_ENTRIES)[0])

    @property
    def size(self) -> int:
        """How many bytes of keys and streams the index says that there are."""
        return int(INT64.unpack_from(self.index, NUM_BYTES)[0])

    @cached_property
    def buckets(self) -> tuple[int, ...]:
        """The hash table: the address of each bucket's first entry, or 0. Raises Damaged."""
        (length,) = INT32.unpack_from(self.index, 28)
        length = length or DEFAULT_BUCKETS
        if not 0 < length <= _MOST_BUCKETS or length & (length - 1):
            raise Damaged(f"a table of {length} buckets")
        file = self.file("index")
        file.seek(INDEX_HEADER)
        table = file.read(length * ADDRESS.size)
        if len(table) < length * ADDRESS.size:
            raise Damaged("the index ends within its table")
        return tuple(value for (value,) in ADDRESS.iter_unpack(table))

    def entries(self) -> Iterator[Entry]:
        """Every entry that a bucket leads to, evicted ones included. Raises Damaged."""
        seen: set[int] = set()
        for bucket, first in enumerate(self.buckets):
            at = first
            while at:
                if at in seen:
                    raise Damaged("an entry that two ways lead to")
                seen.add(at)
                entry = self._entry(address(at, of="an entry"), bucket)
                yield entry
                at = entry.record.next

    def lists(self) -> tuple[tuple[int, ...], ...]:
        """The addresses of the nodes in each of the lists by use, the last used first. Raises Damaged."""
        if any(self.index[CHANGING : CHANGING + 4]):
            raise Damaged("left in the middle of a change to its lists")
        heads = struct.unpack_from(f"<{LISTS}I", self.index, HEADS)
        tails = struct.unpack_from(f"<{LISTS}I", self.index, TAILS)
        return tuple(tuple(self._walk(head, tail)) for head, tail in zip(heads, tails, strict=True))

    def sizes(self) -> tuple[int, ...]:
        """How long the index says that each list is."""
        return struct.unpack_from(f"<{LISTS}i", self.index, SIZES)

    def node(self, at: int) -> Node:
        """A place in a list. Raises Damaged."""
        where = address(at, of="a place in a list")
        if where.kind != _RANKINGS:
            raise Damaged("a place in a list that lies among other things")
        return read_node(self.blocks(where))

    def blocks(self, at: Address) -> bytes:
        """What lies in these blocks. Raises Damaged where they aren't taken, or aren't there."""
        header = self.header(at.file)
        whole = (1 << at.blocks) - 1
        if header.bitmap >> at.first & whole != whole or at.length != at.blocks * header.block_size:
            raise Damaged(f"{at.file} has no such record as {at.value:08x}")
        file = self.file(at.file)
        file.seek(at.offset)
        content = file.read(at.length)
        if len(content) < at.length:
            raise Damaged(f"{at.file} ends within a record")
        return content

    def content(self, at: Address, size: int) -> bytes:
        """A stream or a long key of this size. Raises Damaged."""
        if at.kind == _EXTERNAL:
            file = self.file(at.file)
            file.seek(0)
            found = file.read(size)
        else:
            found = self.blocks(at)[:size]
        if len(found) < size:
            raise Damaged(f"{at.file} is shorter than what should be in it")
        return found

    def header(self, name: str) -> BlockHeader:
        """Of a file of blocks. Raises Damaged."""
        if name not in self._headers:
            file = self.file(name)
            length = file.seek(0, io.SEEK_END)
            file.seek(0)
            self._headers[name] = read_block_header(file.read(BLOCKS_START), length)
        return self._headers[name]

    def spare_blocks(self, name: str, claimed: int) -> Iterator[tuple[int, bytes]]:
        """Every block of a file that isn't claimed and isn't empty, with its number. Raises Damaged.

        A crash leaves blocks that are taken, but that nothing leads to any more.
        """
        header = self.header(name)
        file = self.file(name)
        empty = bytes(header.block_size)
        for block in range(header.blocks):
            if not claimed >> block & 1:
                file.seek(BLOCKS_START + block * header.block_size)
                content = file.read(header.block_size)
                if content != empty:
                    yield block, content

    def file(self, name: str) -> BinaryIO:
        """An open file of the folder."""
        if name not in self._files:
            self._files[name] = self._stack.enter_context(self.opened(name))
        return self._files[name]

    def _entry(self, at: Address, bucket: int) -> Entry:
        if at.kind != _ENTRIES:
            raise Damaged("an entry that lies among other things")
        block = self.blocks(at)
        record = read_entry(block)
        if record.hash % len(self.buckets) != bucket:
            raise Damaged("an entry in the wrong bucket")
        if record.key_length > _LONGEST_KEY:
            raise Damaged(f"a key of {record.key_length} bytes")
        if record.long_key:
            key = self.content(address(record.long_key, of="a long key"), record.key_length)
        else:
            key = block[KEY : KEY + record.key_length]
        if len(key) < record.key_length:
            raise Damaged("a key longer than its entry")
        return Entry(at, record, bucket, key)

    def _walk(self, head: int, tail: int) -> Iterator[int]:
        seen: set[int] = set()
        previous = at = head
        while at:
            if at in seen:
                raise Damaged("a list that bites its tail")
            seen.add(at)
            node = self.node(at)
            if node.previous != previous:
                raise Damaged("a list that doesn't lead back")
            yield at
            if node.next == at:
                break
            previous, at = at, node.next
        if at != tail:
            raise Damaged("a list that doesn't end where it should")
