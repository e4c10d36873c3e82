"""Extended attributes go into the archive and come back; access lists never come back as something wider."""

from __future__ import annotations

import errno
import os
import sys
import tarfile
from io import BytesIO
from typing import TYPE_CHECKING

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.backup import attributes
from scrubber.errors import UnreadableStore
from tests.backup.runs import PASSPHRASE, run, tree, undo
from tests.transaction.access_lists import ACCESS, DEFAULT, acl, give, held

if TYPE_CHECKING:
    from pathlib import Path

if sys.platform != "linux":
    pytest.skip("Python knows extended attributes on Linux alone", allow_module_level=True)

LABEL = "security.selinux"
CONTEXT = b"system_u:object_r:mozilla_home_t:s0\0"


def every(profile: Path) -> dict[str, dict[str, bytes]]:
    return {str(path.relative_to(profile)): held(path) for path in (profile, *profile.rglob("*"))}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("user.comment", "mine, ä=%".encode(), id="a person's own"),
        pytest.param(
            "user.a=b%3D", bytes(range(256)), id="with bytes that are no text and a name like a header"
        ),
        pytest.param("user.empty", b"", id="empty"),
        pytest.param(ACCESS, acl(somebody=4), id="an access list"),
        pytest.param(LABEL, CONTEXT, id="a label of SELinux"),
    ],
)
def test_they_come_back(profile: Path, backup: Path, name: str, value: bytes) -> None:
    places = [path for path in (profile, *profile.rglob("*")) if not path.is_symlink()]
    for path in places:
        give(path, name, value)
    before, attributes_before = tree(profile), every(profile)
    assert all(found[name] == value for found in attributes_before.values())
    run(profile, backup)
    assert len(undo(profile, backup).gone) == 8
    assert every(profile) == attributes_before
    assert tree(profile) == before


def test_an_attribute_alone_is_put_back_and_is_no_change_of_content(profile: Path, backup: Path) -> None:
    give(profile / "Last Tabs", "user.comment", b"mine")
    run(profile, backup)
    undo(profile, backup)
    os.setxattr(profile / "Last Tabs", "user.comment", b"later")
    again = undo(profile, backup)
    assert (len(again.gone), again.changed) == (1, ())
    assert held(profile / "Last Tabs") == {"user.comment": b"mine"}


def test_what_a_folder_hands_down_is_not_put_on_the_originals(profile: Path, backup: Path) -> None:
    before = every(profile)
    run(profile, backup)
    give(profile, DEFAULT, acl(somebody=6))
    undo(profile, backup)
    assert every(profile) == before | {".": {DEFAULT: acl(somebody=6)}}


def test_other_programs_find_them(profile: Path, backup: Path) -> None:
    """Where star and GNU tar (`--xattrs`) look for them."""
    give(profile / "Last Session", "user.comment", b"mine")
    run(profile, backup)
    with tarfile.open(fileobj=BytesIO(pyrage.passphrase.decrypt(backup.read_bytes(), PASSPHRASE))) as tar:
        found = {member.name.partition("/")[2]: member.pax_headers for member in tar}
    assert found["Last Session"]["SCHILY.xattr.user.comment"] == "mine"
    assert not any("SCHILY" in key for name, keys in found.items() for key in keys if name != "Last Session")


def refusing(monkeypatch: pytest.MonkeyPatch, function: str, number: int) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, function, refuse)


@pytest.mark.parametrize("number", [errno.ENOTSUP, errno.EPERM, errno.EACCES])
def test_another_disk_may_lose_them_but_no_access_list(
    profile: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    refusing(monkeypatch, "setxattr", number)
    attributes.give(profile, {"user.comment": b"mine", LABEL: CONTEXT})
    with pytest.raises(OSError, match=os.strerror(number)):
        attributes.give(profile, {ACCESS: acl(somebody=4)})


def test_a_disk_that_fails_is_said(profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, "setxattr", errno.EIO)
    with pytest.raises(OSError, match="Input/output"):
        attributes.give(profile, {"user.comment": b"mine"})
    refusing(monkeypatch, "listxattr", errno.EIO)
    with pytest.raises(UnreadableStore, match="Input/output"):
        attributes.read(profile)
    refusing(monkeypatch, "listxattr", errno.ENOTSUP)
    assert attributes.read(profile) == {}


@given(st.dictionaries(st.text("a=%3D2.", min_size=1).map("user.".__add__), st.binary(max_size=20)))
def test_headers_hold_any_of_them(found: dict[str, bytes]) -> None:
    headers = attributes.to_headers(found)
    assert not any("=" in key for key in headers)
    assert attributes.from_headers({"mtime": "1.5", **headers}) == found


@pytest.mark.parametrize("name", ["security.capability", "trusted.overlay.opaque", "security.ima", "user"])
def test_a_hostile_archive_gives_no_powers(name: str) -> None:
    with pytest.raises(ValueError, match="no backup holds"):
        attributes.from_headers({f"SCHILY.xattr.{name}": "x"})
