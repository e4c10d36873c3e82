from __future__ import annotations

import shutil
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats.blockfile.cache import Cache
from scrubber.formats.blockfile.layout import Address
from scrubber.formats.blockfile.surgery import claimed_blocks, remove
from scrubber.formats.damaged import Damaged
from tests.blockfile_files import Put, check, make

if TYPE_CHECKING:
    from pathlib import Path

PUTS = (
    Put("first", bucket=3),
    Put("in the same bucket", (b"head", b"x" * 900), bucket=3),
    Put("third of the bucket", (b"head", b"x" * 3000, b"code" * 100), bucket=3),
    Put("often used", (b"head", b"x" * 16000), list=1, bucket=5),
    Put("large", (b"head", b"x" * 20000), list=1, bucket=6),
    Put("long " * 300, bucket=7),
    Put("evicted", (), state=1, list=4, bucket=7),
    Put("alone", (b"",), bucket=15),
)
KEYS = tuple(put.key for put in PUTS)


def opened(folder: Path) -> Cache:
    return Cache(lambda name: (folder / name).open("rb"))


def addresses(folder: Path) -> dict[str, int]:
    with opened(folder) as cache:
        return {entry.key.decode(): entry.address.value for entry in cache.entries()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make(tmp_path / "cache", PUTS)
    check(tmp_path / "cache")
    return tmp_path / "cache"


def test_everything_is_read(folder: Path) -> None:
    streams = {put.key: put.streams + (b"",) * (4 - len(put.streams)) for put in PUTS}
    with opened(folder) as cache:
        entries = list(cache.entries())
        claimed = claimed_blocks(cache, entries)
        for entry in entries:
            pairs = zip(entry.record.streams, entry.record.sizes, strict=True)
            found = tuple(cache.content(Address(at), size) if at else b"" for at, size in pairs)
            assert found == streams.pop(entry.key.decode())
        assert not streams
        assert (cache.count, cache.size) == (len(PUTS), sum(entry.size for entry in entries))
        assert [len(nodes) for nodes in cache.lists()] == list(cache.sizes()) == [5, 2, 0, 0, 1]
        names = [f"data_{number}" for number in range(4)]
        assert [claimed[name] for name in names] == [cache.header(name).bitmap for name in names]
        assert not any(list(cache.spare_blocks(name, claimed[name])) for name in names)


@pytest.mark.parametrize(
    "gone",
    [
        *((key,) for key in KEYS),
        KEYS[:2],
        KEYS[1:3],
        (KEYS[0], KEYS[2]),
        KEYS[3:5],
        KEYS[5:7],
        KEYS[::2],
        KEYS[1::2],
        KEYS,
        (),
    ],
    ids=lambda gone: "+".join(key[:10] for key in gone) or "nothing",
)
def test_removal_leaves_nothing_to_repair(folder: Path, gone: tuple[str, ...]) -> None:
    before = check(folder)
    known = addresses(folder)
    remove(folder, [known[key] for key in gone])
    after = check(folder)
    assert after.entries == {key: streams for key, streams in before.entries.items() if key not in gone}
    assert after.lists == [[key for key in keys if key not in gone] for keys in before.lists]
    assert (folder / "f_000001").exists() == ("large" not in gone)
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    for key in KEYS:
        assert (key.encode() in content) == (key not in gone)


def test_free_blocks_are_found_and_emptied(folder: Path) -> None:
    """Chromium frees the blocks of a key without emptying them."""
    data = folder / "data_1"
    content = bytearray(data.read_bytes())
    last = len(content) - 256
    content[last : last + 3] = b"old"
    data.write_bytes(content)
    with opened(folder) as cache:
        claimed = claimed_blocks(cache, cache.entries())
        ((block, found),) = cache.spare_blocks("data_1", claimed["data_1"])
    assert (block, found[:3]) == ((last - 8192) // 256, b"old")
    remove(folder, ())
    check(folder)


def test_taken_blocks_that_nothing_leads_to_are_emptied_but_stay_taken(folder: Path) -> None:
    """What a crash leaves of an entry that was being deleted."""
    known = addresses(folder)
    start = at(folder, "alone")
    patch(folder, "index", 368 + 4 * 15, 0)
    remove(folder, ())
    content = (folder / "data_1").read_bytes()
    assert not any(content[start : start + 256])
    with opened(folder) as cache:
        assert cache.header("data_1").bitmap >> (known["alone"] & 0xFFFF) & 1
        assert "alone" not in {entry.key.decode() for entry in cache.entries()}


def test_what_points_past_what_went_is_not_checked_by_its_hash(folder: Path) -> None:
    """Chromium takes 0 for a record without a hash, and drops one whose hash is wrong."""
    content = bytearray((folder / "data_1").read_bytes())
    known = addresses(folder)
    for key in KEYS:
        struct.pack_into("<I", content, 8192 + (known[key] & 0xFFFF) * 256 + 92, 0xABCD)
    (folder / "data_1").write_bytes(content)
    remove(folder, [known["in the same bucket"]])
    content = bytearray((folder / "data_1").read_bytes())
    hashes = {
        key: struct.unpack_from("<I", content, 8192 + (known[key] & 0xFFFF) * 256 + 92)[0] for key in KEYS
    }
    assert hashes.pop("in the same bucket") == 0
    assert hashes.pop("first") == 0
    assert set(hashes.values()) == {0xABCD}


def patch(folder: Path, name: str, offset: int, value: int) -> None:
    content = bytearray((folder / name).read_bytes())
    struct.pack_into("<I", content, offset, value)
    (folder / name).write_bytes(content)


def at(folder: Path, key: str) -> int:
    return 8192 + (addresses(folder)[key] & 0xFFFF) * 256


class TestDamage:
    @pytest.mark.parametrize(
        ("name", "offset", "value"),
        [
            pytest.param("index", 0, 0, id="another-magic"),
            pytest.param("index", 4, 0x40000, id="newer"),
            pytest.param("index", 28, 3, id="buckets-that-are-no-power-of-two"),
            pytest.param("index", 28, 1 << 20, id="more-buckets-than-bytes"),
            pytest.param("index", 368 + 4 * 3, 0x123, id="address-that-is-none"),
            pytest.param("index", 368 + 4 * 3, 0x80000001, id="entry-in-a-file-of-its-own"),
            pytest.param("index", 368 + 4 * 3, 0xA001FFFF, id="entry-beyond-the-file"),
            pytest.param("index", 368 + 4 * 3, 0xA0630000, id="entry-in-no-file"),
            pytest.param("index", 288, 0x90000001, id="list-that-starts-elsewhere"),
            pytest.param("index", 308, 0x90000001, id="list-that-ends-elsewhere"),
            pytest.param("index", 328, 0x90000001, id="list-in-the-middle-of-a-change"),
            pytest.param("index", 288, 0xA0010000, id="list-of-entries"),
            pytest.param("data_1", 0, 0, id="file-of-another-kind"),
            pytest.param("data_1", 12, 100, id="blocks-of-100-bytes"),
            pytest.param("data_1", 20, 1 << 20, id="more-blocks-than-bytes"),
            pytest.param("data_1", 80, 0, id="entries-whose-blocks-are-free"),
        ],
    )
    def test_is_named(self, folder: Path, name: str, offset: int, value: int) -> None:
        patch(folder, name, offset, value)
        with pytest.raises(Damaged):
            remove(folder, ())

    def test_a_bucket_that_leads_in_a_circle(self, folder: Path) -> None:
        known = addresses(folder)
        patch(folder, "data_1", at(folder, "third of the bucket") + 4, known["first"])
        with pytest.raises(Damaged, match="two ways"):
            remove(folder, ())

    def test_a_list_that_leads_in_a_circle(self, folder: Path) -> None:
        with opened(folder) as cache:
            first, *_, last = cache.lists()[0]
        patch(folder, "data_0", 8192 + (last & 0xFFFF) * 36 + 16, first)
        with pytest.raises(Damaged, match="bites"):
            remove(folder, ())

    @pytest.mark.parametrize(
        ("offset", "value"),
        [
            pytest.param(0, 4, id="entry-in-the-wrong-bucket"),
            pytest.param(8, 0x90000001, id="place-in-a-list-of-another"),
            pytest.param(32, 0, id="no-key"),
            pytest.param(32, 100_000_000, id="key-of-100-MB"),
            pytest.param(32, 700, id="key-longer-than-its-blocks"),
            pytest.param(40, 0x80000000, id="negative-size"),
            pytest.param(56, 0x12345678, id="stream-at-no-address"),
        ],
    )
    def test_an_entry_that_is_none(self, folder: Path, offset: int, value: int) -> None:
        patch(folder, "data_1", at(folder, "first") + offset, value)
        with pytest.raises(Damaged):
            remove(folder, ())

    def test_two_entries_with_the_same_stream(self, folder: Path) -> None:
        with opened(folder) as cache:
            streams = {entry.key.decode(): entry.record.streams for entry in cache.entries()}
        patch(folder, "data_1", at(folder, "first") + 60, streams["alone"][0] or streams["often used"][1])
        with pytest.raises(Damaged, match="share"):
            remove(folder, ())

    def test_an_entry_that_should_go_and_is_not_there(self, folder: Path) -> None:
        with pytest.raises(Damaged, match="isn't there"):
            remove(folder, [0xA0010000])

    @given(st.data())
    def test_changed_bytes_are_read_or_refused(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        source = tmp_path_factory.getbasetemp() / "blockfile"
        if not source.exists():
            make(source, PUTS)
        folder = tmp_path_factory.getbasetemp() / "blockfile-changed"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder)
        name = data.draw(st.sampled_from(["index", "data_0", "data_1"]))
        content = bytearray((folder / name).read_bytes())
        starts = {"index": [0, 368], "data_0": [0, 8192], "data_1": [0, 8192]}[name]
        for _ in range(data.draw(st.integers(1, 3))):
            place = data.draw(st.sampled_from(starts)) + data.draw(st.integers(0, 400))
            if place < len(content):
                content[place] = data.draw(st.integers(0, 255))
        (folder / name).write_bytes(content[: data.draw(st.sampled_from([len(content), len(content) // 2]))])
        try:
            with opened(folder) as cache:
                going = [entry.address.value for entry in cache.entries() if b"first" in entry.key]
            remove(folder, going)
            with opened(folder) as cache:
                left = [entry.key for entry in cache.entries()]
        except Damaged:
            return
        assert not any(b"first" in key for key in left)
