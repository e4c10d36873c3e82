from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from scrubber.browsers.chromium.caches import NO_VARY_SEARCH, VISITED_LINKS
from scrubber.errors import PlanOutdated, UnreadableStore
from scrubber.model import Policy, Standing
from scrubber.sites import Site, Target
from scrubber.stores.simple_cache import SimpleCache
from scrubber.transaction import Transaction
from tests import simple_cache_files as made
from tests.cleaned import clean, look, tree
from tests.formats.test_small_caches import table
from tests.stores.running import run

SAMPLES = Path(__file__).parents[1] / "formats" / "samples" / "chromium"
STORE = SimpleCache("{cache}/Cache/Cache_Data")
SHOP, OPENAI, WIDGET = "https://shop.example", "https://openai.com", "https://widget.example.net"

OURS = {
    "host": f"1/0/_dk_{OPENAI} {OPENAI} https://labs.openai.com/",
    "below": f"1/0/_dk_{OPENAI} {OPENAI} https://cdn.labs.openai.com/a.js",
    "framed-elsewhere": f"1/0/_dk_s_{SHOP} {OPENAI} https://labs.openai.com/frame",
    "third-party-inside": f"1/0/_dk_{OPENAI} {WIDGET} {WIDGET}/w.js",
    "third-party-in-a-frame": f"1/0/_dk_{SHOP} {OPENAI} {WIDGET}/w.js",
    "without-a-partition": "1/0/https://labs.openai.com/",
    "from-long-ago": "https://labs.openai.com/",
    "upload": f"1/1700000000/_dk_{OPENAI} {OPENAI} https://labs.openai.com/api",
    "part": f"Range_1/0/_dk_{OPENAI} {OPENAI} https://labs.openai.com/v.mp4:1f:0",
    "port": "1/0/https://labs.openai.com:8443/",
    "part-of-a-shared-host": "1/0/https://shared.example/labs/a",
    "compiled": f"_keyhttps://labs.openai.com/a.js \n{OPENAI}/",
    "compiled-inside": f"_key{WIDGET}/w.js \n{OPENAI}/",
}
MENTIONS = {
    "search": "1/0/_dk_https://search.example https://search.example https://search.example/?q=labs.openai.com",
    "wrapped": "1/0/https://proxy.example/https%3A%2F%2Flabs.openai.com%2F",
}
OTHERS = {
    "bystander": f"1/0/_dk_{SHOP} {SHOP} {SHOP}/",
    "look-alike-before": "1/0/_dk_https://notopenai.com https://notopenai.com https://notopenai.com/",
    "look-alike-inside": "1/0/https://labs-openai.com/",
    "look-alike-after": "1/0/_dk_https://evil.example https://evil.example https://labs.openai.com.evil.example/",
    "same-site": f"1/0/_dk_{OPENAI} {OPENAI} https://chat.openai.com/",
    "site-itself": f"1/0/_dk_{OPENAI} {OPENAI} {OPENAI}/",
    "look-alike-partition": f"1/0/_dk_https://notopenai.com https://notopenai.com {WIDGET}/w.js",
    "third-party-elsewhere": f"1/0/_dk_{SHOP} {WIDGET} {WIDGET}/w.js",
    "rest-of-the-shared-host": "1/0/https://shared.example/laboratory",
    "compiled-elsewhere": f"_key{WIDGET}/w.js \n{SHOP}/",
    "compiled-of-the-same-site": f"_keyhttps://chat.openai.com/a.js \n{OPENAI}/",
}


def cache_of(tmp_path: Path, *keys: str) -> Path:
    folder = tmp_path / "Cache" / "Cache_Data"
    made.make(folder, keys)
    return folder


def names(cache: Path) -> set[str]:
    return {path.name for path in cache.iterdir() if path.is_file()} - {"index"}


def of(*keys: str) -> set[str]:
    return {f"{made.name(key)}_0" for key in keys}


class TestEntries:
    @pytest.mark.parametrize("key", OURS.values(), ids=OURS.keys())
    def test_of_the_target_go(self, tmp_path: Path, key: str) -> None:
        cache = cache_of(tmp_path, key)
        removed, _ = clean(STORE, cache, tmp_path)
        assert [(trace.standing, trace.seen) for trace in removed] == [(Standing.OWN, key)]
        assert not names(cache)

    @pytest.mark.parametrize("key", MENTIONS.values(), ids=MENTIONS.keys())
    def test_whose_key_names_the_target_go_unless_mentions_are_kept(self, tmp_path: Path, key: str) -> None:
        cache = cache_of(tmp_path, key)
        before = tree(cache)
        assert [trace.standing for trace in STORE.find(cache, look(tmp_path))] == [Standing.MENTION]
        clean(STORE, cache, tmp_path, Policy(mentions="keep"))
        assert tree(cache) == before
        clean(STORE, cache, tmp_path)
        assert not names(cache)

    def test_whose_key_has_a_keyword_go_on_request(self, tmp_path: Path) -> None:
        target = Target((Site("target", "The target", domains=("labs.openai.com",), keywords=("dall-e",)),))
        cache = cache_of(
            tmp_path, "1/0/https://search.example/?q=dall-e", "1/0/https://search.example/?q=dall-east"
        )
        assert STORE.find(cache, look(tmp_path, target=target)) == ()
        (trace,) = STORE.find(cache, look(tmp_path, Policy(keywords=True), target))
        assert (trace.standing, trace.seen[-6:]) == (Standing.MENTION, "dall-e")

    @pytest.mark.parametrize("key", OTHERS.values(), ids=OTHERS.keys())
    def test_of_others_stay_whatever_they_hold(self, tmp_path: Path, key: str) -> None:
        cache = cache_of(tmp_path, key)
        assert STORE.find(cache, look(tmp_path)) == ()

    def test_of_others_keep_every_byte(self, tmp_path: Path) -> None:
        cache = cache_of(tmp_path, *OURS.values(), *OTHERS.values(), *MENTIONS.values())
        before = tree(cache)
        _, equal = clean(STORE, cache, tmp_path)
        after = tree(cache)
        assert names(cache) == of(*OTHERS.values())
        assert equal == len(OTHERS)
        assert {name: before[name] for name in after if name.endswith("_0")} == {
            name: content for name, content in after.items() if name.endswith("_0")
        }

    def test_all_files_of_an_entry_go(self, tmp_path: Path) -> None:
        cache = cache_of(tmp_path, OURS["host"], OTHERS["bystander"])
        for suffix in ("1", "s"):
            for key in (OURS["host"], OTHERS["bystander"]):
                (cache / f"{made.name(key)}_{suffix}").write_bytes(made.header(key))
        clean(STORE, cache, tmp_path)
        assert names(cache) == {f"{made.name(OTHERS['bystander'])}_{suffix}" for suffix in "01s"}

    def test_one_whose_first_file_is_gone_goes_by_another(self, tmp_path: Path) -> None:
        cache = cache_of(tmp_path)
        (cache / f"{made.name(OURS['host'])}_s").write_bytes(made.header(OURS["host"]))
        clean(STORE, cache, tmp_path)
        assert not names(cache)

    def test_a_cache_of_another_word_is_not_looked_at(self, tmp_path: Path) -> None:
        cache = cache_of(tmp_path, OURS["host"])
        assert STORE.find(cache, look(tmp_path, Policy(without=frozenset({"cache"})))) == ()

    def test_planning_reads_no_bodies(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        keys = [f"1/0/_dk_{SHOP} {SHOP} {SHOP}/{number}" for number in range(300)] + [OURS["host"]]
        cache = cache_of(tmp_path, *keys)
        for key in keys:
            (cache / f"{made.name(key)}_0").write_bytes(made.entry(key, bytes(50_000)))
        asked = made.count_reads(monkeypatch)
        assert len(STORE.find(cache, look(tmp_path))) == 1
        of_others = 24 + len(made.HEAD)  # what closes the file, and the response's head
        assert sum(asked) == sum(24 + len(key) for key in keys) + 300 * of_others


class TestDamage:
    def test_an_entry_that_cannot_be_read_goes_if_it_names_the_target(self, tmp_path: Path) -> None:
        cache = cache_of(tmp_path)
        (cache / "0123456789abcdef_0").write_bytes(b"broken \0https://labs.openai.com/\0")
        (cache / "123456789abcdef0_0").write_bytes(b"broken \0https://notlabs-openai.com/\0")
        (cache / "23456789abcdef01_0").write_bytes(b"")
        removed, _ = clean(STORE, cache, tmp_path)
        assert [trace.standing for trace in removed] == [Standing.MENTION]
        assert names(cache) == {"123456789abcdef0_0", "23456789abcdef01_0"}

    def test_what_waits_to_be_deleted_goes_by_key_or_if_it_cannot_be_read(self, tmp_path: Path) -> None:
        cache = cache_of(tmp_path)
        for number, key in enumerate((OURS["host"], OTHERS["bystander"])):
            (cache / f"todelete_{made.name(key)}_0_{number}").write_bytes(made.entry(key))
        (cache / "todelete_0123456789abcdef_0_9").write_bytes(b"broken")
        clean(STORE, cache, tmp_path)
        assert names(cache) == {f"todelete_{made.name(OTHERS['bystander'])}_0_1"}

    def test_a_cache_of_an_unknown_kind_is_named(self, tmp_path: Path) -> None:
        cache = cache_of(tmp_path, OURS["host"])
        (cache / "index").write_bytes(b"a cache of the year 2030")
        with pytest.raises(UnreadableStore, match="unknown kind"):
            STORE.find(cache, look(tmp_path))

    @pytest.mark.parametrize("content", [b"", bytes(368)], ids=["empty", "zeros"])
    def test_an_index_that_a_crash_left_empty_hides_nothing(self, tmp_path: Path, content: bytes) -> None:
        cache = cache_of(tmp_path, OURS["host"])
        (cache / "index").write_bytes(content)
        assert len(STORE.find(cache, look(tmp_path))) == 1

    def test_an_entry_that_is_gone_outdates_the_plan(self, tmp_path: Path) -> None:
        cache = cache_of(tmp_path, OURS["host"])
        traces = STORE.find(cache, look(tmp_path))
        (cache / f"{made.name(OURS['host'])}_0").unlink()
        with Transaction([tmp_path]) as transaction, pytest.raises(PlanOutdated):
            STORE.remove(cache, traces, transaction)


class TestIndex:
    @pytest.mark.parametrize("version", [8, 9])
    def test_loses_the_hashes_of_what_went(self, tmp_path: Path, version: int) -> None:
        cache = cache_of(tmp_path, OURS["host"], OTHERS["bystander"])
        index = cache / "index-dir" / "the-real-index"
        index.write_bytes(made.index((OURS["host"], OTHERS["bystander"]), version))
        clean(STORE, cache, tmp_path)
        assert index.read_bytes() == made.index((OTHERS["bystander"],), version)

    def test_stays_as_it_is_where_nothing_of_it_went(self, tmp_path: Path) -> None:
        cache = cache_of(tmp_path, OURS["host"], OTHERS["bystander"])
        index = cache / "index-dir" / "the-real-index"
        index.write_bytes(made.index((OTHERS["bystander"],)))
        before = index.stat().st_ino
        clean(STORE, cache, tmp_path)
        assert index.stat().st_ino == before

    def test_that_cannot_be_read_goes(self, tmp_path: Path) -> None:
        cache = cache_of(tmp_path, OURS["host"])
        (cache / "index-dir" / "the-real-index").write_bytes(b"broken")
        clean(STORE, cache, tmp_path)
        assert not (cache / "index-dir" / "the-real-index").exists()

    def test_is_not_needed(self, tmp_path: Path) -> None:
        cache = cache_of(tmp_path, OURS["host"])
        shutil.rmtree(cache / "index-dir")
        clean(STORE, cache, tmp_path)
        assert not names(cache)


class TestSharedCode:
    """Large compiled code lies under its hash; the scripts that it is of point to it."""

    CODE = "0123456789ABCDEF" * 4
    OURS = f"_keyhttps://labs.openai.com/a.js \n{OPENAI}/"
    THEIRS = f"_key{SHOP}/a.js \n{SHOP}/"

    def cache(self, tmp_path: Path, *pointing: str) -> Path:
        cache = cache_of(tmp_path, self.OURS, self.THEIRS)
        self.put(cache, self.CODE, f"{SHOP}/a.js")
        for key in pointing:
            pointer = bytes(12) + self.CODE.encode()
            (cache / f"{made.name(key)}_0").write_bytes(made.entry(key, b"", pointer))
        return cache

    def put(self, cache: Path, code: str, script: str) -> None:
        (cache / f"{made.name(code)}_0").write_bytes(made.entry(code, script.encode(), bytes(12)))

    def test_goes_with_the_last_script_that_points_to_it(self, tmp_path: Path) -> None:
        cache = self.cache(tmp_path, self.OURS)
        clean(STORE, cache, tmp_path)
        assert names(cache) == of(self.THEIRS)

    def test_stays_while_another_script_points_to_it(self, tmp_path: Path) -> None:
        cache = self.cache(tmp_path, self.OURS, self.THEIRS)
        clean(STORE, cache, tmp_path)
        assert names(cache) == of(self.THEIRS, self.CODE)

    @pytest.mark.parametrize(
        ("script", "goes"),
        [
            pytest.param("https://labs.openai.com/a.js", True, id="the target's"),
            pytest.param("https://labs.openai.com.evil.example/a.js", False, id="a look-alike's"),
            pytest.param(f"{SHOP}/a.js", False, id="another's"),
        ],
    )
    def test_of_a_script_that_was_compiled_anew(self, tmp_path: Path, script: str, goes: bool) -> None:
        cache = self.cache(tmp_path)
        old = "FEDCBA9876543210" * 4
        self.put(cache, old, script)
        clean(STORE, cache, tmp_path)
        assert names(cache) == of(self.THEIRS, self.CODE, *([] if goes else [old]))

    def test_that_names_the_target_stays_while_another_points_to_it(self, tmp_path: Path) -> None:
        cache = self.cache(tmp_path, self.THEIRS)
        self.put(cache, self.CODE, "https://labs.openai.com/a.js")
        clean(STORE, cache, tmp_path)
        assert names(cache) == of(self.THEIRS, self.CODE)

    def test_stays_if_nobody_pointed_to_it(self, tmp_path: Path) -> None:
        cache = self.cache(tmp_path)
        clean(STORE, cache, tmp_path)
        assert names(cache) == of(self.THEIRS, self.CODE)


class TestSearchVariants:
    @pytest.mark.parametrize(
        ("text", "stays"),
        [("https://labs.openai.com/find?q", False), ("https://labs.openai.com.evil.example/find", True)],
        ids=["target", "look-alike"],
    )
    def test_both_files_go_if_one_names_the_target(self, tmp_path: Path, text: str, stays: bool) -> None:
        folder = tmp_path / "No_Vary_Search"
        folder.mkdir()
        (folder / "snapshot.baf").write_bytes(bytes(20))
        (folder / "journal.baj").write_bytes(len(text).to_bytes(4, "little") + text.encode() + bytes(4))
        clean(NO_VARY_SEARCH, folder, tmp_path)
        assert [path.name for path in sorted(folder.iterdir())] == ["journal.baj", "snapshot.baf"] * stays


class TestVisitedLinks:
    def file(self, tmp_path: Path, *urls: str, days_behind: int = 0) -> Path:
        run(
            tmp_path / "History",
            "CREATE TABLE urls(url TEXT); INSERT INTO urls VALUES ('https://labs.openai.com/c/1'), ('https://shop.example/')",
        )
        path = tmp_path / "Visited Links"
        path.write_bytes(table(*urls))
        written = (tmp_path / "History").stat().st_mtime - days_behind * 86400
        os.utime(path, (written, written))
        return path

    @pytest.mark.parametrize("url", ["https://labs.openai.com/", "https://labs.openai.com/c/1"])
    def test_go_with_an_address_of_the_target(self, tmp_path: Path, url: str) -> None:
        path = self.file(tmp_path, "https://shop.example/", url)
        removed, _ = clean(VISITED_LINKS, path, tmp_path)
        assert [(trace.standing, trace.seen) for trace in removed] == [(Standing.OWN, url)]
        assert not path.exists()

    def test_go_if_nobody_looks_after_them(self, tmp_path: Path) -> None:
        path = self.file(tmp_path, "https://shop.example/", days_behind=2)
        removed, _ = clean(VISITED_LINKS, path, tmp_path)
        assert [trace.standing for trace in removed] == [Standing.MENTION]

    @pytest.mark.parametrize("urls", [("https://shop.example/", "https://notopenai.com/"), ()])
    def test_of_others_stay(self, tmp_path: Path, urls: tuple[str, ...]) -> None:
        path = self.file(tmp_path, *urls, days_behind=2 * (not urls))
        assert VISITED_LINKS.find(path, look(tmp_path)) == ()
