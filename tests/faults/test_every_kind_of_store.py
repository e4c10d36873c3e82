"""Every kind of store alone: each operation of its own fails once, and it is killed at some of them."""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from scrubber import engine
from scrubber.browsers import BROWSERS
from scrubber.errors import ScrubError
from scrubber.plan import LAST_CHANCE
from tests.faults import homes
from tests.faults.apart import KINDS as ERRORS
from tests.faults.children import end_of, spread
from tests.faults.layer import CHANGING, Layer
from tests.faults.single import KINDS, Single, alone
from tests.faults.test_failing_operations import Failing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.faults.layer import Operation
    from tests.tally import Tally

FAILURES, KILLS = 12, 6
"""Of one kind of store at most, evenly over its operations."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "occupancies", alone)


def test_no_type_of_store_is_missing() -> None:
    tried = {type(store) for _, store in KINDS.values()}
    assert {type(store) for browser in BROWSERS for store in browser.stores} == tried


def test_whatever_another_store_tells_of_says_so(folder: Path) -> None:
    told = set()
    for name, kind in KINDS.items():
        place = folder / name.replace(" ", "-")
        place.mkdir()
        told |= {type(one.store) for one in Single(place, *kind).plan().stores if one.tellers}
    assert len(told) > 10
    stores = [store for browser in BROWSERS for store in browser.stores if type(store) in told]
    assert [store for store in stores if not store.is_told] == []


def evenly(operations: Sequence[Operation], most: int) -> list[Operation]:
    return list(operations[:: max(1, -(-len(operations) // most))])


def test_a_failing_operation(folder: Path, tally: Tally) -> None:
    failed = sum(spread(list(KINDS), fail_all, folder))
    assert failed > 5 * len(KINDS)
    tally.add("file operations that failed", failed)


def fail_all(kinds: Sequence[str], place: Path) -> int:
    return sum(fail_each(kind, place / kind.replace(" ", "-")) for kind in kinds)


def fail_each(kind: str, place: Path) -> int:
    place.mkdir()
    single = Single(place, *KINDS[kind])
    operations = evenly(single.operations(), FAILURES)
    new = homes.content(single.home)
    for number, operation in enumerate(operations):
        single.set_back()
        act = Failing({operation: ERRORS[number % len(ERRORS)]})
        is_warned = disturb(single, act)
        check(single, new, f"{kind}: {operation}", may_stay=is_warned)
    return len(operations)


def disturb(single: Single, act: Failing) -> bool:
    """A run in which something fails; whether it warns that the next one may not find what stays."""
    with pytest.MonkeyPatch.context() as patch:
        Layer(single.place, act).install(patch)
        try:
            made, _ = single.clean()
        except ScrubError:
            return False
    return any(LAST_CHANCE in one.reason for one in made.skipped)


def check(single: Single, new: homes.Content, told: str, *, may_stay: bool = False) -> None:
    """All is old or new, and the next run makes it new and leaves nothing."""
    assert (told, homes.halves(homes.content(single.home), single.old, new)) == (told, [])
    single.clean()
    assert may_stay or (told, homes.differing(homes.content(single.home), new)) == (told, [])
    assert (told, homes.staged(single.place)) == (told, [])


def test_a_kill(folder: Path, tally: Tally) -> None:
    killed = sum(spread(list(KINDS), kill_all, folder))
    assert killed > len(KINDS)
    tally.add("kills survived", killed)


def kill_all(kinds: Sequence[str], place: Path) -> int:
    return sum(kill_each(kind, place / kind.replace(" ", "-")) for kind in kinds)


def kill_each(kind: str, place: Path) -> int:
    place.mkdir()
    single = Single(place, *KINDS[kind])
    operations = evenly([one for one in single.operations() if one.name in CHANGING], KILLS)
    new = homes.content(single.home)
    for operation in operations:
        single.set_back()
        assert end_of(partial(kill, single, operation)) == -signal.SIGKILL, f"{kind}: {operation}"
        check(single, new, f"{kind}: {operation}")
    return len(operations)


def kill(single: Single, at: Operation) -> None:
    def act(operation: Operation) -> None:
        if operation == at:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.MonkeyPatch.context() as patch:
        Layer(single.place, act).install(patch)
        single.clean()
