"""The power fails at any operation of a clean: what wasn't made sure of is gone, yet every store is whole.

Where nothing is gone, it is what the process leaves that is killed in that moment.
"""

from __future__ import annotations

import random
import shutil
from functools import partial
from typing import TYPE_CHECKING

import pytest

from scrubber import discovery, engine
from scrubber.engine import writable
from tests.faults import homes
from tests.faults.children import spread
from tests.faults.layer import CHANGING, Layer, Operation
from tests.faults.power import Disk
from tests.faults.single import alone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.faults.conftest import Scene
    from tests.tally import Tally

MOST = 72
"""Cuts of each kind, evenly over all operations, each kind at others."""

KINDS = ("nothing is ahead", "every list is ahead", "some lists are ahead", "everything is ahead")
"""What of folders' lists the disk has beyond what it was told to make sure of; of content, only the last."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "occupancies", alone)


@pytest.mark.parametrize("kind", KINDS)
def test_power_cut(every: Scene, folder: Path, tally: Tally, kind: str) -> None:
    changing = [one for one in every.operations if one.name in CHANGING and one.path.startswith("/home")]
    apart = max(len(KINDS), len(changing) // MOST)
    chosen = changing[KINDS.index(kind) * apart // len(KINDS) :: apart]
    survived = sum(spread(chosen, partial(cut_at_all, every, kind), folder))
    assert survived == len(chosen)
    tally.add("kills survived" if kind == KINDS[-1] else "power cuts survived", survived)


def cut_at_all(every: Scene, kind: str, operations: Sequence[Operation], place: Path) -> int:
    """One run, which doesn't know of the copies that are made of its disk meanwhile."""
    home = every.set_up(place)
    disk = Disk(home)
    chance = random.Random(kind)
    ahead: dict[str, Callable[[], bool]] = {
        "nothing is ahead": lambda: False,
        "every list is ahead": lambda: True,
        "some lists are ahead": lambda: chance.random() < 0.5,
        "everything is ahead": lambda: True,
    }
    wanted, survived = set(operations), 0
    lost: list[tuple[Operation, str]] = []

    def act(operation: Operation) -> None:
        nonlocal survived
        with layer.unnoticed():
            disk.learn(operation.name, layer.exact)
            if operation in wanted:
                shutil.rmtree(place / "cut", ignore_errors=True)
                kept = Disk(home) if kind == KINDS[-1] else disk
                kept.after_a_cut(place / "cut", ahead[kind])
                lost.extend((operation, path) for path in lost_in(every, place / "cut"))
                survived += 1

    layer = Layer(place, act)
    with pytest.MonkeyPatch.context() as patch:
        homes.skip_verifying(patch)
        layer.install(patch)
        assert every.clean(place).code == 0
    assert lost == []
    return survived


def lost_in(every: Scene, home: Path) -> list[str]:
    """Stores that are neither old nor new, before or after the next run clears up, and what that leaves."""
    found = homes.halves(homes.content(home), every.old, every.new)
    writable.finish_interrupted(discovery.find_in(home).profiles)
    return [*found, *homes.halves(homes.content(home), every.old, every.new), *homes.staged(home)]
