"""Scripts and dictionaries that nothing lists any more; the listed ones are in the tests of real browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.chromium.owned import SCRIPT_CACHE
from scrubber.formats import leveldb
from tests import simple_cache_files
from tests.cleaned import clean, look
from tests.residue.test_explained import certificate

if TYPE_CHECKING:
    from pathlib import Path

HOST = "labs.openai.com"
HEAD = b"HTTP/1.1 200 OK\0content-type:text/javascript\0\0"
OURS = f"fetch('https://{HOST}/api')".encode()
LISTED = b"REG:https://shop.example/\0003", b"\x08\3\x12\5https\x20\5"


@pytest.fixture
def caches(tmp_path: Path) -> Path:
    """Beside a database that lists script 7, a shop's, and has it."""
    database, cache = tmp_path / "Service Worker" / "Database", tmp_path / "Service Worker" / "ScriptCache"
    database.mkdir(parents=True)
    cache.mkdir()
    script = b"RES:5\0007", b"\x08\7"
    leveldb.write(database, [LISTED, script], "leveldb.BytewiseComparator")
    put(cache, "7", OURS, certificate("", HOST))
    return cache


def put(cache: Path, key: str, body: bytes, certified: bytes = b"") -> str:
    name = f"{simple_cache_files.name(key)}_0"
    (cache / name).write_bytes(simple_cache_files.entry(key, body, HEAD + certified))
    return name


@pytest.mark.parametrize(
    ("body", "certified"),
    [
        pytest.param(b"x", certificate(HOST, HOST), id="its certificate"),
        pytest.param(b"x", certificate("", f"cdn.{HOST}"), id="a certificate of what is below"),
        pytest.param(b"x", certificate("", "*.openai.com"), id="a certificate of all beside it"),
        pytest.param(b"x", certificate("cdn.example", "cdn.example", HOST), id="a shared certificate"),
        pytest.param(OURS, b"", id="no certificate, and its name"),
    ],
)
def test_a_lost_script_of_the_target_goes(caches: Path, body: bytes, certified: bytes) -> None:
    others = {path.name: path.read_bytes() for path in caches.iterdir()}
    gone = put(caches, "8", body, certified)
    removed, _ = clean(SCRIPT_CACHE, caches, caches.parents[1])
    assert [f"{trace.key}_0" for trace in removed] == [gone]
    assert {path.name: path.read_bytes() for path in caches.iterdir()} == others


@pytest.mark.parametrize(
    ("body", "certified"),
    [
        pytest.param(OURS, certificate("shop.example", "shop.example"), id="another site's certificate"),
        pytest.param(OURS, certificate("", "notopenai.com", "*.com"), id="a look-alike's"),
        pytest.param(OURS, certificate("", f"{HOST}.evil.example"), id="one that starts alike"),
        pytest.param(b"x", certificate("", "*.example"), id="of all beside a host that the target shares"),
        pytest.param(b"fetch('https://labs.openai.com.evil.example')", b"", id="no certificate, no name"),
    ],
)
def test_a_lost_script_of_others_stays(caches: Path, body: bytes, certified: bytes) -> None:
    put(caches, "8", body, certified)
    assert SCRIPT_CACHE.find(caches, look(caches.parents[1])) == ()


def test_without_the_database_nothing_is_known_to_be_lost(caches: Path) -> None:
    put(caches, "8", OURS, certificate(HOST, HOST))
    for path in (caches.parent / "Database").iterdir():
        path.unlink()
    assert SCRIPT_CACHE.find(caches, look(caches.parents[1])) == ()
