"""Somebody else is at work in the same profile: a browser, the person, another scrubber."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber.transaction import stage
from scrubber.transaction.changes import Discard
from tests.faults import homes
from tests.faults.children import begin, end_of
from tests.faults.homes import CHROME, FIREFOX
from tests.faults.layer import Layer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.conftest import Scene
    from tests.faults.layer import Operation

CHROME_STAGING = "/home/.config/google-chrome/.scrubber-"


def clean_while(home: Path, name: str, path: str, happens: Callable[[], object]) -> homes.Ran:
    """A clean in which something happens right before the first operation of a name on a path."""
    begun = False

    def act(operation: Operation) -> None:
        nonlocal begun
        if not begun and (operation.name, operation.path) == (name, path):
            begun = True
            with layer.unnoticed():
                happens()

    layer = Layer(home.parent, act)
    with pytest.MonkeyPatch.context() as patch:
        layer.install(patch)
        ran = homes.clean(home)
    assert begun
    return ran


@pytest.mark.parametrize(
    ("name", "path"),
    [
        pytest.param("mkdir", CHROME_STAGING, id="after the plan"),
        pytest.param("mkdir", f"{CHROME_STAGING}/1/before", id="while copies are made"),
    ],
)
def test_a_browser_that_starts_keeps_its_profile(scene: Scene, folder: Path, name: str, path: str) -> None:
    home = scene.set_up(folder)
    lock = home / CHROME / ".." / "SingletonLock"
    ran = clean_while(home, name, path, lambda: lock.symlink_to("elsewhere.example-4711"))
    assert ran.code == 3
    assert "chrome:Default is in use" in ran.said["messages"][0]
    lock.unlink()
    assert homes.differing(homes.content(home), scene.old) == []
    assert homes.staged(folder) == []


def test_firefox_cannot_start_meanwhile(scene: Scene, folder: Path) -> None:
    home = scene.set_up(folder)
    staging = f"/home/{FIREFOX}/.scrubber-"
    refused: list[bool] = []

    def start() -> None:
        refused.append(end_of(lambda: take(home / FIREFOX / ".parentlock")) != 0)

    assert clean_while(home, "mkdir", f"{staging}/1", start).code == 0
    assert refused == [True]
    assert end_of(lambda: take(home / FIREFOX / ".parentlock")) == 0


def take(path: Path) -> None:
    """As Firefox does, in a process of its own."""
    with path.open("r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        pytest.param("mkdir", CHROME_STAGING, id="after the plan"),
        pytest.param("create", f"{CHROME_STAGING}/journal", id="after the copy"),
    ],
)
def test_what_changes_meanwhile_stays_as_it_is_now(scene: Scene, folder: Path, name: str, path: str) -> None:
    home = scene.set_up(folder)
    icons = home / CHROME / "Favicons"

    def visit() -> None:
        with closing(sqlite3.connect(icons)) as database:
            database.execute("UPDATE favicons SET url = 'https://just-now.example/' WHERE id = 1")
            database.commit()

    ran = clean_while(home, name, path, visit)
    assert ran.code == 4
    stores = [store for profile in ran.said["profiles"] for store in profile["stores"]]
    assert {"changed since" in store["skipped"] for store in stores if store["path"] == str(icons)} == {True}
    with closing(sqlite3.connect(icons)) as database:
        (url,) = database.execute("SELECT url FROM favicons WHERE id = 1").fetchone()
    assert url == "https://just-now.example/"
    assert homes.differing(homes.content(home), scene.new) == [f"{CHROME}/Favicons"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        pytest.param("mkdir", CHROME_STAGING, id="after the plan"),
        pytest.param("create", f"{CHROME_STAGING}/journal", id="after the copies"),
    ],
)
def test_a_profile_that_becomes_a_link_is_not_followed(
    scene: Scene, folder: Path, name: str, path: str
) -> None:
    home = scene.set_up(folder)
    profile, outside = home / CHROME, folder / "outside"

    def move() -> None:
        shutil.move(profile, outside)
        profile.symlink_to(outside)

    before = homes.content(profile)
    ran = clean_while(home, name, path, move)
    assert ran.code == 4
    assert homes.content(outside) == before
    assert homes.staged(folder) == []


def test_a_second_scrubber_is_told_of_the_first(scene: Scene, folder: Path) -> None:
    home = scene.set_up(folder)
    waiting, go_on = os.pipe(), os.pipe()

    def wait() -> None:
        os.write(waiting[1], b"here")
        os.read(go_on[0], 1)

    def first() -> None:
        ran = clean_while(home, "create", f"{CHROME_STAGING}/journal", wait)
        assert ran.code == 0, ran

    child = begin(first)
    os.read(waiting[0], 4)
    second = homes.clean(home)
    os.write(go_on[1], b"!")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    for descriptor in (*waiting, *go_on):
        os.close(descriptor)
    assert second.code == 3
    assert "another scrubber is working on" in second.said["messages"][0]
    assert homes.differing(homes.content(home), scene.new) == []
    assert homes.staged(folder) == []


@pytest.mark.parametrize("at", ["stage", "swap"])
def test_who_tells_whose_things_are_stays_with_them(
    scene: Scene, folder: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """A bucket's folder without the row that says whose it is would never be found again."""
    home = scene.set_up(folder)

    def refuse(path: Path) -> None:
        if path.parent.name == "WebStorage":
            raise OSError(5, "Input/output error")

    def refusing_forward(self: Discard) -> None:
        refuse(self.path)
        forward(self)

    def refusing_stage(path: Path, slot: Path) -> Discard:
        refuse(path)
        return staged(path, slot)

    forward, staged = Discard.forward, stage.stage_discard
    if at == "swap":
        monkeypatch.setattr(Discard, "forward", refusing_forward)
    else:
        monkeypatch.setattr("scrubber.transaction.transaction.stage_discard", refusing_stage)
    ran = homes.clean(home)
    assert ran.code == 4
    assert homes.differing(homes.content(home), scene.new) == [
        f"{CHROME}/WebStorage/5/IndexedDB/indexeddb.leveldb",
        f"{CHROME}/WebStorage/QuotaManager",
    ]
    assert homes.halves(homes.content(home), scene.old, scene.new) == []
