"""Bad input in place of every file of every kind of store: read or refused in words, and never changed."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import zlib
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber import engine, residue
from scrubber.errors import UnreadableStore
from scrubber.formats import mozlz4
from scrubber.model import Look
from scrubber.stores.others_folders import OthersIndexedDb
from scrubber.stores.undescribed import Undescribed
from scrubber.stores.unfinished import Unfinished
from tests.faults import homes
from tests.faults.children import spread
from tests.faults.planted import bystanders, naming, spots, still_there
from tests.faults.single import KINDS, Single, alone
from tests.faults.test_bad_input import LONGEST, MEMORY, NO_FILES, a_folder, a_link_to_the_real_thing, damaged
from tests.saboteurs.history import NAMING
from tests.saboteurs.scene import POLICY
from tests.stores.running import TARGET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.tally import Tally

MOST = 30
"""Of cuts and of flips each, for one file; at every 512th byte where there are fewer."""
MOST_FILES = 4
"""Of one store: the others are like them."""
MOST_JUDGED = 6
"""Of all damages of a store, about so many that are cleaned with the last look and all."""
NOT_CLEAN = (1, 4, 5)
"""Exit codes; the last where the one store that there is could not be cleaned."""

DEEP = b'{"a": ' + b"[" * 200_000

OTHERS = (
    b"",
    b"\0" * 4096,
    b"SQLite format 3\0" * 64,
    # A database whose header claims 2^31 pages, of 512 bytes each.
    b"SQLite format 3\0\2\0\1\1\0\x40\x20\x20\0\0\0\1\x7f\xff\xff\xff".ljust(512, b"\0"),
    DEEP,
    DEEP + b"]" * 200_000 + b"}",
    mozlz4.write(DEEP),
    b"mozLz40\0\xff\xff\xff\x7f" + b"\xff" * 64,
    b"STCF\2" + zlib.compress(bytes(200 << 20), 1),
    b"SNSS\3\0\0\0" + b"\xff\xff" * 300,
    b"\xff" * 5000,
    "\u202e\U0001f600\r\n\0".encode() * 300,
    b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'>]>" + b"<a>" * 50_000,
    b"bplist00" + b"\xaf" * 300,
)
"""Another format's content, 2^31 rows and 2 GB claimed, deep JSON, bombs."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "occupancies", alone)


def some(content: bytes) -> Iterator[bytes]:
    """At most so many of each kind of damage, the same ones in every run."""
    every = list(damaged(content))
    chance = random.Random(len(every))
    yield from every if len(every) <= 2 * MOST else chance.sample(every, 2 * MOST)


def files(single: Single) -> list[Path]:
    """Of all that the store reads, some files; first those that name the target in clear."""
    every = sorted(single.home.rglob("*"))
    found = [path for path in every if path.is_file() and path.name != "bystander"]
    ours = [path for path in found if spots(path.read_bytes())][:MOST_FILES]
    rest = [path for path in found if path not in ours]
    return [*ours, *rest[:: max(1, -(-len(rest) // MOST_FILES))]][:MOST_FILES]


def test_bad_content(folder: Path, tally: Tally) -> None:
    tried = sum(spread(list(KINDS), partial(each, read_all), folder))
    assert tried > 40 * len(KINDS)
    tally.add("bad inputs refused or read", tried)


def each(function: Callable[[str, Single], int], kinds: Sequence[str], place: Path) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    count = 0
    for kind in kinds:
        inside = place / kind.replace(" ", "-")
        inside.mkdir()
        count += function(kind, Single(inside, *KINDS[kind]))
        shutil.rmtree(inside)
    return count


def read_all(kind: str, single: Single) -> int:
    look = Look(TARGET, single.profile, POLICY)
    stores = [(one.store, one.path) for one in single.plan().stores]
    assert stores, kind
    tried = 0
    for file in files(single):
        whole = file.read_bytes()
        for content in (*some(whole), *OTHERS):
            file.write_bytes(content)
            told = f"{kind}: {file.relative_to(single.home)}, {len(content)} bytes from {content[:20]!r}"
            for store, path in stores:
                signal.alarm(LONGEST)
                try:
                    with suppress(UnreadableStore):
                        store.find(path, look)
                except BaseException as error:
                    raise AssertionError(f"{told}: {error!r}") from error
                finally:
                    signal.alarm(0)
            assert file.read_bytes() == content, told
            if still_there(content, whole):
                assert any(residue.sweep([file], TARGET)), told
            tried += 1
        file.write_bytes(whole)
    return tried


def test_a_clean_of_bad_content_is_never_called_clean(folder: Path, tally: Tally) -> None:
    """With the last look and all: whatever it makes of damages that leave the target's name in the file."""
    tried = sum(spread(list(KINDS), partial(each, judge_all), folder))
    assert tried > 3 * len(KINDS)
    tally.add("bad inputs refused or read", tried)


def judge_all(kind: str, single: Single) -> int:
    single.run()
    new = homes.content(single.home)
    single.set_back()
    names = [file.relative_to(single.home) for file in files(single)]
    chance = random.Random(kind)
    tried = 0
    for name in names:
        single.set_back()
        whole = (single.home / name).read_bytes()
        damages = [content for content in some(whole) if still_there(content, whole)]
        most = -(-MOST_JUDGED // len(names))
        for content in chance.sample(damages, min(most, len(damages))):
            single.set_back()
            told = f"{kind}: {name}, {len(content)} bytes from {content[:20]!r}"
            judge(single, single.home / name, content, new, told)
            tried += 1
    return tried


def judge(single: Single, path: Path, content: bytes, new: homes.Content, told: str) -> None:
    """Left as it is and named, or taken for what it is and cleaned; of the others, nothing is lost."""
    whole = path.read_bytes()
    path.write_bytes(content)
    ran = run_in_time(single)
    told = f"{told}: {ran.code} {ran.said}"
    said = named(ran)
    if path.is_file() and path.read_bytes() == content:
        assert not said.isdisjoint((path, *path.parents)), told
        assert ran.code in NOT_CLEAN or path in explained(ran), told
        path.write_bytes(whole)  # so that the rest of its folder can be read
    elif ran.code == 0:
        assert set(naming(single.home)) <= explained(ran), told
    if path.exists() and path.read_bytes() != whole:
        after = b"".join(each.read_bytes() for each in path.parent.rglob("*") if each.is_file())
        assert set(bystanders(content)) <= set(bystanders(after)), told
    others = homes.halves(homes.content(single.home), single.old, new)
    assert [one for one in others if not is_beside(single.home / one, path)] == [], told


def run_in_time(single: Single) -> homes.Ran:
    """One that hangs is ended by the alarm, and with it the process."""
    signal.alarm(3 * LONGEST)
    try:
        return single.run()
    finally:
        signal.alarm(0)


def named(ran: homes.Ran) -> set[Path]:
    """Every place that the answer names as not, or not wholly, cleaned."""
    stores = [store for profile in ran.said["profiles"] for store in profile["stores"] if store["skipped"]]
    lists = (ran.said["skipped"], ran.said["not_examined"], ran.said["residue"], stores)
    return {Path(one["path"]) for listed in lists for one in listed}


def explained(ran: homes.Ran) -> set[Path]:
    """Where what the answer lists as kept, or as a mention, is."""
    return {Path(one["path"]) for one in ran.said["residue"] if one["explained"]}


def is_beside(other: Path, path: Path) -> bool:
    """Whether it belongs to the same folder, or is it."""
    return other.is_relative_to(path.parent) or path.is_relative_to(other)


def test_what_is_no_file(folder: Path, tally: Tally) -> None:
    """In place of each file: it is named with its path, nothing is followed, and it is left where it is."""
    tried = sum(spread(list(KINDS), partial(each, replace_all), folder))
    assert tried > 5 * len(KINDS)
    tally.add("bad inputs refused or read", tried)


def replace_all(kind: str, single: Single) -> int:
    # What lies anywhere and is described by nobody, or only by a pattern of names, may as well be a folder.
    anything = (Undescribed, OthersIndexedDb, Unfinished)
    planned = [one.path for one in single.plan().stores if not isinstance(one.store, anything)]
    names = [file.relative_to(single.home) for file in files(single)]
    single.run()
    stays = {name for name in names if (single.home / name).exists()}
    tried = 0
    for name in names:
        for make in (*NO_FILES, a_folder_that_names_it, a_dangling_link_elsewhere, a_hard_link):
            single.set_back()
            path, outside = single.home / name, single.place / "outside"
            shutil.rmtree(outside, ignore_errors=True)
            outside.mkdir()
            path.rename(outside / path.name)
            make(path, outside / path.name)
            before = (outside / path.name).read_bytes()
            told = f"{kind}: {make.__name__} in place of {name}"
            ran = run_in_time(single)
            told = f"{told}: {ran.code} {ran.said}"
            judge_no_file(single, path, make, ran, told, is_store=path in planned, stays=name in stays)
            assert (outside / path.name).read_bytes() == before, told
            assert list(outside.iterdir()) == [outside / path.name], told
            assert homes.staged(single.place) == [], told
            tried += 1
    return tried


def judge_no_file(
    single: Single,
    path: Path,
    make: Callable[[Path, Path], None],
    ran: homes.Ran,
    told: str,
    *,
    is_store: bool,
    stays: bool,
) -> None:
    """Named and there; or gone with a folder of the target's, as what it took the place of would have."""
    is_named = not named(ran).isdisjoint((path, *path.parents))
    if make is a_folder and not is_store:  # like any other folder in a folder, and empty
        return
    if make is a_folder_that_names_it:
        left = set(naming(path)) - explained(ran)
        is_said = ran.code in NOT_CLEAN and named(ran) & {path, *path.parents, *left}
        assert not left or is_said or (stays and not is_ours(path, single)), told
        return
    if make is a_hard_link:
        assert (is_named, ran.code) == (True, 4) or path.lstat().st_nlink > 1, told
        return
    if os.path.lexists(path):
        assert (is_named and ran.code in NOT_CLEAN) or (stays and not is_ours(path, single)), told
        return
    assert not stays, told
    assert is_named or make is not a_link_to_the_real_thing, told


def is_ours(path: Path, single: Single) -> bool:
    """Whether it lies among what is the browser's alone, and not among what all programs keep."""
    return any(path.is_relative_to(root) for root in (*single.profile.roots, single.profile.user_data))


def a_folder_that_names_it(path: Path, _: Path) -> None:
    path.mkdir()
    (path / "naming").write_bytes(NAMING)


def a_dangling_link_elsewhere(path: Path, outside: Path) -> None:
    path.symlink_to(outside.with_name("nowhere"))


def a_hard_link(path: Path, outside: Path) -> None:
    path.hardlink_to(outside)
