"""Responses of others that name the target go where every mention is to go; what tells of a visit, always."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import cramjam
import pytest

from scrubber.browsers.chromium.caches import BLOCKFILE_CACHE, CACHE_STORAGE, SIMPLE_CACHE, SQL_CACHE
from scrubber.model import Policy, Standing
from scrubber.samples.schemas import create, insert
from tests import blockfile_files, simple_cache_files
from tests.cleaned import clean, look

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scrubber.model import Store

    Maker = Callable[[Path, dict[str, tuple[bytes, bytes]]], Path]

ALL = Policy(mentions="all")
FILLER = b"all work and no play " * 40
NAMING = FILLER + b"<a href=https://labs.openai.com/x>" + FILLER
PLAIN = FILLER + b"<a href=https://labs.openai.com.evil.example/x>" + FILLER
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda body: bytes(cramjam.brotli.compress(body)),
    "zstd": lambda body: bytes(cramjam.zstd.compress(body)),
}


def head(coding: str = "", more: str = "") -> bytes:
    packed = f"content-encoding:{coding}\0" if coding else ""
    return f"HTTP/1.1 200\0content-type:text/html\0{packed}{more}\0".encode()


def simple(profile: Path, responses: dict[str, tuple[bytes, bytes]]) -> Path:
    folder = profile / "Cache_Data"
    simple_cache_files.make(folder, responses)
    for key, (top, body) in responses.items():
        name = f"{simple_cache_files.name(key)}_0"
        (folder / name).write_bytes(simple_cache_files.entry(key, body, top))
    return folder


def stored(profile: Path, responses: dict[str, tuple[bytes, bytes]]) -> Path:
    folder = profile / "CacheStorage" / "b7fd46505f1b00beb2e1212c3ace73cfe0ce9f5b"
    simple(folder, responses)
    (folder / "index.txt").write_bytes(b"\x12\x15https://shop.example/\x1a\x15https://shop.example/")
    return folder


def blockfile(profile: Path, responses: dict[str, tuple[bytes, bytes]]) -> Path:
    folder = profile / "Cache_Data"
    blockfile_files.make(folder, [blockfile_files.Put(key, streams) for key, streams in responses.items()])
    return folder


def in_sql(profile: Path, responses: dict[str, tuple[bytes, bytes]]) -> Path:
    path = profile / "sqldb0"
    create(path, "chromium-156/sqldb")
    insert(path, "meta", {"key": "EntryCount", "value": "2"}, {"key": "TotalSize", "value": "200"})
    for number, (key, (top, body)) in enumerate(responses.items(), 1):
        entry = {"res_id": number, "cache_key": key, "cache_key_hash": number, "head": top, "doomed": False}
        insert(path, "resources", entry | {"bytes_usage": 100, "last_used": 1})
        middle = (len(body) + 1) // 2
        pieces = [(0, middle, body[:middle]), (middle, len(body), body[middle:])]
        rows = [{"res_id": number, "start": at, "end": end, "blob": blob} for at, end, blob in pieces if blob]
        insert(path, "blobs", *reversed(rows))
    return path


STORES = [
    pytest.param(SIMPLE_CACHE, simple, id="simple"),
    pytest.param(CACHE_STORAGE, stored, id="cache-storage"),
    pytest.param(BLOCKFILE_CACHE, blockfile, id="blockfile"),
    pytest.param(SQL_CACHE, in_sql, id="sql"),
]
NAMED = [
    pytest.param((head(), NAMING), (head(), PLAIN), id="in the body"),
    pytest.param(
        (head(more="location:https://labs.openai.com/\0"), b"-"), (head(), b"-"), id="in the headers"
    ),
    *(
        pytest.param((head(coding), pack(NAMING)), (head(coding), pack(PLAIN)), id=f"packed by {coding}")
        for coding, pack in PACKED.items()
    ),
    pytest.param((head("gzip"), NAMING), (head("gzip"), PLAIN), id="not packed as it says"),
    pytest.param(
        (head("br", "location:https://labs.openai.com/\0"), b"\0cut"),
        (head("br"), PACKED["br"](PLAIN)[:-9]),
        id="cut off",
    ),
]


@pytest.mark.parametrize(("store", "make"), STORES)
@pytest.mark.parametrize(("naming", "plain"), NAMED)
def test_others_that_name_the_target_go_with_all_mentions(
    tmp_path: Path, store: Store, make: Maker, naming: tuple[bytes, bytes], plain: tuple[bytes, bytes]
) -> None:
    ours, theirs = "1/0/https://news.example/about", "1/0/https://shop.example/"
    path = make(tmp_path, {theirs: plain, ours: naming})
    removed, _ = clean(store, path, tmp_path, ALL)
    assert {trace.seen for trace in removed} == {ours}
    assert {trace.standing for trace in removed} == {Standing.MENTION}


@pytest.mark.parametrize(("store", "make"), STORES)
@pytest.mark.parametrize("mentions", ["browsing", "keep"])
def test_what_others_hold_is_not_asked_otherwise(
    tmp_path: Path, store: Store, make: Maker, mentions: str
) -> None:
    path = make(tmp_path, {"1/0/https://news.example/about": (head(), NAMING)})
    policy = Policy(mentions="keep") if mentions == "keep" else Policy()
    assert store.find(path, look(tmp_path, policy)) == ()


HEADERS = {
    "redirect": ("Location: https://labs.openai.com/s/x", True),
    "redirect-by-way-of-another": (
        "location:https://news.example/?to=https%3A%2F%2Flabs.openai.com%2F",
        True,
    ),
    "redirect-to-a-look-alike": ("Location: https://labs.openai.com.evil.example/s/x", False),
    "redirect-elsewhere": ("Location: /s/x", False),
    "made-for-the-target": ("vary:Origin\0Access-Control-Allow-Origin: https://labs.openai.com", True),
    "made-for-a-look-alike": ("access-control-allow-origin:https://notopenai.com", False),
    "made-for-all": ("access-control-allow-origin:*", False),
    "another-header": ("link:<https://labs.openai.com/>", False),
}


@pytest.mark.parametrize(("store", "make"), [each for each in STORES if each.id != "cache-storage"])
@pytest.mark.parametrize(("header", "goes"), HEADERS.values(), ids=HEADERS.keys())
def test_what_tells_of_a_visit_goes_unless_mentions_are_kept(
    tmp_path: Path, store: Store, make: Maker, header: str, goes: bool
) -> None:
    ours, theirs = "1/0/https://short.example/x", "1/0/https://shop.example/"
    path = make(tmp_path, {theirs: (head(), NAMING), ours: (head(more=f"{header}\0"), b"moved")})
    found = store.find(path, look(tmp_path, Policy(mentions="keep")))
    assert {(trace.seen, trace.standing) for trace in found} == (
        {(ours, Standing.MENTION)} if goes else set()
    )
    removed, _ = clean(store, path, tmp_path)
    assert {trace.seen for trace in removed} == ({ours} if goes else set())


def test_what_pages_stored_on_purpose_stays_where_it_redirects_to_the_target(tmp_path: Path) -> None:
    path = stored(
        tmp_path, {"https://shop.example/x": (head(more="location:https://labs.openai.com/\0"), b"-")}
    )
    assert CACHE_STORAGE.find(path, look(tmp_path)) == ()
