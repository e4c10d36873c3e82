from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats.damaged import Damaged
from scrubber.formats.pickle import Pickle
from scrubber.formats.snss import (
    MARKER,
    Encrypted,
    Page,
    Record,
    count_sealed,
    read_page,
    read_session,
    write_session,
)
from tests import snss_files as made

SAMPLES = Path(__file__).parent / "samples" / "chromium"
COMMANDS = (
    made.page("https://shop.example/", title="Shop"),
    (7, struct.pack("<ii", 7, 0)),
    made.MARKER,
    made.page("https://news.example.org/", tab=8, place=3, title="Neues \u263a"),
)
CONTENT = made.session(COMMANDS)


def samples(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((SAMPLES / folder).iterdir())}


class TestSessions:
    def test_what_chromium_wrote_comes_back(self) -> None:
        pages = []
        for name, content in samples("sessions").items():
            session = read_session(content)
            assert write_session(session) == content
            assert not session.rest
            assert any(record.command == MARKER for record in session.records)
            command = made.OPEN if name.startswith("Session_") else made.CLOSED
            pages += [read_page(record) for record in session.records if record.command == command]
        assert {page.url for page in pages} >= {
            "https://shop.example/plain",
            "https://news.example.org/plain",
        }
        assert {page.title for page in pages} >= {"A page of shop.example"}

    def test_the_encrypted_copy_has_a_record_for_each(self) -> None:
        plain = [len(read_session(content).records) for content in samples("sessions").values()]
        assert [count_sealed(content) for content in samples("sessions-encrypted").values()] == plain

    @pytest.mark.parametrize("version", [1, 3])
    def test_records_and_pages(self, version: int) -> None:
        session = read_session(made.session(COMMANDS, version))
        assert session.version == version
        assert session.records == tuple(Record(command, payload) for command, payload in COMMANDS)
        assert read_page(session.records[0]) == Page(7, 0, "https://shop.example/", "Shop")
        assert read_page(session.records[3]) == Page(8, 3, "https://news.example.org/", "Neues \u263a")

    @pytest.mark.parametrize(
        "rest", [b"\0", b"\0\0\0", b"\xff\xff\6abc"], ids=["short", "no-size", "cut-off"]
    )
    def test_what_follows_the_last_whole_record_is_kept_apart(self, rest: bytes) -> None:
        session = read_session(CONTENT + rest)
        assert (len(session.records), session.rest) == (len(COMMANDS), rest)
        assert write_session(session) == CONTENT + rest

    @pytest.mark.parametrize("version", [2, 4, 5])
    def test_encryption_is_told_from_damage(self, version: int) -> None:
        with pytest.raises(Encrypted):
            read_session(made.session((), version) + bytes(100))

    @pytest.mark.parametrize(
        ("content", "count"),
        [
            pytest.param(made.sealed(3), 3, id="whole"),
            pytest.param(made.sealed(3)[:-1], 2, id="cut"),
            pytest.param(made.session((), 2) + bytes(50), 0, id="encrypted-as-a-whole"),
            pytest.param(CONTENT, 0, id="not-encrypted"),
        ],
    )
    def test_sealed_records_are_counted(self, content: bytes, count: int) -> None:
        assert count_sealed(content) == count

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(b"", id="empty"),
            pytest.param(b"SNSS", id="short"),
            pytest.param(b"SNSX" + CONTENT[4:], id="another-magic"),
            pytest.param(made.session(COMMANDS, 6), id="newer"),
        ],
    )
    def test_damage_is_named(self, content: bytes) -> None:
        for read in (read_session, count_sealed):
            with pytest.raises(Damaged):
                read(content)

    @given(st.binary(max_size=300), st.sampled_from([b"", CONTENT[:8], CONTENT]))
    def test_arbitrary_bytes_are_read_or_refused(self, content: bytes, start: bytes) -> None:
        try:
            session = read_session(start + content)
        except Damaged:
            return
        assert write_session(session) == start + content

    @given(st.data())
    def test_changed_bytes_are_read_or_refused(self, data: st.DataObject) -> None:
        content = bytearray(CONTENT)
        for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
            content[at] = data.draw(st.integers(0, 255))
        try:
            session = read_session(bytes(content))
            pages = [read_page(record) for record in session.records if record.command == made.OPEN]
        except Damaged:
            return
        assert all(len(page.url) <= len(content) for page in pages)


class TestPickles:
    def test_fields(self) -> None:
        found = Pickle(
            made.pickle(struct.pack("<i", -5), made.string("abc"), made.string16("\u00fcx"), b"\1\0\0\0")
        )
        assert (found.integer(), found.string(), found.string16(), found.integer()) == (
            -5,
            "abc",
            "\u00fcx",
            1,
        )
        with pytest.raises(Damaged):
            found.integer()

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(b"\0\0\0", id="short"),
            pytest.param(b"\5\0\0\0abcd", id="longer-than-the-bytes"),
            pytest.param(b"\4\0\0\0\xff\xff\xff\xff", id="negative-length"),
            pytest.param(b"\4\0\0\0\xff\xff\xff\x7f", id="text-of-2-GiB"),
        ],
    )
    def test_damage_is_named(self, content: bytes) -> None:
        for read in (Pickle.data, Pickle.string, Pickle.string16):
            with pytest.raises(Damaged):
                read(Pickle(content))

    @given(st.binary(max_size=60))
    def test_arbitrary_bytes_are_read_or_refused(self, content: bytes) -> None:
        try:
            found = Pickle(content)
            assert len(found.data()) <= len(content)
            assert len(found.string16()) <= len(content)
        except Damaged:
            return
