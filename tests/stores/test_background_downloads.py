"""Files that Chromium fetched in the background: they go with the records of their names, and only so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.chromium.leveldb import DOWNLOADS, SHARED_PROTO_DB
from scrubber.browsers.chromium.owned import BACKGROUND_DOWNLOADS
from scrubber.errors import UnreadableStore
from scrubber.formats import leveldb
from scrubber.formats.leveldb.coding import Record
from scrubber.model import Policy
from tests.leveldb_files import folder, log_of, manifest
from tests.stores.running import clean, look

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.stores.leveldb import LevelDb

REQUESTS = {
    "ours": b"\x12\x04ours\x22\x20\x0a\x1ehttps://labs.openai.com/a.png",
    "below": b"https://cdn.labs.openai.com/a.png",
    "theirs": b"https://shop.example/a.png",
    "look-alike": b"https://labs.openai.com.evil.example/a.png",
}
KEPT = {"theirs", "look-alike", "lost"}
PLACES = [
    pytest.param("shared_proto_db", b"9_", id="shared-database"),
    pytest.param("Download Service/EntryDB", b"", id="database-of-its-own"),
]


def database(path: Path, records: dict[bytes, bytes]) -> None:
    made = [Record(key, value, number) for number, (key, value) in enumerate(records.items(), 1)]
    files = {"CURRENT": b"MANIFEST-000001\n", "MANIFEST-000001": manifest(log_number=3)}
    folder(path, {**files, "000003.log": log_of(*made)})


def fetched(profile: Path, place: str, prefix: bytes) -> Path:
    """A picture for each request, which names nobody, and one that no request asks for."""
    database(profile / place, {prefix + name.encode(): value for name, value in REQUESTS.items()})
    files = profile / "Download Service" / "Files"
    files.mkdir(parents=True)
    for name in (*REQUESTS, "lost"):
        (files / name).write_bytes(b"\x89PNG of somebody")
    return files


def names(files: Path) -> set[str]:
    return {path.name for path in files.iterdir()}


@pytest.mark.parametrize(("place", "prefix"), PLACES)
def test_files_go_with_the_target_s_requests(tmp_path: Path, place: str, prefix: bytes) -> None:
    files = fetched(tmp_path, place, prefix)
    done = clean(BACKGROUND_DOWNLOADS, files)
    assert {trace.key for trace in done.removed} == {"ours", "below"}
    assert names(files) == KEPT


@pytest.mark.parametrize(
    ("store", "place", "prefix"),
    [pytest.param(SHARED_PROTO_DB, *PLACES[0].values), pytest.param(DOWNLOADS, *PLACES[1].values)],
    ids=["shared-database", "database-of-its-own"],
)
def test_files_and_records_go_for_the_same_requests(
    tmp_path: Path, store: LevelDb, place: str, prefix: bytes
) -> None:
    files = fetched(tmp_path, place, prefix)
    clean(BACKGROUND_DOWNLOADS, files)
    clean(store, tmp_path / place)
    left = {record.key.removeprefix(prefix).decode() for record in leveldb.read(tmp_path / place).records()}
    assert left == names(files) - {"lost"}


def test_a_file_that_no_request_asks_for_goes_if_it_names_the_target(tmp_path: Path) -> None:
    files = fetched(tmp_path, "shared_proto_db", b"9_")
    (files / "lost too").write_bytes(b"a note of labs.openai.com")
    (files / "theirs").write_bytes(b"a page of another that names labs.openai.com")
    assert {trace.key for trace in clean(BACKGROUND_DOWNLOADS, files).removed} == {
        "ours",
        "below",
        "lost too",
    }
    assert names(files) == KEPT


def test_another_feature_s_record_says_nothing_of_a_file(tmp_path: Path) -> None:
    files = fetched(tmp_path, "shared_proto_db", b"19_")
    assert BACKGROUND_DOWNLOADS.find(files, look(tmp_path)) == ()


def test_nothing_is_found_where_downloads_are_not_asked_for(tmp_path: Path) -> None:
    files = fetched(tmp_path, "shared_proto_db", b"9_")
    assert BACKGROUND_DOWNLOADS.find(files, look(tmp_path, Policy(without=frozenset({"downloads"})))) == ()


def test_no_file_goes_while_a_record_can_t_be_read(tmp_path: Path) -> None:
    files = fetched(tmp_path, "shared_proto_db", b"9_")
    (tmp_path / "shared_proto_db" / "MANIFEST-000001").write_bytes(b"\0" * 64)
    with pytest.raises(UnreadableStore):
        BACKGROUND_DOWNLOADS.find(files, look(tmp_path))
