"""What a cache entry is filed under: its URL, and what keeps it apart from others of the same URL.

    O^partitionKey=%28https%2Cshop.example%29,a,~FETCH,:https://cdn.example/app.js

Tags in ASCII order, each with its value and a comma; a comma inside a value is doubled. `O` has the origin
attributes, `~` an extension (a POST's number, a fetch's kind), `a` says that it was loaded without cookies,
`:` is the URL and the end. The entry's file is named by the SHA-1 of it all.
Source: netwerk/cache2/CacheFileUtils.cpp (KeyParser, AppendKeyPrefix), CacheFileContextEvictor.cpp.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

MARKER = "ce_"
"""How the names of files start that stand for an eviction still to be done."""

_TAG = re.compile(r"([^:,])((?:[^,]|,,)*),(?!,)")


@dataclass(frozen=True)
class CacheKey:
    """A key taken apart."""

    url: str
    """As the entry was asked for; `about:home` is the new-tab page kept for a fast start."""
    suffix: str = ""
    """The origin attributes: `^userContextId=2&partitionKey=…`."""
    extension: str = ""


def read_key(text: str) -> CacheKey:
    """The parts of a key, or of a key's start without the URL; what has no such form counts as a URL."""
    tags = {}
    at = 0
    while match := _TAG.match(text, at):
        tags[match[1]] = match[2].replace(",,", ",")
        at = match.end()
    rest = text[at:]
    return CacheKey(rest.removeprefix(":"), tags.get("O", ""), tags.get("~", ""))


def file_name(key: bytes) -> str:
    """What the entry's file in `entries/` is called: `2EFAA05CBE6CE0D8D7B8B1A0D7C5D0D4E4B5C6A7`."""
    return hashlib.sha1(key, usedforsecurity=False).hexdigest().upper()


def read_marker(name: str) -> tuple[str, ...]:
    """Whose eviction a `ce_…` file stands for: the start of a key, an origin, or `s:` and an eTLD+1.

    Nothing where it is everything's, or the name can't be decoded.
    """
    try:
        decoded = base64.b64decode(name.removeprefix(MARKER).replace("-", "/"), validate=True)
    except ValueError:  # also for what isn't ASCII
        return ()
    parts = decoded.decode("utf-8", "replace").split("\t")
    return tuple(part for part in parts if part not in ("", "*"))
