"""A remnant packed with a dictionary, which lies before or behind it in any kind of cache."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import cramjam

from scrubber.formats.cache2.key import file_name
from tests import blockfile_files, cache2_files, simple_cache_files
from tests.dictionary_files import PACKERS
from tests.residue.planted import FILLER, OTHER, b64, page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.dictionary_files import Packer

    Plant = Callable[[Path, str], None]

WORDS = FILLER[::-1] + FILLER
"""The dictionary: it has most of a page, and no host."""
NEWER = WORDS + b"and more"
"""One that is itself sent packed with the other."""
SOURCE = "https://www.example.org/words"
SCRIPT = "7"
"""A key that doesn't say whose the entry is."""
USE = "use-as-dictionary:match=/*"


def in_simple(folder: Path, content: bytes, *headers: str, key: str = SOURCE) -> None:
    """An entry of a simple cache."""
    folder.mkdir(parents=True, exist_ok=True)
    head = "\0".join(("HTTP/1.1 200", *headers, "\0")).encode()
    (folder / f"{simple_cache_files.name(key)}_0").write_bytes(simple_cache_files.entry(key, content, head))


def in_cache2(
    folder: Path, content: bytes, *headers: str, key: str = SOURCE, secret: bytes | None = None
) -> None:
    """An entry of Firefox's cache."""
    folder.mkdir(parents=True, exist_ok=True)
    elements = {"response-head": "\r\n".join(("HTTP/2 200 ", *headers, ""))}
    entry = cache2_files.entry(f":{key}", content, elements=elements, secret=secret)
    (folder / file_name(f":{key}".encode())).write_bytes(entry)


def in_blocks(folder: Path, content: bytes, *headers: str, key: str = SOURCE) -> None:
    """The only entry of a cache of blocks."""
    folder.mkdir(parents=True, exist_ok=True)
    head = "\0".join(("HTTP/1.1 200", *headers, "\0")).encode()
    blockfile_files.make(folder, [blockfile_files.Put(key, (head, content))])


def in_encrypted_cache2(folder: Path, content: bytes, *headers: str, key: str = SOURCE) -> None:
    """The same under a key that the preferences hold."""
    secret = bytes(range(32))
    in_cache2(folder, content, *headers, key=key, secret=secret)
    prefs = f'user_pref("browser.cache.disk.encryption.key", "{b64(secret).decode()}");\n'
    (folder.parent / "prefs.js").write_text(prefs)


def token(folder: Path, content: bytes, *_: str) -> None:
    """An entry of the cache in which Chromium has dictionaries alone."""
    in_simple(folder / "Shared Dictionary" / "cache", content, key="0123456789ABCDEF8000000000000001")


def packed(folder: Path, content: bytes, *headers: str) -> None:
    """A dictionary that was itself sent packed."""
    packed = bytes(cramjam.brotli.compress(content))
    in_simple(folder, packed, "content-encoding:br", *headers)


CACHES = {
    "simple cache": in_simple,
    "cache2": in_cache2,
    "encrypted cache2": in_encrypted_cache2,
    "block files": in_blocks,
    "Shared Dictionary": token,
    "simple cache, packed": packed,
}


def nobodys(coding: str, pack: Packer, place: str, cache: Callable[..., None]) -> Plant:
    """A body of a script of nobody's, its dictionary in a folder of that name."""

    def plant(folder: Path, host: str) -> None:
        content = pack(page(host), WORDS)
        assert host.encode() not in content
        cache(folder / place, WORDS, USE)
        in_simple(folder / "m", content, f"content-encoding:{coding}", key=SCRIPT)

    return plant


def by_a_packed_one(folder: Path, host: str, pack: Packer, coding: str) -> None:
    """The dictionary is what another one unpacks."""
    in_simple(folder / "z", WORDS, USE)
    in_simple(folder / "a", pack(NEWER, WORDS), f"content-encoding:{coding}", USE, key=SOURCE + "2")
    in_simple(folder / "m", pack(page(host), NEWER), f"content-encoding:{coding}", key=SCRIPT)


def in_a_file(folder: Path, host: str, pack: Packer) -> None:
    in_simple(folder / "z", WORDS, USE)
    (folder / "lost").write_bytes(pack(page(host), WORDS))


def in_a_cell(folder: Path, host: str, pack: Packer) -> None:
    in_simple(folder / "z", WORDS, USE)
    with closing(sqlite3.connect(folder / "x.db")) as database:
        database.execute("CREATE TABLE t (value)")
        database.execute("INSERT INTO t VALUES (?)", (pack(page(host), WORDS),))
        database.commit()


def _kinds(coding: str, pack: Packer) -> dict[str, Plant]:
    return {
        **{
            f"dictionary {where} in {name}": nobodys(coding, pack, place, cache)
            for name, cache in CACHES.items()
            for where, place in (("before", "a"), ("behind", "z"))
        },
        "dictionary packed with another": partial(by_a_packed_one, pack=pack, coding=coding),
        "a file": partial(in_a_file, pack=pack),
        "a cell": partial(in_a_cell, pack=pack),
    }


DICTIONARIES: dict[str, Plant] = {
    f"{coding}, {name}": plant
    for coding, pack in PACKERS.items()
    for name, plant in _kinds(coding, pack).items()
}
"""What only the body says."""


def others(coding: str, pack: Packer, cache: Callable[..., None]) -> Plant:
    def plant(folder: Path, host: str) -> None:
        token(folder, WORDS)
        cache(folder / "c", pack(page(host), WORDS), f"content-encoding: {coding}", key=OTHER)

    return plant


DICTIONARY_BODIES: dict[str, Plant] = {
    f"{coding} in {name}": others(coding, pack, cache)
    for coding, pack in PACKERS.items()
    for name, cache in list(CACHES.items())[:4]
}
"""Pages of another site."""
