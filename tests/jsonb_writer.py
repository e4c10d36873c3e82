"""Values as SQLite's `jsonb` writes them, for what Python's own SQLite may be too old to make."""

from __future__ import annotations

import json
from typing import Any


def jsonb(value: Any) -> bytes:
    """One element; texts as those that need no escapes, though JSON's would be spelled with some."""
    if isinstance(value, dict):
        return _headed(12, b"".join(jsonb(key) + jsonb(each) for key, each in value.items()))
    if isinstance(value, list):
        return _headed(11, b"".join(map(jsonb, value)))
    if isinstance(value, str):
        escaped = json.dumps(value, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass")
        return _headed(8 if b"\\" in escaped else 7, escaped)
    if value is None or isinstance(value, bool):
        return bytes(((None, True, False).index(value),))
    return _headed(3 if isinstance(value, int) else 5, json.dumps(value).encode())


def _headed(kind: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 12:
        return bytes((size << 4 | kind,)) + payload
    width = next(width for width in (1, 2, 4, 8) if size < 256**width)
    return bytes((11 + width.bit_length() << 4 | kind,)) + size.to_bytes(width, "big") + payload
