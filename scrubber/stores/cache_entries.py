"""Whose an entry of a Chromium cache is, by its key; and of which kind a cache's folder is.

What an entry holds is asked nowhere here: a certificate in it names every host that it is good for.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, names, open_regular
from scrubber.formats import encrypted_cache, simple_cache
from scrubber.formats.blockfile import INDEX_MAGIC as BLOCKFILE_MAGIC
from scrubber.formats.cache_key import read_key
from scrubber.model import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.model import Look

SIMPLE, BLOCKFILE, SQL, ENCRYPTED = "simple", "blockfile", "SQL", "encrypted"
_MAGICS = ((simple_cache.INDEX_MAGIC, SIMPLE), (BLOCKFILE_MAGIC, BLOCKFILE), (b"SQLCache", SQL))

_ENOUGH = 100
"""So many entries tell of which kind the others are."""


def backend(folder: Path) -> str:
    """What wrote the cache in this folder; empty where no `index` says so.

    Raises UnreadableStore for an index of a kind that isn't known here.
    """
    index = folder / "index"
    start = b"" if kind(index) is None else _start(index)
    if known := _by_magic(start):
        return known
    if is_encrypted(folder):
        return ENCRYPTED
    if not start.strip(b"\0"):
        return ""  # a crash left it empty: Chromium starts the cache anew
    raise UnreadableStore(index, "a cache of an unknown kind")


def is_encrypted(folder: Path) -> bool:
    """Whether the files of the cache in this folder start as those of an encrypted one do.

    An entry in clear among them speaks against it. Where a crash has taken the index, most entries say it.
    """
    index = folder / "index"
    start = _start(index) if kind(index) == "file" else b""
    if _by_magic(start):
        return False
    is_index = encrypted_cache.is_sealed(start) and index.lstat().st_size == encrypted_cache.INDEX_SIZE
    if start.strip(b"\0") and not is_index:
        return False
    heads = [head for head in islice(_heads(folder), _ENOUGH) if head]
    if any(head.startswith(simple_cache.INDEX_MAGIC) for head in heads):
        return False
    return is_index or sum(map(encrypted_cache.is_sealed, heads)) * 2 > len(heads)


def _heads(folder: Path) -> Iterator[bytes]:
    """How the files of a simple cache's entries start."""
    for name in names(folder):
        is_entry = simple_cache.ENTRY.fullmatch(name) or simple_cache.DOOMED.fullmatch(name)
        if is_entry and kind(folder / name) == "file":
            yield _start(folder / name)


def _start(path: Path) -> bytes:
    """No more is read than what tells of which kind a file is."""
    with open_regular(path) as file:
        return file.read(encrypted_cache.HEAD)


def _by_magic(start: bytes) -> str:
    return next((name for magic, name in _MAGICS if start.startswith(magic)), "")


def standing(key: str, look: Look) -> Standing | None:
    """By the URL or a site that it was asked for from; a mention where the key names the target otherwise."""
    target = look.target
    parts = read_key(key)
    if target.url(parts.url) or any(target.partition(site, of=parts.url) for site in parts.sites):
        return Standing.OWN
    mentioned = target.mentions(key) or (look.policy.keywords and target.keyword(key))
    return Standing.MENTION if mentioned else None
