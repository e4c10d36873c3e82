from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import stat
from collections import namedtuple
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber.errors import ProfileInUse, Unproved, UnreadableStore
from scrubber.formats.sqlite_unit import SIDECARS
from scrubber.transaction import (
    PREFIX,
    Failed,
    Swapped,
    Transaction,
    fingerprint,
    interrupted,
    recover,
)
from tests.crashed import crashed, database, hosts

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrubber.model import Changes

NAMES = ["kept.example", "labs.openai.com"]


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    folder = tmp_path / "profile"
    (folder / "Network").mkdir(parents=True)
    (folder / "Cache").mkdir()
    (folder / "Network" / "State").write_text("old")
    (folder / "Cache" / "data_0").write_text("old")
    (folder / "Bookmarks").write_text("bystander")
    return folder


def tree(folder: Path) -> dict[str, tuple[int, int, bytes | None]]:
    """Mode, mtime and content of everything below."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            path.read_bytes() if path.is_file() else None,
        )
        for path in (folder, *folder.rglob("*"))
    }


def rewrite(changes: Changes, path: Path, text: str = "new") -> None:
    with changes.edit(path) as edit:
        edit.after.write_text(text)


def remove_target(changes: Changes, path: Path) -> None:
    with changes.edit(path, SIDECARS) as edit:
        with closing(sqlite3.connect(edit.before)) as connection:
            connection.execute("VACUUM INTO ?", (str(edit.after),))
        with closing(sqlite3.connect(edit.after)) as connection:
            connection.execute("DELETE FROM hosts WHERE name = 'labs.openai.com'")
            connection.commit()


def staged(profile: Path) -> list[Path]:
    return [path for path in profile.rglob(f"{PREFIX}*") if path.is_dir()]


def swapped(profile: Path, *names: str) -> tuple[Swapped, ...]:
    return tuple(Swapped(profile / name) for name in names)


def test_edit_and_discard(profile: Path) -> None:
    with Transaction([profile]) as transaction:
        rewrite(transaction, profile / "Network" / "State")
        transaction.discard(profile / "Cache")
        assert (profile / "Network" / "State").read_text() == "old"
        assert (profile / "Cache").exists()
        seen: list[Path] = []
        assert transaction.swap(seen.append) == swapped(profile, "Network/State", "Cache")
        assert seen == [profile / "Network" / "State", profile / "Cache"]
        transaction.commit()
    assert sorted(path.name for path in profile.rglob("*")) == ["Bookmarks", "Network", "State"]
    assert (profile / "Network" / "State").read_text() == "new"


def test_edit_a_folder_as_a_whole(profile: Path) -> None:
    with Transaction([profile]) as transaction:
        with transaction.edit(profile / "Cache") as edit:
            assert (edit.before / "data_0").read_text() == "old"
            edit.after.mkdir()
            (edit.after / "data_1").write_text("new")
            (edit.after / "data_1").chmod(0o666)
        transaction.swap()
        transaction.commit()
    assert [path.name for path in (profile / "Cache").iterdir()] == ["data_1"]
    assert stat.S_IMODE((profile / "Cache" / "data_1").stat().st_mode) == 0o600
    assert staged(profile) == []


@pytest.mark.parametrize("way", ["rollback", "exception", "ctrl-c", "forgotten"])
def test_without_commit_everything_is_as_before(profile: Path, way: str) -> None:
    crashed(profile / "Cookies", "wal", NAMES)
    crashed(profile / "History", "delete", NAMES)
    before = tree(profile)
    inodes = {path: path.lstat().st_ino for path in profile.rglob("*")}

    def run() -> None:
        with Transaction([profile]) as transaction:
            rewrite(transaction, profile / "Network" / "State")
            remove_target(transaction, profile / "Cookies")
            remove_target(transaction, profile / "History")
            transaction.discard(profile / "Cache")
            transaction.swap()
            assert not (profile / "Cache").exists()
            assert not (profile / "Cookies-wal").exists()
            if way == "rollback":
                assert transaction.rollback() == ()
            elif way == "exception":
                raise LookupError
            elif way == "ctrl-c":
                raise KeyboardInterrupt

    if way in ("exception", "ctrl-c"):
        with pytest.raises((LookupError, KeyboardInterrupt)):
            run()
    else:
        run()
    assert tree(profile) == before
    assert {path: path.lstat().st_ino for path in profile.rglob("*")} == inodes


@pytest.mark.parametrize("journal_mode", ["wal", "delete"])
def test_sidecars_go_with_what_they_held(profile: Path, journal_mode: str) -> None:
    crashed(profile / "Cookies", "wal" if journal_mode == "wal" else "delete", NAMES[:1], committed=NAMES[1:])
    with Transaction([profile]) as transaction:
        with suppress(Unproved), transaction.edit(profile / "Cookies", SIDECARS) as edit:
            assert hosts(edit.before) == NAMES
        remove_target(transaction, profile / "Cookies")
        transaction.swap()
        transaction.commit()
    assert [path.name for path in profile.glob("Cookies*")] == ["Cookies"]
    assert hosts(profile / "Cookies") == ["kept.example"]


def test_empty_sidecars_stay(profile: Path) -> None:
    database(profile / "Cookies", *NAMES)
    (profile / "Cookies-journal").touch()
    with Transaction([profile]) as transaction:
        remove_target(transaction, profile / "Cookies")
        transaction.swap()
        transaction.commit()
    assert (profile / "Cookies-journal").read_bytes() == b""
    assert hosts(profile / "Cookies") == ["kept.example"]


@pytest.mark.parametrize("umask", [0, 0o777], ids=["nothing-masked", "everything-masked"])
def test_staged_copies_are_private_whatever_the_umask(profile: Path, umask: int) -> None:
    (profile / "Network" / "State").chmod(0o644)
    old = os.umask(umask)
    try:
        with Transaction([profile]) as transaction:
            rewrite(transaction, profile / "Network" / "State")
            (folder,) = transaction.folders
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
            assert modes == {0o600}
            transaction.swap()
            transaction.commit()
    finally:
        os.umask(old)
    assert stat.S_IMODE((profile / "Network" / "State").stat().st_mode) == 0o644


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_owner_is_kept(profile: Path) -> None:
    os.chown(profile / "Network" / "State", 12345, 23456)
    with Transaction([profile]) as transaction:
        rewrite(transaction, profile / "Network" / "State")
        transaction.swap()
        transaction.commit()
    status = (profile / "Network" / "State").stat()
    assert (status.st_uid, status.st_gid) == (12345, 23456)


def test_mode_and_times_are_kept(profile: Path) -> None:
    (profile / "Network" / "State").chmod(0o640)
    paths = [profile, profile / "Network", profile / "Network" / "State"]
    for number, path in enumerate(paths):
        os.utime(path, ns=(1_000_000_000 + number, 2_000_000_000 + number))
    with Transaction([profile]) as transaction:
        rewrite(transaction, profile / "Network" / "State")
        transaction.discard(profile / "Cache")
        transaction.swap()
        transaction.commit()
    assert (profile / "Network" / "State").read_text() == "new"
    assert stat.S_IMODE(paths[2].stat().st_mode) == 0o640
    assert [path.stat().st_mtime_ns for path in paths] == [2_000_000_000, 2_000_000_001, 2_000_000_002]


@pytest.mark.parametrize("attribute", ["user.comment"])
def test_extended_attributes_are_kept(profile: Path, attribute: str) -> None:
    if not hasattr(os, "setxattr"):
        pytest.skip("no extended attributes here")
    try:
        os.setxattr(profile / "Network" / "State", attribute, b"mine")
    except OSError:
        pytest.skip("no extended attributes on this file system")
    with Transaction([profile]) as transaction:
        rewrite(transaction, profile / "Network" / "State")
        transaction.swap()
        transaction.commit()
    assert os.getxattr(profile / "Network" / "State", attribute) == b"mine"


@pytest.mark.parametrize("removal", ["edit", "discard"])
def test_hard_link_elsewhere_keeps_the_old_content_and_is_told(
    profile: Path, tmp_path: Path, removal: str
) -> None:
    (tmp_path / "elsewhere").hardlink_to(profile / "Network" / "State")
    with Transaction([profile]) as transaction:
        if removal == "edit":
            rewrite(transaction, profile / "Network" / "State")
        else:
            transaction.discard(profile / "Network" / "State")
        rewrite(transaction, profile / "Bookmarks")
        linked, alone = transaction.swap()
        transaction.commit()
    assert isinstance(linked, Swapped)
    assert [(one.path, "hard link" in one.reason) for one in linked.warnings] == [
        (profile / "Network" / "State", True)
    ]
    assert alone == Swapped(profile / "Bookmarks")
    assert (tmp_path / "elsewhere").read_text() == "old"


def link_the_file(profile: Path) -> Path:
    (profile / "link").symlink_to(profile / "Network" / "State")
    return profile / "link"


def link_a_folder(profile: Path) -> Path:
    outside = profile.with_name("outside")
    outside.mkdir()
    (outside / "State").write_text("old")
    (profile / "linked").symlink_to(outside)
    return profile / "linked" / "State"


def leave_by_dots(profile: Path) -> Path:
    profile.with_name("State").write_text("old")
    return profile / "Network" / ".." / ".." / "State"


def lie_outside(profile: Path) -> Path:
    profile.with_name("State").write_text("old")
    return profile.with_name("State")


def make_a_fifo(profile: Path) -> Path:
    os.mkfifo(profile / "fifo")
    return profile / "fifo"


@pytest.mark.parametrize(
    "make",
    [
        link_the_file,
        link_a_folder,
        leave_by_dots,
        lie_outside,
        make_a_fifo,
        pytest.param(lambda profile: profile / "missing", id="missing"),
        pytest.param(lambda profile: profile, id="the-root"),
    ],
)
@pytest.mark.parametrize("removal", ["edit", "discard"])
def test_what_is_not_the_profiles_own_is_refused(
    profile: Path, make: Callable[[Path], Path], removal: str
) -> None:
    path = make(profile)
    before = tree(profile.parent)
    with Transaction([profile]) as transaction:
        ways: dict[str, Callable[[Path], None]] = {
            "edit": partial(rewrite, transaction),
            "discard": transaction.discard,
        }
        with pytest.raises(UnreadableStore):
            ways[removal](path)
        assert transaction.swap() == ()
        transaction.commit()
    assert tree(profile.parent) == before


def test_link_that_comes_before_the_swap_is_not_followed(profile: Path, tmp_path: Path) -> None:
    with Transaction([profile]) as transaction:
        rewrite(transaction, profile / "Network" / "State")
        shutil.move(profile / "Network", tmp_path / "outside")
        (profile / "Network").symlink_to(tmp_path / "outside")
        (outcome,) = transaction.swap()
        transaction.commit()
    assert isinstance(outcome, Failed)
    assert (tmp_path / "outside" / "State").read_text() == "old"


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("!")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda profile: append(profile / "Cookies"), id="file"),
        pytest.param(lambda profile: append(profile / "Cookies-wal"), id="wal"),
        pytest.param(lambda profile: (profile / "Cookies-wal").unlink(), id="wal-gone"),
        pytest.param(lambda profile: (profile / "Cookies-journal").touch(), id="journal-came"),
        pytest.param(lambda profile: os.utime(profile / "Cookies", ns=(0, 0)), id="time"),
        pytest.param(lambda profile: append(profile / "Cache" / "data_0"), id="file-in-folder"),
        pytest.param(lambda profile: (profile / "Cache" / "data_1").touch(), id="file-came-to-folder"),
        pytest.param(lambda profile: (profile / "Cache" / "data_0").unlink(), id="file-left-folder"),
    ],
)
def test_fingerprint_tells(profile: Path, change: Callable[[Path], object]) -> None:
    (profile / "Cookies").write_text("content")
    (profile / "Cookies-wal").write_text("content")
    unit = [profile / "Cookies", *(profile / f"Cookies{suffix}" for suffix in SIDECARS), profile / "Cache"]
    before = fingerprint(unit)
    assert json.loads(json.dumps(before)) == before
    assert fingerprint(reversed(unit)) == before
    change(profile)
    assert fingerprint(unit) != before


def test_fingerprint_ignores_the_neighbours_and_a_staging_folder(profile: Path) -> None:
    before = fingerprint([profile / "Cache", profile / "Network" / "State"])
    append(profile / "Bookmarks")
    (profile / "Cache" / f"{PREFIX}0").mkdir()
    assert fingerprint([profile / "Cache", profile / "Network" / "State"]) == before


def test_content_counts_where_size_and_time_are_the_same(profile: Path) -> None:
    path = profile / "Network" / "State"
    os.utime(path, ns=(0, 0))
    before = fingerprint([path])
    path.write_text("odd")
    os.utime(path, ns=(0, 0))
    assert fingerprint([path]) != before


@pytest.mark.parametrize("part", ["Cookies", "Cookies-wal", "Cache/data_0"])
def test_outdated_store_stays_as_it_is_and_the_others_go_on(profile: Path, part: str) -> None:
    crashed(profile / "Cookies", "wal", NAMES)
    with Transaction([profile]) as transaction:
        remove_target(transaction, profile / "Cookies")
        transaction.discard(profile / "Cache")
        rewrite(transaction, profile / "Network" / "State")
        append(profile / part)
        before = tree(profile / "Cache"), {path: path.read_bytes() for path in profile.glob("Cookies*")}
        cookies, cache, state = transaction.swap()
        failed, made = (cookies, cache) if part.startswith("Cookies") else (cache, cookies)
        assert isinstance(failed, Failed)
        assert "changed" in failed.reason
        assert isinstance(made, Swapped)
        assert isinstance(state, Swapped)
        transaction.commit()
    if part.startswith("Cookies"):
        assert {path: path.read_bytes() for path in profile.glob("Cookies*")} == before[1]
    else:
        assert tree(profile / "Cache") == before[0]


@pytest.mark.parametrize("store", ["Cookies", "Cache", "Bookmarks", "Local Storage", "State"])
def test_what_a_browser_wrote_after_the_swap_is_not_rolled_back(profile: Path, store: str) -> None:
    crashed(profile / "Cookies", "wal", NAMES)
    (profile / "State").write_text("old")
    (profile / "Local Storage").mkdir()
    before = tree(profile)
    with Transaction([profile]) as transaction:
        remove_target(transaction, profile / "Cookies")
        transaction.discard(profile / "Cache")
        transaction.discard(profile / "Bookmarks")
        rewrite(transaction, profile / "State")
        with transaction.edit(profile / "Local Storage") as edit:
            edit.after.mkdir()
        assert all(isinstance(outcome, Swapped) for outcome in transaction.swap())
        append(profile / store / "LOG" if store == "Local Storage" else profile / store)
        now = tree(profile)
        (failed,) = transaction.rollback()
        assert failed.path == profile / store
    recover([profile])
    after = tree(profile)
    for name in after.keys() | before.keys():
        assert name == "." or after.get(name) == (now if name.startswith(store) else before).get(name)


def test_edit_that_raises_is_dropped(profile: Path) -> None:
    with Transaction([profile]) as transaction:
        with suppress(LookupError), transaction.edit(profile / "Network" / "State") as edit:
            edit.after.write_text("half")
            raise LookupError
        (folder,) = transaction.folders
        assert {path.name for path in folder.iterdir()} <= {"lock", "journal"}
        assert transaction.swap() == ()
        rewrite(transaction, profile / "Network" / "State")
        assert transaction.swap() == swapped(profile, "Network/State")
        transaction.commit()
    assert (profile / "Network" / "State").read_text() == "new"


def write_nothing(after: Path) -> None:
    pass


def write_a_link(after: Path) -> None:
    after.symlink_to("elsewhere")


def leave_a_wal(after: Path) -> None:
    after.write_text("new")
    after.with_name("State-wal").write_text("committed")


@pytest.mark.parametrize("write", [write_nothing, write_a_link, leave_a_wal, Path.mkdir])
def test_new_version_must_be_whole(profile: Path, write: Callable[[Path], None]) -> None:
    with Transaction([profile]) as transaction:
        with pytest.raises(Unproved), transaction.edit(profile / "Network" / "State") as edit:
            write(edit.after)
        assert transaction.swap() == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("Cache", "Cache", id="same"),
        pytest.param("Cache", "Cache/data_0", id="inside"),
        pytest.param("Cache/data_0", "Cache", id="around"),
    ],
)
def test_one_change_for_one_path(profile: Path, first: str, second: str) -> None:
    with Transaction([profile]) as transaction:
        transaction.discard(profile / first)
        with pytest.raises(UnreadableStore, match="already"):
            transaction.discard(profile / second)
        transaction.discard(profile / "Network" / "State")


def test_folder_that_can_not_be_synced(profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What may be gone after a power cut isn't called done."""

    def refuse(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    before = tree(profile)
    with Transaction([profile]) as transaction:
        rewrite(transaction, profile / "Network" / "State")
        transaction.discard(profile / "Cache")
        transaction.discard(profile / "Bookmarks")
        monkeypatch.setattr(os, "fsync", refuse)
        outcomes = transaction.swap()
        assert [type(outcome) for outcome in outcomes] == [Failed] * 3
        transaction.commit()
    assert tree(profile) == before


def test_rollback_undoes_the_last_swap_first(profile: Path) -> None:
    with Transaction([profile]) as transaction:
        for text in ("new", "newer"):
            rewrite(transaction, profile / "Network" / "State", text)
            transaction.swap()
        assert (profile / "Network" / "State").read_text() == "newer"
        assert transaction.rollback() == ()
    assert (profile / "Network" / "State").read_text() == "old"


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="descriptors aren't listed here")
@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_nothing_stays_open(profile: Path, ending: str) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    with Transaction([profile]) as transaction:
        rewrite(transaction, profile / "Network" / "State")
        transaction.swap()
        {"commit": transaction.commit, "rollback": transaction.rollback}[ending]()
        assert len(list(Path("/dev/fd").iterdir())) == before


def test_second_scrubber_is_kept_out(profile: Path) -> None:
    with Transaction([profile]) as transaction:
        before = staged(profile)
        with pytest.raises(ProfileInUse, match="another scrubber"), Transaction([profile]):
            pytest.fail("got in")
        assert interrupted([profile]) == ()
        assert recover([profile]) == ()
        assert staged(profile) == before
        rewrite(transaction, profile / "Bookmarks")
        transaction.swap()
        transaction.commit()
    with Transaction([profile]) as transaction:
        assert transaction.folders


def test_roots_that_lie_in_one_another_share_a_staging_folder(profile: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    roots = [profile / "Network", profile, tmp_path / "cache", tmp_path / "missing"]
    with Transaction(roots) as transaction:
        assert {folder.parent for folder in transaction.folders} == {profile, tmp_path / "cache"}


def test_no_space(profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(100, 92, 8))
    with Transaction([profile]) as transaction:
        with pytest.raises(UnreadableStore, match="needs 9 bytes of free space, 8 are free: lacks 1"):
            rewrite(transaction, profile / "Network" / "State")
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(100, 91, 9))
        rewrite(transaction, profile / "Network" / "State")


def test_full_disk_while_a_store_writes(profile: Path) -> None:
    with Transaction([profile]) as transaction:
        with (
            pytest.raises(UnreadableStore, match="No space left"),
            transaction.edit(profile / "Network" / "State"),
        ):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        assert transaction.swap() == ()


def test_read_only_root(profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, mode: int = 0o777) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(UnreadableStore, match="Read-only"), Transaction([profile]):
        pytest.fail("got in")


def test_other_file_system_gets_its_own_staging_folder(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lstat = Path.lstat

    def elsewhere(path: Path) -> os.stat_result:
        status = lstat(path)
        if path == profile / "Network":
            fields = list(status[:10])
            fields[2] += 1  # st_dev
            return os.stat_result(fields)
        return status

    with Transaction([profile]) as transaction:
        monkeypatch.setattr(Path, "lstat", elsewhere)
        rewrite(transaction, profile / "Network" / "State")
        rewrite(transaction, profile / "Bookmarks")
        assert [folder.parent for folder in transaction.folders] == [profile, profile / "Network"]
        assert len(transaction.swap()) == 2
        transaction.commit()
    assert (profile / "Network" / "State").read_text() == "new"
    assert staged(profile) == []


def test_recovery_takes_no_orders_from_a_profile(profile: Path, tmp_path: Path) -> None:
    """A journal is a file of the profile, and could have been put there by anybody."""
    victim = tmp_path / "victim"
    staging = profile / f"{PREFIX}0"
    (staging / "1").mkdir(parents=True)
    (tmp_path / f"{PREFIX}1").mkdir()
    notes = [
        {"act": "discard", "path": "../victim", "slot": "1", "inode": 0},
        {"act": "discard", "path": str(victim), "slot": "1", "inode": 0},
        {"act": "discard", "path": "new", "slot": "../../Bookmarks", "inode": 0},
        {"act": "staging", "path": f"../{PREFIX}1", "slot": "", "inode": 0},
        {"act": "staging", "path": "Network", "slot": "", "inode": 0},
        {"act": "rollback", "path": "", "slot": "", "inode": 0},
        ["not", "a", "note"],
    ]
    (staging / "journal").write_text("\n".join(map(json.dumps, notes)) + '\n{"act": "disc')
    (found,) = recover([profile])
    assert found.fates == ()
    assert staged(profile) == []
    assert not victim.exists()
    assert (tmp_path / f"{PREFIX}1").exists()
    assert (profile / "Bookmarks").read_text() == "bystander"
    assert (profile / "Network" / "State").read_text() == "old"


def test_looking_for_interrupted_runs_changes_nothing(profile: Path) -> None:
    (profile / f"{PREFIX}0").mkdir()
    (profile / f"{PREFIX}1").symlink_to(profile / "Network")
    before = tree(profile)
    assert interrupted([profile, profile / "missing"]) == (profile / f"{PREFIX}0",)
    assert tree(profile) == before


def test_journal_names_paths_below_the_root_only(profile: Path) -> None:
    with Transaction([profile]) as transaction:
        rewrite(transaction, profile / "Network" / "State")
        transaction.swap()
        (folder,) = transaction.folders
        journal = (folder / "journal").read_text()
    assert '"Network/State"' in journal
    assert str(profile) not in journal
