"""Extended attributes and access lists: the new version has those of the old one, and no others."""

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from scrubber.errors import UnreadableStore
from scrubber.transaction import Swapped, Transaction
from tests.transaction.access_lists import ACCESS, DEFAULT, acl, give, held

if TYPE_CHECKING:
    from pathlib import Path

if sys.platform != "linux":
    pytest.skip("Python knows extended attributes on Linux alone", allow_module_level=True)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    folder = tmp_path / "profile"
    (folder / "leveldb").mkdir(parents=True)
    for name in ("shared", "private", "leveldb/CURRENT", "bystander"):
        (folder / name).write_text("old")
        (folder / name).chmod(0o660)
    return folder


def rewrite(profile: Path, names: tuple[str, ...] = ("shared", "private", "leveldb")) -> None:
    with Transaction([profile]) as transaction:
        for name in names:
            with transaction.edit(profile / name) as edit:
                if (profile / name).is_dir():
                    edit.after.mkdir()
                    (edit.after / "CURRENT").write_text("new")
                else:
                    edit.after.write_text("new")
        assert {type(one) for one in transaction.swap()} == {Swapped}
        transaction.commit()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("user.comment", b"mine \xff\0", id="a person's own"),
        pytest.param(ACCESS, acl(somebody=4), id="an access list"),
        pytest.param("security.selinux", b"system_u:object_r:mozilla_home_t:s0", id="a label of SELinux"),
    ],
)
def test_what_the_original_has_the_new_version_has(profile: Path, name: str, value: bytes) -> None:
    for one in ("shared", "leveldb", "leveldb/CURRENT"):
        give(profile / one, name, value)
    before = {path: held(path) for path in profile.rglob("*")}
    assert before[profile / "shared"][name] == value
    rewrite(profile)
    assert (profile / "shared").read_text() == (profile / "leveldb" / "CURRENT").read_text() == "new"
    assert {path: held(path) for path in profile.rglob("*")} == before


def test_a_list_that_the_folder_hands_down_lets_nobody_in(profile: Path) -> None:
    """What is made in such a folder is open to somebody; what lay there before it had the list is not."""
    give(profile / "shared", ACCESS, acl(somebody=6))
    give(profile, DEFAULT, acl(somebody=6))
    (profile / "came later").write_text("something")
    assert ACCESS in held(profile / "came later")
    rewrite(profile)
    assert held(profile / "private") == held(profile / "leveldb" / "CURRENT") == {}
    assert held(profile / "leveldb") == {}
    assert held(profile / "shared") == {ACCESS: acl(somebody=6)}
    assert held(profile) == {DEFAULT: acl(somebody=6)}
    assert stat.S_IMODE((profile / "private").stat().st_mode) == 0o660


def test_a_list_that_can_not_be_dropped_stops_the_run(profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, name: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "removexattr", refuse)
    with pytest.raises(UnreadableStore, match="Input/output error"):
        rewrite(profile)
    assert (profile / "shared").read_text() == "old"
    assert sorted(path.name for path in profile.iterdir()) == ["bystander", "leveldb", "private", "shared"]
