"""Firefox's HTTP cache, which can be rebuilt from the net at any time."""

from __future__ import annotations

from scrubber.stores.cache2 import Cache2

CACHE = Cache2(
    "{cache}/cache2",
    "{cache}/cache2.*.purge.bg_rm",  # set aside at shutdown for a background task to delete
    "{moved_caches}",
)
