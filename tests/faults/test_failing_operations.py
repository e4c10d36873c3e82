"""Every single file operation of a clean fails once: every store is old or new, and the run says which."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber.transaction import PREFIX
from tests.faults import homes
from tests.faults.children import spread
from tests.faults.layer import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.faults.conftest import Scene
    from tests.faults.layer import Operation
    from tests.tally import Tally

KINDS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EINTR)
"""They take turns, so that each operation fails with one of them."""

EVERY = 7
"""Of the statements that SQLite is given, which are no operations of ours, one in so many fails."""


@dataclass
class Failing:
    """Fails some operations of a run, each with an error of its own."""

    errors: dict[Operation, int]
    failed: list[Operation] = field(default_factory=list)

    def __call__(self, operation: Operation) -> None:
        number = self.errors.get(operation)
        if number is not None:
            self.failed.append(operation)
            raise OSError(number, os.strerror(number), operation.path)


@dataclass(frozen=True)
class Phase:
    """A part of a clean. What fails in one keeps a store out of the next."""

    operations: Sequence[Operation]
    apart: int
    """Operations between two that fail in one run: about as many as a store has, so that each fails alone."""
    verifying: bool = False


def phases(scene: Scene) -> dict[str, Phase]:
    every = some(scene.operations)
    first = next(number for number, one in enumerate(every) if f"/{PREFIX}" in one.path)
    return {
        "plan": Phase(every[:first], 12),
        "apply": Phase(every[first:], 25),
        "verify": Phase(some(scene.looking), 8, verifying=True),
    }


def some(operations: Sequence[Operation]) -> list[Operation]:
    """All of ours, and of SQLite's some."""
    return [one for number, one in enumerate(operations) if one.name != "sqlite" or number % EVERY == 0]


@pytest.mark.parametrize("part", ["plan", "apply", "verify"])
def test_every_operation_fails_once(scene: Scene, folder: Path, tally: Tally, part: str) -> None:
    phase = phases(scene)[part]
    failed = sum(spread(phase.operations, partial(fail_all, scene, phase), folder))
    assert failed == len(phase.operations) > 500
    tally.add("file operations that failed", failed)


def fail_all(scene: Scene, phase: Phase, operations: Sequence[Operation], place: Path) -> int:
    """In as many runs as it takes: what an earlier failure keeps from happening has its turn later."""
    every = scene.looking if phase.verifying else scene.operations
    order = {one: number for number, one in enumerate(every)}
    pending = list(operations)
    while pending:
        chosen: list[Operation] = []
        for one in pending:
            if not chosen or order[one] - order[chosen[-1]] >= phase.apart:
                chosen.append(one)
        act = Failing({one: KINDS[order[one] % len(KINDS)] for one in chosen})
        disturb(scene, act, place, verifying=phase.verifying)
        assert act.failed, chosen[0]
        pending = [one for one in pending if one not in act.failed]
    return len(operations)


def disturb(scene: Scene, act: Failing, place: Path, *, verifying: bool) -> None:
    """A run in which something fails, what it leaves and says, and the run after it."""
    home = scene.set_up(place)
    with pytest.MonkeyPatch.context() as patch:
        if not verifying:
            homes.skip_verifying(patch)
        Layer(place, act).install(patch)
        ran = homes.clean(home)
    told = (act.failed, ran)
    found = homes.content(home)
    assert homes.halves(found, scene.old, scene.new) == [], told
    assert not any("bug" in message for message in ran.said["messages"]), told
    check_what_was_said(scene, found, home, ran)
    left = homes.staged(home)
    again = homes.clean_unverified(home)
    assert again.code == 0, (told, again)
    assert again.recovered == bool(left), (left, again.said["messages"], told)
    assert homes.differing(homes.content(home), scene.new) == [], told
    assert homes.staged(place) == [], told


def check_what_was_said(scene: Scene, found: homes.Content, home: Path, ran: homes.Ran) -> None:
    """A store that is said to be clean is new, one that is said to have failed is old."""
    stores = [store for profile in ran.said["profiles"] for store in profile["stores"]]
    places = {Path(each["path"]) for each in (*stores, *ran.said["skipped"])}
    for store in stores:
        if "not put back" not in (store["skipped"] or ""):
            wanted = scene.old if store["skipped"] else scene.new if store["removed"] else found
            mine = belongs_to(Path(store["path"]), places)
            wrong = [path for path in homes.differing(found, wanted) if mine(home / path)]
            assert wrong == [], (store, ran)
    assert ran.code != 0 or found == scene.new


def belongs_to(store: Path, places: set[Path]) -> Callable[[Path], bool]:
    """Whether a path lies in a store, and in no other one inside that."""
    inner = {place for place in places if store in place.parents}
    return lambda path: path.is_relative_to(store) and not any(path.is_relative_to(one) for one in inner)


def test_every_write_is_cut_short(scene: Scene, folder: Path, tally: Tally) -> None:
    """The system may write less than it was given, which is no error; all at once."""
    cut: list[Operation] = []

    def cut_short(operation: Operation) -> bool:
        cut.append(operation)
        return operation.name == "write"

    home = scene.set_up(folder)
    with pytest.MonkeyPatch.context() as patch:
        Layer(folder, cut_short).install(patch)
        assert homes.clean(home).code == 0
    assert homes.differing(homes.content(home), scene.new) == []
    writes = [one for one in cut if one.name == "write"]
    assert len(writes) > sum(one.name == "write" for one in scene.operations)
    tally.add("file operations that failed", len(writes))
