"""A run is interrupted at each of its file operations in turn, in every way that it can be."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from scrubber.errors import ScrubError
from scrubber.formats.sqlite_unit import SIDECARS
from scrubber.transaction import Failed, Swapped, Transaction, changes, interrupted, recover
from tests.crashed import crashed, database, hosts
from tests.interruptions import (
    DIED,
    Counter,
    counting,
    die,
    fail,
    have_no_exchange,
    impoverish,
    in_child,
    interrupt,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Ending = Literal["commit", "rollback"]

DATABASES = ("Cookies", "History")
DISCARDED = ("Cache", "Last Session", "Last Tabs")
STORES = ("Preferences", *DATABASES, "Local Storage", *DISCARDED)
BYSTANDERS = ("Bookmarks", "Sync Data/LEVELDB", "Favicons-journal")

OLD = ["kept.example", "labs.openai.com", "second.example"]
NEW = ["kept.example", "second.example"]


@dataclass(frozen=True)
class Place:
    """A profile to start from, and what its databases will be."""

    profile: Path
    new: Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """On a disk in memory where there is one: there are a thousand runs to come."""
    memory = Path("/dev/shm")  # noqa: S108 - the name in it is made up by tempfile
    with tempfile.TemporaryDirectory(
        dir=memory if memory.is_dir() else tmp_path_factory.getbasetemp()
    ) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def place(folder: Path) -> Place:
    profile = folder / "template"
    for name in ("Local Storage", "Cache/deeper", "Sync Data"):
        (profile / name).mkdir(parents=True)
    for name in ("Preferences", "Last Session", "Last Tabs"):
        (profile / name).write_text("old")
    crashed(profile / "Cookies", "wal", OLD[:2], committed=OLD[2:])
    crashed(profile / "History", "delete", OLD)
    for name in ("CURRENT", "000003.log"):
        (profile / "Local Storage" / name).write_text("old")
    for name in ("data_0", "deeper/f_000001"):
        (profile / "Cache" / name).write_text("old")
    for name in DATABASES:
        (profile / name).chmod(0o640)
    for name in BYSTANDERS:
        (profile / name).write_text(f"{name} stays")
    database(folder / "new", *NEW)
    return Place(profile, folder / "new")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody pulls the plug here, so no disk needs waiting for."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def stage(transaction: Transaction, place: Place) -> None:
    """What an engine does with its stores: one that can't be staged is skipped."""

    def edit(name: str, write: Callable[[Path], object], sidecars: tuple[str, ...] = ()) -> None:
        with suppress(ScrubError), transaction.edit(place.profile / name, sidecars) as staged:
            write(staged.after)

    edit("Preferences", lambda after: after.write_text("new"))
    for name in DATABASES:
        edit(name, lambda after: shutil.copyfile(place.new, after), SIDECARS)
    edit("Local Storage", write_folder)
    for name in DISCARDED:
        with suppress(ScrubError):
            transaction.discard(place.profile / name)


def write_folder(after: Path) -> None:
    after.mkdir()
    for name in ("CURRENT", "000007.log"):
        (after / name).write_text("new")


class TakenBackError(Exception):
    """Why a run doesn't commit."""


def run(place: Place, ending: Ending, outcomes: list[Swapped | Failed], reached: list[str]) -> None:
    with Transaction([place.profile]) as transaction:
        stage(transaction, place)
        outcomes += transaction.swap()
        reached.append(ending)
        if ending == "rollback":
            raise TakenBackError
        transaction.commit()


def standing(profile: Path, scratch: Path) -> dict[str, str]:
    """Each store: `old`, `new` or `missing`; an AssertionError for anything between.

    Databases are read as copies, with all the sidecars that lie beside them.
    """
    found = {}
    for name in DATABASES:
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        for part in profile.glob(f"{name}*"):
            shutil.copyfile(part, scratch / part.name)
        content = hosts(scratch / name)
        assert content in (OLD, NEW), f"{name}: {content}"
        assert stat.S_IMODE((profile / name).stat().st_mode) == 0o640
        found[name] = "old" if content == OLD else "new"
    found["Preferences"] = (profile / "Preferences").read_text()
    texts = {path.name: path.read_text() for path in profile.glob("Local Storage/*")}
    versions = {
        "old": {"CURRENT": "old", "000003.log": "old"},
        "new": {"CURRENT": "new", "000007.log": "new"},
        "missing": {},
    }
    found["Local Storage"] = next(version for version, files in versions.items() if texts == files)
    assert found["Local Storage"] != "missing" or not (profile / "Local Storage").exists()
    cache = sorted(path.relative_to(profile).as_posix() for path in profile.glob("Cache/**/*"))
    assert cache in (["Cache/data_0", "Cache/deeper", "Cache/deeper/f_000001"], [])
    found["Cache"] = "old" if cache else "new"
    for name in ("Last Session", "Last Tabs"):
        found[name] = "old" if (profile / name).exists() else "new"
    return found


def check_bystanders(profile: Path) -> None:
    for name in BYSTANDERS:
        assert (profile / name).read_text() == f"{name} stays"
    sidecars = {name + suffix for name in DATABASES for suffix in SIDECARS}
    allowed = {*STORES, *sidecars, *(name.partition("/")[0] for name in BYSTANDERS)}
    assert {path.name for path in profile.iterdir()} <= allowed


def check_recovered(place: Place, scratch: Path, *, gaps: bool = False) -> dict[str, str]:
    """Nothing is half before recovery, nothing that exists changes by it, nothing of scrubber stays after it.

    With `gaps` a folder may be missing in between. What is missing and said to be put back, is.
    """
    before = standing(place.profile, scratch)
    present = {path.name for path in place.profile.iterdir()}
    assert gaps or "missing" not in before.values()
    recovered = recover([place.profile])
    assert interrupted([place.profile]) == ()
    after = standing(place.profile, scratch)
    check_bystanders(place.profile)
    fates = {path.name: fate for found in recovered for path, fate in found.fates}
    expected = before | {name: "old" for name, fate in fates.items() if fate == "put back"}
    assert after == expected
    assert "missing" not in expected.values()
    for name, fate in fates.items():
        assert fate == "put back" or fate == {"old": "unchanged", "new": "changed"}[before[name]]
    assert present.isdisjoint(name for name, fate in fates.items() if fate == "put back")
    return after


def content(profile: Path, store: str) -> dict[str, bytes]:
    """Every byte of a store, sidecars included."""
    paths = [*profile.glob(f"{store}*"), *profile.glob(f"{store}/**/*")]
    return {str(path.relative_to(profile)): path.read_bytes() for path in paths if path.is_file()}


@pytest.fixture
def fresh(place: Place, folder: Path) -> Callable[[], Place]:
    def make() -> Place:
        profile = folder / "profile"
        shutil.rmtree(profile, ignore_errors=True)
        shutil.copytree(place.profile, profile)
        return Place(profile, place.new)

    return make


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_uninterrupted(fresh: Callable[[], Place], folder: Path, ending: Ending) -> None:
    place = fresh()
    outcomes: list[Swapped | Failed] = []
    with suppress(TakenBackError):
        run(place, ending, outcomes, [])
    assert [outcome.path.name for outcome in outcomes if isinstance(outcome, Swapped)] == list(STORES)
    wanted = "new" if ending == "commit" else "old"
    assert set(standing(place.profile, folder / "scratch").values()) == {wanted}
    check_bystanders(place.profile)


@pytest.mark.parametrize(
    ("act", "and_later", "poor"),
    [
        pytest.param(fail, False, False, id="one-operation-fails"),
        pytest.param(fail, False, True, id="one-fails-without-hard-links-and-exchange"),
        pytest.param(fail, True, False, id="all-fail-from-there-on"),
        pytest.param(interrupt, False, False, id="ctrl-c"),
    ],
)
def test_exceptions(
    place: Place,
    fresh: Callable[[], Place],
    folder: Path,
    *,
    act: Callable[[], None],
    and_later: bool,
    poor: bool,
) -> None:
    original = place.profile
    for at in counting():
        place = fresh()
        counter = Counter(act, at, and_later=and_later)
        outcomes: list[Swapped | Failed] = []
        reached: list[str] = []
        with pytest.MonkeyPatch.context() as patch, suppress(ScrubError, KeyboardInterrupt):
            if poor:
                impoverish(patch)
            counter.install(patch)
            run(place, "commit", outcomes, reached)
        found = check_recovered(place, folder / "scratch", gaps=poor)
        for outcome in outcomes:
            if isinstance(outcome, Swapped):
                assert found[outcome.path.name] == "new"
            elif "not put back" not in outcome.reason:
                assert found[outcome.path.name] == "old"
                assert content(place.profile, outcome.path.name) == content(original, outcome.path.name)
        if act is interrupt and counter.count >= at:
            assert set(found.values()) == {"new" if reached else "old"}
        if not and_later and act is fail:
            old = {name for name, version in found.items() if version == "old"}
            # What shares an operation: a folder's sync, the journal.
            assert not reached or len(old) <= 1 or old in ({*DISCARDED}, {*STORES})
        if counter.count < at:
            assert set(found.values()) == {"new"}
            return


@pytest.mark.parametrize("poor", [False, True], ids=["all-features", "no-hard-links-no-exchange"])
@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_death(fresh: Callable[[], Place], folder: Path, ending: Ending, poor: bool) -> None:
    for at in counting():
        place = fresh()
        status = in_child(partial(die_at, place, ending, at, poor=poor))
        found = check_recovered(place, folder / "scratch", gaps=poor)
        if status != DIED:
            assert status == 0
            assert set(found.values()) == {"new" if ending == "commit" else "old"}
            return


def die_at(place: Place, ending: Ending, at: int, *, poor: bool) -> None:
    with pytest.MonkeyPatch.context() as patch, suppress(TakenBackError):
        if poor:
            impoverish(patch)
        Counter(die, at).install(patch)
        run(place, ending, [], [])


def test_recovery_dies_too(fresh: Callable[[], Place], folder: Path) -> None:
    """With a run that died in the gap that only systems without an exchange of folders have."""
    for at in counting():
        place = fresh()
        assert in_child(partial(die_in_the_gap, place)) == DIED
        assert not (place.profile / "Local Storage").exists()
        status = in_child(partial(recover_until, place, at))
        found = check_recovered(place, folder / "scratch", gaps=True)
        assert found["Local Storage"] == "old"
        if status != DIED:
            return


def die_in_the_gap(place: Place) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "exchange", have_no_exchange)
        # The folder is the first store that is moved away.
        Counter(die, at=2).install(patch, ["rename"])
        run(place, "commit", [], [])


def recover_until(place: Place, at: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        Counter(die, at).install(patch)
        recover([place.profile])
