"""Whose turn it is in a clean, operation by operation, so that failures can be kept apart."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from scrubber import engine, plan, verdict
from scrubber.cli import console
from scrubber.transaction.swapping import Swaps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


@dataclass(frozen=True)
class Turn:
    """What is being worked on; paths are below the home's parent."""

    step: str = ""
    """`plan`, `stage`, `swap`, `plan again` and `verify` are a store's; in `look` the next one is looked for;
    `profile` and, where its folders are cleared up, `end` are the profile's as a whole.
    """
    profile: str = ""
    """The folder of the one that is being looked through, or changed."""
    store: str = ""


@dataclass
class Turns:
    """Tells `tell` of every turn as it begins."""

    root: str
    tell: Callable[[Turn], None]
    now: Turn = field(default_factory=Turn)
    owners: dict[Path, str] = field(default_factory=dict)
    """Of each path that is going to be changed, the store for which it is."""
    is_over: bool = False
    """Whether everything is changed, and looked at once more."""

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Until `patch` is undone."""
        patch.setattr(console.Progress, "__call__", lambda _, step, path: self._progress(step, path))
        for owner, name, watched in (
            (plan._Search, "through", self._through),
            (plan._Search, "_look", self._look),
            (engine.Run, "_clean", self._clean),
            (engine.Run, "_staged", self._staged),
            (engine.Run, "_end", self._end),
            (Swaps, "_attempt", self._attempt),
            (verdict, "verify", self._verify),
        ):
            patch.setattr(owner, name, _around(getattr(owner, name), watched))

    def _begin(self, turn: Turn) -> None:
        self.now = turn
        self.tell(turn)

    def _path(self, path: Path) -> str:
        return str(path).removeprefix(self.root)

    def _progress(self, step: str, path: Path) -> None:
        if step == "plan":
            self._begin(Turn("plan again" if self.is_over else step, self.now.profile, self._path(path)))
        elif step == "verify":
            self._begin(Turn(step, "", self._path(path)))

    def _through(self, go_on: Callable[[], Any], _: Any, profile: Any, **__: Any) -> Any:
        self._begin(Turn("look", self._path(profile.path)))
        return go_on()

    def _look(self, go_on: Callable[[], Any], *_: Any) -> None:
        go_on()
        self._begin(Turn("look", self.now.profile))

    def _clean(self, go_on: Callable[[], Any], _: engine.Run, stores: Any) -> Any:
        self._begin(Turn("profile", self._path(stores[0].profile.path)))
        return go_on()

    def _staged(self, go_on: Callable[[], Any], _: Any, planned: Any, transaction: Any, *__: Any) -> Any:
        own = self._path(planned.path)
        self._begin(replace(self.now, step="stage", store=own))
        before = len(transaction.changes)
        done = go_on()
        self.owners |= {change.path: own for change in transaction.changes[before:]}
        self._begin(replace(self.now, step="profile", store=""))
        return done

    def _attempt(self, go_on: Callable[[], Any], _: Swaps, change: Any) -> Any:
        self._begin(replace(self.now, step="swap", store=self.owners.get(change.path, "")))
        return go_on()

    def _end(self, go_on: Callable[[], Any], _: engine.Run, part: Any, *__: Any) -> Any:
        self._begin(Turn("end", self._path(part.profiles[0].path)))
        return go_on()

    def _verify(self, go_on: Callable[[], Any], *_: Any, **__: Any) -> Any:
        self.is_over = True
        self._begin(Turn("verify"))
        found = go_on()
        self._begin(Turn("verify"))
        return found


def _around(function: Callable[..., Any], watched: Callable[..., Any]) -> Callable[..., Any]:
    def told(*arguments: Any, **options: Any) -> Any:
        return watched(lambda: function(*arguments, **options), *arguments, **options)

    return told
