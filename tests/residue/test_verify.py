"""The answers of the real command: each remnant alone, each decoy, and what nobody can examine."""

from __future__ import annotations

import gzip
import json
import random
from typing import TYPE_CHECKING

import pytest

from tests import cache2_files, simple_cache_files
from tests.cli.running import CHROME, scrubber
from tests.residue.planted import BODIES, HASHES, NAMES, OTHER, page, sealed, url, whole
from tests.residue.planted_databases import DATABASES
from tests.residue.planted_dictionaries import DICTIONARIES
from tests.residue.planted_files import FILES, UNLABELLED, png
from tests.residue.planted_hashes import HOSTS
from tests.residue.test_explained import certificate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Plant = Callable[[Path, str], None]

HOST = "labs.openai.com"
NOISE = random.Random(7).randbytes(20_000)
OWN = {**NAMES, **HASHES, **HOSTS, **DATABASES, **FILES, **DICTIONARIES}


@pytest.fixture(autouse=True)
def nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests has site files of their own that are not read."""
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an otherwise empty profile."""
    folder = tmp_path.resolve() / "home"
    (folder / CHROME).mkdir(parents=True)
    (folder / CHROME / "Preferences").write_text("{}")
    return folder


@pytest.mark.parametrize("plant", OWN.values(), ids=OWN.keys())
def test_each_remnant_alone_is_residue(home: Path, plant: Plant) -> None:
    plant(home / CHROME, HOST)
    found = scrubber("verify", "--json", "--home", home)
    assert found.code == 1
    assert found.json["not_examined"] == []
    assert {(one["name"], one["explained"]) for one in found.json["residue"]} == {(HOST, "")}
    assert all(one["at"] and one["form"] for one in found.json["residue"])


def shipped(place: str, content: Callable[[str], bytes] = page) -> Plant:
    def plant(folder: Path, host: str) -> None:
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(host))

    return plant


def opaque(start: bytes) -> Callable[[str], bytes]:
    return lambda _: start + NOISE


def in_cache(content: bytes, coding: str = "") -> Plant:
    """A body of another site's entry in a simple cache."""

    def plant(folder: Path, _: str) -> None:
        head = f"HTTP/1.1 200\0content-encoding:{coding}\0\0".encode()
        name = f"{simple_cache_files.name(OTHER)}_0"
        (folder / name).write_bytes(simple_cache_files.entry(OTHER, content, head))

    return plant


def look_alikes(folder: Path, _: str) -> None:
    hosts = (
        "notlabs.openai.com",
        "labs-openai.com",
        "labs.openai.com.evil.example",
        "openai.com",
        "xopenai.com",
    )
    text = json.dumps({f"https://{host}:443,*": {"url": f"https://{host}/e/1"} for host in hosts})
    (folder / "state.json").write_text(text)
    (folder / "state.jsonlz4").write_bytes(gzip.compress(text.encode()))
    for host in hosts:
        (folder / f"https_{host}_0.indexeddb.leveldb").mkdir()


DECOYS: dict[str, Plant] = {
    "look-alikes": look_alikes,
    "list of safe browsing": shipped("Safe Browsing/UrlSoceng.store"),
    "filters of adverts": shipped("Subresource Filter/Indexed Rules/37/9.58.0/Ruleset Data"),
    "model": shipped("optimization_guide_model_store/2/x/model.tflite", opaque(b"")),
    "component that was downloaded": shipped("component_crx_cache/a", opaque(b"Cr24")),
    "script of an extension": shipped("Extensions/abcdefghijklmnop/1.0_0/hosts.js"),
    "compiled scripts of Firefox": shipped("startupCache/scriptCache.bin"),
    "lists from Mozilla": shipped("storage/permanent/chrome/idb/3870112724rsegmnoittet-es.sqlite"),
    "revoked certificates": shipped("security_state/crlite.filter", opaque(b"")),
    "certificate of another site": whole(lambda host: certificate("cdn.example", "cdn.example", host)),
    "picture": whole(lambda _: png(b"tEXt", b"Title\0none") + NOISE),
    "photograph": whole(opaque(b"\xff\xd8\xff\xe0")),
    "film": whole(opaque(b"\0\0\0\x20ftypisom")),
    "film for the web": whole(opaque(b"\x1a\x45\xdf\xa3")),
    "font": whole(opaque(b"wOF2")),
    "program": whole(opaque(b"\x7fELF")),
    "sound": whole(opaque(b"OggS")),
    "what another site encrypted": shipped("https_chat.example_0.indexeddb.blob/1/00/2", opaque(b"")),
    "what another site encrypted in Firefox": shipped("storage/default/https+++chat.example/x", opaque(b"")),
    "body of another site": in_cache(NOISE),
    "body of another site, with a dictionary": in_cache(b"\xff\x44\x43\x42" + NOISE, "dcb"),
    "page of another site": BODIES["Brotli"],
}


@pytest.mark.parametrize("plant", DECOYS.values(), ids=DECOYS.keys())
def test_a_decoy_is_no_residue(home: Path, plant: Plant) -> None:
    plant(home / CHROME, HOST)
    found = scrubber("verify", "--json", "--home", home)
    assert [one for one in found.json["residue"] if not one["explained"]] == []
    assert found.json["not_examined"] == []
    assert (found.code, found.json["status"]) == (0, "clean")


OPAQUE: dict[str, Plant] = {
    **{f"{kind} without a label": whole(content) for kind, content in UNLABELLED.items()},
    "bytes as even as chance": whole(opaque(b"")),
    "the same behind a header": whole(opaque(b"Salted__" + bytes(40))),
    "few of them": whole(lambda _: NOISE[:300]),
    "what the target encrypted": shipped(f"https_shop.example_0/https_{HOST}_0/1", opaque(b"")),
    "bookmarks that the system's key seals": whole(lambda _: sealed(NOISE, b"another")),
    "entry that a key seals": whole(
        lambda _: cache2_files.entry(f":{OTHER}", secret=bytes(range(32))), "A" * 40
    ),
    "body that needs a dictionary": whole(lambda _: b"\xff\x44\x43\x42" + NOISE),
    "body that needs another dictionary": whole(lambda _: b"\x5e\x2a\x4d\x18\x20\0\0\0" + NOISE),
    "archive that is sealed": whole(
        lambda _: b"\0PK\x03\x04\x14\0\x01\0\x63\0" + bytes(16) + b"\1\0\0\0a" + NOISE[:200]
    ),
}


@pytest.mark.parametrize("plant", OPAQUE.values(), ids=OPAQUE.keys())
def test_what_nobody_can_examine_makes_it_partial(home: Path, plant: Plant) -> None:
    plant(home / CHROME, HOST)
    found = scrubber("verify", "--json", "--home", home)
    assert len(found.json["not_examined"]) == 1
    # Where a folder's name says whose it is, that is residue besides.
    assert {one["seen_as"] for one in found.json["residue"]} <= {"file name"}
    status = ("residue", 1) if found.json["residue"] else ("partial", 4)
    assert (found.json["status"], found.code) == status


def test_own_body_with_a_dictionary_is_found_by_its_key(home: Path) -> None:
    head = b"HTTP/1.1 200\0content-encoding:dcb\0\0"
    entry = simple_cache_files.entry(url(HOST), b"\xff\x44\x43\x42" + NOISE, head)
    (home / CHROME / f"{simple_cache_files.name(url(HOST))}_0").write_bytes(entry)
    found = scrubber("verify", "--json", "--home", home)
    assert found.code == 1
    assert {one["seen_as"] for one in found.json["residue"]} == {"cache key"}
    assert {"dictionary" in one["reason"] for one in found.json["not_examined"]} == {True}
