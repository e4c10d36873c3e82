"""Every single file operation of a clean fails once: every store is old or new, and the run says which.

What changes something does where every described store is; what only reads, where the main stores are.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber import discovery, engine, plan
from scrubber.browsers import BROWSERS
from tests.faults import every_store, homes
from tests.faults.apart import KINDS, errors, slots, thinned, together
from tests.faults.children import spread
from tests.faults.layer import CHANGING, Layer
from tests.faults.single import alone
from tests.saboteurs.scene import POLICY
from tests.stores.running import TARGET

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from tests.faults.conftest import Scene
    from tests.faults.layer import Operation
    from tests.tally import Tally

READS = {"start": 48, "clean": 16, "verify": 100}
"""Where every store is, one in so many fails of the operations that only read, and of SQLite's statements,
which are no operations of ours.
"""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "occupancies", alone)


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


def phases(scene: Scene) -> dict[str, Sequence[Operation]]:
    """Before the first store has its turn, while stores are planned and changed, and in the last look."""
    first = next(number for number, one in enumerate(scene.operations) if one.turn.step)
    return {
        "start": scene.operations[:first],
        "clean": scene.operations[first:],
        "verify": scene.looking,
    }


def test_the_home_has_every_described_store(every: Scene) -> None:
    """With the target in it; and all of the browsers that one store or another is described for alone."""
    made = plan.make(discovery.find_in(every.home).profiles, TARGET, POLICY)
    assert {every_store.kind(planned.store) for planned in made.stores} == every_store.described()
    assert {planned.profile.browser for planned in made.stores} == {browser.key for browser in BROWSERS}


@pytest.mark.parametrize("part", READS)
def test_every_operation_fails_once(every: Scene, folder: Path, tally: Tally, part: str) -> None:
    chosen = thinned(phases(every)[part], READS[part])
    failed = sum(spread(list(errors(chosen).items()), partial(fail_all, every, part), folder))
    assert failed == len(chosen) > 5
    tally.add("file operations that failed", failed)


@pytest.mark.parametrize("part", READS)
def test_every_read_fails_once(scene: Scene, folder: Path, tally: Tally, part: str) -> None:
    chosen = [one for one in phases(scene)[part] if one.name not in CHANGING and one.name != "sqlite"]
    failed = sum(spread(list(errors(chosen).items()), partial(fail_all, scene, part), folder))
    assert failed == len(chosen) > 100
    tally.add("file operations that failed", failed)


def test_every_error_has_its_turn_with_every_kind_of_operation(every: Scene) -> None:
    chosen = errors(thinned(phases(every)["clean"], READS["clean"]))
    assert {one.name for one in chosen} == {one.name for one in every.operations}
    tried = {(one.name, number) for one, number in chosen.items()}
    assert tried == {(one.name, number) for one in chosen for number in KINDS}


def fail_all(scene: Scene, part: str, jobs: Sequence[tuple[Operation, int]], place: Path) -> int:
    """In as many runs as it takes: what an earlier failure keeps from happening has its turn later."""
    numbers = dict(jobs)
    known = slots(scene.operations)
    pending = list(numbers)
    while pending:
        chosen = pending[:1] if part == "start" else together(pending, known)
        act = Failing({one: numbers[one] for one in chosen})
        disturb(scene, act, place, verifying=part == "verify")
        assert act.failed, chosen[0]
        pending = [one for one in pending if one not in act.failed]
    return len(jobs)


def disturb(scene: Scene, act: Failing, place: Path, *, verifying: bool) -> None:
    """A run in which something fails, what it leaves and says, and the run after it."""
    home = scene.set_up(place)
    with pytest.MonkeyPatch.context() as patch:
        if not verifying:
            homes.skip_verifying(patch)
        Layer(place, act).install(patch)
        ran = scene.clean(place)
    told = (act.failed, ran)
    found = homes.content(home)
    assert homes.halves(found, scene.old, scene.new) == [], told
    assert not any("bug" in message for message in ran.said["messages"]), told
    check_what_was_said(scene, found, home, ran)
    waiting = homes.staged(home)
    again = scene.clean_unverified(place)
    assert again.code == 0, (told, again)
    assert again.recovered == bool(waiting), (waiting, again.said["messages"], told)
    left = homes.differing(homes.content(home), scene.new)
    assert [path for path in left if not is_warned_of(path, ran)] == [], told
    assert homes.staged(place) == [], told


def is_warned_of(path: str, ran: homes.Ran) -> bool:
    """Whether the run that failed said that the next one may not find what stays there, unread."""
    reasons = [one["reason"] for one in ran.said["skipped"] if plan.LAST_CHANCE in one["reason"]]
    names = {reason.rpartition(f"{plan.LAST_CHANCE} ")[2] for reason in reasons}
    # Icons go with their launchers.
    return not names.isdisjoint(path.split("/")) or ("applications" in names and "/icons/" in path)


def check_what_was_said(scene: Scene, found: homes.Content, home: Path, ran: homes.Ran) -> None:
    """A store that is said to be clean is new, one that is said to have failed is old.

    What the desktop keeps has a turn with each profile, and may be one of both after another's.
    """
    stores = [store for profile in ran.said["profiles"] for store in profile["stores"]]
    places = Counter(Path(each["path"]) for each in (*stores, *ran.said["skipped"]))
    for store in stores:
        if "not put back" not in (store["skipped"] or "") and places[Path(store["path"])] == 1:
            wanted = scene.old if store["skipped"] else scene.new if store["removed"] else found
            mine = belongs_to(Path(store["path"]), places)
            wrong = [path for path in homes.differing(found, wanted) if mine(home / path)]
            assert wrong == [], (store, ran)
    assert ran.code != 0 or found == scene.new


def belongs_to(store: Path, places: Collection[Path]) -> Callable[[Path], bool]:
    """Whether a path lies in a store, and in no other one inside that."""
    inner = {place for place in places if store in place.parents}
    return lambda path: path.is_relative_to(store) and not any(path.is_relative_to(one) for one in inner)


def test_every_write_is_cut_short(every: Scene, folder: Path, tally: Tally) -> None:
    """The system may write less than it was given, which is no error; all at once."""
    cut: list[Operation] = []

    def cut_short(operation: Operation) -> bool:
        cut.append(operation)
        return operation.name == "write"

    home = every.set_up(folder)
    with pytest.MonkeyPatch.context() as patch:
        Layer(folder, cut_short).install(patch)
        assert every.clean(folder).code == 0
    assert homes.differing(homes.content(home), every.new) == []
    writes = [one for one in cut if one.name == "write"]
    assert len(writes) > sum(one.name == "write" for one in every.operations)
    tally.add("file operations that failed", len(writes))
