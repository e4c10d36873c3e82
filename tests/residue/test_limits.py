from __future__ import annotations

import base64
import bz2
import gzip
import lzma
import os
import random
import struct
import sys
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import cramjam
import pytest

from scrubber.residue import packed, piece
from scrubber.residue.sweep import NotExamined, Remnant, sweep
from scrubber.sites import Site, Target
from tests import cache2_files, leveldb_files, simple_cache_files
from tests.residue.planted import BODIES, FILLER, HASHES, NAMES, page, pickled, sealed, sealed_session, url
from tests.residue.planted_files import zipped

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "labs.openai.com"
TARGET = Target((Site("sample", "Sample", domains=(HOST,)),))
SAMPLES = Path(__file__).parent.parent / "formats" / "samples"
FILES = sorted(path for path in SAMPLES.rglob("*") if path.is_file())


def reasons(root: Path) -> list[str]:
    return [one.reason for one in sweep([root], TARGET) if isinstance(one, NotExamined)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("Session_1", sealed_session(HOST)[:-3] + b"\1\2\3", id="session with another key"),
        pytest.param("Session_1", b"SNSS" + struct.pack("<i", 2) + b"\x81" * 64, id="session as a whole"),
        pytest.param("EncryptedBookmarks2", sealed(FILLER, b"else"), id="bookmarks with another key"),
        pytest.param("EncryptedBookmarks2", b"v20" + bytes(range(100, 200)), id="bookmarks bound to the app"),
        pytest.param("Visited Links", b"VLnk\x09\0\0\0" + bytes(24), id="visited links of another version"),
        pytest.param("a.zip", b"PK\x03\x04 and no more", id="archive that is none"),
        pytest.param("tickets", b"STCF\x02 and no more", id="tickets that can't be unpacked"),
        pytest.param(
            "A" * 40, cache2_files.entry(f":{url(HOST)}", secret=bytes(32)), id="cache entry without the key"
        ),
        pytest.param("A" * 40, b"cut", id="cache entry that is none"),
        pytest.param(
            "the-real-index", simple_cache_files.index([url(HOST)])[:-1] + b"x", id="index that is damaged"
        ),
        pytest.param(
            "0" * 16 + "_0",
            struct.pack("<QIIII", 0xFCFB6D1BA7725C30, 5, 9, 0, 0) + b"k",
            id="entry cut short",
        ),
        pytest.param(
            "000003.log", leveldb_files.log(b"a" * 50, b"b" * 50)[:-1] + b"x", id="log with a wrong checksum"
        ),
        pytest.param(
            "000005.ldb", b"x" + leveldb_files.table([], leveldb_files.SNAPPY)[1:], id="table that is damaged"
        ),
        pytest.param("data.gz", gzip.compress(os.urandom(5000))[:10] + b"\xff" * 50, id="gzip that is none"),
    ],
)
def test_what_cannot_be_taken_apart_is_said_once(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert len(reasons(tmp_path)) == 1


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_whose_member_is_damaged_is_said(tmp_path: Path, method: int) -> None:
    whole = zipped(FILLER, method)
    (tmp_path / "a.zip").write_bytes(whole[:41] + b"\xff" * 9 + whole[50:])
    assert reasons(tmp_path)[0].startswith("an archive that can't be opened")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("picture.png", b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(9000), id="picture"),
        pytest.param("hash", random.Random(2).randbytes(64), id="unknown, and too little to tell"),
        pytest.param("version", b"v10.0.1 is a version\n", id="text that starts as sealed"),
        pytest.param("xbytes", b"\x78\x9c" + random.Random(3).randbytes(90), id="start of zlib by chance"),
        pytest.param("index", simple_cache_files.INDEX, id="index that says nothing"),
        pytest.param("Session_1", b"SNSS\x03\0\0\0", id="empty session"),
        pytest.param("000003.log", leveldb_files.log(b"a" * 50)[:-9], id="log that a crash cut"),
        pytest.param("000007.log", b"", id="empty log"),
        pytest.param("key.json", b'{"v": "v10' + b'QUJD" }', id="sealed value in a text"),
    ],
)
def test_what_holds_nothing_is_no_reason_for_doubt(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert list(sweep([tmp_path], TARGET)) == []


BOMBS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zstd": lambda data: bytes(cramjam.zstd.compress(data)),
    "framed snappy": lambda data: bytes(cramjam.snappy.compress(data)),
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "lz4": lambda data: bytes(cramjam.lz4.compress(data)),
    "gzip amid other bytes": lambda data: b"\1\2" + gzip.compress(data),
    "member of an archive amid other bytes": lambda data: b"\1\2" + zipped(data),
}


@pytest.mark.parametrize("pack", BOMBS.values(), ids=BOMBS.keys())
def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]) -> None:
    for module in (piece, packed):
        monkeypatch.setattr(module, "LIMIT", 1 << 20)
    name = url(HOST).encode()
    (tmp_path / "file").write_bytes(pack(name + bytes(4 << 20) + b"https://never.example/"))
    found = list(sweep([tmp_path], TARGET))
    assert [one.name for one in found if isinstance(one, Remnant)] == [HOST]
    assert [one.reason for one in found if isinstance(one, NotExamined)]
    assert all("1 MiB" in one.reason for one in found if isinstance(one, NotExamined))


def test_body_that_is_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "LIMIT", 1 << 20)
    head = b"HTTP/1.1 200\0content-encoding:br\0\0"
    bomb = bytes(cramjam.brotli.compress(page(HOST) + bytes(8 << 20)))
    key = "https://www.example.org/"
    (tmp_path / f"{simple_cache_files.name(key)}_0").write_bytes(simple_cache_files.entry(key, bomb, head))
    found = list(sweep([tmp_path], TARGET))
    assert {one.explained for one in found if isinstance(one, Remnant)} == {"mention"}
    assert reasons(tmp_path) == ["a body packed by br was examined only in the first 1 MiB"]


def test_alternative_data_at_no_possible_place_hide_nothing(tmp_path: Path) -> None:
    elements = {"alt-data": f"1;{'9' * 5000},javascript"}
    content = cache2_files.entry(":https://shop.example/", page(HOST), elements=elements)
    (tmp_path / ("A" * 40)).write_bytes(content)
    assert [one.seen_as for one in sweep([tmp_path], TARGET) if isinstance(one, Remnant)] == ["cache body"]


def test_headers_that_are_too_large_are_read_as_a_body(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrubber.residue.simple_cache.LARGEST_HEADERS", 100)
    key = "https://www.example.org/"
    content = simple_cache_files.entry(key, b"body", bytes(200) + url(HOST).encode())
    (tmp_path / f"{simple_cache_files.name(key)}_0").write_bytes(content)
    found = [one for one in sweep([tmp_path], TARGET) if isinstance(one, Remnant)]
    assert [(one.seen_as, one.explained) for one in found] == [("cache body", "mention")]


def test_packed_in_packed_ends(tmp_path: Path) -> None:
    data = url(HOST).encode()
    for _ in range(20):
        data = gzip.compress(data, mtime=1)  # by chance some times look packed
    (tmp_path / "file").write_bytes(data)
    assert list(sweep([tmp_path], TARGET)) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no holes in files there")
def test_a_large_hole_is_passed_quickly(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(200 << 20)
        file.seek(-40, os.SEEK_END)
        file.write(pickled(f"https://{HOST}"))
    assert [one.name for one in sweep([tmp_path], TARGET) if isinstance(one, Remnant)] == [HOST]


def test_many_bombs_in_one_file_are_left_at_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrubber.residue.search._MOST_HIDDEN", 1 << 20)
    (tmp_path / "file").write_bytes(b"\1" + (gzip.compress(bytes(300 << 10)) + b"x") * 20)
    assert ["looked through" in reason for reason in reasons(tmp_path)] == [True]


def test_more_parts_than_are_unpacked_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrubber.residue.embedded._MOST", 5)
    (tmp_path / "file").write_bytes(b"\1" + (gzip.compress(b"a") + b"x") * 20)
    assert ["first 5 parts" in reason for reason in reasons(tmp_path)] == [True]


def test_an_archive_of_bombs_is_left_at_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrubber.residue.containers._MOST_UNPACKED", 1 << 20)
    with zipfile.ZipFile(tmp_path / "file", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(str(number), bytes(600 << 10))
    assert reasons(tmp_path) == ["an archive of more than 1 MiB, which was left at member 2"]


def test_what_goes_on_behind_a_window_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = piece.windows
    monkeypatch.setattr(
        sys.modules["scrubber.residue.sweep"],
        "windows",
        lambda file, size, reach: windows(file, size, reach, 1 << 16),
    )
    noise = base64.b64encode(random.Random(4).randbytes(200 << 10))
    (tmp_path / "file").write_bytes(b"\1" * 40_000 + gzip.compress(noise) + b"end")
    assert "what is packed by gzip goes on behind what was examined" in reasons(tmp_path)


def bent(content: bytes, chance: random.Random) -> bytes:
    """The same with some bytes changed, lost or put in, headers more often than the rest."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(min(len(changed), chance.choice((64, 1 << 40))) or 1)
        match chance.randrange(4):
            case 0:
                changed[at : at + 1] = chance.randbytes(1)
            case 1:
                del changed[at : at + chance.randint(1, 64)]
            case 2:
                changed[at:at] = chance.randbytes(chance.randint(1, 64))
            case _:
                changed[at : at + 4] = chance.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"))
    return bytes(changed)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SAMPLES).as_posix())
def test_damaged_files_of_browsers_are_survived(tmp_path: Path, path: Path) -> None:
    chance = random.Random(path.name)
    for _ in range(12):
        (tmp_path / path.name).write_bytes(bent(path.read_bytes(), chance))
        assert all(isinstance(one, NotExamined | Remnant) for one in sweep([tmp_path], TARGET))


@pytest.mark.parametrize(
    "plant", {**NAMES, **HASHES, **BODIES}.values(), ids={**NAMES, **HASHES, **BODIES}.keys()
)
def test_damaged_files_of_every_form_are_survived(tmp_path: Path, plant: Callable[[Path, str], None]) -> None:
    plant(tmp_path, HOST)
    contents = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    chance = random.Random(1)
    for _ in range(5):
        for path, content in contents.items():
            path.write_bytes(bent(content, chance))
        assert all(isinstance(one, NotExamined | Remnant) for one in sweep([tmp_path], TARGET))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SAMPLES).as_posix())
def test_whole_files_of_browsers_are_examined_in_full(path: Path) -> None:
    if "encrypted" not in path.as_posix():
        assert list(sweep([path], TARGET)) == []
