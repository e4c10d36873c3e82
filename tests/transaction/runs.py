"""A profile with every kind of store and sidecar, and a run over it, to be cut short."""

from __future__ import annotations

import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest

from scrubber.errors import ScrubError
from scrubber.formats.sqlite_unit import SIDECARS
from scrubber.transaction import Failed, Swapped, Transaction
from tests.crashed import hosts_of_copy
from tests.interruptions import Counter, die, impoverish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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
        content = hosts_of_copy(profile / name, scratch)
        assert content in (OLD, NEW), f"{name}: {content}"
        found[name] = "old" if content == OLD else "new"
        assert stat.S_IMODE((profile / name).stat().st_mode) == 0o640
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


def content(profile: Path, store: str) -> dict[str, bytes]:
    """Every byte of a store, sidecars included."""
    paths = [*profile.glob(f"{store}*"), *profile.glob(f"{store}/**/*")]
    return {str(path.relative_to(profile)): path.read_bytes() for path in paths if path.is_file()}


def die_at(place: Place, ending: Ending, at: int, *, poor: bool) -> None:
    with pytest.MonkeyPatch.context() as patch, suppress(TakenBackError):
        if poor:
            impoverish(patch)
        Counter(die, at).install(patch)
        run(place, ending, [], [])
