"""Design 4.5: run by root in a home of somebody else's, nothing that its owner plants leads out of it.

The owner is a second process with that person's rights, which acts at chosen moments of the run instead of
racing it: right before one of its file operations.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scrubber import rights
from scrubber.errors import reason_of
from tests.cli.running import CHROME, FIREFOX, content, scrubber
from tests.faults.layer import Layer
from tests.interruptions import in_child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.layer import Operation

OWNER, GROUP = 12345, 23456

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can be lured"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


@dataclass(frozen=True)
class Scene:
    """A home of somebody's, and beside it a folder of root's that looks like a profile."""

    home: Path
    victim: Path


@pytest.fixture
def scene(sample: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Where everybody may look: pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory(prefix="everybodys-", dir="/tmp") as name:
        base = Path(name).resolve()
        base.chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", "/tmp")  # noqa: S108
        yield make(sample, base)


def make(sample: Path, base: Path) -> Scene:
    home, victim = base / "home", base / "victim"
    shutil.copytree(sample, home)
    shutil.copytree(sample / CHROME, victim)
    shutil.copytree(sample / ".cache/google-chrome/Default", victim / "Caches")
    (victim / "secret").write_text("https://labs.openai.com/ is none of theirs")
    (victim / "secret").chmod(0o600)
    for path in (home, *home.rglob("*")):
        os.chown(path, OWNER, GROUP, follow_symlinks=False)
    return Scene(home, victim)


def untouched(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Content, mode, owner, size and times of change of everything of root's."""
    return {
        path.relative_to(folder).as_posix(): (
            path.lstat().st_mode,
            path.lstat().st_uid,
            path.lstat().st_gid,
            path.lstat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in (folder, *folder.rglob("*"))
    }


def as_owner(act: Callable[[], None]) -> None:
    """In a process with the owner's rights alone; what it is refused, it does without."""

    def become_and_act() -> None:
        os.setresuid(0, 0, 0)
        os.setgroups([])
        os.setresgid(GROUP, GROUP, GROUP)
        os.setresuid(OWNER, OWNER, OWNER)
        try:
            act()
        except OSError:
            os._exit(0)

    assert in_child(become_and_act) == 0


def aside(path: Path) -> Path:
    return path.with_name(path.name + "-was")


def lure(path: Path, victim: Path) -> None:
    """What was there goes out of the way, and the name leads to root's."""
    path.rename(aside(path))
    path.symlink_to(victim)


def lure_from_profile(scene: Scene) -> None:
    lure(scene.home / CHROME, scene.victim)


def lure_from_cache(scene: Scene) -> None:
    lure(scene.home / ".cache/google-chrome/Default", scene.victim / "Caches")


def lure_from_folder(scene: Scene) -> None:
    lure(scene.home / CHROME / "Network", scene.victim / "Network")


def lure_from_staging(scene: Scene) -> None:
    for folder in (scene.home / CHROME).parent.glob(".scrubber-*"):
        lure(folder, scene.victim)


def lure_from_copies(scene: Scene) -> None:
    """Every staged file becomes a link to a file of root's, every staged folder one to a folder."""
    for folder in (scene.home / CHROME).parent.glob(".scrubber-*/*"):
        for path in sorted(folder.rglob("*"), reverse=True):
            if path.is_file() and not path.is_symlink():
                path.unlink()
                path.symlink_to(scene.victim / "secret")
        for path in folder.glob("*"):
            if path.is_dir():
                lure(path, scene.victim)


def lure_from_stores(scene: Scene) -> None:
    for name in ("Network/Cookies", "Preferences", "History"):
        lure(scene.home / CHROME / name, scene.victim / name)


ATTACKS = [
    lure_from_profile,
    lure_from_cache,
    lure_from_folder,
    lure_from_staging,
    lure_from_copies,
    lure_from_stores,
]

MOMENTS = 6
"""Of each attack, evenly over the operations from the first copy to the last original destroyed."""


def cleaned_while(
    scene: Scene, at: int | None, attack: Callable[[Scene], None] | None, monkeypatch: pytest.MonkeyPatch
) -> int:
    """A run in which somebody attacks before its operation number `at`; how many there were."""
    count = 0

    def act(operation: Operation) -> None:
        nonlocal count
        if "/.scrubber-" in operation.path or count:
            count += 1
            if count == at and attack:
                with layer.unnoticed():
                    as_owner(lambda: attack(scene))

    layer = Layer(scene.home.parent, act)
    with monkeypatch.context() as patch:
        patch.setattr("scrubber.verdict.verify", no_look)
        layer.install(patch)
        scrubber("clean", "--yes", "-b", "chrome", "--home", scene.home)
    return count


def no_look(*_: object, **__: object) -> None:
    raise OSError(5, "not looked at here")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_nothing_of_roots_is_touched(
    sample: Path, scene: Scene, monkeypatch: pytest.MonkeyPatch, attack: Callable[[Scene], None]
) -> None:
    total = cleaned_while(scene, None, None, monkeypatch)
    assert total > 100
    for moment in range(MOMENTS):
        shutil.rmtree(scene.home)
        shutil.rmtree(scene.victim)
        make(sample, scene.home.parent)
        before = untouched(scene.victim)
        cleaned_while(scene, 1 + moment * total // MOMENTS, attack, monkeypatch)
        assert untouched(scene.victim) == before, moment
        assert [os.geteuid(), os.getegid()] == [0, 0]


@pytest.mark.parametrize("attack", [lure_from_profile, lure_from_staging], ids=lambda attack: attack.__name__)
def test_with_roots_rights_it_would_do_harm(
    sample: Path, scene: Scene, monkeypatch: pytest.MonkeyPatch, attack: Callable[[Scene], None]
) -> None:
    """What the test above guards against is there to be guarded against."""
    monkeypatch.setattr(rights, "owner", lambda _: None)
    before = untouched(scene.victim)
    total = cleaned_while(scene, None, None, monkeypatch)
    for moment in reversed(range(2 * MOMENTS)):
        cleaned_while(scene, 1 + moment * total // (2 * MOMENTS), attack, monkeypatch)
        if untouched(scene.victim) != before:
            return
        shutil.rmtree(scene.home)
        shutil.rmtree(scene.victim)
        make(sample, scene.home.parent)
        before = untouched(scene.victim)
    pytest.fail("no harm done")


def test_a_hard_link_to_a_file_of_roots_is_left_alone(scene: Scene) -> None:
    """It can't be given to whom it belongs, so the store stays as it is; nothing is written through it."""
    for name in ("Preferences", "Network/Cookies"):
        (scene.home / CHROME / name).unlink()
        (scene.home / CHROME / name).hardlink_to(scene.victim / name)
    (scene.victim / "Preferences").chmod(0o600)
    before = untouched(scene.victim)
    found = scrubber("clean", "--yes", "--home", scene.home)
    assert found.code == 4
    assert untouched(scene.victim) == before
    for name in ("Preferences", "Network/Cookies"):
        assert f"{scene.home / CHROME / name}: " in found.out
    assert b"labs.openai.com" not in (scene.home / FIREFOX / "cookies.sqlite").read_bytes().replace(
        b"labs.openai.com.evil", b""
    )


def test_a_home_is_cleaned_with_its_owners_rights(scene: Scene) -> None:
    """All that it holds is the owner's afterwards."""
    groups = os.getgroups()
    found = scrubber("clean", "--yes", "--home", scene.home)
    assert found.code == 0
    owners = {(path.lstat().st_uid, path.lstat().st_gid) for path in (scene.home, *scene.home.rglob("*"))}
    assert owners == {(OWNER, GROUP)}
    assert [os.geteuid(), os.getegid(), os.getgroups()] == [0, 0, groups]


def test_what_is_roots_in_it_is_named(scene: Scene) -> None:
    tabs = scene.home / CHROME / "Sessions" / "Session_13440000000000000"
    os.chown(tabs, 0, 0)
    tabs.chmod(0o600)
    before = tabs.read_bytes()
    found = scrubber("clean", "--yes", "--home", scene.home)
    assert found.code == 4
    assert f"{tabs}: Permission denied (with the rights of user {OWNER})" in found.out
    assert tabs.read_bytes() == before


@pytest.mark.parametrize(
    ("person", "error", "said"),
    [
        pytest.param(None, PermissionError(13, "no"), "no", id="our own rights"),
        pytest.param(rights.Person(OWNER, GROUP), PermissionError(13, "no"), "user 12345", id="a stranger's"),
        pytest.param(rights.Person(1, 1), PermissionError(13, "no"), "daemon", id="those of somebody known"),
        pytest.param(rights.Person(1, 1), OSError(5, "no"), "no", id="not a matter of rights"),
    ],
)
def test_a_refusal_says_whose_rights_were_not_enough(
    person: rights.Person | None, error: OSError, said: str
) -> None:
    with rights.of(person):
        assert reason_of(error) == ("no" if said == "no" else f"no (with the rights of {said})")


@pytest.mark.parametrize("closed", [False, True], ids=["in reach of its owner", "closed to its owner"])
def test_where_the_owner_can_not_go_root_works_as_root(scene: Scene, closed: bool) -> None:
    """Such as a copy of a home in root's own folder: nobody can plant anything there meanwhile."""
    scene.home.parent.chmod(0o700 if closed else 0o755)
    tabs = scene.home / CHROME / "Sessions" / "Session_13440000000000000"
    os.chown(tabs, 0, 0)
    tabs.chmod(0o600)
    assert scrubber("clean", "--yes", "--home", scene.home).code == (0 if closed else 4)


def test_a_home_of_roots_is_cleaned_as_ever(scene: Scene) -> None:
    for path in (scene.home, *scene.home.rglob("*")):
        os.chown(path, 0, 0)
    assert rights.owner(scene.home) is None
    assert scrubber("clean", "--yes", "--home", scene.home).code == 0


@pytest.mark.parametrize(
    "error", [None, KeyboardInterrupt(), OSError(5, "bad")], ids=["end", "Ctrl-C", "error"]
)
def test_our_rights_come_back_whatever_happens(error: BaseException | None) -> None:
    before = os.geteuid(), os.getegid(), os.getgroups(), list(sys.meta_path), tempfile.tempdir
    try:
        with rights.of(rights.Person(OWNER, GROUP)):
            assert (os.geteuid(), os.getegid(), os.getgroups()) == (OWNER, GROUP, [])
            with rights.ours():
                assert os.geteuid() == 0
            assert (os.geteuid(), os.getegid()) == (OWNER, GROUP)
            if error:
                raise error
    except (KeyboardInterrupt, OSError):
        assert error
    assert (os.geteuid(), os.getegid(), os.getgroups(), list(sys.meta_path), tempfile.tempdir) == before


def test_where_root_can_not_become_the_owner_it_works_as_root(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container without that capability, or one that doesn't know the owner."""
    assert rights.owner(scene.home) == rights.Person(OWNER, GROUP)

    def refuse(_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(os, "setgroups", refuse)
        assert rights.owner(scene.home) is None
    assert os.geteuid() == 0


def test_two_homes_are_each_cleaned_with_its_owners_rights(sample: Path, scene: Scene) -> None:
    """A disk with the homes of several people: neither's rights reach into the other's."""
    disk = scene.home.parent / "disk"
    for number, name in enumerate(("ann", "bob")):
        shutil.copytree(sample, disk / "home" / name)
        for path in (disk / "home" / name, *(disk / "home" / name).rglob("*")):
            os.chown(path, OWNER + number, GROUP + number)
            path.chmod(0o700 if path.is_dir() else 0o600)
    found = scrubber("clean", "--yes", "--home", disk)
    assert found.code == 0
    for number, name in enumerate(("ann", "bob")):
        owners = {path.lstat().st_uid for path in (disk / "home" / name).rglob("*")}
        assert owners == {OWNER + number}
    assert content(disk / "home" / "ann").keys() == content(disk / "home" / "bob").keys()
    assert not list(disk.rglob(".scrubber-*"))
    modes = {stat.S_IMODE(path.lstat().st_mode) for path in (disk / "home").rglob("*") if path.is_file()}
    assert modes == {0o600}


def test_a_backup_is_roots_and_comes_back_as_the_owners(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive lies where only root may write; what is in it was read with the owner's rights."""
    monkeypatch.setattr("scrubber.backup.age.LOG2_N", 10)
    secret = tmp_path / "passphrase"
    secret.write_text("stretcher ovation prism deluxe\n")
    backup = tmp_path / "backup.age"
    before = content(scene.home)
    words = ("--home", scene.home, "--passphrase-file", secret)
    assert scrubber("clean", "--yes", "--backup", backup, *words).code == 0
    assert (backup.stat().st_uid, stat.S_IMODE(backup.stat().st_mode)) == (0, 0o600)
    assert scrubber("undo", backup, *words).code == 0
    assert content(scene.home) == before
    assert {path.lstat().st_uid for path in scene.home.rglob("*")} == {OWNER}


def everybodys(scene: Scene, own: Path, *words: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command for all homes, of which there are these two."""
    monkeypatch.setenv("HOME", str(own))
    monkeypatch.setattr("scrubber.discovery.people.other_homes", lambda _: (scene.home,))
    return scrubber(*words, "--all-users")


def test_for_everybody_each_home_is_cleaned_with_its_owners_rights(
    sample: Path, scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Path(shutil.copytree(sample, tmp_path / "own"))
    found = everybodys(scene, own, "clean", "--yes", "--json", monkeypatch=monkeypatch)
    assert found.code == 0, found.out
    assert {Path(profile["path"]) for profile in found.json["profiles"]} >= {
        own / CHROME,
        scene.home / CHROME,
    }
    for home, user in ((own, 0), (scene.home, OWNER)):
        assert {path.lstat().st_uid for path in (home, *home.rglob("*"))} == {user}
    assert everybodys(scene, own, "verify", monkeypatch=monkeypatch).code == 0


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_for_everybody_nothing_of_roots_is_touched(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attack: Callable[[Scene], None]
) -> None:
    """What is planted before the run; the one who plants while it works is above."""
    (tmp_path / "own").mkdir()
    before = untouched(scene.victim)
    as_owner(lambda: attack(scene))
    found = everybodys(scene, tmp_path / "own", "clean", "--yes", monkeypatch=monkeypatch)
    assert found.code in (0, 1, 4)
    assert untouched(scene.victim) == before


def test_home_and_all_users_exclude_each_other(tmp_path: Path) -> None:
    assert scrubber("scan", "--all-users", "--home", tmp_path).code == 2
