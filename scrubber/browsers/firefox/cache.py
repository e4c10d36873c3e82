"""Firefox's HTTP cache, which can be rebuilt from the net at any time."""

from __future__ import annotations

from scrubber.stores.cache2 import Cache2
from scrubber.stores.recreated import Recreated

# Before Firefox 32, and what sites wanted to have offline before Firefox 85: each of use only as a whole.
OLD_CACHES = Recreated(
    "{cache}/Cache",
    "{cache}/Cache.Trash*",  # set aside to be deleted
    "{cache}/OfflineCache",
    "{moved_caches}/Cache",
    "{moved_caches}/Cache.Trash*",
    "{moved_caches}/OfflineCache",
    holds="cache",
    source="netwerk/cache/nsDiskCacheMap.cpp",
)

START_PAGE = Recreated(
    *(
        f"{{cache}}/activity-stream.{name}.json"
        for name in (
            "ads_feed",
            "contextual_ads",
            "contile",
            "discovery_stream",
            "frecency_boost_cache",
            "highlights",
            "inferred_personalization_feed",
            "newtab_content_event_stats",
            "sports_feed",
            "topstories",
            "weather_feed",
        )
    ),
    holds="cache",
    source="browser/extensions/newtab/lib/PersistentCache.sys.mjs",
)

CACHE = Cache2(
    "{cache}/cache2",
    "{cache}/cache2.*.purge.bg_rm",  # set aside at shutdown for a background task to delete
    "{moved_caches}/cache2",
    "{moved_caches}/cache2.*.purge.bg_rm",
)

CACHES = (OLD_CACHES, START_PAGE, CACHE)
