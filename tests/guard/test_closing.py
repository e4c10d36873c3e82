from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scrubber import guard
from scrubber.errors import ProfileInUse
from scrubber.guard import Occupancy, Process, Use
from tests.guard.stage import machine

if TYPE_CHECKING:
    from scrubber.model import BrowserProfile


def test_wait_returns_the_first_look_that_is_free(chrome: BrowserProfile) -> None:
    busy = Occupancy((Use(chrome, "test"),))
    looks = iter([busy, busy, Occupancy()])
    times = iter([0.0, 0.1, 0.7])
    seen: list[float] = []
    slept: list[float] = []
    found = guard.wait(
        lambda: next(looks),
        lambda _, waited: seen.append(waited),
        pause=0.6,
        clock=lambda: next(times),
        sleep=slept.append,
    )
    assert found == Occupancy()
    assert seen == [0.1, 0.7]
    assert slept == [0.6, 0.6]


def test_wait_ends_at_its_limit(chrome: BrowserProfile) -> None:
    busy = Occupancy((Use(chrome, "test"),))
    times = iter([0.0, 1.0, 5.0])
    waits: list[float] = []
    with pytest.raises(ProfileInUse):
        guard.wait(
            lambda: busy,
            lambda _, waited: waits.append(waited),
            limit=5,
            clock=lambda: next(times),
            sleep=lambda _: None,
        )
    assert waits == [1.0]


def test_close_asks_each_process_once_and_tells_whom_it_could_not_ask(chrome: BrowserProfile) -> None:
    first, second = Process(1, "chrome", started=5.0), Process(2, "chrome", started=5.0)
    remote = Use(chrome, "of another machine")
    uses = (Use(chrome, "a", first), Use(chrome, "b", first), Use(chrome, "c", second), remote)
    asked: list[int] = []

    def ask(process: Process, family: str) -> bool:
        assert family == "chromium"
        asked.append(process.pid)
        return process.pid != 2

    assert guard.close(Occupancy(uses), machine(first, second), ask) == (uses[2], remote)
    assert asked == [1, 2]


def test_close_leaves_a_later_bearer_of_the_number_alone(chrome: BrowserProfile) -> None:
    gone, later = Process(1, "chrome", started=5.0), Process(1, "bash", started=6.0)
    assert (
        guard.close(Occupancy((Use(chrome, "a", gone),)), machine(later), lambda *_: pytest.fail("asked"))
        == ()
    )
