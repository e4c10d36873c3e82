"""What is damaged in LevelDB's files is refused with a reason; what LevelDB itself puts up with is read."""

from __future__ import annotations

import io
import shutil
import struct
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrubber.errors import UnreadableStore
from scrubber.formats import leveldb
from scrubber.formats.damaged import Damaged
from scrubber.formats.leveldb import Record
from scrubber.formats.leveldb.batch import read_batch, write_batch
from scrubber.formats.leveldb.coding import masked_checksum, read_string, string, varint
from scrubber.formats.leveldb.log import BLOCK, read_records
from scrubber.formats.leveldb.manifest import read_manifest
from scrubber.formats.leveldb.table import read_table
from scrubber.formats.protobuf import read_varint
from tests.leveldb_files import (
    SAMPLES,
    SNAPPY,
    ZSTANDARD,
    block,
    entry,
    folder,
    handle,
    log,
    log_of,
    manifest,
    stored,
    table,
    table_of_blocks,
    tagged,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import BinaryIO

RECORD = Record(b"key", b"value", 7)


def fragment(data: bytes, kind: int) -> bytes:
    typed = bytes((kind,)) + data
    return struct.pack("<IHB", masked_checksum(typed), len(data), kind) + data


def bitwise_checksum(data: bytes) -> int:
    """CRC-32C as its definition says, unmasked."""
    checksum = 0xFFFFFFFF
    for byte in data:
        checksum ^= byte
        for _ in range(8):
            checksum = checksum >> 1 ^ (0x82F63B78 if checksum & 1 else 0)
    return checksum ^ 0xFFFFFFFF


@pytest.mark.parametrize("size", [1, 32, 65535, 65536, 65537, 131072, 150_001])
def test_the_checksum_is_crc32c_in_leveldbs_mask(size: int) -> None:
    data = bytes(index * 7 % 251 for index in range(size))
    checksum = bitwise_checksum(data)
    masked = ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF
    assert masked_checksum(data) == masked != masked_checksum(data[:-1] + b"!")


def test_the_reference_knows_the_check_value_of_the_rfc() -> None:
    assert bitwise_checksum(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4


def test_a_log_torn_at_any_byte_loses_only_what_was_torn() -> None:
    payloads = [b"first", b"second", bytes(BLOCK), b"last"]
    whole = log(*payloads)
    ends = [len(log(*payloads[:count])) for count in range(len(payloads) + 1)]
    for cut in (*range(60), *range(BLOCK - 10, BLOCK + 20), *range(len(whole) - 30, len(whole) + 1)):
        expected = payloads[: sum(end <= cut for end in ends[1:])]
        assert list(read_records(io.BytesIO(whole[:cut]))) == expected, cut


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(log(b"one") + bytes(5000), [b"one"], id="space-allocated-and-never-written"),
        pytest.param(
            fragment(bytes(BLOCK - 7), 2) + log(b"after the crash"),
            [b"after the crash"],
            id="torn-then-continued",
        ),
    ],
)
def test_what_crashes_leave_in_logs_is_passed_over(data: bytes, expected: list[bytes]) -> None:
    assert list(read_records(io.BytesIO(data))) == expected


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(log(b"one", b"two").replace(b"one", b"eno"), "checksum", id="content-changed"),
        pytest.param(log(b"one", b"two").replace(b"two", b"owt"), "checksum", id="last-content-changed"),
        pytest.param(fragment(b"x", 3), "without a beginning", id="middle-first"),
        pytest.param(log(b"one") + fragment(b"x", 4), "without a beginning", id="last-first"),
        pytest.param(fragment(b"x", 9), "unknown type 9", id="unknown-type"),
        pytest.param(
            (struct.pack("<IHB", 0, 0xFFFF, 1) + bytes(BLOCK))[:BLOCK], "longer than its block", id="too-long"
        ),
    ],
)
def test_damage_inside_a_log_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Damaged, match=reason):
        list(read_records(io.BytesIO(data)))


GOOD_BATCH = write_batch([RECORD, Record(b"gone", None, 8)], 7)


@pytest.mark.parametrize(
    ("batch", "reason"),
    [
        pytest.param(GOOD_BATCH[:11], "shorter than its header", id="short"),
        pytest.param(GOOD_BATCH[:-1], "longer than what holds it", id="cut"),
        pytest.param(GOOD_BATCH[:-6], "fewer entries", id="an-entry-missing"),
        pytest.param(GOOD_BATCH + string(b"")[:1] + b"\0", "more entries", id="an-entry-too-many"),
        pytest.param(GOOD_BATCH[:12] + b"\x02" + GOOD_BATCH[13:], "unknown type 2", id="unknown-type"),
    ],
)
def test_damaged_batches_are_refused(batch: bytes, reason: str) -> None:
    assert len(list(read_batch(GOOD_BATCH))) == 2
    with pytest.raises(Damaged, match=reason):
        list(read_batch(batch))


GOOD_BLOCK = block([entry(tagged(RECORD), b"value")])


def _claiming(size: int) -> bytes:
    return stored(varint(size) + b"\x00a", SNAPPY)


def _zstandard(size: int) -> bytes:
    """A frame whose header claims `size`, single-segment, without a checksum."""
    return stored(b"\x28\xb5\x2f\xfd\xe0" + struct.pack("<Q", size) + bytes(20), ZSTANDARD)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "shorter than its footer", id="empty"),
        pytest.param(bytes(100), "magic number", id="no-magic"),
        pytest.param(table([RECORD])[:-1], "magic number", id="cut"),
        pytest.param(table([RECORD]).replace(b"value", b"eulav"), "checksum", id="content-changed"),
        pytest.param(
            table_of_blocks([GOOD_BLOCK], [varint(0) + varint(1 << 40)]), "reaches out", id="far-block"
        ),
        pytest.param(
            table_of_blocks([GOOD_BLOCK], [handle(0, GOOD_BLOCK)] * 2), "upon each other", id="a-block-twice"
        ),
        pytest.param(table_of_blocks([stored(b"\0\0\0", 0)]), "without restarts", id="no-restarts"),
        pytest.param(table_of_blocks([stored(b"\xff" * 4, 0)]), "more restarts", id="many-restarts"),
        pytest.param(
            table_of_blocks([block([b"\x05\x01\x00k"])]), "out of its block", id="shares-with-nothing"
        ),
        pytest.param(table_of_blocks([block([b"\x00\x7f\x00k"])]), "out of its block", id="key-too-long"),
        pytest.param(table_of_blocks([block([b"\x80" * 11])]), "without an end", id="endless-number"),
        pytest.param(table_of_blocks([block([entry(b"short", b"")])]), "sequence number", id="no-tag"),
        pytest.param(
            table_of_blocks([block([entry(b"k" + b"\x09" + bytes(7), b"")])]),
            "unknown type 9",
            id="unknown-type",
        ),
        pytest.param(table_of_blocks([stored(b"abc", 7)]), "unknown compression 7", id="unknown-compression"),
        pytest.param(table_of_blocks([stored(b"\x05\xff\xff\xff", SNAPPY)]), "decompressed", id="no-snappy"),
        pytest.param(table_of_blocks([_claiming(1 << 31)]), "larger than Snappy", id="snappy-bomb"),
        pytest.param(table_of_blocks([_zstandard(1 << 40)]), "sensible size", id="zstandard-bomb"),
        pytest.param(table_of_blocks([_zstandard(100)]), "decompressed", id="no-zstandard"),
        pytest.param(table_of_blocks([stored(b"no frame", ZSTANDARD)]), "no Zstandard", id="no-frame"),
        pytest.param(
            table_of_blocks(
                [block([entry(bytes(1000), b""), *[entry(b"", b"", shared=1000)] * 5000], SNAPPY)]
            ),
            "share more",
            id="keys-that-unfold",
        ),
    ],
)
def test_damaged_tables_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Damaged, match=reason):
        list(read_table(io.BytesIO(data)))


def test_keys_that_share_as_leveldb_lets_them_are_read() -> None:
    """The longest keys with the least between them, 16 to a restart."""
    first = Record(b"k" * 10_000, b"", 1)
    entries = [entry(tagged(first), b""), *[entry(b"", b"", shared=10_008)] * 15]
    assert list(read_table(io.BytesIO(table_of_blocks([block(entries, SNAPPY)])))) == [first] * 16


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        pytest.param(varint(8), "unknown tag 8", id="unknown-tag"),
        pytest.param(varint(1) + string(b"\xff"), "no text", id="comparator-is-no-text"),
        pytest.param(varint(7) + varint(0), "without an end", id="cut"),
        pytest.param(varint(2) + varint(3), "without a comparator", id="no-comparator"),
    ],
)
def test_damaged_manifests_are_refused(edit: bytes, reason: str) -> None:
    payload = edit if reason == "without a comparator" else varint(2) + varint(3) + edit
    with pytest.raises(Damaged, match=reason):
        read_manifest(io.BytesIO(log(payload)))


def _each(read: Callable[[BinaryIO], Iterable[object]]) -> Callable[[bytes], object]:
    return lambda data: list(read(io.BytesIO(data)))


READERS = pytest.mark.parametrize(
    "read",
    [
        pytest.param(_each(read_records), id="log"),
        pytest.param(_each(read_table), id="table"),
        pytest.param(lambda data: read_manifest(io.BytesIO(data)), id="manifest"),
        pytest.param(lambda data: read_manifest(io.BytesIO(log(data))), id="manifest-edit"),
        pytest.param(lambda data: list(read_batch(data)), id="batch"),
        pytest.param(
            lambda data: list(read_table(io.BytesIO(table_of_blocks([stored(data, 0)])))), id="block"
        ),
        pytest.param(
            lambda data: list(read_table(io.BytesIO(table_of_blocks([stored(data, SNAPPY)])))), id="snappy"
        ),
        pytest.param(
            lambda data: list(read_table(io.BytesIO(table_of_blocks([stored(data, ZSTANDARD)])))),
            id="zstandard",
        ),
        pytest.param(lambda data: (read_varint(data, 0), read_string(data, 0)), id="coding"),
    ],
)


@READERS
@given(data=st.binary(max_size=300))
def test_arbitrary_bytes_are_read_or_refused(read: Callable[[bytes], object], data: bytes) -> None:
    with suppress(Damaged):
        read(data)


FILES = sorted(path for path in SAMPLES.glob("*/*") if path.name != "CURRENT")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_mutated_samples_are_read_or_refused(path: Path, data: st.DataObject) -> None:
    original = path.read_bytes()
    at = data.draw(st.integers(0, len(original) - 1))
    cut = data.draw(st.integers(at, min(len(original), at + 40)))
    mutated = original[:at] + data.draw(st.binary(max_size=40)) + original[cut:]
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "copy"
        shutil.copytree(path.parent, copy)
        (copy / path.name).write_bytes(mutated)
        with suppress(UnreadableStore):
            database = leveldb.read(copy)
            list(database.records())
            list(database.history())


def test_a_changed_byte_of_a_table_makes_the_database_unreadable_and_names_the_file(tmp_path: Path) -> None:
    damaged = table([RECORD]).replace(b"value", b"eulav")
    text = manifest(log_number=4, tables=[(0, 5)])
    folder(tmp_path, {"MANIFEST-000001": text, "000004.log": log_of(RECORD), "000005.ldb": damaged})
    with pytest.raises(UnreadableStore, match=r"000005\.ldb: a block whose checksum is wrong"):
        list(leveldb.read(tmp_path).records())
