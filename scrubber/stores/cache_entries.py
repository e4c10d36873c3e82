"""Whose an entry of a Chromium cache is, by its key; and of which kind a cache's folder is.

What an entry holds is asked nowhere here: a certificate in it names every host that it is good for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, open_regular
from scrubber.formats import simple_cache
from scrubber.formats.blockfile import INDEX_MAGIC as BLOCKFILE_MAGIC
from scrubber.formats.cache_key import read_key
from scrubber.model import Standing

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Look

SIMPLE, BLOCKFILE, SQL = "simple", "blockfile", "SQL"
_MAGICS = ((simple_cache.INDEX_MAGIC, SIMPLE), (BLOCKFILE_MAGIC, BLOCKFILE), (b"SQLCache", SQL))


def backend(folder: Path) -> str:
    """What wrote the cache in this folder; empty where no `index` says so.

    Raises UnreadableStore for an index of a kind that isn't known here.
    """
    index = folder / "index"
    if kind(index) is None:
        return ""
    with open_regular(index) as file:
        start = file.read(16)
    for magic, name in _MAGICS:
        if start.startswith(magic):
            return name
    if not start.strip(b"\0"):
        return ""  # a crash left it empty: Chromium starts the cache anew
    raise UnreadableStore(index, "a cache of an unknown kind")


def standing(key: str, look: Look) -> Standing | None:
    """By the URL or a site that it was asked for from; a mention where the key names the target otherwise."""
    target = look.target
    parts = read_key(key)
    if target.url(parts.url) or any(target.partition(site, of=parts.url) for site in parts.sites):
        return Standing.OWN
    mentioned = target.mentions(key) or (look.policy.keywords and target.keyword(key))
    return Standing.MENTION if mentioned else None
