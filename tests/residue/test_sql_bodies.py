"""Bodies in Chromium's HTTP cache in SQLite, which lie in several rows and are packed as their heads say."""

from __future__ import annotations

import gzip
import random
import sqlite3
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

import cramjam
import pytest

from scrubber.residue import sql_bodies
from scrubber.residue.sweep import NotExamined, Remnant, sweep
from scrubber.sites import Site, Target
from tests.residue.planted import FILLER, OTHER, page, raw_deflate, url
from tests.residue.planted_files import png

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

HOST = "labs.openai.com"
TARGET = Target((Site("sample", "Sample", domains=(HOST,)),))
NOISE = random.Random(5).randbytes(9000)


def brotli(content: bytes) -> bytes:
    return bytes(cramjam.brotli.compress(content))


def zstandard(content: bytes) -> bytes:
    return bytes(cramjam.zstd.compress(content))


def cache(
    folder: Path,
    body: bytes,
    coding: str = "br",
    *,
    key: str | None = OTHER,
    order: Iterable[int] = range(3),
    end: int | None = None,
) -> None:
    """A body in three rows, written in that order; it has no entry without a key."""
    with closing(sqlite3.connect(folder / "sqldb0")) as database:
        database.execute(
            "CREATE TABLE resources (res_id INTEGER PRIMARY KEY, body_end INTEGER, cache_key TEXT, head BLOB)"
        )
        database.execute(
            "CREATE TABLE blobs (blob_id INTEGER PRIMARY KEY, res_id INTEGER, start INTEGER, blob BLOB)"
        )
        head = f"HTTP/1.1 200\0Content-Encoding: {coding}\0\0".encode()
        known = len(body) if end is None else end
        database.execute("INSERT INTO resources VALUES (1, 4, ?, ?)", (OTHER, b"HTTP/1.1 200\0\0"))
        database.execute("INSERT INTO blobs VALUES (NULL, 1, 0, ?)", (FILLER,))
        if key is not None:
            database.execute("INSERT INTO resources VALUES (2, ?, ?, ?)", (known, key, head))
        step = len(body) // 3 + 1
        rows = [(at, body[at : at + step]) for at in range(0, len(body), step)]
        for number in order:
            database.execute("INSERT INTO blobs VALUES (NULL, 2, ?, ?)", rows[number])
        database.commit()


def seen(folder: Path) -> tuple[set[tuple[str, str]], set[str]]:
    """The cells besides keys that name the target, with why they may, and what couldn't be examined."""
    found = list(sweep([folder], TARGET))
    names = {(one.where.split()[0], one.explained) for one in found if isinstance(one, Remnant)}
    return names - {("resources.cache_key", "")}, {
        one.reason for one in found if isinstance(one, NotExamined)
    }


def torn(coding: str) -> set[str]:
    """What the first row says of itself, seen alone."""
    return {"what is packed by zstd is damaged"} if coding == "zstd" else set()


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate, raw": raw_deflate,
    "zstd": zstandard,
    "gzip, br": lambda content: brotli(gzip.compress(content)),
}
codings = pytest.mark.parametrize(
    ("coding", "pack"),
    [pytest.param(name.removesuffix(", raw"), pack, id=name) for name, pack in CODINGS.items()],
)


@codings
@pytest.mark.parametrize(
    ("key", "explained"), [(OTHER, "mention"), (url(HOST), "")], ids=["another site's", "the target's"]
)
def test_a_body_in_several_rows(
    tmp_path: Path, coding: str, pack: Callable[[bytes], bytes], key: str, explained: str
) -> None:
    cache(tmp_path, pack(page(HOST) + NOISE), coding, key=key)
    assert seen(tmp_path) == ({("blobs.blob", explained)}, set() if explained else torn(coding))


@codings
@pytest.mark.parametrize("key", [OTHER, None], ids=["another site's", "nobody's"])
@pytest.mark.parametrize("host", ["mylabs.openai.com", "labs.openai.com.evil.example"])
def test_a_look_alike_stays_silent(
    tmp_path: Path, coding: str, pack: Callable[[bytes], bytes], key: str | None, host: str
) -> None:
    cache(tmp_path, pack(page(host) + NOISE), coding, key=key)
    assert seen(tmp_path) == (set(), set() if key else torn(coding))


@codings
def test_a_body_whose_entry_is_gone(tmp_path: Path, coding: str, pack: Callable[[bytes], bytes]) -> None:
    cache(tmp_path, pack(page(HOST) + NOISE), coding, key=None)
    assert seen(tmp_path) == ({("blobs.blob", "")}, torn(coding))


def test_rows_in_another_order(tmp_path: Path) -> None:
    cache(tmp_path, brotli(page(HOST) + NOISE), order=(2, 0, 1))
    assert seen(tmp_path) == ({("blobs.blob", "mention")}, set())


def test_what_a_missing_row_hides_is_said(tmp_path: Path) -> None:
    """And only what comes before it can be unpacked."""
    cache(tmp_path, brotli(page(HOST) + NOISE), key=url(HOST), order=(0, 2))
    assert seen(tmp_path) == ({("blobs.blob", "")}, {"a body packed by br is damaged"})


def test_what_a_missing_end_hides_of_another_site_is_not(tmp_path: Path) -> None:
    cache(tmp_path, brotli(FILLER + NOISE), order=(0, 1))
    assert seen(tmp_path) == (set(), set())


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        pytest.param(NOISE, {"a body without an entry, which is encrypted or packed"}, id="noise"),
        pytest.param(brotli(NOISE)[:-9], {"a body without an entry, which is encrypted or packed"}, id="cut"),
        pytest.param(FILLER, set(), id="text"),
        pytest.param(png(b"tEXt", b"Title\0none") + NOISE, set(), id="picture"),
    ],
)
def test_what_nothing_unpacks_and_nobody_has(tmp_path: Path, content: bytes, reasons: set[str]) -> None:
    cache(tmp_path, content, key=None)
    assert seen(tmp_path) == (set(), reasons)


def test_no_more_is_kept_than_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_bodies, "_MOST_HELD", 5000)
    cache(tmp_path, brotli(page(HOST) + NOISE), key=url(HOST))
    assert seen(tmp_path) == ({("blobs.blob", "")}, {"a body packed by br is damaged"})


def test_a_plain_body_is_found_where_it_lies(tmp_path: Path) -> None:
    """Once, not again as a whole."""
    cache(tmp_path, page(HOST), "identity")
    (one,) = sweep([tmp_path], TARGET)
    assert isinstance(one, Remnant)
    assert (one.where, one.explained, one.count) == ("blobs.blob rowid 3", "mention", 1)
