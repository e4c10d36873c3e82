r"""What Chromium's caches file an entry under: the URL, and the sites that it was asked for from.

    1/0/_dk_https://example.org https://example.org https://third.example/a.js
    1/0/_dk_s_https://example.org https://example.net https://third.example/frame     a frame's document
    1/0/_dk_cn_https://example.org https://example.org https://example.org/           came from another site
    _dk_https://example.org https://example.org https://third.example/a.js            before Chromium 110
    https://third.example/a.js                                                        before Chromium 86
    Range_<any of these>:<signature>:<number>                                         part of a sparse entry
    _keyhttps://third.example/a.js \nhttps://example.org/[ \n<isolation key>]         compiled code

`1/0/`: whether cookies went along, and the number of an upload. A nonce may follow the two sites.
Sources: net/http/http_cache.cc (GenerateCacheKey), net/disk_cache/blockfile/sparse_control.cc,
content/browser/code_cache/generated_code_cache.cc (GetCacheKey).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_RANGE = re.compile(r"Range_(.*):[0-9a-f]+:[0-9a-f]+", re.DOTALL)
_REQUEST = re.compile(r"(?:[01]/[0-9]+/)?(?P<partitioned>_dk_(?:[a-z]{1,4}_)*)?")
_COMPILED = "_key"
_BETWEEN_COMPILED = " \n"


@dataclass(frozen=True)
class CacheKey:
    """A key taken apart."""

    url: str
    sites: tuple[str, ...] = ()
    """The top-level site, the frame's, a nonce; of compiled code the site whose process made it."""


def read_key(text: str) -> CacheKey:
    """The parts of a key; what has no such form counts as a URL."""
    part = _RANGE.fullmatch(text)
    if part:
        text = part[1]
    if text.startswith(_COMPILED):
        url, *locks = text.removeprefix(_COMPILED).split(_BETWEEN_COMPILED)
        return CacheKey(url, tuple(site for lock in locks for site in lock.split()))
    start = _REQUEST.match(text)
    rest = text[start.end() :] if start else text
    if start is None or not start["partitioned"]:
        return CacheKey(rest)
    *sites, url = rest.split(" ")
    return CacheKey(url, tuple(sites))
