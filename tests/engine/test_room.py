"""Design 4.5: disk space is checked before anything is staged, for all stores of a run together."""

from __future__ import annotations

import shutil
from collections import namedtuple
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from scrubber import engine
from scrubber.model import BrowserProfile, Policy, Standing, Trace
from scrubber.plan import Plan, PlannedStore
from scrubber.sites import Site, Target
from scrubber.transaction import Transaction, fingerprint

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Changes, Look

_Usage = namedtuple("_Usage", ["total", "used", "free"])

SIZE = 1000


@dataclass(frozen=True)
class Whole:
    """A store of one file of SIZE bytes: rewritten to half of it, or gone."""

    goes: bool = False
    places: tuple[str, ...] = ()
    holds: tuple[str, ...] = ("cache",)
    source: str = "somewhere.cc"

    def unit(self, path: Path) -> tuple[Path, ...]:
        return (path,)

    def find(self, path: Path, _look: Look) -> tuple[Trace, ...]:
        return (Trace("", path.name, Standing.OWN, "", "cache"),)

    def remove(self, path: Path, _traces: tuple[Trace, ...], changes: Changes) -> int:
        if self.goes:
            changes.discard(path)
        else:
            with changes.edit(path) as edit:
                edit.after.write_bytes(bytes(SIZE // 2))
        return 1


@pytest.fixture
def profile(tmp_path: Path) -> BrowserProfile:
    folder = tmp_path.resolve() / "user" / "Default"
    folder.mkdir(parents=True)
    return BrowserProfile("chrome", "chromium", "Default", "Default", folder, folder.parent, folder)


def plan(profile: BrowserProfile, *stores: Whole) -> Plan:
    planned = []
    for number, store in enumerate(stores):
        path = profile.path / f"store {number}"
        path.write_bytes(bytes(SIZE))
        planned.append(PlannedStore(profile, store, path, fingerprint((path,)), store.find(path, None)))  # type: ignore[arg-type]
    target = Target((Site("labs", "Labs", domains=("labs.openai.com",)),))
    return Plan(target, Policy(), (profile,), tuple(planned), ())


def leave(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(1 << 30, (1 << 30) - free, free))


@pytest.mark.parametrize(
    ("free", "lacking"),
    [
        pytest.param(2 * 3 * SIZE, [], id="room for all at once"),
        pytest.param(SIZE + 3 * SIZE, [], id="room for one after the other"),
        pytest.param(SIZE + 3 * SIZE - 1, ["store 1"], id="room for each, not for both"),
        pytest.param(3 * SIZE - 1, ["store 0", "store 1"], id="room for none"),
    ],
)
def test_a_store_fits_beside_what_earlier_ones_take(
    profile: BrowserProfile, monkeypatch: pytest.MonkeyPatch, free: int, lacking: list[str]
) -> None:
    made = plan(profile, Whole(), Whole())
    leave(monkeypatch, free)
    outcome = engine.apply(made, ())
    assert [one.planned.path.name for one in outcome.cleaned if one.failed] == lacking
    for one in outcome.cleaned:
        assert one.planned.path.stat().st_size == (SIZE if one.failed else SIZE // 2)


def test_what_it_lacks_is_told_in_bytes(profile: BrowserProfile, monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan(profile, Whole(), Whole())
    leave(monkeypatch, 3500)
    outcome = engine.apply(made, ())
    assert [one.failed for one in outcome.cleaned] == [
        "",
        "needs 3000 bytes of free space, 2500 are free: lacks 500",
    ]


def test_what_goes_as_a_whole_needs_no_room(profile: BrowserProfile, monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan(profile, Whole(goes=True), Whole(goes=True))
    leave(monkeypatch, 0)
    assert [one.failed for one in engine.apply(made, ()).cleaned] == ["", ""]
    assert [path.name for path in profile.path.iterdir()] == []


def test_it_is_told_before_anything_starts(profile: BrowserProfile, monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan(profile, Whole(), Whole())
    leave(monkeypatch, SIZE)
    opened: list[bool] = []

    def begin(self: Transaction) -> None:
        leave(monkeypatch, 1 << 29)  # too late to count
        opened.append(True)
        start(self)

    start = Transaction.open
    monkeypatch.setattr(Transaction, "open", begin)
    outcome = engine.apply(made, ())
    assert opened == [True]
    assert all("lacks" in one.failed for one in outcome.cleaned)
