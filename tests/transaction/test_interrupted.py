"""A run is interrupted at each of its file operations in turn, in every way that it can be."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from scrubber.errors import ScrubError
from scrubber.transaction import Failed, Swapped, changes, interrupted, recover
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
from tests.transaction.runs import (
    DISCARDED,
    STORES,
    Ending,
    Place,
    TakenBackError,
    check_bystanders,
    content,
    die_at,
    run,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("quick")


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
