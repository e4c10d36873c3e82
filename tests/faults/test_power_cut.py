"""The power fails at any operation of a clean: what wasn't made sure of is gone, yet every store is whole."""

from __future__ import annotations

import random
import shutil
from functools import partial
from typing import TYPE_CHECKING

import pytest

from scrubber import discovery, writable
from tests.faults import homes
from tests.faults.children import spread
from tests.faults.layer import CHANGING, Layer, Operation
from tests.faults.power import Disk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.faults.conftest import Scene
    from tests.tally import Tally

MOST = 250
"""Cuts of each kind, evenly over all operations."""

KINDS = ("nothing is ahead", "every list is ahead", "some lists are ahead")
"""What of folders' lists the disk has beyond what it was told to make sure of. Content never is ahead."""


@pytest.mark.parametrize("kind", KINDS)
def test_power_cut(scene: Scene, folder: Path, tally: Tally, kind: str) -> None:
    changing = [one for one in scene.operations if one.name in CHANGING and one.path.startswith("/home")]
    chosen = changing[:: max(1, len(changing) // MOST)]
    survived = sum(spread(chosen, partial(cut_at_all, scene, kind), folder))
    assert survived == len(chosen)
    tally.add("power cuts survived", survived)


def cut_at_all(scene: Scene, kind: str, operations: Sequence[Operation], place: Path) -> int:
    """One run, which doesn't know of the copies that are made of its disk meanwhile."""
    home = scene.set_up(place)
    disk = Disk(home)
    chance = random.Random(kind)
    ahead: dict[str, Callable[[], bool]] = {
        "nothing is ahead": lambda: False,
        "every list is ahead": lambda: True,
        "some lists are ahead": lambda: chance.random() < 0.5,
    }
    wanted, survived = set(operations), 0
    lost: list[tuple[Operation, str]] = []

    def act(operation: Operation) -> None:
        nonlocal survived
        with layer.unnoticed():
            disk.learn(operation.name, layer.exact)
            if operation in wanted:
                shutil.rmtree(place / "cut", ignore_errors=True)
                disk.after_a_cut(place / "cut", ahead[kind])
                lost.extend((operation, path) for path in lost_in(scene, place / "cut"))
                survived += 1

    layer = Layer(place, act)
    with pytest.MonkeyPatch.context() as patch:
        homes.skip_verifying(patch)
        layer.install(patch)
        assert homes.clean(home).code == 0
    assert lost == []
    return survived


def lost_in(scene: Scene, home: Path) -> list[str]:
    """Stores that are neither old nor new, before or after the next run clears up, and what that leaves."""
    found = homes.halves(homes.content(home), scene.old, scene.new)
    writable.finish_interrupted(discovery.find_in(home).profiles)
    return [*found, *homes.halves(homes.content(home), scene.old, scene.new), *homes.staged(home)]
