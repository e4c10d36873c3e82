"""The independent look finds what Chromium hashes, numbers and packs, and nothing where it is another's."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import sqlite3
import struct
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

import cramjam
import pytest

from tests import simple_cache_files
from tests.browsers import chromium_evidence, evidence
from tests.browsers.chromium_evidence import Known
from tests.browsers.hosts import LOOK_ALIKES, SHOP, TARGET

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = f"https://{TARGET}/e/1"
KEY = f"1/0/_dk_https://openai.com https://openai.com {PAGE}".encode()
CODE = b"0A" * 32
FOLDER = "Cache_Data"


def known(host: str) -> Known:
    """What a home holds in which this host is the target."""
    page = PAGE.replace(TARGET, host)
    keys = {(FOLDER, KEY.replace(TARGET.encode(), host.encode())), (FOLDER, CODE)}
    return Known(frozenset({host}), frozenset({page}), frozenset(keys) if host == TARGET else frozenset())


def md5(text: str) -> bytes:
    return hashlib.md5(text.encode()).digest()


def app(address: str) -> str:
    twice = hashlib.sha256(hashlib.sha256(address.encode()).digest()).hexdigest()[:32]
    return "".join(chr(ord("a") + int(digit, 16)) for digit in twice)


def index(key: bytes) -> bytes:
    """Of a simple cache with this one entry."""
    return bytes(20) + struct.pack("<Q", 1) + bytes(12) + hashlib.sha1(key).digest()[:8] + bytes(24)


def visited(address: str) -> bytes:
    salt = b"saltsalt"
    return b"VLnk" + bytes(12) + salt + bytes(8) + hashlib.md5(salt + address.encode()).digest()[:8]


def topics(host: str) -> bytes:
    digest = hmac.digest(b"key", f"TopicsV1_ContextDomainStorage|{host}".encode(), "sha256")
    (number,) = struct.unpack_from("<q", digest)
    return json.dumps({"hex_encoded_hmac_key": b"key".hex(), "epochs": [str(number)]}).encode()


def hints(host: str) -> bytes:
    fetched = {f"{chromium_evidence.short_hash(host.encode()):x}": 1}
    inner = {"hintsfetcher": {"hosts_successfully_fetched": fetched}}
    return json.dumps({"optimization_guide": inner}).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("Preferences", b'{"ntp":{"blocked":{"%s":1}}}' % md5(PAGE).hex().encode(), id="tile"),
        pytest.param("Preferences", hints(TARGET), id="hints"),
        pytest.param("BrowsingTopicsState", topics(TARGET), id="topics"),
        pytest.param("000003.log", b"\0 %s" % md5(TARGET).hex().encode(), id="site characteristics"),
        pytest.param(hashlib.sha1(f"https_{TARGET}_0".encode()).hexdigest(), b"", id="cache storage"),
        pytest.param(hashlib.sha1(f"https_{TARGET}_0-1".encode()).hexdigest(), b"", id="background fetch"),
        pytest.param(app(PAGE), b"", id="app"),
        pytest.param("Visited Links", visited(PAGE), id="visited link"),
        pytest.param(f"{FOLDER}/{simple_cache_files.name(KEY.decode())}_0", b"", id="entry's name"),
        pytest.param(f"{FOLDER}/{simple_cache_files.name(KEY.decode())}_s", b"", id="sparse entry's name"),
        pytest.param(f"{FOLDER}/index-dir/the-real-index", index(KEY), id="index's record"),
        pytest.param(f"{FOLDER}/{simple_cache_files.name(CODE.decode())}_0", b"", id="shared code"),
        pytest.param(f"{FOLDER}/0123456789abcdef_0", b'"' + CODE + b'"', id="pointer to shared code"),
    ],
)
def test_the_hash_of_what_is_known_is_found(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content)
    assert chromium_evidence.hashed(tmp_path, known(TARGET))
    assert chromium_evidence.hashed(tmp_path, known(LOOK_ALIKES[0])) == []


def test_an_hsts_hash_is_found_for_every_host_below(tmp_path: Path) -> None:
    wire = b"\x03new\x04labs\x06openai\x03com\0"
    host = base64.b64encode(hashlib.sha256(wire).digest()).decode()
    (tmp_path / "TransportSecurity").write_text(json.dumps({"sts": [{"host": host}]}))
    assert chromium_evidence.hashed(tmp_path, known(f"new.{TARGET}"))
    assert chromium_evidence.hashed(tmp_path, known(TARGET)) == []


@pytest.mark.parametrize("delete", [False, True], ids=["in-a-row", "in-a-row-that-was-deleted"])
@pytest.mark.parametrize(
    "digest",
    [
        pytest.param(md5(PAGE), id="address of ukm"),
        pytest.param(
            hashlib.sha256(f"TopicsV1_MainFrameHostStorage|{TARGET}".encode()).digest(), id="topics' page"
        ),
    ],
)
def test_a_number_in_a_database_is_found(tmp_path: Path, digest: bytes, delete: bool) -> None:
    with closing(sqlite3.connect(tmp_path / "x")) as database:
        database.execute("PRAGMA secure_delete=off")
        database.execute("CREATE TABLE t (id INTEGER)")
        database.execute("INSERT INTO t VALUES (?)", struct.unpack_from("<q", digest))
        database.commit()
        if delete:
            database.execute("DELETE FROM t")
            database.commit()
    assert chromium_evidence.hashed(tmp_path, known(TARGET))
    assert chromium_evidence.hashed(tmp_path, known(LOOK_ALIKES[0])) == []


def test_a_short_hash_is_what_chromium_makes_of_it() -> None:
    # Made by SuperFastHash in C, for each length modulo four.
    told = {"shop.example": 0x11408902, "a.example": 0x83F11070, "openai.com": 0x80BB9586, TARGET: 0xEB031D90}
    assert {host: chromium_evidence.short_hash(host.encode()) for host in told} == told


def test_keys_of_the_target_are_known_and_what_they_alone_lead_to(tmp_path: Path) -> None:
    folder = tmp_path / "js"
    folder.mkdir()
    shared, alone = b"0B" * 32, CODE
    for host, code in ((TARGET, shared), (SHOP, shared), (f"cdn.{TARGET}", alone)):
        key = f"_keyhttps://{host}/app.js \nhttps://{host}"
        name = f"{simple_cache_files.name(key)}_0"
        (folder / name).write_bytes(simple_cache_files.entry(key, b"", bytes(12) + code))
    keys = {key for _, key in chromium_evidence.known(tmp_path).keys}
    assert alone in keys
    assert shared not in keys
    assert {key for key in keys if SHOP.encode() in key} == set()
    assert len(keys) == 3


def test_the_numbers_of_the_target_s_compression_dictionaries_are_known(tmp_path: Path) -> None:
    folder = tmp_path / "Shared Dictionary"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "db")) as database, database:
        database.execute("CREATE TABLE dictionaries (host TEXT, token_high INTEGER, token_low INTEGER)")
        rows = [(f"https://{TARGET}", -1, 2), (f"https://{SHOP}", 3, 4)]
        database.executemany("INSERT INTO dictionaries VALUES (?, ?, ?)", rows)
    keys = chromium_evidence.known(tmp_path).keys
    assert keys == {("Shared Dictionary/cache", b"FFFFFFFFFFFFFFFF0000000000000002")}


@pytest.mark.parametrize(
    ("site", "found"), [("https://openai.com", 1), ("https://notopenai.com", 0)], ids=["ours", "alike"]
)
@pytest.mark.parametrize(
    ("framed", "counts"), [("https://widget.example.net", True), ("https://chat.openai.com", False)]
)
def test_who_was_framed_by_the_target_s_site_is_found(
    tmp_path: Path, site: str, found: int, framed: str, counts: bool
) -> None:
    size = -(-len(site) // 4) * 4
    pickle = struct.pack("<II", 4 + size, len(site)) + site.encode().ljust(size, b"\0")
    server = {"anonymization": [base64.b64encode(pickle).decode(), False, 0], "server": framed}
    content = json.dumps({"net": {"http_server_properties": {"servers": [server]}}})
    (tmp_path / "Network Persistent State").write_text(content)
    assert len(chromium_evidence.framed(tmp_path)) == found * counts


_CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda body: bytes(cramjam.brotli.compress(body)),
    "zstd": lambda body: bytes(cramjam.zstd.compress(body)),
}


@pytest.mark.parametrize(("host", "found"), [(TARGET, True), (LOOK_ALIKES[0], False)], ids=["ours", "alike"])
@pytest.mark.parametrize("coding", _CODINGS)
def test_a_name_in_a_packed_body_is_found(tmp_path: Path, coding: str, host: str, found: bool) -> None:
    body = _CODINGS[coding](b"all work and no play " * 40 + host.encode())
    head = f"HTTP/1.1 200\0content-encoding:{coding}\0\0".encode()
    (tmp_path / "x_0").write_bytes(simple_cache_files.entry(f"1/0/https://{SHOP}/", body, head))
    assert bool(evidence.remaining(tmp_path, [TARGET])) == found


def block(*entries: tuple[int, bytes, bytes]) -> bytes:
    """Of a table of LevelDB, raw: entries with what their keys share with the one before."""
    content = b"".join(
        bytes([shared, len(rest), len(value)]) + rest + value for shared, rest, value in entries
    )
    return content + struct.pack("<II", 0, 1)


def table(inner: bytes, *, packed: bool) -> bytes:
    """A table with this one block."""
    if packed:
        inner = bytes(cramjam.snappy.compress_raw(inner))
    handle = b"\0" + bytes([len(inner)])
    outer = block((0, b"~", handle))
    body = inner + bytes([packed]) + bytes(4) + outer + bytes(5)
    footer = b"\0\0" + bytes([len(inner) + 5, len(outer)])
    return body + footer.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)


@pytest.mark.parametrize("packed", [False, True], ids=["raw", "packed"])
@pytest.mark.parametrize(("host", "found"), [(TARGET, True), (LOOK_ALIKES[1], False)], ids=["ours", "alike"])
def test_a_key_that_shares_its_start_with_another_is_found(
    tmp_path: Path, packed: bool, host: str, found: bool
) -> None:
    half = len(host) // 2
    entries = block((0, host[:half].encode() + b"x", b""), (half, host[half:].encode(), b""))
    (tmp_path / "000005.ldb").write_bytes(table(entries, packed=packed))
    assert bool(evidence.remaining(tmp_path, [TARGET])) == found


def value(text: str) -> bytes:
    """Of a record of IndexedDB: its version, and what Blink has packed."""
    return b"\x01\xff\x11\x02" + bytes(cramjam.snappy.compress_raw(f"{text} and {text}".encode()))


def batch(key: bytes, content: bytes) -> bytes:
    return bytes(12) + b"\x00\x01k" + b"\x01" + bytes([len(key)]) + key + bytes([len(content)]) + content


@pytest.mark.parametrize(("host", "found"), [(TARGET, True), (LOOK_ALIKES[2], False)], ids=["ours", "alike"])
@pytest.mark.parametrize("place", ["log", "table", "cell", "cell of a cache"])
def test_a_packed_value_of_indexed_db_is_found(tmp_path: Path, place: str, host: str, found: bool) -> None:
    half = len(host) // 2
    # Cut in two where it is packed, so that it can't be read there.
    packed = value(f"{host[half:]} {host[:half]}{host[half:]}")
    if place == "log":
        record = batch(b"key", packed)
        (tmp_path / "000003.log").write_bytes(struct.pack("<IHB", 0, len(record), 1) + record)
    elif place == "table":
        (tmp_path / "000005.ldb").write_bytes(table(block((0, b"key", packed)), packed=False))
    else:
        pack = _CODINGS["zstd" if place == "cell" else "gzip"]
        with closing(sqlite3.connect(tmp_path / "x")) as database, database:
            database.execute("CREATE TABLE records (value)")
            database.execute("INSERT INTO records VALUES (?)", (pack(host.encode() * 40),))
    assert bool(evidence.remaining(tmp_path, [TARGET])) == found


def test_a_record_that_a_log_s_block_cuts_in_two_is_found(tmp_path: Path) -> None:
    name = TARGET.encode()
    first = bytes(32768 - 7 - 4) + name[:4]
    parts = ((2, first), (4, name[4:]))
    log = b"".join(struct.pack("<IHB", 0, len(part), kind) + part for kind, part in parts)
    (tmp_path / "000003.log").write_bytes(log)
    assert evidence.remaining(tmp_path, [TARGET]) == ["000003.log inside as plain"]


@pytest.mark.parametrize(("host", "found"), [(TARGET, True), (LOOK_ALIKES[0], False)], ids=["ours", "alike"])
def test_a_name_in_rotated_letters_is_found(tmp_path: Path, host: str, found: bool) -> None:
    rotated = {TARGET: "9-.au@[2=-6u0@;", LOOK_ALIKES[0]: "=@b@[2=-6u0@;"}[host]
    (tmp_path / f"5bb[a`6`2`2{rotated}`2.db").touch()
    assert bool(evidence.remaining(tmp_path, [TARGET])) == found
