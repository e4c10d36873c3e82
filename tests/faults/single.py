"""Each kind of store of every browser alone in a home, where what holds for one can be tried at each."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from scrubber import engine, guard, plan
from scrubber.cli.options import Request
from scrubber.discovery import Found
from scrubber.engine import writable
from tests.faults import homes
from tests.faults.layer import Layer
from tests.saboteurs.fillers import fill
from tests.saboteurs.scene import POLICY, make, stores
from tests.stores.running import TARGET

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from scrubber.engine.outcome import Outcome
    from scrubber.model import BrowserProfile, Store
    from scrubber.plan import Plan
    from tests.faults.layer import Operation

KINDS: dict[str, tuple[str, Store]] = {}
"""Of each kind of store the first that there is, with a browser that has it, by the kind's name."""

for _, _browser, _store in stores():
    _inner = getattr(_store, "inner", None)
    KINDS.setdefault(
        type(_store).__name__ + (f" of {type(_inner).__name__}" if _inner else ""), (_browser, _store)
    )


@dataclass
class Single:
    """A home with one store in it; `place` is an empty folder."""

    place: Path
    browser: str
    store: Store

    def __post_init__(self) -> None:
        (self.place / "tmp").mkdir()
        tempfile.tempdir = str(self.place / "tmp")
        profile = make(self.home, self.browser)
        fill(self.store, profile)
        self.profile = profile.profile
        shutil.copytree(self.home, self.place / "pristine", symlinks=True)
        self.old = homes.content(self.home)

    @property
    def home(self) -> Path:
        return self.place / "home"

    def set_back(self) -> None:
        """Everything as it was filled."""
        shutil.rmtree(self.home)
        shutil.copytree(self.place / "pristine", self.home, symlinks=True)

    def plan(self) -> Plan:
        """What of it would go."""
        return plan.make([self.profile], TARGET, POLICY)

    def clean(self) -> tuple[Plan, Outcome]:
        """With what a dead run has left cleared up before, and nobody looking afterwards."""
        writable.finish_interrupted([self.profile])
        made = self.plan()
        return made, engine.apply(made, ())

    def run(self) -> homes.Ran:
        """The command line's clean of it, last look and all."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Request, "found", lambda _: Found((self.profile,), (), ()))
            return homes.clean(self.home, "-v", "--include", "bookmarks,logins", "--mentions", "all")

    def operations(self) -> Sequence[Operation]:
        """Of one such run; the home is left clean."""
        layer = Layer(self.place, lambda _: None)
        with pytest.MonkeyPatch.context() as patch:
            layer.install(patch)
            _, outcome = self.clean()
        assert [one for one in outcome.cleaned if one.failed] == []
        return layer.seen


def alone(profiles: Iterable[BrowserProfile], *_: object, held: bool = False) -> engine.Looks:
    """What has these profiles in use by their locks alone: to list all processes takes longer than a run."""
    machine = guard.Machine(processes=lambda: ())
    return {one: guard.check(one, (), standard=False, held=held, machine=machine) for one in profiles}
