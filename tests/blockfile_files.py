"""Blockfile caches, written and checked by the layout alone: nothing here is shared with what is tested.

Source: net/disk_cache/blockfile/disk_format.h, block_files.cc.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SIZES = (36, 256, 1024, 4096)
BUCKETS = 16
HEADER = 8192
LARGEST_IN_BLOCKS = 16384
FREE_AT_END = (4, 3, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0)
"""Of the four blocks that a half of a bitmap's byte stands for, how many at the end are free."""


@dataclass
class Put:
    """An entry to be written."""

    key: str
    streams: tuple[bytes, ...] = (b"head of labs.openai.com", b"body")
    state: int = 0
    list: int = 0
    bucket: int = 0


@dataclass
class _Data:
    """A file of blocks in the making."""

    number: int
    content: bytearray = field(default_factory=bytearray)
    taken: list[bool] = field(default_factory=list)
    records: int = 0

    def store(self, content: bytes) -> int:
        size = SIZES[self.number]
        blocks = max(1, -(-len(content) // size))
        # No record crosses the border of a group of four.
        while len(self.taken) % 4 + blocks > 4:
            self.taken.append(False)
            self.content += bytes(size)
        first = len(self.taken)
        self.taken += [True] * blocks
        self.content += content.ljust(blocks * size, b"\0")
        self.records += 1
        return 0x80000000 | (self.number + 1) << 28 | (blocks - 1) << 24 | self.number << 16 | first

    def file(self) -> bytes:
        size = SIZES[self.number]
        blocks = len(self.taken) + -len(self.taken) % 32 + 32
        bits = sum(1 << place for place, taken in enumerate(self.taken) if taken)
        head = struct.pack("<IIhhiii", 0xC104CAC3, 0x20000, self.number, 0, size, self.records, blocks)
        head += struct.pack("<4i4ii", *groups(bits, blocks), 0, 0, 0, 0, 0)
        head = head.ljust(80, b"\0") + bits.to_bytes(blocks // 8, "little")
        return head.ljust(HEADER, b"\0") + bytes(self.content).ljust(blocks * size, b"\0")


def groups(bits: int, blocks: int) -> list[int]:
    """The counters of a header."""
    found = [FREE_AT_END[bits >> place & 15] for place in range(0, blocks, 4)]
    return [found.count(free) for free in (1, 2, 3, 4)]


def make(folder: Path, puts: Iterable[Put]) -> None:
    """A cache of these entries, each list with the first one last used."""
    folder.mkdir(parents=True, exist_ok=True)
    data = [_Data(number) for number in range(4)]
    statistics = data[1].store(b"\1" * 500)
    placed: list[tuple[Put, int, int]] = []
    externals = 0
    for put in puts:
        streams = []
        for stream in put.streams:
            if len(stream) > LARGEST_IN_BLOCKS:
                externals += 1
                (folder / f"f_{externals:06x}").write_bytes(stream)
                streams.append(0x80000000 | externals)
            else:
                streams.append(_data_for(data, stream).store(stream) if stream else 0)
        key = put.key.encode()
        long_key = _data_for(data, key).store(key + b"\0") if len(key) > 927 else 0
        rankings = data[0].store(bytes(36))
        record = struct.pack("<IIIiiiQiI", put.bucket, 0, rankings, 1, 0, put.state, 9, len(key), long_key)
        lengths = [len(stream) for stream in put.streams] + [0] * (4 - len(put.streams))
        record += struct.pack("<4i4I", *lengths, *streams, *([0] * (4 - len(streams)))) + bytes(24)
        placed.append((put, data[1].store(record + (b"" if long_key else key + b"\0")), rankings))
    for place, (put, entry, rankings) in enumerate(placed):
        same_list = [r for p, _, r in placed if p.list == put.list]
        at = same_list.index(rankings)
        node = struct.pack(
            "<QQIIIiI",
            5,
            5,
            same_list[min(at + 1, len(same_list) - 1)],
            same_list[max(at - 1, 0)],
            entry,
            0,
            0,
        )
        start = (rankings & 0xFFFF) * 36
        data[0].content[start : start + 36] = node
        following = [e for p, e, _ in placed[place + 1 :] if p.bucket == put.bucket]
        struct.pack_into("<I", data[1].content, (entry & 0xFFFF) * 256 + 4, following[0] if following else 0)
    for each in data:
        (folder / f"data_{each.number}").write_bytes(each.file())
    (folder / "index").write_bytes(_index(placed, statistics))


def _data_for(data: list[_Data], content: bytes) -> _Data:
    return next(each for each in data[1:] if len(content) <= 4 * SIZES[each.number])


def _index(placed: list[tuple[Put, int, int]], statistics: int) -> bytes:
    size = sum(len(put.key.encode()) + sum(map(len, put.streams)) for put, _, _ in placed)
    head = bytearray(368)
    struct.pack_into("<IIi", head, 0, 0xC103CAC3, 0x30000, len(placed))
    struct.pack_into("<iiIiiiQq", head, 16, 7, 3, statistics, BUCKETS, 0, 0, 99, size)
    for number in range(5):
        nodes = [rankings for put, _, rankings in placed if put.list == number]
        struct.pack_into("<i", head, 268 + 4 * number, len(nodes))
        struct.pack_into("<I", head, 288 + 4 * number, nodes[0] if nodes else 0)
        struct.pack_into("<I", head, 308 + 4 * number, nodes[-1] if nodes else 0)
    table = [next((e for p, e, _ in placed if p.bucket == number), 0) for number in range(BUCKETS)]
    return bytes(head) + struct.pack(f"<{BUCKETS}I", *table)


@dataclass
class Checked:
    """What a cache holds once every rule of the format was found kept."""

    entries: dict[str, tuple[bytes, ...]]
    lists: list[list[str]]
    """The keys of each list by use, the last used first."""


def check(folder: Path) -> Checked:
    """Read a cache by the layout; AssertionError where Chromium would find something to repair."""
    index = (folder / "index").read_bytes()
    data = {path.name: path.read_bytes() for path in folder.glob("data_*")}
    used: dict[str, set[int]] = {name: set() for name in data}
    records = dict.fromkeys(data, 0)

    def take(address: int) -> bytes:
        assert address >> 31
        kind = address >> 28 & 7
        if kind == 0:
            return (folder / f"f_{address & 0xFFFFFFF:06x}").read_bytes()
        name, blocks, first = f"data_{address >> 16 & 255}", (address >> 24 & 3) + 1, address & 0xFFFF
        mine = set(range(first, first + blocks))
        assert not mine & used[name], "two records in one place"
        used[name] |= mine
        records[name] += 1
        start = HEADER + first * SIZES[kind - 1]
        return data[name][start : start + blocks * SIZES[kind - 1]]

    take(struct.unpack_from("<I", index, 24)[0])
    entries: dict[str, tuple[bytes, ...]] = {}
    nodes: dict[int, str] = {}
    places: dict[int, tuple[int, int, int]] = {}
    size = 0
    for bucket in range(struct.unpack_from("<i", index, 28)[0]):
        (at,) = struct.unpack_from("<I", index, 368 + 4 * bucket)
        while at:
            record = take(at)
            hash_, following, rankings = struct.unpack_from("<III", record)
            assert hash_ % BUCKETS == bucket or struct.unpack_from("<i", index, 28)[0] != BUCKETS
            length, long_key, *rest = struct.unpack_from("<iI4i4I", record, 32)
            key = (take(long_key) if long_key else record[96:])[:length].decode()
            entries[key] = tuple(
                take(stream)[:count] if stream else b""
                for count, stream in zip(rest[:4], rest[4:], strict=True)
            )
            node = take(rankings)
            assert struct.unpack_from("<I", node, 24)[0] == at
            places[rankings] = (*struct.unpack_from("<II", node, 16), rankings)
            nodes[rankings] = key
            size += length + sum(rest[:4])
            at = following
    assert struct.unpack_from("<i", index, 8)[0] == len(entries)
    assert struct.unpack_from("<q", index, 48)[0] == size
    for name, content in data.items():
        _check_blocks(content, used[name], records[name])
    lists = [_check_list(index, number, places, nodes) for number in range(5)]
    assert sum(map(len, lists)) == len(entries)
    return Checked(entries, lists)


def _check_blocks(content: bytes, used: set[int], records: int) -> None:
    size, count, blocks = struct.unpack_from("<iii", content, 12)
    bits = int.from_bytes(content[80:HEADER], "little")
    assert bits == sum(1 << block for block in used), "a record that the bitmap doesn't know, or one too many"
    assert count == records
    assert list(struct.unpack_from("<4i", content, 24)) == groups(bits, blocks)
    assert struct.unpack_from("<i", content, 56)[0] == 0
    for block in set(range(blocks)) - used:
        assert not any(content[HEADER + block * size : HEADER + (block + 1) * size]), (
            "a free block isn't empty"
        )


def _check_list(
    index: bytes, number: int, places: dict[int, tuple[int, int, int]], nodes: dict[int, str]
) -> list[str]:
    (count,) = struct.unpack_from("<i", index, 268 + 4 * number)
    (at,) = struct.unpack_from("<I", index, 288 + 4 * number)
    (tail,) = struct.unpack_from("<I", index, 308 + 4 * number)
    found: list[str] = []
    previous = at
    while at:
        following, before, _ = places[at]
        assert before == previous
        found.append(nodes[at])
        if following == at:
            break
        previous, at = at, following
    assert at == tail
    assert len(found) == count
    return found
