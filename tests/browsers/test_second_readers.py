"""Scrubber's formats and readers that share nothing with them, on what the real browsers wrote."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber.formats import (
    anonymization_key,
    cache_key,
    data_storage,
    metadata_v2,
    persistent_cache,
    prefs_js,
    simple_cache,
    simple_index,
    snss,
)
from scrubber.formats.cache2 import entry, index, key
from tests.foreign import chromium_files, firefox_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browsers.homes import ChromiumHome, FirefoxHome

pytestmark = pytest.mark.browser


class TestChromium:
    def test_entries_of_simple_caches(self, chromium_home: ChromiumHome) -> None:
        paths = _files(chromium_home.path, "*_0", b"\x30\x5c\x72\xa7")
        assert len(paths) > 10
        for path in paths:
            content = path.read_bytes()
            others = chromium_files.simple_entry(content)
            assert simple_cache.read_streams(content) == (others.head, others.body)
            with path.open("rb", buffering=0) as file:
                assert simple_cache.read_key(file) == others.key
            assert path.name.startswith(simple_cache.file_hash(others.key))

    def test_keys_of_caches(self, chromium_home: ChromiumHome) -> None:
        keys = {
            chromium_files.simple_entry(path.read_bytes()).key.decode()
            for path in _files(chromium_home.path, "*_0", b"\x30\x5c\x72\xa7")
        }
        asked = {text for text in keys if text.startswith(("1/", "0/"))}
        assert any("_dk_" in text for text in asked)
        for text in asked:
            assert cache_key.read_key(text).url == chromium_files.resource(text)

    def test_indexes_of_simple_caches(self, chromium_home: ChromiumHome) -> None:
        paths = list(chromium_home.path.rglob("the-real-index"))
        found = [chromium_files.simple_index(path.read_bytes()) for path in paths]
        assert any(found)
        for path, others in zip(paths, found, strict=True):
            records = simple_index.read_index(path.read_bytes()).records
            assert {one.hash: (one.used, one.size) for one in records} == others

    def test_sessions(self, chromium_home: ChromiumHome) -> None:
        paths = [path for path in chromium_home.path.rglob("Sessions/*") if path.is_file()]
        plain = [path for path in paths if path.read_bytes()[4] in (1, 3)]
        assert plain
        for path in plain:
            records = snss.read_session(path.read_bytes()).records
            assert [(one.command, one.payload) for one in records] == chromium_files.commands(
                path.read_bytes()
            )

    def test_names_of_compiled_code(self, chromium_home: ChromiumHome) -> None:
        for path in chromium_home.path.rglob("PersistentCache/**/*.db"):
            assert chromium_files.rotated(persistent_cache.site(path.stem)) == path.stem

    def test_keys_of_sites(self, chromium_home: ChromiumHome) -> None:
        found = set()
        for path in chromium_home.path.rglob("Reporting and NEL"):
            with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as database:
                found |= {text for (text,) in database.execute("SELECT nik FROM nel_policies") if text}
        assert found
        for text in found:
            assert anonymization_key.sites(text) == chromium_files.sites(text)


class TestFirefox:
    def test_whose_storage_it_is(self, firefox_home: FirefoxHome) -> None:
        paths = list(firefox_home.profile.rglob(".metadata-v2"))
        assert len(paths) > 2
        for path in paths:
            told = firefox_files.storage_owner(path.read_bytes())
            assert metadata_v2.origin(path.read_bytes()) == told["origin"]

    def test_preferences(self, firefox_home: FirefoxHome) -> None:
        content = (firefox_home.profile / "prefs.js").read_bytes()
        lines = [line for line in prefs_js.read_lines(content) if line.name is not None]
        assert {line.name: line.value for line in lines} == firefox_files.prefs(content.decode())
        assert len(lines) > 50

    def test_data_storage(self, firefox_home: FirefoxHome) -> None:
        for name, size in (("SiteSecurityServiceState.bin", 24), ("AlternateServices.bin", 1024)):
            path = firefox_home.profile / name
            content = path.read_bytes() if path.exists() else b""
            ours = [
                (slot.number, slot.score, slot.day, slot.key, slot.value)
                for slot in data_storage.read_slots(content)
                if slot.is_sound
            ]
            assert ours == firefox_files.slots(content, size)

    def test_cached_responses(self, firefox_home: FirefoxHome) -> None:
        paths = list(firefox_home.cache.rglob("cache2/entries/*"))
        assert len(paths) > 10
        for path in paths:
            others = firefox_files.cached(path.read_bytes())
            with path.open("rb") as file:
                ours = entry.read_entry(file)
                body = b"".join(entry.read_body(file, ours))
            assert (ours.key, dict(ours.elements), body) == others
            assert key.file_name(ours.key) == firefox_files.cache_name(others.key) == path.name
            told = key.read_key(ours.key.decode())
            assert (told.url, told.suffix, told.extension) == firefox_files.cache_key(others.key.decode())

    def test_index_of_the_cache(self, firefox_home: FirefoxHome) -> None:
        for path in firefox_home.cache.rglob("cache2/index"):
            content = path.read_bytes()
            names = [one.name for one in firefox_files.cache_index(content)]
            assert list(index.read_index(content).names()) == names


def _files(folder: Path, pattern: str, magic: bytes) -> list[Path]:
    found = [path for path in folder.rglob(pattern) if path.is_file()]
    return [path for path in found if path.read_bytes().startswith(magic)]
