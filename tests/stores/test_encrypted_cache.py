"""An encrypted cache goes as a whole or not at all; whatever isn't one for certain is treated as before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.chromium.caches import CODE_CACHE, ENCRYPTED_CACHE, SIMPLE_CACHE
from scrubber.browsers.chromium.left_over import OLD_CACHES, OLD_ENCRYPTED_CACHES
from scrubber.errors import UnreadableStore
from scrubber.model import Policy, Standing
from tests import blockfile_files, encrypted_cache_files
from tests import simple_cache_files as plain
from tests.cleaned import tree
from tests.cli.running import scrubber
from tests.stores.running import clean, look

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scrubber.model import Store

OURS = "1/0/_dk_https://openai.com https://openai.com https://labs.openai.com/"
THEIRS = (
    "1/0/_dk_https://kept.example https://kept.example https://kept.example/",
    "1/0/_dk_https://notopenai.com https://notopenai.com https://notopenai.com/",
)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    folder = tmp_path / "Cache" / "Cache_Data"
    encrypted_cache_files.make(folder)
    return folder


def entry_of(cache: Path, number: int = 0) -> Path:
    return cache / encrypted_cache_files.ENTRIES[number]


class TestAsAWhole:
    @pytest.mark.parametrize("mentions", ["browsing", "all"])
    def test_it_goes(self, cache: Path, mentions: str) -> None:
        beside = cache.parent / "No_Vary_Search"
        beside.mkdir()
        (beside / "journal.baj").write_bytes(b"nobody's")
        done = clean(ENCRYPTED_CACHE, cache, Policy(mentions=mentions))  # type: ignore[arg-type]
        assert [(trace.standing, trace.holds) for trace in done.removed] == [(Standing.MENTION, "cache")]
        assert done.left == ()
        assert not cache.exists()
        assert tree(cache.parent) == {"No_Vary_Search/journal.baj": b"nobody's"}

    def test_kept_with_other_mentions_it_is_not_called_clean(self, cache: Path) -> None:
        before = tree(cache)
        with pytest.raises(UnreadableStore, match="encrypted with a key that only the browser has"):
            ENCRYPTED_CACHE.find(cache, look(cache.parent, Policy(mentions="keep")))
        assert tree(cache) == before

    @pytest.mark.parametrize(
        "policy",
        [
            pytest.param(Policy(only=frozenset({"history"})), id="only"),
            pytest.param(Policy(without=frozenset({"cache"})), id="except"),
        ],
    )
    def test_it_stays_where_it_is_not_asked_for(self, cache: Path, policy: Policy) -> None:
        assert ENCRYPTED_CACHE.find(cache, look(cache.parent, policy)) == ()

    def test_no_other_store_takes_it_for_its_own(self, cache: Path) -> None:
        for store in (SIMPLE_CACHE, CODE_CACHE):
            assert store.find(cache, look(cache.parent)) == ()

    def test_a_copy_that_waits_to_be_deleted_goes_too(self, tmp_path: Path) -> None:
        sealed, in_clear = tmp_path / "old_Cache_Data_000", tmp_path / "old_Cache_Data_001"
        encrypted_cache_files.make(sealed)
        plain.make(in_clear, THEIRS)
        for folder in (sealed, in_clear):
            clean(OLD_ENCRYPTED_CACHES, folder)
        assert (sealed.exists(), in_clear.exists()) == (False, True)
        assert OLD_ENCRYPTED_CACHES.places == OLD_CACHES.places


def _index_gone(cache: Path) -> None:
    (cache / "index").unlink()


def _index_blank(cache: Path) -> None:
    (cache / "index").write_bytes(bytes(80))


def _entries_damaged(cache: Path) -> None:
    entry_of(cache, 0).write_bytes(b"")
    entry_of(cache, 1).write_bytes(bytes(500))


def _index_gone_and_an_entry_damaged(cache: Path) -> None:
    _index_gone(cache)
    entry_of(cache).write_bytes(bytes(500))


def _empty(cache: Path) -> None:
    for number in range(3):
        entry_of(cache, number).unlink()


DAMAGED = [_index_gone, _index_blank, _entries_damaged, _index_gone_and_an_entry_damaged, _empty]


@pytest.mark.parametrize("damage", DAMAGED, ids=lambda damage: damage.__name__.strip("_").replace("_", " "))
def test_a_damaged_one_is_known_by_what_is_left(cache: Path, damage: Callable[[Path], None]) -> None:
    damage(cache)
    clean(ENCRYPTED_CACHE, cache)
    assert not cache.exists()


def _plain(cache: Path) -> None:
    plain.make(cache, (OURS, *THEIRS))


def _half_damaged(cache: Path) -> None:
    """A bad disk: the index has lost what it said, and an entry looks sealed by chance."""
    _plain(cache)
    (cache / "index").write_bytes(bytes(24))
    (cache / f"{plain.name(OURS)}_0").write_bytes(encrypted_cache_files.sealed(1000, 7))
    (cache / f"{plain.name(THEIRS[1])}_0").write_bytes(encrypted_cache_files.sealed(1000, 8))


def _without_index(cache: Path) -> None:
    _plain(cache)
    (cache / "index").unlink()


def _mostly_rubbish(cache: Path) -> None:
    """No index, and of three entries one that looks sealed by chance."""
    cache.mkdir(parents=True)
    for name, content in zip(
        encrypted_cache_files.ENTRIES,
        (encrypted_cache_files.sealed(100, 7), b"rubbish" * 20, bytes(100)),
        strict=True,
    ):
        (cache / name).write_bytes(content)


def _blockfiles(cache: Path) -> None:
    blockfile_files.make(cache, [blockfile_files.Put(THEIRS[0], (b"head", b"body"), bucket=1, list=0)])


def _nothing(cache: Path) -> None:
    cache.mkdir(parents=True)


OTHERS = [_plain, _half_damaged, _without_index, _mostly_rubbish, _blockfiles, _nothing]


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other.__name__.strip("_").replace("_", " "))
def test_what_is_none_is_left_to_other_stores(tmp_path: Path, other: Callable[[Path], None]) -> None:
    cache = tmp_path / "Cache_Data"
    other(cache)
    before = tree(cache)
    assert ENCRYPTED_CACHE.find(cache, look(tmp_path)) == ()
    SIMPLE_CACHE.find(cache, look(tmp_path))  # which doesn't refuse it
    assert tree(cache) == before


def test_of_a_half_damaged_plain_one_what_can_be_read_stays(tmp_path: Path) -> None:
    cache = tmp_path / "Cache_Data"
    _half_damaged(cache)
    clean(SIMPLE_CACHE, cache)
    assert (cache / f"{plain.name(THEIRS[0])}_0").read_bytes() == plain.entry(THEIRS[0])


@pytest.mark.parametrize(
    "index",
    [
        pytest.param(b"\x29" + encrypted_cache_files.INDEX[1:], id="another header"),
        pytest.param(encrypted_cache_files.INDEX + b"more", id="another size"),
        pytest.param(b"(" + b"an index of some kind" * 3, id="texts"),
    ],
)
@pytest.mark.parametrize("store", [SIMPLE_CACHE, CODE_CACHE], ids=["HTTP cache", "code cache"])
def test_a_kind_that_nobody_knows_is_refused(cache: Path, store: Store, index: bytes) -> None:
    (cache / "index").write_bytes(index)
    assert ENCRYPTED_CACHE.find(cache, look(cache.parent)) == ()
    with pytest.raises(UnreadableStore, match="a cache of an unknown kind"):
        store.find(cache, look(cache.parent))


def test_an_index_that_looks_sealed_before_entries_in_clear_is_refused(tmp_path: Path) -> None:
    cache = tmp_path / "Cache_Data"
    _plain(cache)
    (cache / "index").write_bytes(encrypted_cache_files.INDEX)
    assert ENCRYPTED_CACHE.find(cache, look(tmp_path)) == ()
    with pytest.raises(UnreadableStore, match="a cache of an unknown kind"):
        SIMPLE_CACHE.find(cache, look(tmp_path))


class TestOnTheCommandLine:
    """A profile that holds the two caches and what tells Chrome's profiles."""

    SAID = (
        "chrome:Default: Cache/Cache_Data is encrypted with a key that only the browser has; "
        "it goes as a whole, and the browser makes it anew."
    )

    @pytest.fixture
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
        home = tmp_path.resolve() / "home"
        profile = home / ".config" / "google-chrome" / "Default"
        profile.mkdir(parents=True)
        (profile / "Preferences").write_text("{}")
        encrypted_cache_files.make(self.cache(home) / "Cache" / "Cache_Data")
        plain.make(self.code(home), [f"_keyhttps://{host}/a.js \nhttps://{host}/" for host in self.HOSTS])
        return home

    HOSTS = ("labs.openai.com", "kept.example", "labs-openai.com")

    def cache(self, home: Path) -> Path:
        return home / ".cache" / "google-chrome" / "Default"

    def code(self, home: Path) -> Path:
        return self.cache(home) / "Code Cache" / "js"

    def test_it_is_said_and_goes_and_the_plain_one_is_cleaned_by_entries(self, home: Path) -> None:
        code = {path.name: path.read_bytes() for path in self.code(home).glob("*_0")}
        asked, scanned = scrubber("verify", "--home", home), scrubber("scan", "--home", home)
        assert (asked.code, scanned.code) == (1, 1)
        assert asked.out.count("not examined: ") == 1
        assert "Cache_Data: encrypted with a key that only the browser has; clean drops it" in asked.out
        assert self.SAID in scanned.out
        assert self.SAID in scrubber("scan", "--json", "--home", home).json["messages"]
        done = scrubber("clean", "--yes", "--home", home)
        assert done.code == 0
        assert self.SAID in done.out
        assert not (self.cache(home) / "Cache" / "Cache_Data").exists()
        del code[
            f"{plain.name(f'_keyhttps://{self.HOSTS[0]}/a.js ' + chr(10) + f'https://{self.HOSTS[0]}/')}_0"
        ]
        assert {path.name: path.read_bytes() for path in self.code(home).glob("*_0")} == code
        assert scrubber("verify", "--home", home).code == 0

    def test_kept_on_request_it_stays_and_leaves_the_run_partial(self, home: Path) -> None:
        before = tree(self.cache(home) / "Cache")
        done = scrubber("clean", "--yes", "--mentions", "keep", "--home", home)
        assert done.code == 4
        assert "Cache_Data: encrypted with a key that only the browser has" in done.out
        assert "goes as a whole" not in done.out
        assert tree(self.cache(home) / "Cache") == before
        assert scrubber("scan", "--mentions", "keep", "--home", home).code == 4

    def test_of_an_unknown_kind_it_stays_and_leaves_the_run_partial(self, home: Path) -> None:
        folder = self.cache(home) / "Cache"
        (folder / "Cache_Data" / "index").write_bytes(b"\x29" + encrypted_cache_files.INDEX[1:])
        before = tree(folder)
        done = scrubber("clean", "--yes", "--home", home)
        assert done.code == 4
        assert "a cache of an unknown kind" in done.out
        assert tree(folder) == before

    def test_beside_nothing_of_the_target_it_leaves_the_answer_open(self, home: Path) -> None:
        scrubber("clean", "--yes", "--home", home)
        assert scrubber("verify", "--home", home).code == 0
        encrypted_cache_files.make(self.cache(home) / "Cache" / "Cache_Data")
        assert scrubber("verify", "--home", home).code == 4
        assert scrubber("verify", "--except", "cache", "--home", home).code == 0

    def test_not_asked_for_it_stays_and_is_no_trouble(self, home: Path) -> None:
        before = tree(self.cache(home))
        done = scrubber("clean", "--yes", "--only", "history", "--home", home)
        assert done.code == 0
        assert "encrypted" not in done.out
        assert tree(self.cache(home)) == before

    def test_many_files_that_nobody_reads_are_one_line(self, home: Path) -> None:
        folder = self.cache(home) / "Cache" / "Cache_Data"
        for number in range(30):
            (folder / f"{number:016x}_0").write_bytes(encrypted_cache_files.sealed(1000, number))
        words = ("verify", "--mentions", "keep", "--home", home)
        lines = [line for line in scrubber(*words).out.splitlines() if "not examined" in line]
        assert lines == [
            f"  not examined: 33 files in {folder}: unknown content that is encrypted or packed "
            "(--json lists all)"
        ]
        assert len(scrubber(*words, "--json").json["not_examined"]) == 33
