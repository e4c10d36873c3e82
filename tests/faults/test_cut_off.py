"""A clean is killed, or told to stop, at any of its file operations: nothing is lost, the next run knows."""

from __future__ import annotations

import os
import pickle
import re
import signal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.faults import homes
from tests.faults.children import end_of, spread
from tests.faults.layer import CHANGING, Layer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.faults.conftest import Scene
    from tests.faults.layer import Operation
    from tests.tally import Tally

MOST = 100
"""Runs of each kind, evenly over all operations; tests/transaction has every one of them for fewer stores."""

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a shutdown, a terminal that is closed. They take turns."""

BROWSERS = {"chrome:Default": "google-chrome", "firefox:default": "mozilla"}


def evenly(operations: Sequence[Operation]) -> list[Operation]:
    return list(operations[:: max(1, len(operations) // MOST)])


def test_kill(scene: Scene, folder: Path, tally: Tally) -> None:
    """Only what changes the disk matters: before anything else, it is as it was one operation earlier."""
    chosen = evenly([one for one in scene.operations if one.name in CHANGING])
    killed = sum(spread(chosen, partial(kill_at_all, scene), folder))
    assert killed == len(chosen)
    tally.add("kills survived", killed)


def kill_at_all(scene: Scene, operations: Sequence[Operation], place: Path) -> int:
    return sum(kill_at(scene, one, place) for one in operations)


def kill_at(scene: Scene, at: Operation, place: Path) -> bool:
    home = scene.set_up(place)
    ended = end_of(partial(send, signal.SIGKILL, at, home, place))
    if ended == 0:
        return False
    assert ended == -signal.SIGKILL
    assert homes.halves(homes.content(home), scene.old, scene.new) == [], at
    check_next_run(scene, place, at)
    return True


def check_next_run(scene: Scene, place: Path, at: Operation) -> None:
    """It clears up, says so, finishes the work, and leaves nothing."""
    left = homes.staged(place / "home")
    again = homes.clean_unverified(place / "home")
    assert (again.code, again.recovered) == (0, bool(left)), (at, again.said["messages"])
    assert homes.differing(homes.content(place / "home"), scene.new) == [], at
    assert homes.staged(place) == [], at


def send(number: signal.Signals, at: Operation, home: Path, place: Path) -> None:
    """A clean that gets a signal right before an operation; what it gave is pickled."""

    def act(operation: Operation) -> None:
        if operation == at:
            os.kill(os.getpid(), number)

    with pytest.MonkeyPatch.context() as patch:
        homes.skip_verifying(patch)
        Layer(place, act).install(patch)
        ran = homes.clean(home)
    (place / "ran").write_bytes(pickle.dumps(ran))


def test_stop(scene: Scene, folder: Path, tally: Tally) -> None:
    chosen = [(STOPS[number % 3], one) for number, one in enumerate(evenly(scene.operations))]
    stopped = sum(spread(chosen, partial(stop_at_all, scene), folder))
    assert stopped > len(chosen) * 0.8  # the others came when all was done
    tally.add("interrupts survived", stopped)


def stop_at_all(scene: Scene, jobs: Sequence[tuple[signal.Signals, Operation]], place: Path) -> int:
    return sum(stop_at(scene, number, at, place) for number, at in jobs)


def stop_at(scene: Scene, number: signal.Signals, at: Operation, place: Path) -> bool:
    home = scene.set_up(place)
    assert end_of(partial(send, number, at, home, place)) == 0, at
    ran: homes.Ran = pickle.loads((place / "ran").read_bytes())  # noqa: S301 - our own
    if ran.code == 0:
        return False
    assert ran.code == 130, (at, ran)
    found = homes.content(home)
    said = " ".join(ran.said["messages"])
    assert "Interrupted" in said
    told = re.search(r"cleaned(?:, but not checked again| and checked): ([^.]*)", said)
    cleaned = told[1] if told else ""
    for spec, folder in BROWSERS.items():
        wanted = scene.new if spec in cleaned else scene.old
        assert [path for path in homes.differing(found, wanted) if f"/{folder}/" in path] == [], (at, said)
    # A run that is told to stop clears up after itself, unless it was clearing up already.
    assert bool(homes.staged(home)) == ("An earlier run was cut off" in said), (at, said)
    check_next_run(scene, place, at)
    return True
