"""Firefox's DataStorage: `SiteSecurityServiceState.bin`, `AlternateServices.bin` and their like.

    slot = u16 checksum | u16 score | u16 day of last access | key[256] | value[24 or 1024]

Big-endian, key and value padded with zeros, no header; a slot's place is its number, and a slot of zeros is
free. All of a slot's words XORed are 0. Source: security/manager/ssl/data_storage/src/lib.rs (Firefox 120 on;
a `.txt` with a line for each entry before).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.formats.damaged import Damaged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_HEAD = struct.Struct(">HHH")
_KEY = 256
_VALUES = (24, 1024)  # SiteSecurityServiceState's, and all others'


@dataclass(frozen=True)
class Slot:
    """A slot in use."""

    number: int
    score: int
    day: int
    """Of the last access, counted from 1970."""
    key: str
    value: str
    is_sound: bool
    """Whether the checksum is right; Firefox skips a slot in which it isn't."""


def slot_size(content: bytes) -> int:
    """Bytes of a slot, found by which size makes the checksums right; 0 where every slot is free.

    Raises Damaged.
    """
    if not any(content):
        return 0
    sound = {
        size: sum(slot.is_sound for slot in _slots(content, size))
        for size in (_HEAD.size + _KEY + value for value in _VALUES)
        if not len(content) % size
    }
    best = max(sound, key=lambda size: sound[size], default=0)
    if not best or not sound[best]:
        raise Damaged("no DataStorage file: no slot has the right checksum")
    return best


def read_slots(content: bytes) -> Iterator[Slot]:
    """The slots in use. Raises Damaged before the first."""
    size = slot_size(content)
    return _slots(content, size) if size else iter(())


def without(content: bytes, numbers: Collection[int]) -> bytes:
    """The file with these slots free. Raises Damaged."""
    size = slot_size(content)
    kept = bytearray(content)
    for number in numbers:
        kept[number * size : (number + 1) * size] = bytes(size)
    return bytes(kept)


def write_slot(score: int, day: int, key: str, value: str, value_size: int) -> bytes:
    """One slot as Firefox writes it."""
    fields = key.encode().ljust(_KEY, b"\0") + value.encode().ljust(value_size, b"\0")
    return _HEAD.pack(_xor(_HEAD.pack(0, score, day) + fields), score, day) + fields


def _slots(content: bytes, size: int) -> Iterator[Slot]:
    for start in range(0, len(content), size):
        slot = content[start : start + size]
        if any(slot):
            _, score, day = _HEAD.unpack_from(slot)
            key, value = slot[_HEAD.size : _HEAD.size + _KEY], slot[_HEAD.size + _KEY :]
            yield Slot(start // size, score, day, _text(key), _text(value), not _xor(slot))


def _text(field: bytes) -> str:
    return field.rstrip(b"\0").decode("utf-8", "replace")


def _xor(slot: bytes) -> int:
    """Of all 16-bit words, which is the same as folding the whole slot into two bytes."""
    total = 0
    for (word,) in struct.iter_unpack(">H", slot):
        total ^= word
    return total
