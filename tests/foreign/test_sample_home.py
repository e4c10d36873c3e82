"""A home with deleted content in every database: foreign readers see the target before, and not after."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber.samples import make_home
from scrubber.samples.hosts import LOOK_ALIKE, OTHERS, TARGET
from tests.cli.running import CHROME, EDGE, FIREFOX, Result, scrubber
from tests.foreign import carving, firefox, leveldb

if TYPE_CHECKING:
    from pathlib import Path

CACHE = FIREFOX.replace(".config", ".cache", 1)
DELETED = f"https://{TARGET}/deleted-long-ago"


KINDS = {"CacheItem", "CookieItem", "SessionItem", "SiteSetting", "URLItem"}


def names(content: bytes) -> bool:
    """Whether it names the target anywhere; the look-alike's name has the target's in it."""
    return TARGET.encode() in content.replace(LOOK_ALIKE.encode(), b"")


def carved(home: Path) -> set[str]:
    """The databases from which the target can be carved."""
    found = carving.databases(home).items()
    return {place for place, path in found if any(map(names, carving.deleted(path)))}


def left_in_leveldb(home: Path) -> set[str]:
    """The LevelDB folders in which a record names the target, deleted or not."""
    found = leveldb.folders(home).items()
    return {
        place for place, folder in found if any(names(b" ".join(one)) for one in leveldb.all_ever(folder))
    }


def leave_deleted_rows(path: Path) -> None:
    """Rows that were deleted as a browser without secure_delete does."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous = off")
        database.execute("PRAGMA secure_delete = off")
        for table in ("first", "second"):
            database.execute(f"CREATE TABLE {table} (url)")
            database.executemany(
                f"INSERT INTO {table} VALUES (?)", [(f"{DELETED}/{number}",) for number in range(200)]
            )
        for table in ("first", "second"):
            database.execute(f"DROP TABLE {table}")
            database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def leave_deleted_records(folder: Path, *, all_of_them: bool) -> None:
    """A record of the target's that was deleted, or all of them."""
    plyvel = pytest.importorskip("plyvel")
    key = f"_https://{TARGET}\0\x01deleted".encode()
    with plyvel.DB(str(folder)) as database:
        database.put(key, b"\x01" + DELETED.encode())
        database.delete(key)
        if all_of_them:
            for key in [key for key in dict(database) if names(key)]:
                database.delete(key)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Result]:
    """Before, after, and what was said. Look only."""
    before, after = (tmp_path_factory.mktemp(name).resolve() / "home" for name in ("before", "after"))
    before.mkdir()
    make_home(before)
    for path in carving.databases(before).values():
        leave_deleted_rows(path)
    leave_deleted_records(before / CHROME / "Local Storage" / "leveldb", all_of_them=False)
    leave_deleted_records(before / EDGE / "Local Storage" / "leveldb", all_of_them=True)
    shutil.copytree(before, after)
    return before, after, scrubber("clean", "--yes", "--json", "-v", "--home", after)


def test_no_deleted_row_can_be_carved_afterwards(homes: tuple[Path, Path, Result]) -> None:
    before, after, said = homes
    assert carved(before) == set(carving.databases(before))
    assert carved(after) == set()
    assert said.code == 0, said.err


def test_no_deleted_record_of_leveldb_is_left(homes: tuple[Path, Path, Result]) -> None:
    before, after, _ = homes
    planted = {f"{CHROME}/Local Storage/leveldb", f"{EDGE}/Local Storage/leveldb"}
    assert left_in_leveldb(before) >= planted
    assert not any(map(names, leveldb.live(before / EDGE / "Local Storage" / "leveldb")))
    assert left_in_leveldb(after) == set()


def test_leveldb_itself_reads_all_of_the_others(homes: tuple[Path, Path, Result]) -> None:
    before, after, _ = homes
    kept = leveldb.folders(after)
    assert kept
    for place, folder in kept.items():
        expected = leveldb.live(before / place)
        gone = {key for key in expected if names(key)} | _of_maps(expected)
        assert leveldb.live(folder) == {key: expected[key] for key in expected.keys() - gone}, place


@pytest.mark.parametrize("profile", [CHROME, EDGE], ids=["Chrome", "Edge"])
def test_a_forensic_reader_reads_localstorage_of_the_others(
    homes: tuple[Path, Path, Result], profile: str
) -> None:
    before, after, _ = homes
    found = leveldb.local_storage(after / profile / "Local Storage" / "leveldb")
    assert {key for key, _, _ in found} == {f"https://{host}" for host in OTHERS}
    assert found <= leveldb.local_storage(before / profile / "Local Storage" / "leveldb")


def test_hindsight_sees_others_as_before_and_of_the_target_what_is_kept(
    homes: tuple[Path, Path, Result],
) -> None:
    were, are = (firefox.items(home / FIREFOX, home / CACHE) for home in homes[:2])
    ours = {item for item in were if names(item.told.encode())}
    others = {item for item in were if any(host in item.told for host in OTHERS)} - ours
    assert {item.kind for item in ours} >= KINDS
    assert {item.kind for item in others} >= KINDS
    assert {item.kind for item in are if names(item.told.encode())} == {"BookmarkItem"}
    assert others - are.keys() == set()


def _of_maps(records: dict[bytes, bytes]) -> set[bytes]:
    """Session storage: the keys of maps whose number only the target's namespaces have."""
    numbers = {value for key, value in records.items() if key.startswith(b"namespace-") and names(key)}
    return {key for key in records if key.startswith(b"map-") and key.split(b"-")[1] in numbers}
