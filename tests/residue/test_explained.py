from __future__ import annotations

import base64
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import cramjam
import pytest

from scrubber.formats.cache2.key import file_name
from scrubber.residue.sweep import NotExamined, Remnant, sweep
from scrubber.sites import Site, Target
from tests import blockfile_files, cache2_files, simple_cache_files
from tests.residue.planted import FILLER, OTHER, page, url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOST = "labs.openai.com"
TARGET = Target((Site("sample", "Sample", domains=(HOST,)),))


def seen(root: Path, target: Target = TARGET) -> set[tuple[str, str]]:
    """Which parts name the target, and why they may."""
    found = list(sweep([root], target))
    assert not [one for one in found if isinstance(one, NotExamined)]
    return {(one.seen_as, one.explained) for one in found if isinstance(one, Remnant)}


def tlv(tag: int, *content: bytes) -> bytes:
    inner = b"".join(content)
    size = bytes((len(inner),)) if len(inner) < 128 else b"\x82" + len(inner).to_bytes(2, "big")
    return bytes((tag,)) + size + inner


def certificate(common: str, *alternative: str) -> bytes:
    """The parts of a certificate that name hosts."""
    subject = tlv(0x30, tlv(6, b"\x55\x04\x03"), tlv(0x0C, common.encode())) if common else b""
    names = tlv(0x30, *(tlv(0x82, name.encode()) for name in alternative))
    extension = tlv(0x30, tlv(6, b"\x55\x1d\x11"), tlv(4, names))
    return tlv(0x30, b"\x02\x01\x07", subject, b"\x30\x0d" + bytes(13), extension)


@pytest.mark.parametrize(
    ("content", "explained"),
    [
        pytest.param(
            certificate("cdn.example", "cdn.example", HOST, "shop.example"), "mention", id="of another site"
        ),
        pytest.param(certificate("", "cdn.example", f"*.{HOST}"), "mention", id="without a common name"),
        pytest.param(certificate(HOST, HOST, "www.example.org"), "", id="the target's own"),
        pytest.param(certificate("", HOST, "www.example.org"), "", id="own, without a common name"),
        pytest.param(b"cdn.example and labs.openai.com", "", id="no certificate"),
    ],
)
@pytest.mark.parametrize("encode", [bytes, base64.b64encode], ids=["raw", "base64"])
def test_certificates(
    tmp_path: Path, content: bytes, explained: str, encode: Callable[[bytes], bytes]
) -> None:
    with closing(sqlite3.connect(tmp_path / "caches.sqlite")) as database:
        database.execute("CREATE TABLE security_info (hash BLOB, data BLOB)")
        database.execute("INSERT INTO security_info VALUES (x'00', ?)", (encode(b"\0" * 3 + content),))
        database.commit()
    assert seen(tmp_path) == {("cell", explained)}


def test_a_name_beside_a_certificate_that_lists_it_counts(tmp_path: Path) -> None:
    listed = certificate("cdn.example", "cdn.example", HOST)
    (tmp_path / "file").write_bytes(listed + b"\0\0" + url(HOST).encode())
    assert seen(tmp_path) == {("bytes", "mention"), ("bytes", "")}


@pytest.mark.parametrize(
    ("place", "explained"),
    [
        ("startupCache/scriptCache.bin", "ships with the browser"),
        ("safebrowsing/google4/goog.vlpset", "ships with the browser"),
        ("startupCache/extensions-dnr.sc.lz4", "ships with an extension"),
        ("Extensions/abcdefghijklmnopabcdefghijklmnop/1.0_0/manifest.json", "ships with an extension"),
        ("extensions/uBlock0@raymondhill.net.xpi", "ships with an extension"),
        ("Local Extension Settings/abcdefghijklmnopabcdefghijklmnop/data", ""),
        ("startupCache/urlCache.bin", ""),
    ],
)
def test_lists_that_ship(tmp_path: Path, place: str, explained: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).write_text(f"one {HOST} two")
    assert seen(tmp_path) == {("bytes", explained)}


def test_headers_of_a_simple_cache(tmp_path: Path) -> None:
    head = b"HTTP/1.1 302\0location:https://labs.openai.com/\0\0DNS:labs.openai.com"
    for key in (OTHER, url(HOST)):
        entry = simple_cache_files.entry(key, b"body", head)
        (tmp_path / f"{simple_cache_files.name(key)}_0").write_bytes(entry)
    assert seen(tmp_path) == {("cache headers", "mention"), ("cache headers", ""), ("cache key", "")}


def test_headers_of_block_files(tmp_path: Path) -> None:
    blockfile_files.make(tmp_path, [blockfile_files.Put(OTHER)])
    assert seen(tmp_path) == {("cache headers", "mention")}


def test_headers_of_cache2(tmp_path: Path) -> None:
    info = base64.b64encode(certificate("cdn.example", "cdn.example", HOST)).decode()
    elements = {"response-head": f"HTTP/2 302 \r\nLocation: {url(HOST)}\r\n", "security-info": info}
    name = file_name(f":{OTHER}".encode())
    (tmp_path / name).write_bytes(cache2_files.entry(f":{OTHER}", elements=elements))
    assert seen(tmp_path) == {("cache headers", "mention")}


@pytest.mark.parametrize(
    ("key", "explained"), [(OTHER, "mention"), (url(HOST), "")], ids=["another site's", "the target's"]
)
def test_entries_of_a_cache_in_sqlite(tmp_path: Path, key: str, explained: str) -> None:
    with closing(sqlite3.connect(tmp_path / "sqldb0")) as database:
        database.execute("CREATE TABLE resources (res_id INTEGER PRIMARY KEY, cache_key TEXT, head BLOB)")
        database.execute("CREATE TABLE blobs (blob_id INTEGER PRIMARY KEY, res_id INTEGER, blob BLOB)")
        database.execute("INSERT INTO resources VALUES (1, ?, ?)", (key, b"location: " + url(HOST).encode()))
        database.execute("INSERT INTO blobs VALUES (9, 1, ?)", (page(HOST),))
        database.commit()
    found = [one for one in sweep([tmp_path], TARGET) if isinstance(one, Remnant)]
    where = {(one.where.split()[0], one.explained) for one in found}
    assert where - {("resources.cache_key", "")} == {("resources.head", explained), ("blobs.blob", explained)}
    assert (("resources.cache_key", "") in where) is (explained == "")


def test_a_body_whose_entry_is_gone_is_not_explained(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "sqldb0")) as database:
        database.execute("CREATE TABLE resources (res_id INTEGER PRIMARY KEY, cache_key TEXT, head BLOB)")
        database.execute("CREATE TABLE blobs (blob_id INTEGER PRIMARY KEY, res_id INTEGER, blob BLOB)")
        database.execute("INSERT INTO resources VALUES (1, ?, x'00')", (OTHER,))
        database.executemany("INSERT INTO blobs VALUES (NULL, ?, ?)", [(1, FILLER), (2, page(HOST))])
        database.commit()
    assert seen(tmp_path) == {("cell", "")}


def test_another_sites_storage_is_not_explained(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data.sqlite")) as database:
        database.execute("CREATE TABLE data (key TEXT, value BLOB)")
        database.execute("INSERT INTO data VALUES ('last', ?)", (url(HOST),))
        database.commit()
    assert seen(tmp_path) == {("cell", "")}


KEY = "https://kept.example/?u=labs.openai.com"


def test_an_entry_that_a_crash_cut_is_still_another_sites(tmp_path: Path) -> None:
    content = simple_cache_files.header(OTHER) + b"body that names labs.openai.com and breaks o"
    (tmp_path / f"{simple_cache_files.name(OTHER)}_0").write_bytes(content)
    assert seen(tmp_path) == {("cache body", "mention")}


@pytest.mark.parametrize(
    ("content", "is_said"),
    [
        pytest.param(b"1" + simple_cache_files.entry(KEY, b"a picture")[1:], True, id="another magic"),
        pytest.param(simple_cache_files.entry(KEY, b"a picture"), False, id="an entry"),
        pytest.param(b"", False, id="empty"),
        pytest.param(bytes(4096), False, id="zeros"),
    ],
)
def test_an_entry_that_does_not_start_as_one_is_not_examined(
    tmp_path: Path, content: bytes, is_said: bool
) -> None:
    """The last letters of its key and the first of its body would make another name."""
    (tmp_path / f"{simple_cache_files.name(KEY)}_0").write_bytes(content)
    said = [one.reason for one in sweep([tmp_path], TARGET) if isinstance(one, NotExamined)]
    assert said == ["an entry of a cache that doesn't start as one"] * is_said


@pytest.mark.parametrize(
    "known",
    [
        pytest.param("https://labs.openai.com/e/AbC123", id="path that nobody guesses"),
        pytest.param("https://deep.below.labs.openai.com/", id="sub-domain that nobody guesses"),
    ],
)
def test_hashes_of_addresses_that_were_known(tmp_path: Path, known: str) -> None:
    (tmp_path / "the-real-index").write_bytes(simple_cache_files.index([known, OTHER]))
    assert list(sweep([tmp_path], TARGET)) == []
    found = [one for one in sweep([tmp_path], TARGET, urls=[known, OTHER]) if isinstance(one, Remnant)]
    assert [(one.seen_as, one.form) for one in found] == [("cache index", "hash of a cache key")]


def test_known_addresses_of_others_are_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "the-real-index").write_bytes(simple_cache_files.index([OTHER]))
    assert list(sweep([tmp_path], TARGET, urls=[OTHER])) == []


def test_a_body_that_needs_a_dictionary_hides_no_more_than_a_mention(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200\0content-encoding:dcb\0\0"
    body = b"\xff\x44\x43\x42" + os.urandom(400)
    (tmp_path / f"{simple_cache_files.name(OTHER)}_0").write_bytes(
        simple_cache_files.entry(OTHER, body, head)
    )
    assert seen(tmp_path) == set()
    (tmp_path / "alone").write_bytes(body)
    found = list(sweep([tmp_path], TARGET))
    assert [(one.path.name, "dictionary" in one.reason) for one in found if isinstance(one, NotExamined)] == [
        ("alone", True)
    ]


def test_bodies_of_bystanders_are_silent(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200\0content-encoding:br\0\0"
    body = bytes(cramjam.brotli.compress(FILLER))
    (tmp_path / f"{simple_cache_files.name(OTHER)}_0").write_bytes(
        simple_cache_files.entry(OTHER, body, head)
    )
    assert seen(tmp_path) == set()
