"""Records of other sites that name the target: reported, and taken away with their files on request."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import cramjam
import pytest

from scrubber.browsers.firefox.site_data import OTHERS_BLOBS, OTHERS_RECORDS
from scrubber.model import Policy, Standing
from tests.cleaned import clean, look, tree
from tests.firefox_storage import Record, make_records, shifted
from tests.stores.running import ask, run

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = Policy(mentions="all")
NAMING = b"a long text about https://labs.openai.com/ and https://labs.openai.com/ and so on"
ALIKE = b"a long text about https://labs.openai.com.evil.example/ and https://notopenai.com/, and so on"
ONE, TWO, THREE, FOUR = map(shifted, ("one", "two", "https://labs.openai.com/", "four"))


def packed(text: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(text))


def place(profile: Path, origin: str = "https+++chat.openai.com") -> Path:
    path = profile / "storage/default" / origin / "idb/1.sqlite"
    path.parent.mkdir(parents=True)
    return path


def standings(path: Path, profile: Path, policy: Policy | None = None) -> dict[str, Standing]:
    found = OTHERS_RECORDS.find(path, look(profile, policy))
    return {f"{trace.where} {trace.key}": trace.standing for trace in found}


def keys(path: Path) -> list[bytes]:
    return ask(path, "SELECT key FROM object_data ORDER BY object_store_id, key")


def test_records_go_on_request_with_what_finds_them(tmp_path: Path) -> None:
    path = make_records(
        place(tmp_path),
        Record(1, ONE, packed(NAMING)),
        Record(2, ONE, packed(ALIKE)),  # the same key in another store
        Record(1, TWO, packed(ALIKE)),
        Record(1, THREE, packed(ALIKE)),
    )
    triggers = ask(path, "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
    assert {*standings(path, tmp_path).values()} == {Standing.MENTION}
    assert clean(OTHERS_RECORDS, path, tmp_path)[0] == []
    clean(OTHERS_RECORDS, path, tmp_path, EVERYTHING)
    left = [(1, TWO), (2, ONE)]
    assert ask(path, "SELECT object_store_id, key FROM object_data ORDER BY object_store_id") == left
    for table in ("index_data", "unique_index_data"):
        found = ask(path, f"SELECT object_store_id, object_data_key FROM {table} ORDER BY index_id")
        assert found == left
    assert ask(path, "PRAGMA foreign_key_check") == []
    assert ask(path, "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name") == triggers


def test_files_go_with_the_last_record_that_refers_to_them(tmp_path: Path) -> None:
    path = make_records(
        place(tmp_path),
        Record(1, ONE, packed(NAMING), "1 2 12"),
        Record(1, TWO, packed(ALIKE), "2 2 11"),
        Record(2, FOUR, packed(NAMING), ".3 12"),
        f1=b"the first's",
        f2=b"shared",
        f3=b"a big value",
        f11=ALIKE,
        f12=b"of two that go",
    )
    run(path, "INSERT INTO file VALUES (7, 1)")  # of a record that this version keeps elsewhere
    files = path.with_suffix(".files")
    before = tree(files)
    clean(OTHERS_RECORDS, path, tmp_path, EVERYTHING)
    assert keys(path) == [TWO]
    assert ask(path, "SELECT id, refcount FROM file") == [(2, 2), (7, 1), (11, 1)]
    assert tree(files) == {name: before[name] for name in ("2", "11")}


@pytest.mark.parametrize(
    ("files", "content"),
    [
        pytest.param("1", NAMING, id="a blob"),
        pytest.param(".1", bytes(cramjam.snappy.compress(NAMING * 9)), id="a value too big for a row"),
        pytest.param("2 1", NAMING, id="one of several"),
    ],
)
def test_a_record_goes_by_what_its_files_hold(files: str, content: bytes, tmp_path: Path) -> None:
    path = make_records(
        place(tmp_path), Record(1, ONE, b"1", files), Record(1, TWO, b"2", "3"), f1=content, f2=b"2", f3=ALIKE
    )
    folder = path.with_suffix(".files")
    [reported] = OTHERS_BLOBS.find(folder, look(tmp_path))
    assert (reported.key, reported.standing) == ("1", Standing.MENTION)
    assert OTHERS_BLOBS.find(folder, look(tmp_path, EVERYTHING)) == ()  # it goes with its record
    clean(OTHERS_RECORDS, path, tmp_path, EVERYTHING)
    assert keys(path) == [TWO]
    assert tree(folder).keys() == ({"3"} if "2" in files else {"2", "3"})


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param("UPDATE file SET refcount = 7", id="counted otherwise"),
        pytest.param("DELETE FROM file", id="not counted at all"),
        pytest.param("UPDATE object_data SET file_ids = '1 ?2' WHERE file_ids = '1'", id="of another kind"),
    ],
)
def test_records_stay_whose_files_are_not_as_firefox_counts_them(spoilt: str, tmp_path: Path) -> None:
    path = make_records(
        place(tmp_path),
        Record(1, ONE, packed(NAMING), "1"),
        Record(1, TWO, packed(NAMING)),
        f1=NAMING,
    )
    with closing(sqlite3.connect(path)) as opened:
        opened.create_function("update_refcount", 2, lambda *_: None)
        opened.execute(spoilt)
        opened.commit()
    before = ask(path, "SELECT * FROM file")
    clean(OTHERS_RECORDS, path, tmp_path, EVERYTHING)
    assert keys(path) == [ONE]
    assert ask(path, "SELECT * FROM file") == before
    assert tree(path.with_suffix(".files")) == {"1": NAMING}
    [file] = OTHERS_BLOBS.find(path.with_suffix(".files"), look(tmp_path, EVERYTHING))
    assert file.standing is Standing.KEPT


def test_a_file_that_no_record_has_goes_on_request(tmp_path: Path) -> None:
    path = make_records(place(tmp_path), Record(1, ONE, b"1", "1"), f1=ALIKE, f2=NAMING)
    folder = path.with_suffix(".files")
    assert clean(OTHERS_BLOBS, folder, tmp_path)[0] == []
    clean(OTHERS_BLOBS, folder, tmp_path, EVERYTHING)
    assert tree(folder) == {"1": ALIKE}


def test_an_extension_s_records_stay_whatever_is_asked_for(tmp_path: Path) -> None:
    path = place(tmp_path, "moz-extension+++1b2c^userContextId=4294967295")
    make_records(path, Record(1, ONE, packed(NAMING), "1"), f1=NAMING)
    assert {*standings(path, tmp_path, EVERYTHING).values()} == {Standing.KEPT}
    [file] = OTHERS_BLOBS.find(path.with_suffix(".files"), look(tmp_path, EVERYTHING))
    assert file.standing is Standing.KEPT
    assert clean(OTHERS_RECORDS, path, tmp_path, EVERYTHING)[0] == []


@pytest.mark.parametrize(
    ("origin", "found"),
    [
        pytest.param("https+++labs.openai.com", False, id="the target's, which goes as a folder"),
        pytest.param("https+++w.example^partitionKey=%28https%2Copenai.com%29", False, id="its partition"),
        pytest.param("https+++labs.openai.com.evil.example", True, id="a look-alike's"),
    ],
)
def test_only_others_are_looked_into(origin: str, found: bool, tmp_path: Path) -> None:
    path = make_records(place(tmp_path, origin), Record(1, ONE, packed(NAMING), "1"), f1=NAMING)
    assert bool(standings(path, tmp_path)) == found
    assert bool(OTHERS_BLOBS.find(path.with_suffix(".files"), look(tmp_path))) == found


def test_bytes_that_no_row_holds_go_and_rows_stay(tmp_path: Path) -> None:
    """IndexedDB doesn't overwrite what it deletes."""
    path = make_records(place(tmp_path), Record(1, ONE, packed(ALIKE), "1"), f1=b"the first's")
    with closing(sqlite3.connect(path)) as opened:
        opened.create_function("update_refcount", 2, lambda *_: None)
        opened.execute("PRAGMA secure_delete = OFF")
        opened.execute("INSERT INTO object_data VALUES (1, x'3099', NULL, NULL, ?)", (NAMING * 3,))
        opened.commit()
        opened.execute("DELETE FROM object_data WHERE key = x'3099'")
        opened.commit()
    assert NAMING in path.read_bytes()
    removed, equal = clean(OTHERS_RECORDS, path, tmp_path)
    assert [(trace.where, trace.standing) for trace in removed] == [("", Standing.OWN)]
    assert NAMING not in path.read_bytes()
    assert equal > 4
    assert ask(path, "SELECT id, refcount FROM file") == [(1, 1)]
