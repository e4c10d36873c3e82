"""Databases of LevelDB: everything that is in them, everything that was, and new ones that LevelDB reads."""

from __future__ import annotations

import io
import random
import shutil
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.errors import UnreadableStore
from scrubber.formats import leveldb
from scrubber.formats.leveldb import Record
from scrubber.formats.leveldb.batch import batches, read_batch, write_batch
from scrubber.formats.leveldb.log import BLOCK, read_records, write_records
from scrubber.formats.leveldb.table import read_table
from tests.leveldb_files import (
    BYTEWISE,
    NONE,
    SAMPLES,
    SNAPPY,
    ZSTANDARD,
    folder,
    log_of,
    manifest,
    table,
)

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = sorted(SAMPLES.glob("*/"))
EVERY = pytest.mark.parametrize("sample", FOLDERS, ids=lambda path: path.name)
LOGS = sorted(path for path in SAMPLES.glob("*/*") if path.suffix == ".log" or "MANIFEST" in path.name)


def live(path: Path) -> dict[bytes, bytes | None]:
    records = list(leveldb.read(path).records())
    assert len({record.key for record in records}) == len(records)
    return {record.key: record.value for record in records}


def past(path: Path) -> list[tuple[bytes, bytes | None]]:
    return [(record.key, record.value) for record in leveldb.read(path).history()]


def rewritten(source: Path, target: Path) -> Path:
    target.mkdir()
    old = leveldb.read(source)
    leveldb.write(target, ((r.key, r.value) for r in old.records() if r.value is not None), old.comparator)
    return target


def test_every_sample_is_there() -> None:
    assert len(FOLDERS) == 5
    assert sum(bool(past(sample)) for sample in FOLDERS) == 4  # nothing was removed from the session storage


@EVERY
def test_rewriting_keeps_every_record_and_the_comparator(sample: Path, tmp_path: Path) -> None:
    new = rewritten(sample, tmp_path / "new")
    assert live(new) == live(sample) != {}
    assert leveldb.read(new).comparator == leveldb.read(sample).comparator


@EVERY
def test_rewriting_leaves_no_history(sample: Path, tmp_path: Path) -> None:
    assert past(rewritten(sample, tmp_path / "new")) == []


def test_the_comparator_is_the_one_that_the_database_names() -> None:
    assert leveldb.read(SAMPLES / "indexeddb").comparator == "idb_cmp1"
    assert leveldb.read(SAMPLES / "local-storage").comparator == BYTEWISE


def test_local_storage_of_a_real_browser_has_the_newest_value_of_each_key() -> None:
    """The script that made it set n0 to n39, then n0 to n11 again, then removed n0 to n5."""
    found = live(SAMPLES / "local-storage")
    names = {key.rpartition(b"\x01")[2] for key in found if key.startswith(b"_https://shop.example\0")}
    assert names == {b"kept", b"wide", *(b"n%d" % number for number in range(6, 40))}
    assert found[b"_https://shop.example\0\x01n11"] == b"\x01" + b"v" * 40 + b"11"
    old = found[b"_https://shop.example\0\x01n12"]
    assert old is not None
    assert old.startswith(b"\x01v12")
    assert len(old) == len("v12" + "1795501890426") * 160 + 1


def test_what_a_real_browser_removed_is_history() -> None:
    values = [value for key, value in past(SAMPLES / "local-storage") if key.endswith(b"\x01n0")]
    assert None in values
    assert any(value is not None and value.startswith(b"\x01v0") for value in values)


@pytest.mark.parametrize("path", LOGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_logs_are_written_as_leveldb_wrote_them(path: Path) -> None:
    data = path.read_bytes()
    payloads = list(read_records(io.BytesIO(data)))
    if path.suffix == ".log":
        payloads = [
            write_batch(list(read_batch(payload)), int.from_bytes(payload[:8], "little"))
            for payload in payloads
        ]
    file = io.BytesIO()
    write_records(file, payloads)
    assert file.getvalue() == data


_HEADER = 7
SIZES = (
    0,
    1,
    BLOCK - _HEADER - 8,
    BLOCK - _HEADER - 7,
    BLOCK - _HEADER - 6,
    BLOCK - _HEADER,
    BLOCK,
    3 * BLOCK,
)


@pytest.mark.parametrize("size", SIZES)
def test_records_survive_every_way_of_crossing_a_block(size: int) -> None:
    payloads = [random.Random(size).randbytes(size), b"next", bytes(2 * BLOCK), b"last"]
    file = io.BytesIO()
    write_records(file, payloads)
    assert list(read_records(io.BytesIO(file.getvalue()))) == payloads


def test_where_just_a_header_fits_leveldb_writes_one() -> None:
    """An empty first fragment (db/log_writer.cc), so that logs come out byte for byte."""
    file = io.BytesIO()
    write_records(file, [bytes(BLOCK - 2 * _HEADER), b"next"])
    length_and_type = file.getvalue()[BLOCK - _HEADER : BLOCK][4:]
    assert length_and_type == b"\0\0\x02"


@given(st.dictionaries(st.binary(max_size=40), st.binary(max_size=400), max_size=30))
def test_what_is_written_is_read(records: dict[bytes, bytes]) -> None:
    numbered = [Record(key, value, number) for number, (key, value) in enumerate(records.items(), start=1)]
    assert [r for batch in batches(numbered) for r in read_batch(batch)] == numbered
    for compression in (NONE, SNAPPY, ZSTANDARD):
        assert list(read_table(io.BytesIO(table(numbered, compression)))) == numbered


def test_large_databases_are_written_in_many_batches() -> None:
    records = [Record(b"%d" % number, bytes(1000), number) for number in range(1000)]
    written = list(batches(iter(records)))
    assert max(map(len, written)) < 1 << 17
    assert [record for batch in written for record in read_batch(batch)] == records


def test_written_files_are_private_and_no_others_are_there(tmp_path: Path) -> None:
    leveldb.write(tmp_path, [(b"key", b"value")], BYTEWISE)
    assert {path.name for path in tmp_path.iterdir()} == {"000003.log", "CURRENT", "MANIFEST-000001"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_writing_replaces_nothing(tmp_path: Path) -> None:
    leveldb.write(tmp_path, [(b"key", b"value")], BYTEWISE)
    with pytest.raises(FileExistsError):
        leveldb.write(tmp_path, [], BYTEWISE)


A, B = Record(b"a", b"old", 5), Record(b"b", b"b", 6)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {"000004.log": log_of(A, B), "000005.log": log_of(Record(b"a", b"new", 7))},
            {b"a": b"new", b"b": b"b"},
            id="a-later-log-wins",
        ),
        pytest.param(
            {"000004.log": log_of(Record(b"a", b"new", 7)), "000005.log": log_of(A, B)},
            {b"a": b"new", b"b": b"b"},
            id="the-sequence-decides-and-not-the-file",
        ),
        pytest.param(
            {"000004.log": log_of(A, B, Record(b"a", None, 7))}, {b"b": b"b"}, id="a-deletion-applies"
        ),
        pytest.param(
            {"000004.log": log_of(A, Record(b"a", None, 6), Record(b"a", b"again", 7))},
            {b"a": b"again"},
            id="a-key-comes-back-after-its-deletion",
        ),
        pytest.param(
            {"000004.log": log_of(A), "000005.log": log_of(Record(b"a", b"other", 5))},
            {b"a": b"other"},
            id="of-equal-sequences-the-newer-file-has-the-record-once",
        ),
        pytest.param(
            {"000003.log": log_of(B), "000004.log": log_of(A)}, {b"a": b"old"}, id="an-old-log-is-out"
        ),
        pytest.param(
            {"000007.ldb": table([B]), "000004.log": log_of(A)}, {b"a": b"old"}, id="a-table-of-nobody"
        ),
    ],
)
def test_what_a_reader_sees(tmp_path: Path, files: dict[str, bytes], expected: dict[bytes, bytes]) -> None:
    folder(tmp_path, {"MANIFEST-000001": manifest(log_number=4), **files})
    assert live(tmp_path) == expected
    every = {(r.key, r.value) for name in files for r in leveldb.read_file(tmp_path / name)}
    assert every - set(live(tmp_path).items()) <= set(past(tmp_path))


def test_tables_of_lower_levels_are_newer_and_old_ones_have_another_name(tmp_path: Path) -> None:
    tables = {"000005.sst": table([A]), "000006.ldb": table([Record(b"a", b"same sequence", 5)])}
    text = manifest(log_number=9, tables=[(0, 6), (1, 5)])
    folder(tmp_path, {"MANIFEST-000001": text, **tables})
    assert live(tmp_path) == {b"a": b"same sequence"}


def test_of_tables_of_one_level_the_later_is_newer(tmp_path: Path) -> None:
    tables = {"000005.ldb": table([A]), "000006.ldb": table([Record(b"a", b"same sequence", 5)])}
    folder(tmp_path, {"MANIFEST-000001": manifest(log_number=9, tables=[(0, 5), (0, 6)]), **tables})
    assert live(tmp_path) == {b"a": b"same sequence"}


@pytest.mark.parametrize(("log_before", "expected"), [(3, {b"b": b"b"}), (0, {})], ids=["named", "not-named"])
def test_a_log_that_was_being_replaced_still_counts(
    tmp_path: Path, log_before: int, expected: dict[bytes, bytes]
) -> None:
    text = manifest(log_number=9, log_before=log_before)
    folder(tmp_path, {"MANIFEST-000001": text, "000003.log": log_of(B)})
    assert live(tmp_path) == expected


def test_leftovers_and_bounds_are_history(tmp_path: Path) -> None:
    files = {
        "MANIFEST-000001": manifest(log_number=4, tables=[(0, 5)]),
        "MANIFEST-000008": manifest(log_number=4),
        "000003.log": log_of(Record(b"in an old log", b"1", 1)),
        "000005.ldb": table([A]),
        "000007.ldb": table([Record(b"in a table of nobody", b"2", 2)]),
        "lost/000002.log": log_of(Record(b"what a repair set aside", None, 3)),
        "000009.ldb": b"a table, half written: name.example",
        "LOG": b"text",
        "stranger.txt": b"text",
    }
    found = leveldb.read(folder(tmp_path, files))
    assert {path.name for path in found.leftovers} == {
        "MANIFEST-000008", "000003.log", "000007.ldb", "000002.log", "000009.ldb",
    }  # fmt: skip
    assert live(tmp_path) == {b"a": b"old"}
    assert set(past(tmp_path)) == {
        (b"first", None),
        (b"last", None),
        (b"in an old log", b"1"),
        (b"in a table of nobody", b"2"),
        (b"what a repair set aside", None),
        (b"", b"a table, half written: name.example"),
    }


def test_a_name_in_a_leftover_that_is_no_table_is_never_cut_in_two(tmp_path: Path) -> None:
    noise = bytes((1 << 20) - 4)
    folder(
        tmp_path, {"MANIFEST-000001": manifest(log_number=4), "000009.ldb": noise + b"name.example" + noise}
    )
    pieces = [value for key, value in past(tmp_path) if not key]
    assert sum(b"name.example" in (piece or b"") for piece in pieces) == 1
    assert len(pieces) == 3


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("CURRENT", True), ("LOG.old", True), ("LOCK", True), ("000003.log", True), ("000012.ldb", True),
        ("MANIFEST-000001", True), ("000007.dbtmp", True), ("lost", True),
        ("metadata", False), ("3.log.txt", False), ("notes.log", False), ("MANIFEST-", False), ("log", False),
    ],
)  # fmt: skip
def test_names_tell_leveldbs_files_from_others(name: str, own: bool) -> None:
    assert leveldb.is_own(name) is own


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ((), False),
        (("LOCK", "LOG"), False),
        (("MANIFEST-000001",), False),
        (("CURRENT",), True),
        (("000003.log",), True),
    ],
)
def test_folders_that_chromium_never_filled_are_no_databases(
    tmp_path: Path, files: tuple[str, ...], expected: bool
) -> None:
    for name in files:
        (tmp_path / name).touch()
    assert leveldb.is_database(tmp_path) is expected


class TestAgainstLevelDb:
    """An independent implementation: LevelDB itself, by its Python binding."""

    @pytest.fixture(params=["snappy", None], ids=["snappy", "uncompressed"])
    def made(self, request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[bytes, bytes]]:
        plyvel = pytest.importorskip("plyvel")
        chance = random.Random(1)
        expected: dict[bytes, bytes] = {}
        database = plyvel.DB(
            str(tmp_path / "made"),
            create_if_missing=True,
            write_buffer_size=1 << 16,
            compression=request.param,
        )
        for _ in range(20_000):
            key = b"https://site%d.example/" % chance.randrange(3000)
            if chance.random() < 0.2:
                database.delete(key)
                expected.pop(key, None)
            else:
                value = chance.randbytes(chance.randrange(40)) + bytes(chance.randrange(100))
                database.put(key, value)
                expected[key] = value
        expected[b"large"] = chance.randbytes(200_000)  # more than one block of a log, one of a table
        database.put(b"large", expected[b"large"])
        database.close()
        return tmp_path / "made", expected

    def test_tables_logs_and_deletions_are_read_alike(self, made: tuple[Path, dict[bytes, bytes]]) -> None:
        path, expected = made
        assert len(list(path.glob("*.ldb"))) > 1
        assert live(path) == expected

    def test_what_is_compacted_is_read_alike(self, made: tuple[Path, dict[bytes, bytes]]) -> None:
        plyvel = pytest.importorskip("plyvel")
        path, expected = made
        database = plyvel.DB(str(path))
        database.compact_range()
        database.close()
        assert live(path) == expected

    def test_leveldb_reads_what_is_written(
        self, made: tuple[Path, dict[bytes, bytes]], tmp_path: Path
    ) -> None:
        plyvel = pytest.importorskip("plyvel")
        path, expected = made
        database = plyvel.DB(str(rewritten(path, tmp_path / "new")), paranoid_checks=True)
        assert dict(database) == expected
        database.put(b"afterwards", b"it takes new records")
        database.close()
        assert live(tmp_path / "new") == {**expected, b"afterwards": b"it takes new records"}

    @EVERY
    def test_the_samples_are_read_alike(self, sample: Path, tmp_path: Path) -> None:
        plyvel = pytest.importorskip("plyvel")
        shutil.copytree(sample, tmp_path / "copy")
        if leveldb.read(sample).comparator != BYTEWISE:
            pytest.skip("its comparator is Chromium's own")
        database = plyvel.DB(str(tmp_path / "copy"))
        assert dict(database) == live(sample)
        database.close()


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        pytest.param({"CURRENT": b"MANIFEST-000002\n"}, "manifest that is there", id="manifest-missing"),
        pytest.param(
            {"CURRENT": b"../x/MANIFEST-000001\n"}, "manifest that is there", id="manifest-elsewhere"
        ),
        pytest.param({"CURRENT": b""}, "manifest that is there", id="current-empty"),
        pytest.param(
            {"MANIFEST-000001": manifest(log_number=4, tables=[(1, 77)])},
            "000077.ldb is missing",
            id="no-table",
        ),
        pytest.param({"MANIFEST-000001": b""}, "without a comparator", id="manifest-empty"),
    ],
)
def test_what_is_incomplete_is_unreadable(tmp_path: Path, files: dict[str, bytes], reason: str) -> None:
    folder(tmp_path, {"MANIFEST-000001": manifest(log_number=4), **files})
    with pytest.raises(UnreadableStore, match=reason):
        leveldb.read(tmp_path)


def test_without_current_nothing_is_known(tmp_path: Path) -> None:
    (folder(tmp_path, {"MANIFEST-000001": manifest(log_number=4)}) / "CURRENT").unlink()
    with pytest.raises(UnreadableStore, match="no CURRENT"):
        leveldb.read(tmp_path)


@pytest.mark.parametrize("name", ["CURRENT", "MANIFEST-000001", "000004.log"])
def test_links_are_not_followed(tmp_path: Path, name: str) -> None:
    files = {"MANIFEST-000001": manifest(log_number=4), "000004.log": log_of(A)}
    path = folder(tmp_path / "database", files) / name
    assert live(path.parent) == {b"a": b"old"}
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnreadableStore, match="link"):
        list(leveldb.read(path.parent).records())
