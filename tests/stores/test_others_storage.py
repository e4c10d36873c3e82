"""What other sites keep that names the target: reported, and taken away only where that is asked for."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import cramjam
import pytest

from scrubber.browsers.firefox.site_data import FIREFOXS_OWN, OTHERS_DATABASES, OTHERS_FILES, PUSH
from scrubber.locate import located
from scrubber.model import Policy, Standing
from tests.cleaned import clean, look, tree
from tests.schemas import create, insert
from tests.stores.running import ask, run

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Trace

EVERYTHING = Policy(mentions="all")
NAMING = b"a long text about https://labs.openai.com/ and https://labs.openai.com/ and so on"
ALIKE = b"a long text about https://labs.openai.com.evil.example/ and https://notopenai.com/, and so on"


def packed(text: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(text))


def shifted(text: str) -> bytes:
    return b"\x30" + bytes(byte + 1 for byte in text.encode())


def folder(profile: Path, origin: str = "https+++chat.openai.com") -> Path:
    path = profile / "storage/default" / origin
    path.mkdir(parents=True)
    return path


def items(profile: Path, origin: str = "https+++chat.openai.com") -> Path:
    """A local storage with values of every kind; those with an odd key name the target."""
    path = folder(profile, origin) / "ls/data.sqlite"
    path.parent.mkdir()
    create(path, "firefox-153/ls-data")
    values = [ALIKE, NAMING, packed(ALIKE), packed(NAMING), b"", NAMING.decode().encode("utf-16-le")]
    columns = {"utf16_length": 1, "conversion_type": 0, "compression_type": 0}
    insert(path, "data", *({"key": str(n), "value": value} | columns for n, value in enumerate(values)))
    return path


def standings(path: Path, profile: Path, policy: Policy | None = None) -> dict[str, Standing]:
    found = OTHERS_DATABASES.find(path, look(profile, policy))
    return {f"{trace.where} {trace.key}": trace.standing for trace in found}


def test_items_of_local_storage_are_reported(tmp_path: Path) -> None:
    path = items(tmp_path)
    before = path.read_bytes()
    assert standings(path, tmp_path) == dict.fromkeys(("data 2", "data 4", "data 6"), Standing.MENTION)
    assert clean(OTHERS_DATABASES, path, tmp_path)[0] == []
    assert path.read_bytes() == before or ask(path, "SELECT count(*) FROM data") == [6]


def test_items_of_local_storage_go_on_request(tmp_path: Path) -> None:
    path = items(tmp_path)
    clean(OTHERS_DATABASES, path, tmp_path, EVERYTHING)
    assert ask(path, "SELECT key FROM data ORDER BY key") == ["0", "2", "4"]


@pytest.mark.parametrize(
    ("origin", "found"),
    [
        pytest.param("https+++labs.openai.com", False, id="the target's, which goes as a folder"),
        pytest.param("https+++w.example^partitionKey=%28https%2Copenai.com%29", False, id="its partition"),
        pytest.param("https+++labs.openai.com.evil.example", True, id="a look-alike's"),
        pytest.param("https+++chat.openai.com", True, id="of the same site"),
    ],
)
def test_only_others_are_looked_into(origin: str, found: bool, tmp_path: Path) -> None:
    path = items(tmp_path, origin)
    assert bool(standings(path, tmp_path)) == found
    morgue = path.parent.parent / "cache/morgue/1"
    morgue.mkdir(parents=True)
    (morgue / "{1}.final").write_bytes(NAMING)
    assert bool(OTHERS_FILES.find(morgue.parent, look(tmp_path))) == found


def test_an_extension_s_items_stay_whatever_is_asked_for(tmp_path: Path) -> None:
    path = items(tmp_path, "moz-extension+++1b2c^userContextId=4294967295")
    assert {*standings(path, tmp_path, EVERYTHING).values()} == {Standing.KEPT}


def records(path: Path, *rows: tuple[int, bytes, bytes, str | None]) -> Path:
    """An IndexedDB with two stores and an index of each; the index has the key again."""
    path.parent.mkdir(parents=True)
    create(path, "firefox-153/idb")
    insert(path, "object_store", {"id": 1, "name": "one"}, {"id": 2, "name": "two"})
    for number in (1, 2):
        index: dict[str, Any] = {"id": number, "object_store_id": number, "name": "i", "key_path": "k"}
        insert(path, "object_store_index", index | {"unique_index": 0, "multientry": 0, "is_auto_locale": 0})
    with closing(sqlite3.connect(path)) as database:
        database.create_function("update_refcount", 2, lambda *_: None)
        for store, key, data, files in rows:
            database.execute("INSERT INTO object_data VALUES (?, ?, NULL, ?, ?)", (store, key, files, data))
            entry = "INSERT INTO {}(index_id, value, object_data_key, object_store_id) VALUES (?, ?, ?, ?)"
            for table in ("index_data", "unique_index_data"):
                database.execute(entry.format(table), (store, key, key, store))
        database.commit()
    return path


ONE, TWO, THREE, FOUR = map(shifted, ("one", "two", "https://labs.openai.com/", "four"))


def database(profile: Path, origin: str = "https+++chat.openai.com") -> Path:
    return records(
        folder(profile, origin) / "idb/1.sqlite",
        (1, ONE, packed(NAMING), None),
        (2, ONE, packed(ALIKE), None),  # the same key in another store
        (1, TWO, packed(ALIKE), None),
        (1, THREE, packed(ALIKE), None),
        (2, FOUR, packed(NAMING), "1 2"),  # a value in files, which are counted
    )


def test_records_of_indexed_db_go_on_request_with_what_finds_them(tmp_path: Path) -> None:
    path = database(tmp_path)
    triggers = ask(path, "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
    assert {*standings(path, tmp_path).values()} == {Standing.MENTION, Standing.KEPT}
    clean(OTHERS_DATABASES, path, tmp_path, EVERYTHING)
    left = [(1, TWO), (2, ONE), (2, FOUR)]
    assert sorted(ask(path, "SELECT object_store_id, key FROM object_data ORDER BY key")) == sorted(left)
    for table in ("index_data", "unique_index_data"):
        found = ask(path, f"SELECT object_store_id, object_data_key FROM {table} ORDER BY index_id")
        assert sorted(found) == sorted(left)
    assert ask(path, "PRAGMA foreign_key_check") == []
    assert ask(path, "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name") == triggers
    assert [*standings(path, tmp_path).values()] == [Standing.KEPT] * 3


def test_bytes_that_no_row_holds_go_and_rows_stay(tmp_path: Path) -> None:
    """IndexedDB doesn't overwrite what it deletes."""
    path = records(folder(tmp_path) / "idb/1.sqlite", (1, ONE, packed(ALIKE), None))
    with closing(sqlite3.connect(path)) as opened:
        opened.create_function("update_refcount", 2, lambda *_: None)
        opened.execute("PRAGMA secure_delete = OFF")
        opened.execute("INSERT INTO object_data VALUES (1, x'3099', NULL, NULL, ?)", (NAMING * 3,))
        opened.commit()
        opened.execute("DELETE FROM object_data WHERE key = x'3099'")
        opened.commit()
    assert NAMING in path.read_bytes()
    removed, equal = clean(OTHERS_DATABASES, path, tmp_path)
    assert [(trace.where, trace.standing) for trace in removed] == [("", Standing.OWN)]
    assert NAMING not in path.read_bytes()
    assert equal > 4


def test_cached_responses_of_others_are_reported_and_stay(tmp_path: Path) -> None:
    cache = folder(tmp_path) / "cache"
    (cache / "morgue/7").mkdir(parents=True)
    create(cache / "caches.sqlite", "firefox-153/cache-caches")
    run(
        cache / "caches.sqlite",
        "CREATE TABLE named(id INTEGER PRIMARY KEY, request_url_no_query TEXT)",
        "INSERT INTO named VALUES (1, 'https://labs.openai.com/a'), (2, 'https://notopenai.com/a')",
    )
    for name, text in (("{1}.final", NAMING), ("{2}.final", ALIKE)):
        (cache / "morgue/7" / name).write_bytes(bytes(cramjam.snappy.compress(text)))
    before = tree(tmp_path)
    assert standings(cache / "caches.sqlite", tmp_path, EVERYTHING) == {"named 1": Standing.KEPT}
    [body] = OTHERS_FILES.find(cache / "morgue", look(tmp_path, EVERYTHING))
    assert (body.key, body.standing) == ("7/{1}.final", Standing.KEPT)
    clean(OTHERS_FILES, cache / "morgue", tmp_path, EVERYTHING)
    assert tree(tmp_path) == before


def test_firefox_s_own_databases_are_reported_and_stay(tmp_path: Path) -> None:
    own = tmp_path / "storage/permanent/chrome/idb"
    path = records(own / "478967115deegvatroootlss--cans.sqlite", (1, ONE, packed(NAMING), None))
    shutil.copy(path, own / "2918063365piupsah.sqlite")
    asked = look(tmp_path, EVERYTHING)

    def found(at: Path) -> tuple[Trace, ...]:
        return FIREFOXS_OWN.find(at, asked)

    assert [(trace.where, trace.standing) for trace in found(path)] == [("object_data", Standing.KEPT)]
    assert found(own / "2918063365piupsah.sqlite") == ()  # push subscriptions are described
    assert list(located(PUSH.places, asked.profile)) == [own / "2918063365piupsah.sqlite"]
    assert [*located(OTHERS_DATABASES.places, asked.profile)] == []
