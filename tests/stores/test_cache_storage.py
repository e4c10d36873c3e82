"""CacheStorage of others stays as it is, but for what names the target where every mention is to go."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest

from scrubber.browsers.chromium.caches import CACHE_STORAGE
from scrubber.errors import Unproved, UnreadableStore
from scrubber.formats.simple_index import read_index
from scrubber.model import Policy, Standing
from scrubber.stores.cache_storage import CacheStorage
from tests import simple_cache_files as made
from tests.cleaned import clean, look, tree

SAMPLES = Path(__file__).parents[1] / "formats" / "samples" / "chromium"
SHOP, OPENAI, WIDGET = "https://shop.example", "https://openai.com", "https://widget.example.net"


def storage_of(tmp_path: Path, origin: str, key: str = f"{SHOP}/note.txt") -> Path:
    folder = tmp_path / "CacheStorage" / "b7fd46505f1b00beb2e1212c3ace73cfe0ce9f5b"
    made.make(folder / "3d41723f-0420-4889-a70b-762862c64229", (key,))
    text = origin.encode()
    (folder / "index.txt").write_bytes(
        b"\x0a\x06\x0a\x04kept"
        + b"".join(bytes([tag, len(text)]) + text for tag in (0x12, 0x1A))
        + b"\x20\x08"
    )
    return folder


NOTE = f"{SHOP}/note.txt"
ALIKE = ("mine", "notopenai.com", "labs-openai.com", "labs.openai.com.evil.example")
NAMES = {
    "host": "labs.openai.com",
    "in-a-text": "for https://cdn.labs.openai.com/x v2",
    "backwards": "moc.ianepo.sbal",
}


def cache_of(name: str, folder: str) -> bytes:
    """One cache as the index of its origin lists it."""
    wide = name.encode("utf-16-le")
    fields = ((0x0A, name.encode()), (0x12, folder.encode()), (0x3A, wide))
    cache = b"".join(bytes([tag, len(content)]) + content for tag, content in fields) + b"\x18\x80\x04"
    return b"\x0a" + bytes([len(cache)]) + cache


def named_caches(tmp_path: Path, name: str = "labs.openai.com", leads: str = "1") -> Path:
    """Of a bystander: caches with the target's name, with look-alikes' and with its own."""
    folder = tmp_path / "CacheStorage" / "b7fd46505f1b00beb2e1212c3ace73cfe0ce9f5b"
    caches = {"0": ALIKE[0], leads: name} | dict(zip("234", ALIKE[1:], strict=True))
    for place in (*"01234", "../b"):
        made.make(folder / place, (NOTE,))
        # Other responses than `made` has: they don't mention the target.
        (folder / place / f"{made.name(NOTE)}_0").write_bytes(made.entry(NOTE, b"a note", b"HTTP/1.1 200\0"))
    owner = f"{SHOP}/".encode()
    (folder / "index.txt").write_bytes(
        b"".join(cache_of(each, place) for place, each in caches.items())
        + b"".join(bytes([tag, len(owner)]) + owner for tag in (0x12, 0x1A))
    )
    return folder


@pytest.mark.parametrize(
    "origin",
    ["https://labs.openai.com/", "https://cdn.labs.openai.com/", f"{WIDGET}/^0{OPENAI}"],
    ids=["host", "below", "third-party-inside"],
)
def test_of_the_target_goes_whole(tmp_path: Path, origin: str) -> None:
    folder = storage_of(tmp_path, origin)
    clean(CACHE_STORAGE, folder, tmp_path)
    assert not folder.exists()


@pytest.mark.parametrize("origin", [f"{SHOP}/", "https://notopenai.com/", f"{WIDGET}/^0{SHOP}"])
def test_of_others_stays(tmp_path: Path, origin: str) -> None:
    assert CACHE_STORAGE.find(storage_of(tmp_path, origin), look(tmp_path)) == ()


def test_what_others_store_of_the_target_is_theirs(tmp_path: Path) -> None:
    folder = storage_of(tmp_path, f"{SHOP}/", "https://labs.openai.com/logo.png")
    (trace,) = CACHE_STORAGE.find(folder, look(tmp_path))
    assert (trace.standing, Policy().removes(trace)) == (Standing.MENTION, False)
    clean(CACHE_STORAGE, folder, tmp_path, Policy(mentions="all"))
    (cache,) = (path for path in folder.iterdir() if path.is_dir())
    assert {path.name for path in cache.iterdir()} == {"index", "index-dir"}
    assert read_index((cache / "index-dir" / "the-real-index").read_bytes()).records == ()


def test_of_a_bucket_goes_with_the_bucket(tmp_path: Path) -> None:
    store = CacheStorage("{profile}/WebStorage/*/CacheStorage", in_bucket=True)
    assert store.find(storage_of(tmp_path, f"{WIDGET}/^0{OPENAI}"), look(tmp_path)) == ()


def test_that_chromium_wrote_is_read(tmp_path: Path) -> None:
    folder = shutil.copytree(SAMPLES / "cache-storage", tmp_path / "sample")
    assert CACHE_STORAGE.find(folder, look(tmp_path)) == ()


@pytest.mark.parametrize("mentions", ["browsing", "keep"])
def test_a_cache_of_others_with_the_target_s_name_stays(
    tmp_path: Path, mentions: Literal["browsing", "keep"]
) -> None:
    folder, before = named_caches(tmp_path), tree(tmp_path)
    (trace,) = CACHE_STORAGE.find(folder, look(tmp_path))
    assert (trace.where, trace.key, trace.standing) == ("caches", "1", Standing.MENTION)
    assert clean(CACHE_STORAGE, folder, tmp_path, Policy(mentions=mentions)) == ([], 0)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_cache_of_others_with_the_target_s_name_goes_with_all_mentions(tmp_path: Path, name: str) -> None:
    folder = named_caches(tmp_path, name)
    before, index = tree(folder), (folder / "index.txt").read_bytes()
    removed, equal = clean(CACHE_STORAGE, folder, tmp_path, Policy(mentions="all"))
    assert [trace.key for trace in removed] == ["1"]
    assert equal == len(ALIKE) + 2
    gone = {path for path in before if path.startswith("1/")}
    cut = {"index.txt": index.replace(cache_of(name, "1"), b"")}
    assert tree(folder) == {path: each for path, each in before.items() if path not in gone} | cut
    assert gone


def test_a_cache_without_its_folder_leaves_the_index(tmp_path: Path) -> None:
    folder = named_caches(tmp_path)
    shutil.rmtree(folder / "1")
    clean(CACHE_STORAGE, folder, tmp_path, Policy(mentions="all"))
    assert b"labs.openai.com\x12" not in (folder / "index.txt").read_bytes()


@pytest.mark.parametrize("leads", ["..", "../b", "/"])
def test_an_index_that_leads_elsewhere_takes_nothing_away_there(tmp_path: Path, leads: str) -> None:
    folder = named_caches(tmp_path, leads=leads)
    before = tree(tmp_path)
    with suppress(Unproved):
        clean(CACHE_STORAGE, folder, tmp_path, Policy(mentions="all"))
    assert tree(tmp_path).keys() == before.keys()


def test_a_cache_before_chromium_47_is_named_by_a_hash(tmp_path: Path) -> None:
    name = b"labs.openai.com"
    folder = storage_of(tmp_path, f"{SHOP}/")
    old = folder / hashlib.sha1(name).hexdigest()
    made.make(old, (f"{SHOP}/note.txt",))
    index = folder / "index.txt"
    index.write_bytes(b"\x0a\x11\x0a\x0f" + name + index.read_bytes())
    clean(CACHE_STORAGE, folder, tmp_path, Policy(mentions="all"))
    assert not old.exists()
    assert name not in index.read_bytes()


@pytest.mark.parametrize("content", [b"\x0a\xff\xff", b"\x0a\x03\x0a\xff\xff"], ids=["whole", "a cache"])
def test_with_a_broken_index_is_named(tmp_path: Path, content: bytes) -> None:
    folder = storage_of(tmp_path, f"{SHOP}/")
    (folder / "index.txt").write_bytes(content)
    with pytest.raises(UnreadableStore):
        CACHE_STORAGE.find(folder, look(tmp_path))
