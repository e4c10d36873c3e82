"""What Chromium keeps to be faster: responses, compiled code, and what it knows of them."""

from __future__ import annotations

from scrubber.browsers.chromium.layout import in_caches, in_partitions, in_profile
from scrubber.stores.blockfile_cache import BlockfileCache
from scrubber.stores.cache_storage import CacheStorage
from scrubber.stores.encrypted_cache import EncryptedCache
from scrubber.stores.recreated import Recreated
from scrubber.stores.simple_cache import SimpleCache
from scrubber.stores.sql_cache import CompiledCode, SqlCache
from scrubber.stores.visited_links import VisitedLinksFile

_RESPONSES = (
    *in_caches("Cache/Cache_Data"),
    *in_caches("Cache"),  # before Chromium 90
    *in_caches("Media Cache"),  # before Chromium 110
)

SIMPLE_CACHE = SimpleCache(*_RESPONSES)
BLOCKFILE_CACHE = BlockfileCache(*_RESPONSES)
SQL_CACHE = SqlCache(*in_caches("Cache/Cache_Data/sqldb*"))

CODE_CACHE = SimpleCache(
    *in_caches("Code Cache/js"),
    *in_caches("Code Cache/wasm"),
    *in_caches("Code Cache/webui_js"),
    source="content/browser/code_cache/generated_code_cache.cc",
)
COMPILED_CODE = CompiledCode(*in_caches("Code Cache/pc/*"))

ENCRYPTED_CACHE = EncryptedCache(*_RESPONSES, *CODE_CACHE.places)

NO_VARY_SEARCH = Recreated(
    *in_caches("Cache/No_Vary_Search"),
    holds="cache",
    source="net/http/no_vary_search_cache_storage.cc",
)

CACHE_STORAGE = CacheStorage(*in_partitions("Service Worker/CacheStorage/*"))
BUCKETS_CACHE_STORAGE = CacheStorage(*in_partitions("WebStorage/*/CacheStorage"), in_bucket=True)

VISITED_LINKS = VisitedLinksFile(*in_profile("Visited Links"))

CACHES = (
    SIMPLE_CACHE,
    BLOCKFILE_CACHE,
    SQL_CACHE,
    CODE_CACHE,
    COMPILED_CODE,
    ENCRYPTED_CACHE,
    NO_VARY_SEARCH,
    CACHE_STORAGE,
    BUCKETS_CACHE_STORAGE,
    VISITED_LINKS,
)
