from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scrubber.errors import PlanOutdated, UnreadableStore
from scrubber.model import Policy, Standing
from scrubber.stores.blockfile_cache import BlockfileCache
from scrubber.stores.simple_cache import SimpleCache
from scrubber.transaction import Transaction
from tests.blockfile_files import Put, check, make
from tests.cleaned import clean, look, tree
from tests.stores.test_simple_cache import MENTIONS, OTHERS, OURS

if TYPE_CHECKING:
    from pathlib import Path

STORE = BlockfileCache("{cache}/Cache/Cache_Data")


def put(key: str, number: int) -> Put:
    large = b"x" * (20_000 if number % 5 == 0 else 700 * number)
    return Put(key, (b"head: DNS:labs.openai.com", large), list=number % 2, bucket=number % 4)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    folder = tmp_path / "Cache_Data"
    keys = (*OURS.values(), *OTHERS.values(), *MENTIONS.values())
    # Alternating, so that what goes and what stays meet in buckets, lists and groups of blocks.
    mixed = [key for _, key in sorted((number * 7 % len(keys), key) for number, key in enumerate(keys))]
    make(folder, [put(key, number) for number, key in enumerate(mixed)])
    return folder


def test_others_keep_every_byte_and_their_order(cache: Path) -> None:
    before = check(cache)
    removed, equal = clean(STORE, cache, cache.parent)
    after = check(cache)
    kept = set(OTHERS.values())
    assert {trace.seen for trace in removed} == {*OURS.values(), *MENTIONS.values()}
    assert equal == len(kept)
    assert after.entries == {key: streams for key, streams in before.entries.items() if key in kept}
    assert after.lists == [[key for key in keys if key in kept] for keys in before.lists]


def test_what_else_lies_in_the_folder_comes_along(cache: Path) -> None:
    (cache / "Cache_Data").mkdir()
    (cache / "Cache_Data" / "index").write_bytes(b"of a newer version")
    clean(STORE, cache, cache.parent)
    assert (cache / "Cache_Data" / "index").read_bytes() == b"of a newer version"


def test_nothing_is_written_without_an_entry_of_the_target(tmp_path: Path) -> None:
    folder = tmp_path / "Cache_Data"
    make(folder, [put(key, number) for number, key in enumerate(OTHERS.values())])
    assert STORE.find(folder, look(tmp_path)) == ()


@pytest.mark.parametrize("key", MENTIONS.values(), ids=MENTIONS.keys())
def test_mentions_stay_if_they_are_kept(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "Cache_Data"
    make(folder, [put(key, 1)])
    before = tree(folder)
    assert [trace.standing for trace in STORE.find(folder, look(tmp_path))] == [Standing.MENTION]
    clean(STORE, folder, tmp_path, Policy(mentions="keep"))
    assert tree(folder).keys() == before.keys()
    assert check(folder).entries.keys() == {key}


@pytest.mark.parametrize(
    ("text", "found"),
    [(b"https://labs.openai.com/deleted", True), (b"https://labs.openai.com.evil.example/", False)],
    ids=["target", "look-alike"],
)
def test_freed_blocks_that_name_the_target_are_emptied(tmp_path: Path, text: bytes, found: bool) -> None:
    folder = tmp_path / "Cache_Data"
    make(folder, [put(OTHERS["bystander"], 1)])
    content = bytearray((folder / "data_1").read_bytes())
    content[-256 : len(text) - 256] = text
    (folder / "data_1").write_bytes(content)
    removed, equal = clean(STORE, folder, tmp_path)
    assert (len(removed), equal) == ((1, 1) if found else (0, 1))
    if found:
        assert check(folder).entries.keys() == {OTHERS["bystander"]}


@pytest.mark.parametrize("key", [OURS["host"], OTHERS["bystander"]], ids=["target", "bystander"])
def test_a_stream_without_an_entry_goes_if_the_target_was_there(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "Cache_Data"
    make(
        folder, [Put(key, (b"head", b"x" * 20_000)), Put(OTHERS["same-site"], (b"", b"y" * 20_000), bucket=1)]
    )
    (folder / "f_0000ab").write_bytes(b"whose?")
    clean(STORE, folder, tmp_path)
    streams = {path.name for path in folder.glob("f_*")}
    assert streams == ({"f_000002"} if key == OURS["host"] else {"f_000001", "f_000002", "f_0000ab"})


def test_the_store_of_another_kind_of_cache_leaves_it_alone(cache: Path) -> None:
    assert SimpleCache("{cache}/Cache/Cache_Data").find(cache, look(cache.parent)) == ()


def test_a_damaged_cache_is_named_and_left_alone(cache: Path) -> None:
    traces = STORE.find(cache, look(cache.parent))
    (cache / "data_1").write_bytes((cache / "data_1").read_bytes()[:9000])
    before = tree(cache)
    with pytest.raises(UnreadableStore):
        STORE.find(cache, look(cache.parent))
    with Transaction([cache.parent]) as transaction, pytest.raises(UnreadableStore):
        STORE.remove(cache, traces, transaction)
    assert tree(cache) == before


def test_a_cache_that_changed_outdates_the_plan(cache: Path) -> None:
    traces = STORE.find(cache, look(cache.parent))
    for path in cache.iterdir():
        path.unlink()
    make(cache, [put(key, number) for number, key in enumerate(OTHERS.values())])
    with Transaction([cache.parent]) as transaction, pytest.raises(PlanOutdated):
        STORE.remove(cache, traces, transaction)


def test_an_entry_that_lost_its_stream_in_a_crash_hinders_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "Cache_Data"
    make(folder, [Put(OTHERS["bystander"], (b"head", b"x" * 20_000)), Put(OURS["host"], bucket=1)])
    (folder / "f_000001").unlink()
    clean(STORE, folder, tmp_path)
    assert [trace.seen for trace in STORE.find(folder, look(tmp_path))] == []
