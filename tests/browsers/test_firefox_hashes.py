"""The independent look finds what Firefox hashes and packs, and nothing where neither is."""

from __future__ import annotations

import base64
import gzip
import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.browsers import evidence, firefox_evidence
from tests.browsers.hosts import LOOK_ALIKES, TARGET
from tests.browsers.packed import snappy

if TYPE_CHECKING:
    from pathlib import Path

PAGE = f"https://{TARGET}/e/1"
KEY = f"O^userContextId=2,:{PAGE}"
MD5, SHA256 = hashlib.md5(PAGE.encode()), hashlib.sha256(PAGE.encode())
RECORD = hashlib.sha1(KEY.encode())

HELLO = b"\x0b\x28hello world"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param(f"{MD5.hexdigest()}.png", b"", id="thumbnail's name"),
        pytest.param(f"{SHA256.hexdigest()}.webp", b"", id="preview's name"),
        pytest.param(RECORD.hexdigest().upper(), b"", id="cache entry's name"),
        pytest.param("index", b"\0\1" + RECORD.digest() + b"\2", id="cache index's record"),
        pytest.param("prefs.js", f'{{"{base64.b64encode(MD5.digest()).decode()}":1}}'.encode(), id="tile"),
        pytest.param(base64.b64encode(SHA256.digest()).decode().replace("/", "-"), b"", id="manifest's name"),
    ],
)
def test_the_hash_of_a_known_address_is_found(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert firefox_evidence.hashed(tmp_path, [PAGE], [KEY])
    assert firefox_evidence.hashed(tmp_path, [f"{PAGE}2"], [f"{KEY}2"]) == []


@pytest.mark.parametrize("delete", [False, True], ids=["in-a-row", "in-a-row-that-was-deleted"])
@pytest.mark.parametrize(
    "value",
    [
        pytest.param(firefox_evidence.url_hash(PAGE), id="url hash"),
        pytest.param(hashlib.sha1(PAGE.encode()).digest()[:8], id="start of a sha1"),
    ],
)
def test_a_hash_in_a_database_is_found(tmp_path: Path, value: bytes | int, delete: bool) -> None:
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as database:
        database.execute("PRAGMA secure_delete=off")
        database.execute("CREATE TABLE t (hash)")
        database.execute("INSERT INTO t VALUES (?)", (value,))
        database.commit()
        if delete:
            database.execute("DELETE FROM t")
            database.commit()
    assert firefox_evidence.hashed(tmp_path, [PAGE], [])
    assert firefox_evidence.hashed(tmp_path, [f"{PAGE}2"], []) == []


def test_a_url_hash_is_what_firefox_makes_of_it() -> None:
    # Of rows that Firefox 153 wrote.
    assert firefox_evidence.url_hash("https://shop.example/leave") == 47357352579185
    assert firefox_evidence.url_hash("https://labs.openai.com/bookmarked") == 47356312608110


@pytest.mark.parametrize(
    ("block", "plain"),
    [
        pytest.param(HELLO, b"hello world", id="literal"),
        pytest.param(b"\x08\x04ab\x16\x02\x00", b"abababab", id="copy that overlaps itself"),
        pytest.param(b"\x06\x04ab\x01\x02", b"ababab", id="copy with one byte of distance"),
        pytest.param(b"\x0b\x28hello worl", None, id="cut off"),
        pytest.param(b"\x02\x00a\x01\x09", None, id="copy from before the start"),
        pytest.param(b"\xff\xff\xff\xff\xff\xff", None, id="length without an end"),
        pytest.param(b"", None, id="nothing"),
    ],
)
def test_snappy(block: bytes, plain: bytes | None) -> None:
    assert snappy(block) == plain


@pytest.mark.parametrize(("host", "found"), [(TARGET, True), (LOOK_ALIKES[0], False)], ids=["ours", "alike"])
@pytest.mark.parametrize("packing", ["gzip", "stream", "cell"])
def test_a_packed_name_is_found(tmp_path: Path, packing: str, host: str, found: bool) -> None:
    half = len(host) // 2
    # Every name is cut in two, so that it can't be read in what is packed.
    plain = f"{host[half:]} {host[:half]}".encode()
    block = bytes([len(plain) + len(host) - half, (len(plain) - 1) << 2]) + plain
    block += bytes([(len(host) - half - 1) << 2 | 2, len(plain), 0])
    if packing == "gzip":
        (tmp_path / "x").write_bytes(gzip.compress(host.encode()) + b"what follows in the entry")
    elif packing == "stream":
        chunk = bytes(4) + block
        (tmp_path / "x").write_bytes(b"\xff\x06\0\0sNaPpY\0" + len(chunk).to_bytes(3, "little") + chunk)
    else:
        with closing(sqlite3.connect(tmp_path / "x")) as database, database:
            database.execute("CREATE TABLE object_data (data)")
            database.execute("INSERT INTO object_data VALUES (?)", (block,))
    assert bool(evidence.remaining(tmp_path, [TARGET])) == found
