"""The records of a blockfile cache.

    index     header (368 bytes, IndexHeader) | addresses of entries, one for each bucket of a hash table
    data_<n>  header (8192 bytes, BlockHeader) | blocks of 36 (rankings), 256, 1024 or 4096 bytes
    f_<hex>   one stream or key of more than 16 KiB

Address, u32: bit 31 in use | 28-30 kind (0 a file of its own, 1 to 4 blocks of that size)
    kind 0: 0-27 number of f_<hex>        else: 24-25 blocks less one | 16-23 number of data_<n> | 0-15 block

IndexHeader   0 magic | 4 version | 8 entries | 24 address of statistics | 28 buckets (0: 65536)
              48 i64 bytes stored | 268 sizes[5] | 288 heads[5] | 308 tails[5] of the lists
              328 the node that is being moved, if a crash came between
BlockHeader   0 magic | 4 version | 8 i16 this file, next file | 12 block size | 16 records | 20 blocks
              24 empty[4]: groups of four blocks by how many at their end are free | 40 hints[4]
              56 being changed | 80 a bit for each block, set where it is taken
EntryStore    0 hash | 4 next in the bucket | 8 rankings | 20 state | 32 key length | 36 long key
              40 data sizes[4] | 56 data addresses[4] | 72 flags | 92 hash of the above | 96 key, with a NUL
RankingsNode  0 last used | 8 last change | 16 next | 20 previous | 24 entry | 28 dirty | 32 hash of the above

Little-endian. A list's first node is its own previous, its last its own next. Sources:
net/disk_cache/blockfile/disk_format.h, disk_format_base.h, addr.h, block_files.cc.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from scrubber.formats.damaged import Damaged

BLOCK_SIZES = {1: 36, 2: 256, 3: 1024, 4: 4096}
BLOCKS_START = 8192
LISTS = 5

INDEX_HEADER = 368
DEFAULT_BUCKETS = 0x10000
ADDRESS = struct.Struct("<I")
NUM_ENTRIES, NUM_BYTES, SIZES, HEADS, TAILS, CHANGING = 8, 48, 268, 288, 308, 328
INT32, INT64 = struct.Struct("<i"), struct.Struct("<q")

BLOCK_MAGIC = 0xC104CAC3
BLOCK_HEADER = struct.Struct("<IIhhiii4i4ii")
RECORDS, EMPTY, BITMAP = 16, 24, 80
MOST_BLOCKS = (BLOCKS_START - BITMAP) * 8

NEXT, NODE_NEXT, NODE_PREVIOUS = 4, 16, 20
ENTRY_HASH, NODE_HASH = 92, 32
KEY = 96
_ENTRY = struct.Struct("<IIIiiiQiI4i4II")
_NODE = struct.Struct("<QQIIIiI")


@dataclass(frozen=True)
class Address:
    """Where a record or a stream lies."""

    value: int

    @property
    def kind(self) -> int:
        """0 for a file of its own, else of BLOCK_SIZES."""
        return self.value >> 28 & 7

    @property
    def blocks(self) -> int:
        """How many blocks in a row."""
        return (self.value >> 24 & 3) + 1

    @property
    def first(self) -> int:
        """The first block."""
        return self.value & 0xFFFF

    @property
    def file(self) -> str:
        """`data_1`, `f_00000a`."""
        return f"data_{self.value >> 16 & 0xFF}" if self.kind else f"f_{self.value & 0xFFFFFFF:06x}"

    @property
    def offset(self) -> int:
        """Of the first block in its file."""
        return BLOCKS_START + self.first * BLOCK_SIZES[self.kind]

    @property
    def length(self) -> int:
        """Bytes of the blocks."""
        return self.blocks * BLOCK_SIZES[self.kind]


def address(value: int, *, of: str) -> Address:
    """Raises Damaged where a record says that `of` lies at no place that there is."""
    found = Address(value)
    if not value >> 31 or (found.kind and found.kind not in BLOCK_SIZES):
        raise Damaged(f"{of} has the address {value:08x}, which is none")
    return found


@dataclass(frozen=True)
class BlockHeader:
    """Of a `data_<n>`."""

    block_size: int
    records: int
    blocks: int
    bitmap: int
    """A bit for each block, the first one lowest."""


@dataclass(frozen=True)
class EntryRecord:
    """An entry, without its key."""

    hash: int
    next: int
    rankings: int
    state: int
    """0 in use, 1 evicted (only the key is left), 2 doomed."""
    key_length: int
    long_key: int
    sizes: tuple[int, int, int, int]
    streams: tuple[int, int, int, int]


@dataclass(frozen=True)
class Node:
    """An entry's place in one of the lists by use."""

    next: int
    previous: int
    entry: int


def read_block_header(content: bytes, length: int) -> BlockHeader:
    """From the first BLOCKS_START bytes of a file of this length. Raises Damaged."""
    if len(content) < BLOCKS_START:
        raise Damaged("a file of blocks that ends within its header")
    magic, version, _, _, size, records, blocks, *_ = BLOCK_HEADER.unpack_from(content)
    if magic != BLOCK_MAGIC or version >> 16 != 2:
        raise Damaged("a file of blocks of an unknown kind")
    if size not in BLOCK_SIZES.values() or not 0 <= blocks <= MOST_BLOCKS:
        raise Damaged("a file of blocks with an impossible header")
    if BLOCKS_START + blocks * size > length:
        raise Damaged("a file of blocks that ends within them")
    bitmap = int.from_bytes(content[BITMAP : BITMAP + (blocks + 7) // 8], "little")
    return BlockHeader(size, records, blocks, bitmap & ((1 << blocks) - 1))


def read_entry(block: bytes) -> EntryRecord:
    """From an entry's first block. Raises Damaged."""
    hash_, next_, rankings, _, _, state, _, length, long_key, *rest = _ENTRY.unpack_from(block)
    sizes, streams = tuple(rest[:4]), tuple(rest[4:8])
    if length <= 0 or min(sizes) < 0:
        raise Damaged("an entry with a negative length")
    return EntryRecord(
        hash_, next_, rankings, state, length, long_key,
        (sizes[0], sizes[1], sizes[2], sizes[3]), (streams[0], streams[1], streams[2], streams[3]),
    )  # fmt: skip


def read_node(block: bytes) -> Node:
    """From a block of rankings."""
    _, _, next_, previous, entry, _, _ = _NODE.unpack_from(block)
    return Node(next_, previous, entry)
