"""Chromium's blockfile cache: a hash table of entries whose parts lie in files of equal blocks."""

from __future__ import annotations

import struct

INDEX_MAGIC = struct.pack("<I", 0xC103CAC3)
"""How its `index` starts."""
