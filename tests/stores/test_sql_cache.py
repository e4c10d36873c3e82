from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from scrubber.browsers.chromium.caches import COMPILED_CODE, SQL_CACHE
from scrubber.errors import PlanOutdated, UnreadableStore
from scrubber.formats.persistent_cache import file_stem
from scrubber.model import Policy, Standing
from scrubber.samples.schemas import create, insert
from scrubber.transaction import Transaction
from tests.cleaned import clean, look, tree
from tests.stores.running import ask
from tests.stores.test_simple_cache import MENTIONS, OTHERS, OURS

if TYPE_CHECKING:
    from pathlib import Path

HEAD = b"HTTP/1.1 200\0\0DNS:labs.openai.com\0"
SHOP = "https://shop.example/"


def put(tmp_path: Path, *keys: str, doomed: frozenset[str] = frozenset()) -> Path:
    path = tmp_path / "sqldb0"
    create(path, "chromium-156/sqldb")
    for number, key in enumerate(keys, 1):
        entry = {"res_id": number, "cache_key": key, "head": HEAD, "doomed": key in doomed}
        insert(
            path, "resources", entry | {"bytes_usage": 100 + number, "last_used": 1, "cache_key_hash": number}
        )
        pieces = [
            {"res_id": number, "start": at, "end": at + 9, "blob": b"body of labs.openai.com"}
            for at in (0, 9)
        ]
        insert(path, "blobs", *pieces)
    live = [number for number, key in enumerate(keys, 1) if key not in doomed]
    counters = {"EntryCount": len(live), "TotalSize": sum(100 + number for number in live)}
    insert(path, "meta", *({"key": key, "value": str(value)} for key, value in counters.items()))
    insert(path, "meta", {"key": "version", "value": "8"})
    return path


def rows(path: Path) -> dict[str, list[Any]]:
    return {table: ask(path, f"SELECT * FROM {table}") for table in ("resources", "blobs")}


class TestResponses:
    def test_of_the_target_go_and_others_keep_every_row(self, tmp_path: Path) -> None:
        keys = [*OURS.values(), *OTHERS.values(), *MENTIONS.values()]
        path = put(tmp_path, *keys)
        before = rows(path)
        removed, equal = clean(SQL_CACHE, path, tmp_path)
        kept = [number for number, key in enumerate(keys, 1) if key in OTHERS.values()]
        after = rows(path)
        assert len(removed) == 3 * (len(keys) - len(kept))
        assert after["resources"] == [row for row in before["resources"] if row[0] in kept]
        assert after["blobs"] == [row for row in before["blobs"] if row[1] in kept]
        assert equal >= 3 * len(kept)

    def test_counters_are_put_right(self, tmp_path: Path) -> None:
        keys = (OURS["host"], OTHERS["bystander"], OURS["below"], OTHERS["same-site"])
        path = put(tmp_path, *keys, doomed=frozenset({OURS["below"]}))
        clean(SQL_CACHE, path, tmp_path)
        counters = dict(ask(path, "SELECT key, value FROM meta"))
        assert counters == {"EntryCount": "2", "TotalSize": str(102 + 104), "version": "8"}
        assert ask(path, "SELECT typeof(value) FROM meta WHERE key = 'TotalSize'") == ["text"]

    def test_what_an_entry_holds_is_not_asked(self, tmp_path: Path) -> None:
        path = put(tmp_path, *OTHERS.values())
        assert SQL_CACHE.find(path, look(tmp_path)) == ()

    @pytest.mark.parametrize("key", MENTIONS.values(), ids=MENTIONS.keys())
    def test_mentions_stay_if_they_are_kept(self, tmp_path: Path, key: str) -> None:
        path = put(tmp_path, key)
        before = rows(path)
        assert {trace.standing for trace in SQL_CACHE.find(path, look(tmp_path))} == {Standing.MENTION}
        clean(SQL_CACHE, path, tmp_path, Policy(mentions="keep"))
        assert rows(path) == before

    def test_its_journal_is_no_cache(self, tmp_path: Path) -> None:
        journal = tmp_path / "sqldb0-journal"
        journal.write_bytes(b"")
        assert SQL_CACHE.find(journal, look(tmp_path)) == ()

    def test_what_is_no_database_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "sqldb0"
        path.write_bytes(b"SQLite format 4" + bytes(5000))
        with pytest.raises(UnreadableStore):
            SQL_CACHE.find(path, look(tmp_path))

    def test_a_file_that_changed_outdates_the_plan(self, tmp_path: Path) -> None:
        path = put(tmp_path, OURS["host"])
        traces = SQL_CACHE.find(path, look(tmp_path))
        path.unlink()
        put(tmp_path)
        with Transaction([tmp_path]) as transaction, pytest.raises(PlanOutdated):
            SQL_CACHE.remove(path, traces, transaction)


class TestCompiledCode:
    def put(self, tmp_path: Path, site: str, *urls: str) -> Path:
        path = tmp_path / "pc" / f"{file_stem(site)}.db"
        create(path, "chromium-156/Code Cache")
        insert(
            path,
            "entries",
            *({"key": f"_key{url}".encode(), "content": b"code of labs.openai.com"} for url in urls),
        )
        path.with_suffix(".journal").write_bytes(b"")
        return path

    def keys(self, path: Path) -> list[str]:
        with closing(sqlite3.connect(path)) as database:
            return [key.decode() for (key,) in database.execute("SELECT key FROM entries ORDER BY rowid")]

    def test_of_the_target_goes_from_a_database_that_it_shares(self, tmp_path: Path) -> None:
        theirs = ["https://openai.com/a.js", "https://chat.openai.com/a.js", "https://openai.com/labs.js"]
        path = self.put(
            tmp_path, "https://openai.com/", theirs[0], "https://labs.openai.com/a.js", *theirs[1:],
            "https://widget.example.net/inside.js",
        )  # fmt: skip
        _, equal = clean(COMPILED_CODE, path, path.parent)
        assert self.keys(path) == [f"_key{url}" for url in theirs]
        assert equal == len(theirs)

    def test_of_the_target_alone_takes_the_database_along(self, tmp_path: Path) -> None:
        path = self.put(tmp_path, SHOP, "https://labs.openai.com/a.js")
        traces = COMPILED_CODE.find(path, look(tmp_path))
        with Transaction([tmp_path]) as transaction:
            COMPILED_CODE.remove(path, traces, transaction)
            transaction.swap()
            transaction.commit()
        assert not tree(tmp_path)

    def test_a_database_named_by_the_target_goes_even_if_it_is_empty(self, tmp_path: Path) -> None:
        path = self.put(tmp_path, "https://labs.openai.com/")
        assert [trace.seen for trace in COMPILED_CODE.find(path, look(tmp_path))] == [
            "https://labs.openai.com/"
        ]

    def test_bytes_that_no_row_holds_are_written_away(self, tmp_path: Path) -> None:
        path = self.put(tmp_path, SHOP, "https://shop.example/a.js", "https://labs.openai.com/b.js")
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA secure_delete = OFF")
            database.execute("DELETE FROM entries WHERE rowid = 2")
            database.commit()
        assert b"labs.openai.com/b.js" in path.read_bytes()
        clean(COMPILED_CODE, path, path.parent)
        assert b"labs.openai.com/b.js" not in path.read_bytes()
        assert self.keys(path) == ["_keyhttps://shop.example/a.js"]

    @pytest.mark.parametrize(
        ("site", "url"),
        [
            (SHOP, "https://shop.example/a.js"),
            (SHOP, "https://widget.example.net/a.js"),
            ("https://openai.com/", "https://chat.openai.com/a.js"),
            ("https://notopenai.com/", "https://notopenai.com/a.js"),
            ("https://evil.example/", "https://labs.openai.com.evil.example/a.js"),
        ],
    )
    def test_of_others_stays(self, tmp_path: Path, site: str, url: str) -> None:
        assert COMPILED_CODE.find(self.put(tmp_path, site, url), look(tmp_path)) == ()

    def test_with_a_journal_that_is_to_be_played_back_is_named(self, tmp_path: Path) -> None:
        path = self.put(tmp_path, SHOP, "https://labs.openai.com/a.js")
        path.with_suffix(".journal").write_bytes(b"pages")
        with pytest.raises(UnreadableStore, match="journal"):
            COMPILED_CODE.find(path, look(tmp_path))

    def test_the_journal_is_no_cache(self, tmp_path: Path) -> None:
        path = self.put(tmp_path, "https://labs.openai.com/").with_suffix(".journal")
        assert COMPILED_CODE.find(path, look(tmp_path)) == ()
