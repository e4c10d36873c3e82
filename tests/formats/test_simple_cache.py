from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats.damaged import Damaged
from scrubber.formats.simple_cache import DOOMED, ENTRY, file_hash, read_key, read_stream_0
from scrubber.formats.simple_index import read_index, without, write_index
from tests import simple_cache_files as made

SAMPLES = Path(__file__).parent / "samples" / "chromium"
KEY = "1/0/_dk_https://shop.example https://shop.example https://shop.example/"
LIMIT = 1 << 16


def sample_entries() -> list[Path]:
    return [path for path in sorted(SAMPLES.rglob("*")) if ENTRY.fullmatch(path.name)]


def sample_indexes() -> list[Path]:
    return sorted(SAMPLES.rglob("the-real-index"))


def in_file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "entry"
    path.write_bytes(content)
    return path


class TestEntries:
    def test_what_chromium_wrote_is_read(self) -> None:
        keys = []
        for path in sample_entries():
            with path.open("rb") as file:
                key = read_key(file)
                assert read_stream_0(file, LIMIT)
            assert path.name == f"{file_hash(key)}_0"
            keys.append(key)
        assert any(b"https://shop.example/photo.png" in key for key in keys)
        assert any(key.startswith(b"_keyhttps://shop.example/leave.js \n") for key in keys)

    @pytest.mark.parametrize("hashed", [True, False], ids=["key-hashed", "older"])
    @pytest.mark.parametrize("head", [b"", b"x" * 76, b"x" * 4000])
    def test_stream_0_is_at_the_end(self, tmp_path: Path, head: bytes, hashed: bool) -> None:
        with in_file(tmp_path, made.entry(KEY, b"", head, hashed=hashed)).open("rb") as file:
            assert read_key(file).decode() == KEY
            assert read_stream_0(file, 4000) == head
            assert read_stream_0(file, 75) == (head if len(head) <= 75 else b"")

    def test_no_more_is_read_than_the_key(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = made.count_reads(monkeypatch)
        with in_file(tmp_path, made.entry(KEY, bytes(100_000))).open("rb") as file:
            read_key(file)
        assert sum(asked) == 24 + len(KEY)

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(b"", id="empty"),
            pytest.param(bytes(24), id="zeros"),
            pytest.param(made.entry(KEY)[:40], id="cut-within-the-key"),
            pytest.param(b"\xff" + made.entry(KEY)[1:], id="another-magic"),
            pytest.param(made.header("")[:12] + bytes(4) + bytes(8), id="no-key"),
            pytest.param(made.header(KEY)[:12] + b"\xff\xff\xff\xff" + bytes(8), id="key-of-4-GiB"),
        ],
    )
    def test_damage_is_named(self, tmp_path: Path, content: bytes) -> None:
        with in_file(tmp_path, content).open("rb") as file, pytest.raises(Damaged):
            read_key(file)

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(made.entry(KEY)[:20], id="short"),
            pytest.param(made.entry(KEY)[:-1], id="cut"),
            pytest.param(made.entry(KEY)[:-8] + b"\xff" * 8, id="longer-than-the-file"),
        ],
    )
    def test_damage_at_the_end_is_named(self, tmp_path: Path, content: bytes) -> None:
        with in_file(tmp_path, content).open("rb") as file, pytest.raises(Damaged):
            read_stream_0(file, LIMIT)

    @given(st.data())
    def test_changed_bytes_are_read_or_refused(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        content = bytearray(data.draw(st.sampled_from(sample_entries())).read_bytes())
        for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
            content[at] = data.draw(st.integers(0, 255))
        cut = data.draw(st.integers(0, len(content)))
        path = tmp_path_factory.getbasetemp() / "changed"
        path.write_bytes(content[:cut])
        for read in (read_key, lambda file: read_stream_0(file, LIMIT)):
            with path.open("rb") as file:
                try:
                    found = read(file)
                except Damaged:
                    continue
                assert len(found) <= cut

    @pytest.mark.parametrize(
        ("name", "is_entry", "is_doomed"),
        [
            ("01ddabae60a3d9e9_0", True, False),
            ("01ddabae60a3d9e9_s", True, False),
            ("todelete_01ddabae60a3d9e9_0_17", False, True),
            ("01ddabae60a3d9e9_2", False, False),
            ("01DDABAE60A3D9E9_0", False, False),
            ("index", False, False),
            ("data_0", False, False),
        ],
    )
    def test_names(self, name: str, is_entry: bool, is_doomed: bool) -> None:
        assert (bool(ENTRY.fullmatch(name)), bool(DOOMED.fullmatch(name))) == (is_entry, is_doomed)


class TestIndex:
    KEYS = (KEY, "1/0/https://labs.openai.com/", "1/0/https://news.example.org/")

    def test_what_chromium_wrote_comes_back(self) -> None:
        indexes = [path.read_bytes() for path in sample_indexes()]
        assert indexes
        for content in indexes:
            index = read_index(content)
            assert write_index(index) == content
            assert index.cache_size == sum(record.size for record in index.records) > 0

    @pytest.mark.parametrize("version", [8, 9])
    def test_loses_one_record_and_nothing_else(self, version: int) -> None:
        index = read_index(made.index(self.KEYS, version))
        kept = made.index((self.KEYS[0], self.KEYS[2]), version)
        assert write_index(without(index, {made.name(self.KEYS[1])})) == kept
        assert without(index, {"0123456789abcdef"}) == index

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(b"", id="empty"),
            pytest.param(made.index(KEYS)[:-1], id="cut"),
            pytest.param(made.index(KEYS)[:-1] + b"\1", id="wrong-checksum"),
            pytest.param(made.index(KEYS, version=10), id="newer"),
            pytest.param(made.index(KEYS, version=7), id="older"),
        ],
    )
    def test_damage_is_named(self, content: bytes) -> None:
        with pytest.raises(Damaged):
            read_index(content)

    @given(st.binary(max_size=200))
    def test_arbitrary_bytes_are_refused(self, content: bytes) -> None:
        with pytest.raises(Damaged):
            read_index(content)
