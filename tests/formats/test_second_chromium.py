"""Chromium's formats against readers that share nothing with them: the same records from both."""

from __future__ import annotations

import json
import struct
import zlib
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubber.formats import (
    anonymization_key,
    blink_values,
    cache_key,
    closed_tabs,
    host_hashes,
    persistent_cache,
    pickle,
    simple_cache,
    simple_index,
    snss,
    visited_links,
)
from tests import simple_cache_files, snss_files
from tests.foreign import chromium_files

CHROMIUM = Path(__file__).parent / "samples" / "chromium"

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
SITES = st.sampled_from(["https://labs.openai.com", "https://shop.example", "http://notopenai.com:8080"])
U32 = st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)


class TestChromium:
    @given(st.lists(SITES | TEXT.filter(lambda site: len(site) > 3), min_size=1, max_size=3))
    def test_keys_of_sites(self, sites: list[str]) -> None:
        text = json.dumps([*map(anonymization_key.encode, sites), False, 0])
        assert anonymization_key.sites(text) == chromium_files.sites(text) == tuple(sites)

    @given(
        st.sampled_from(["1/0/", "0/0/", "1/7/", ""]),
        st.sampled_from(["", "_dk_{0} {1} ", "_dk_s_{0} {1} ", "_dk_cn_{0} {1} ", "_dk_{0} {1} 0A1B2C "]),
        st.tuples(SITES, SITES, SITES),
        st.sampled_from(["/", "/a.js?q=1/0/", "/_dk_", "/x%20y#1"]),
    )
    def test_keys_of_caches(self, start: str, shape: str, sites: tuple[str, str, str], path: str) -> None:
        text = start + shape.format(*sites) + sites[2] + path
        assert cache_key.read_key(text).url == chromium_files.resource(text) == sites[2] + path

    @given(st.lists(st.integers(-(2**31), 2**31 - 1) | TEXT | TEXT.map(list), max_size=6))
    def test_pickles(self, values: list[int | str | list[str]]) -> None:
        kinds, fields, expected, read = "", [], [], []
        for value in values:
            wide = isinstance(value, list)
            text = "".join(value) if isinstance(value, list) else value
            kinds += "i" if isinstance(text, int) else "w" if wide else "s"
            expected.append(text)
            if isinstance(text, int):
                fields.append(struct.pack("<i", text))
            else:
                units = text.encode("utf-16-le")
                string16 = struct.pack("<i", len(units) // 2) + units + bytes(-len(units) % 4)
                fields.append(string16 if wide else snss_files.string(text))
        content = snss_files.pickle(*fields)
        ours = pickle.Pickle(content)
        for kind in kinds:
            read.append({"i": ours.integer, "s": ours.string, "w": ours.string16}[kind]())
        assert read == chromium_files.pickled(content, kinds) == expected

    @pytest.mark.parametrize("path", sorted((CHROMIUM / "sessions").iterdir()), ids=lambda path: path.name)
    def test_sessions_that_chromium_wrote(self, path: Path) -> None:
        ours = snss.read_session(path.read_bytes()).records
        others = chromium_files.commands(path.read_bytes())
        assert [(one.command, one.payload) for one in ours] == others
        command = snss_files.OPEN if path.name.startswith("Session") else snss_files.CLOSED
        pages = [snss.read_page(one) for one in ours if one.command == command]
        told = [chromium_files.pickled(payload, "iisw") for number, payload in others if number == command]
        assert [[page.tab, page.place, page.url, page.title] for page in pages] == told != []

    @given(
        st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=300)), max_size=6),
        st.sampled_from([1, 3]),
        st.integers(0, 12),
    )
    def test_sessions(self, commands: list[tuple[int, bytes]], version: int, cut: int) -> None:
        content = snss_files.session(commands, version)
        content = content[: max(8, len(content) - cut)]
        ours = snss.read_session(content).records
        assert [(one.command, one.payload) for one in ours] == chromium_files.commands(content)

    @given(st.lists(SITES.map(lambda site: f"{site}/"), unique=True, max_size=3), st.integers(4, 11))
    def test_visited_links(self, urls: list[str], length: int) -> None:
        table = bytearray(
            struct.pack("<4sIII8s", b"VLnk", 3, length, len(urls), b"saltsalt") + bytes(8 * length)
        )
        empty = visited_links.read_table(bytes(table))
        for url in urls:
            number = empty.fingerprint(url)
            at = number % length
            while any(table[24 + 8 * at : 32 + 8 * at]):
                at = (at + 1) % length
            struct.pack_into("<Q", table, 24 + 8 * at, number)
        content = bytes(table)
        for url in ("https://labs.openai.com/", "https://shop.example/", "http://notopenai.com:8080/", *urls):
            assert visited_links.read_table(content).has(url) is chromium_files.is_visited(content, url)
            assert chromium_files.is_visited(content, url) is (url in urls)

    @given(SITES.map(lambda site: f"{site}/") | st.text(' ~_az09=@[]\\/|<>:"?*\n', max_size=20))
    def test_names_of_compiled_code(self, site: str) -> None:
        stem = chromium_files.rotated(site)
        assert persistent_cache.file_stem(site) == stem
        assert persistent_cache.site(stem) == site

    @settings(max_examples=20)  # each makes room for the largest value
    @given(st.lists(st.tuples(st.binary(max_size=40), st.integers(0, 20)), min_size=1, max_size=3))
    def test_values_of_storage(self, parts: list[tuple[bytes, int]]) -> None:
        blocks = [(len(raw) << 3, raw) for raw, _ in parts] + [(count << 3 | 2, b"z") for _, count in parts]
        plain = b"".join(raw for raw, _ in parts) + b"z" * sum(count for _, count in parts)
        frame = b"\x28\xb5\x2f\xfd\x20" + bytes((len(plain),))
        for place, (head, content) in enumerate(blocks):
            frame += (head | (place == len(blocks) - 1)).to_bytes(3, "little") + content
        assert chromium_files.zstandard(frame) == plain
        assert {plain, plain[::-1]} <= set(blink_values.readings(frame))

    @given(st.text(max_size=30) | st.sampled_from(["labs.openai.com", "shop.example", "notopenai.com"]))
    def test_hashes_of_hosts(self, host: str) -> None:
        name, key = host.encode(), bytes(range(32))
        assert host_hashes.hints_key(host) == f"{chromium_files.hints_hash(name):x}"
        assert host_hashes.topics_host(host) == chromium_files.topics_hash(b"MainFrameHostStorage", name)
        called = chromium_files.topics_hash(b"ContextDomainStorage", name, key)
        assert host_hashes.topics_domain(host, key) == called

    @pytest.mark.parametrize("path", sorted(CHROMIUM.rglob("*_0")), ids=lambda path: path.name)
    def test_entries_that_chromium_wrote(self, path: Path) -> None:
        content, others = path.read_bytes(), chromium_files.simple_entry(path.read_bytes())
        assert simple_cache.read_streams(content) == (others.head, others.body)
        with path.open("rb", buffering=0) as file:
            assert simple_cache.read_key(file) == others.key
            assert simple_cache.read_stream_0(file, 1 << 20) == others.head

    @given(TEXT.filter(bool), st.binary(max_size=60), st.binary(min_size=1, max_size=60), st.booleans())
    def test_entries(self, url: str, body: bytes, head: bytes, hashed: bool) -> None:
        content = simple_cache_files.entry(url, body, head, hashed=hashed)
        others = chromium_files.simple_entry(content)
        assert simple_cache.read_streams(content) == (others.head, others.body) == (head, body)
        assert others.key == url.encode()

    @given(
        st.lists(
            st.tuples(U64, U64.map(lambda used: used >> 1), U32), unique_by=lambda one: one[0], max_size=6
        ),
        st.sampled_from([8, 9]),
    )
    def test_indexes(self, entries: list[tuple[int, int, int]], version: int) -> None:
        meta = struct.pack("<QIQQI", 0x656E74657220796F, version, len(entries), 7, 1)
        payload = meta + b"".join(struct.pack("<QQQ", *one) for one in entries) + bytes(8)
        content = struct.pack("<II", len(payload), zlib.crc32(payload)) + payload
        self.compare_indexes(content)

    @pytest.mark.parametrize("path", [*CHROMIUM.rglob("the-real-index")], ids=lambda path: path.parts[-4])
    def test_indexes_that_chromium_wrote(self, path: Path) -> None:
        assert self.compare_indexes(path.read_bytes())

    def compare_indexes(self, content: bytes) -> int:
        """How many entries both found."""
        ours = {one.hash: (one.used, one.size) for one in simple_index.read_index(content).records}
        assert ours == chromium_files.simple_index(content)
        return len(ours)


PAGES = st.lists(st.integers(0, 99), min_size=1, max_size=4)
TABS = st.lists(PAGES, min_size=1, max_size=4)


class TestClosedTabs:
    @given(st.lists(st.tuples(st.sampled_from([0, 3, 9, 13]), TABS), max_size=4), st.data())
    def test_what_chromium_opens_again_is_what_was_left(
        self, entries: list[tuple[int, list[list[int]]]], data: st.DataObject
    ) -> None:
        commands = []
        for head, tabs in entries:
            alone = tabs[:1] if head == 0 else tabs
            shown = data.draw(st.integers(0, len(alone) - 1))
            commands += [] if head == 0 else [_head(head, shown, len(alone))]
            for pages in alone:
                place = data.draw(st.integers(0, len(pages) - 1))
                commands.append((4, struct.pack("<iiq", 7, place, 0)))
                commands += [
                    snss_files.page(f"https://h{page % 3}.example/{page}", command=snss_files.CLOSED)
                    for page in pages
                ]
        gone = {
            number
            for number, (command, payload) in enumerate(commands)
            if command == 1 and "//h0.example/" in str(chromium_files.pickled(payload, "iis"))
        }
        left = closed_tabs.without([snss.Record(*command) for command in commands], gone)
        after = chromium_files.closed((record.command, record.payload) for record in left)
        assert after == list(filter(None, map(_less, chromium_files.closed(commands))))


def _head(command: int, shown: int, tabs: int) -> tuple[int, bytes]:
    numbers = struct.pack("<iii", 3, shown, tabs)
    if command == 3:
        return command, numbers + bytes(8)
    if command == 9:
        return command, snss_files.pickle(numbers, bytes(8))
    return command, snss_files.pickle(bytes(16), struct.pack("<ii", 5, tabs))


def _less(entry: chromium_files.Closed) -> chromium_files.Closed | None:
    """The entry without the pages of one host; nothing where no page is left."""
    tabs = [list(_kept(tab.pages)) for tab in entry.tabs]
    if not any(tabs):
        return None
    left = [
        chromium_files.Tab(_place(tab.shown, [_stays(page) for page in tab.pages]), pages)
        for tab, pages in zip(entry.tabs, tabs, strict=True)
        if pages
    ]
    shown = _place(entry.shown, [bool(pages) for pages in tabs])
    return chromium_files.Closed(len(left) if entry.announced else 0, shown, left)


def _stays(page: str) -> bool:
    return "//h0.example/" not in page


def _kept(pages: list[str]) -> filter[str]:
    return filter(_stays, pages)


def _place(shown: int, stays: list[bool]) -> int:
    """Where the shown one is now, or the next that stays, or the last."""
    before = list(accumulate(stays, initial=0))
    return min(before[shown], before[-1] - 1)
