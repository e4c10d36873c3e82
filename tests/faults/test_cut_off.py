"""A clean is killed, or told to stop, at any of its file operations: nothing is lost, the next run knows."""

from __future__ import annotations

import os
import pickle
import re
import signal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from scrubber import discovery, engine
from tests.faults import homes
from tests.faults.children import end_of, spread
from tests.faults.layer import CHANGING, Layer
from tests.faults.single import alone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scrubber.model import BrowserProfile
    from tests.faults.conftest import Scene
    from tests.faults.layer import Operation
    from tests.tally import Tally

MOST = 40
"""Runs of each kind, evenly over all operations; tests/transaction has every one of them for fewer stores.

What a killed process leaves is looked at in more moments in test_power_cut.py.
"""

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a shutdown, a terminal that is closed. They take turns."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "occupancies", alone)


def evenly(operations: Sequence[Operation]) -> list[Operation]:
    return list(operations[:: max(1, len(operations) // MOST)])


def test_kill(every: Scene, folder: Path, tally: Tally) -> None:
    """Only what changes the disk matters: before anything else, it is as it was one operation earlier."""
    chosen = evenly([one for one in every.operations if one.name in CHANGING])
    killed = sum(spread(chosen, partial(kill_at_all, every), folder))
    assert killed == len(chosen)
    tally.add("kills survived", killed)


def kill_at_all(every: Scene, operations: Sequence[Operation], place: Path) -> int:
    return sum(kill_at(every, one, place) for one in operations)


def kill_at(every: Scene, at: Operation, place: Path) -> bool:
    home = every.set_up(place)
    ended = end_of(partial(send, every, signal.SIGKILL, at, place))
    if ended == 0:
        return False
    assert ended == -signal.SIGKILL
    assert homes.halves(homes.content(home), every.old, every.new) == [], at
    check_next_run(every, place, at)
    return True


def check_next_run(every: Scene, place: Path, at: Operation) -> None:
    """It clears up, says so, finishes the work, and leaves nothing."""
    left = homes.staged(place / "home")
    again = every.clean_unverified(place)
    assert (again.code, again.recovered) == (0, bool(left)), (at, again.said["messages"])
    assert homes.differing(homes.content(place / "home"), every.new) == [], at
    assert homes.staged(place) == [], at


def send(every: Scene, number: signal.Signals, at: Operation, place: Path) -> None:
    """A clean that gets a signal right before an operation; what it gave is pickled."""

    def act(operation: Operation) -> None:
        if operation == at:
            os.kill(os.getpid(), number)

    with pytest.MonkeyPatch.context() as patch:
        homes.skip_verifying(patch)
        Layer(place, act).install(patch)
        ran = every.clean(place)
    (place / "ran").write_bytes(pickle.dumps(ran))


def test_stop(every: Scene, folder: Path, tally: Tally) -> None:
    chosen = [(STOPS[number % 3], one) for number, one in enumerate(evenly(every.operations))]
    stopped = sum(spread(chosen, partial(stop_at_all, every), folder))
    assert stopped > len(chosen) * 0.8  # the others came when all was done
    tally.add("interrupts survived", stopped)


def is_inside(path: Path, profile: BrowserProfile) -> bool:
    """Not only in what it shares with others."""
    return any(path.is_relative_to(root) for root in profile.roots)


def stop_at_all(every: Scene, jobs: Sequence[tuple[signal.Signals, Operation]], place: Path) -> int:
    return sum(stop_at(every, number, at, place) for number, at in jobs)


def stop_at(every: Scene, number: signal.Signals, at: Operation, place: Path) -> bool:
    home = every.set_up(place)
    assert end_of(partial(send, every, number, at, place)) == 0, at
    ran: homes.Ran = pickle.loads((place / "ran").read_bytes())  # noqa: S301 - our own
    if ran.code == 0:
        return False
    assert ran.code == 130, (at, ran)
    found = homes.content(home)
    said = " ".join(ran.said["messages"])
    assert "Interrupted" in said
    told = re.search(r"cleaned(?:, but not checked again| and checked): (.*?)\.(?: |$)", said)
    cleaned = told[1].split(", ") if told else []
    for profile in discovery.find_in(home).profiles:
        wanted = every.new if profile.spec in cleaned else every.old
        wrong = [path for path in homes.differing(found, wanted) if is_inside(home / path, profile)]
        assert wrong == [], (at, said)
    # A run that is told to stop clears up after itself, unless it was clearing up already.
    assert bool(homes.staged(home)) == ("An earlier run was cut off" in said), (at, said)
    check_next_run(every, place, at)
    return True
