"""Encrypted caches as Chromium writes them, sealed with keys that nobody has."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEADER, TAG = 40, 16
INDEX = bytes.fromhex(  # Chromium 156 wrote it
    "28eaf6d59f0f0aaee142bfee3853074342c4a7ce1a866e5be3f285ff4ceaace716bce2a8dd079cd1"
    "a35bb688acdbad9bf63c389b4f451191ece74ba5108950502e92d8b05600a34488b4a66a25f346b0"
)
ENTRIES = tuple(f"{number:016x}_0" for number in (0xA1, 0xB2, 0xC3))


def sealed(size: int, seed: int) -> bytes:
    """A file of so many bytes in clear, at most 4096: a header, ciphertext, a tag."""
    return b"(" + random.Random(seed).randbytes(HEADER - 1 + size + TAG)


def make(folder: Path) -> None:
    """A cache with three entries."""
    (folder / "index-dir").mkdir(parents=True)
    (folder / "index").write_bytes(INDEX)
    (folder / "index-dir" / "the-real-index").write_bytes(sealed(100, 0))
    for number, name in enumerate(ENTRIES, 1):
        (folder / name).write_bytes(sealed(1000, number))
