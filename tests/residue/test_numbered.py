"""Caches with numbers or hashes for keys: what lies beside them, or a certificate, says whose an entry is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber.formats import leveldb
from scrubber.residue.sweep import NotExamined, Remnant, sweep
from scrubber.sites import Site, Target
from tests import simple_cache_files
from tests.residue.planted import page
from tests.residue.test_explained import certificate

if TYPE_CHECKING:
    from pathlib import Path

HOST = "labs.openai.com"
TARGET = Target((Site("sample", "Sample", domains=(HOST,), partitions=("openai.com",)),))
SCRIPT, TOKEN = "7", "0123456789ABCDEF8000000000000001"
HEAD = b"HTTP/1.1 200 OK\0content-type:text/javascript\0\0"


def entry(folder: Path, key: str, certified: bytes = b"") -> None:
    """An entry that names the target in its body."""
    folder.mkdir(parents=True, exist_ok=True)
    content = simple_cache_files.entry(key, page(HOST), HEAD + certified)
    (folder / f"{simple_cache_files.name(key)}_0").write_bytes(content)


def registered(folder: Path, storage_key: str, url: str, number: str = SCRIPT) -> None:
    """A registration with version 5, whose only script has this number."""
    scope = url.encode()
    registration = b"\x08\3\x12" + bytes((len(scope),)) + scope + b"\x20\5"
    script = b"\x08" + bytes((int(number),)) + b"\x12" + bytes((len(scope),)) + scope
    records = [
        (f"REG:{storage_key}".encode() + b"\0" + b"3", registration),
        (b"RES:5\0" + number.encode(), script),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    leveldb.write(folder, sorted(records), "leveldb.BytewiseComparator")


def explained(root: Path) -> set[str]:
    """Why the body names the target."""
    found = list(sweep([root], TARGET))
    assert not [one for one in found if isinstance(one, NotExamined)]
    return {one.explained for one in found if isinstance(one, Remnant) and one.seen_as == "cache body"}


@pytest.mark.parametrize(
    ("certified", "why"),
    [
        pytest.param(certificate(HOST, HOST), "", id="the target's"),
        pytest.param(certificate("", f"*.{HOST}"), "", id="of all below the target"),
        pytest.param(certificate("openai.com", "openai.com", "*.openai.com"), "", id="of all beside it"),
        pytest.param(certificate("cdn.example", "cdn.example", HOST), "", id="shared with another site"),
        pytest.param(certificate("shop.example", "shop.example"), "mention", id="another site's"),
        pytest.param(certificate("", "notopenai.com", "*.com"), "mention", id="a look-alike's"),
        pytest.param(certificate("", f"{HOST}.evil.example"), "mention", id="a host's that starts alike"),
        pytest.param(certificate("", "*.cdn.labs.openai.example"), "mention", id="a longer look-alike's"),
        pytest.param(b"", "", id="none"),
        pytest.param(certificate(HOST, HOST)[:-1], "", id="cut off"),
    ],
)
def test_a_script_that_nothing_lists(tmp_path: Path, certified: bytes, why: str) -> None:
    entry(tmp_path / "Service Worker" / "ScriptCache", SCRIPT, certified)
    assert explained(tmp_path) == {why}


@pytest.mark.parametrize(
    ("storage_key", "url", "why"),
    [
        pytest.param(f"https://{HOST}/", f"https://{HOST}/sw.js", "", id="own"),
        pytest.param(f"https://{HOST}/", "https://cdn.example/lib.js", "", id="others' script of its own"),
        pytest.param("https://w.example/^0https://openai.com", "https://w.example/sw.js", "", id="embedded"),
        pytest.param("https://chat.openai.com/", "https://chat.openai.com/sw.js", "mention", id="a sibling"),
        pytest.param("https://shop.example/", f"https://{HOST}/lib.js", "mention", id="lent to another site"),
        pytest.param("https://notopenai.com/", "https://notopenai.com/sw.js", "mention", id="look-alike"),
    ],
)
def test_a_script_that_is_listed(tmp_path: Path, storage_key: str, url: str, why: str) -> None:
    """Whatever its certificate is good for."""
    registered(tmp_path / "Service Worker" / "Database", storage_key, url)
    entry(tmp_path / "Service Worker" / "ScriptCache", SCRIPT, certificate("", "*.openai.com"))
    assert explained(tmp_path) == {why}


def test_a_script_of_another_number_is_listed_nowhere(tmp_path: Path) -> None:
    registered(
        tmp_path / "Service Worker" / "Database", "https://shop.example/", "https://shop.example/", "8"
    )
    entry(tmp_path / "Service Worker" / "ScriptCache", SCRIPT)
    assert explained(tmp_path) == {""}


def dictionary(path: Path, origin: str, url: str, site: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        columns = "frame_origin, top_frame_site, url, token_high INTEGER, token_low INTEGER"
        database.execute(f"CREATE TABLE dictionaries (id INTEGER PRIMARY KEY, {columns})")
        halves = (0x0123456789ABCDEF, 0x8000000000000001 - (1 << 64))
        database.execute("INSERT INTO dictionaries VALUES (1, ?, ?, ?, ?, ?)", (origin, site, url, *halves))
        database.commit()


@pytest.mark.parametrize(
    ("host", "site", "why"),
    [
        pytest.param(HOST, "https://openai.com", "", id="own"),
        pytest.param("cdn.example", "https://openai.com", "", id="embedded"),
        pytest.param("shop.example", "https://shop.example", "mention", id="another site's"),
        pytest.param("chat.openai.com", "https://openai.com", "mention", id="a sibling's"),
        pytest.param(None, "", "", id="listed nowhere"),
    ],
)
def test_dictionaries(tmp_path: Path, host: str | None, site: str, why: str) -> None:
    folder = tmp_path / "Shared Dictionary"
    entry(folder / "cache", TOKEN)
    if host:
        dictionary(folder / "db", f"https://{host}", f"https://{host}/d", site)
    assert explained(tmp_path) == {why}


@pytest.mark.parametrize(
    ("script", "why"),
    [
        pytest.param("_keyhttps://labs.openai.com/a.js \nhttps://openai.com/", "", id="own"),
        pytest.param("_keyhttps://shop.example/a.js \nhttps://shop.example/", "mention", id="another site's"),
        pytest.param("_keyhttps://notopenai.com/a.js \nhttps://notopenai.com/", "mention", id="look-alike"),
        pytest.param("", "", id="no script points to it any more"),
    ],
)
def test_compiled_code(tmp_path: Path, script: str, why: str) -> None:
    folder, code = tmp_path / "Code Cache" / "js", "0123456789ABCDEF" * 4
    entry(folder, code)
    if script:
        pointer = simple_cache_files.entry(script, b"", bytes(12) + code.encode())
        (folder / f"{simple_cache_files.name(script)}_0").write_bytes(pointer)
    assert explained(tmp_path) == {why}
