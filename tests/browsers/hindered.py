"""`clean` on a real home, in a process to which the system refuses things, or under which the power fails.

`python -m tests.browsers.hindered refused HOME` says on its last line what it was refused;
`python -m tests.browsers.hindered powerless HOME` writes beside the home what cuts would have left of it.
"""

from __future__ import annotations

import errno
import json
import os
import random
import sys
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import pytest

from scrubber.transaction import PREFIX
from tests.browsers.cleaning import Ran
from tests.browsers.cut_off import Turns, begun, clean, stages, swaps
from tests.faults import homes
from tests.faults.layer import CHANGING, Layer
from tests.faults.power import Disk

if TYPE_CHECKING:
    from tests.faults.layer import Operation

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)
_APART = 199
"""Operations between two that fail: more than most stores have, and in step with nothing that repeats."""


def refused(home: Path) -> tuple[Ran, list[str]]:
    """Clean a home so; the operations that failed, in their order: `fsync /…/History`."""
    with begun("hindered", "refused", home=home) as process:
        out, error = process.communicate()
    assert "Traceback" not in error, error
    answer, _, last = out.strip().rpartition("\n")
    return Ran(home, process.returncode, json.loads(answer)), json.loads(last)


def powerless(home: Path) -> tuple[Path, ...]:
    """What is left of a home after cuts at several moments of a run, in their order; it ends up clean."""
    with begun("hindered", "powerless", home=home) as process:
        said = process.communicate()
    assert process.returncode == 0, said
    return tuple(sorted(home.parent.glob("cut-*")))


class _Refusing:
    """Operations on files fail at their turn, from the first staging folder on, but not in the last look."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        self._is_looking = False
        self._seen = 0
        self._staged_in: set[PurePath] = set()

    def __call__(self, operation: Operation) -> None:
        has_begun = self._seen or PREFIX in operation.path
        if self._is_looking or not has_begun or self._stops_all(operation):
            return
        self._seen += operation.name in {*CHANGING, "open", "read"}
        if self._seen % _APART == 0:
            self._seen += 1
            error = ERRORS[len(self.refused) % len(ERRORS)]
            self.refused.append(f"{operation.name} {operation.path}")
            raise OSError(error, os.strerror(error), operation.path)

    def _stops_all(self, operation: Operation) -> bool:
        """Without its staging folder and the journal in it, or the locks, a run changes nothing at all."""
        path = PurePath(operation.path)
        if path.name == PREFIX:
            self._staged_in.add(path.parent)
        is_staging = PREFIX in (path.name, path.parent.name) or path in self._staged_in
        return is_staging or path.name in ("LOCK", "lock", ".parentlock", "SingletonLock")

    def turn(self) -> None:
        """The last look begins, or ends."""
        self._is_looking = not self._is_looking


def _refused(home: Path) -> int:
    refusing = _Refusing()
    with pytest.MonkeyPatch.context() as patch:
        homes.watch_verifying(patch, refusing.turn)
        Layer(home, refusing).install(patch)
        code = clean(home)
    sys.stdout.write(json.dumps(refusing.refused))
    return code


def _destroys(operation: Operation) -> bool:
    return operation.name == "unlink" and operation.path.endswith("/journal")


CUTS = ((stages, 6), (swaps, 3), (swaps, 9), (_destroys, 1))
"""While new versions are made, among the swaps, and while the originals are destroyed."""


def _powerless(home: Path) -> int:
    disk, chance = Disk(home), random.Random(0)

    def cut(number: int) -> None:
        disk.after_a_cut(home.with_name(f"cut-{number}"), lambda: chance.random() < 0.5)

    cuts = [Turns(kind, turn, partial(cut, number)) for number, (kind, turn) in enumerate(CUTS)]

    def act(operation: Operation) -> None:
        with layer.unnoticed():
            disk.learn(operation.name, layer.exact)
            for each in cuts:
                each(operation)

    layer = Layer(home, act)
    with pytest.MonkeyPatch.context() as patch:
        homes.skip_verifying(patch)
        layer.install(patch)
        return clean(home)


if __name__ == "__main__":
    sys.exit({"refused": _refused, "powerless": _powerless}[sys.argv[1]](Path(sys.argv[2])))
