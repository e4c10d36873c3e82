"""For every store of every browser, removers that do less, more or other than they should: none is believed.

What they spoil is either refused, and the store is as it was, or found by the last look.
"""

from __future__ import annotations

import ast
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber import engine, guard, plan, verdict
from scrubber.browsers import BROWSERS
from scrubber.formats import mozlz4
from scrubber.stores import proving
from scrubber.transaction import PREFIX
from tests.cleaned import tree
from tests.saboteurs.fillers import FILLERS, fill
from tests.saboteurs.scene import POLICY, make, stores
from tests.saboteurs.seam import spoil_discards, spoil_edits, watch_edits
from tests.saboteurs.spoilt_databases import OF_BLOCKFILES, OF_LEVELDB, OF_SQLITE
from tests.saboteurs.spoilt_files import (
    OF_BYTES,
    OF_JSON,
    OF_LINES,
    OF_NAMED_COPIES,
    OF_SIMPLE_INDEXES,
    OF_SLOTS,
    OF_SNSS,
)
from tests.stores.running import TARGET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrubber.model import BrowserProfile, Store
    from scrubber.plan import Plan
    from tests.saboteurs.scene import Scene
    from tests.saboteurs.seam import Saboteur

STORES = list(stores())
LEAST = 6
"""So many saboteurs must have found something to spoil in each file, or it was filled with too little."""

LEAVING = frozenset({"nothing removed", "rows deleted, and their bytes left", "left"})
"""Those that leave what should go, where it can be found. What others do can only be prevented."""


@dataclass
class Trial:
    """A home with one store that is filled, as often as it is needed."""

    folder: Path
    browser: str
    store: Store
    discarded: list[Path] = field(default_factory=list)
    """What goes where nobody sabotages it."""

    def __post_init__(self) -> None:
        fill(self.store, self.scene)
        shutil.copytree(self.home, self.folder / "pristine")

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def scene(self) -> Scene:
        return make(self.home, self.browser)

    def set_back(self) -> None:
        """Everything as it was filled."""
        shutil.rmtree(self.home)
        shutil.copytree(self.folder / "pristine", self.home)

    def plan(self) -> Plan:
        made = plan.make([self.scene.profile], TARGET, POLICY)
        assert made.skipped == ()
        return made

    def mine(self, made: Plan) -> Plan:
        """The part of it that is the store's."""
        return replace(made, stores=tuple(one for one in made.stores if one.store is self.store))

    def is_caught(self, *, by_looking: bool) -> bool:
        """Run, and look whether the store was refused as a whole; `by_looking`, or the last look finds it."""
        before = tree(self.home)
        outcome = engine.apply(self.plan(), ())
        failed = [one for one in outcome.cleaned if one.failed]
        refused = [one.planned.path for one in failed if one.planned.store is self.store]
        for path in refused:
            assert _below(path, tree(self.home)) == _below(path, before)
        if refused or not by_looking:
            return bool(refused)
        return bool(verdict.verify([self.scene.profile], TARGET, POLICY).left)


def _below(path: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if path.name in name.split("/")}


def alone(profiles: Iterable[BrowserProfile], *_: object, held: bool = False) -> engine.Looks:
    """What has these profiles in use by their locks alone: to list all processes takes longer than a run."""
    machine = guard.Machine(processes=lambda: ())
    return {one: guard.check(one, (), standard=False, held=held, machine=machine) for one in profiles}


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(engine, "occupancies", alone)
    memory = Path("/dev/shm")  # noqa: S108 - the name in it is made up by tempfile
    with tempfile.TemporaryDirectory(prefix="saboteurs-", dir=memory if memory.is_dir() else None) as name:
        yield Path(name).resolve()


@pytest.mark.parametrize(("browser", "store"), [pytest.param(*rest, id=name) for name, *rest in STORES])
def test_no_saboteur_of_a_store_is_believed(browser: str, store: Store, folder: Path) -> None:
    trial = Trial(folder, browser, store)
    edited, discarded = _honest(trial)
    trial.discarded = discarded
    believed: list[str] = []
    for path in edited:
        tried = [
            name for name, saboteur in _fitting(path).items() if _edits(trial, path, saboteur, believed, name)
        ]
        assert len(tried) >= LEAST
    for path in dict.fromkeys((*discarded[:1], *discarded[-1:])):
        _discards(trial, path, believed)
    assert believed == []


def _honest(trial: Trial) -> tuple[list[Path], list[Path]]:
    """What the store edits and lets go when nobody sabotages it, which leaves nothing to be found.

    Nothing at all where all that it finds of the target is kept, whatever is asked for.
    """
    made = trial.mine(trial.plan())
    assert any(one.traces for one in made.stores), "the target was not found in it"
    before = tree(trial.home)
    with pytest.MonkeyPatch.context() as patch:
        edited = watch_edits(patch)
        discarded = spoil_discards(patch, lambda path: (path,))
        outcome = engine.apply(made, ())
    assert [one.failed + one.detail for one in outcome.cleaned if one.failed] == []
    if made.is_empty:
        assert tree(trial.home) == before
    else:
        assert edited or discarded
        assert trial.mine(trial.plan()).is_empty
    trial.set_back()
    return edited, discarded


def _edits(trial: Trial, path: Path, saboteur: Saboteur, believed: list[str], name: str) -> bool:
    """Whether the saboteur wrote something else than it should; noted where nobody minded."""
    trial.set_back()
    with pytest.MonkeyPatch.context() as patch:
        spoilt = spoil_edits(patch, saboteur, lambda edited: edited == path)
        if not trial.is_caught(by_looking=name in LEAVING) and spoilt:
            believed.append(f"{path.relative_to(trial.home)}: {name}")
    return bool(spoilt)


def _discards(trial: Trial, path: Path, believed: list[str]) -> None:
    """One thing that should go left, and one more taken away."""
    for name, instead in {
        "left": lambda _: (),
        "another one too": lambda gone: (gone, _bystander(trial, gone)),
        "another one instead": lambda gone: (_bystander(trial, gone),),
    }.items():
        trial.set_back()
        with pytest.MonkeyPatch.context() as patch:
            spoil_discards(patch, instead, lambda gone: gone == path)
            if not trial.is_caught(by_looking=name in LEAVING):
                believed.append(f"{path.relative_to(trial.home)}: {name}")


def _bystander(trial: Trial, gone: Path) -> Path:
    """What lies beside it and stays, in its own folder where there is anything."""
    going = trial.discarded
    for folder in gone.parents:
        for path in sorted(folder.iterdir()):
            if not path.name.startswith(PREFIX) and not any(
                path.is_relative_to(one) or one.is_relative_to(path) for one in going
            ):
                return path
    raise AssertionError("nobody lies beside it")


def _fitting(path: Path) -> dict[str, Saboteur]:
    """The saboteurs of what a file or folder is."""
    if path.name == "bookmarkbackups":
        return OF_NAMED_COPIES
    if path.is_dir():
        return OF_BLOCKFILES if (path / "data_0").is_file() else OF_LEVELDB
    content = path.read_bytes()
    if content.startswith(b"SQLite format 3"):
        return OF_SQLITE
    if content.startswith(b"SNSS"):
        return OF_BYTES | OF_SNSS
    if content.startswith(mozlz4.MAGIC) or content[:1] in (b"{", b"["):
        return OF_BYTES | OF_JSON
    if path.name == "the-real-index":
        return OF_BYTES | OF_SIMPLE_INDEXES
    if path.suffix == ".bin":
        return OF_BYTES | (OF_SLOTS if not content.startswith(b"STCF") else {})
    return OF_BYTES | (OF_LINES if b"\n" in content else {})


def test_every_store_of_every_browser_is_tried() -> None:
    """One of a kind that nobody can fill has no saboteurs, and so no word of it can be believed."""
    missing = {type(store).__name__ for _, _, store in STORES} - FILLERS.keys()
    assert missing == set()
    tried = {(type(store), store.places[0], store.holds) for _, _, store in STORES}
    every = [store for browser in BROWSERS for store in browser.stores]
    assert {(type(store), store.places[0], store.holds) for store in every} <= tried


def test_every_edit_is_proved() -> None:
    """A store that edits by itself would have no proof, and no saboteur would reach it."""
    found = [
        path.name
        for path in sorted(Path(proving.__file__).parent.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "changes.edit"
    ]
    assert found == ["proving.py"]
