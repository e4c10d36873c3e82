"""What keeps a file from being replaced, and what its new version gets beside the mode."""

from __future__ import annotations

import ctypes
import stat
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from scrubber.errors import UnreadableStore
from scrubber.transaction import Transaction, protection, staging

if TYPE_CHECKING:
    from pathlib import Path

FILE, FOLDER = stat.S_IFREG | 0o600, stat.S_IFDIR | 0o700
READ_ONLY = {"st_file_attributes": stat.FILE_ATTRIBUTE_READONLY}
LOCKED = {"st_flags": stat.UF_IMMUTABLE}


@pytest.mark.parametrize(
    ("mode", "marks", "whole", "said"),
    [
        pytest.param(FILE, READ_ONLY, False, "read-only", id="Windows replaces no such file"),
        pytest.param(FILE, READ_ONLY, True, "", id="but moves the folder around it"),
        pytest.param(FOLDER, READ_ONLY, False, "", id="of a folder it means that it has an icon"),
        pytest.param(FILE, {"st_file_attributes": stat.FILE_ATTRIBUTE_HIDDEN}, False, "", id="hidden"),
        pytest.param(FILE, LOCKED, False, "locked", id="the Finder has locked it"),
        pytest.param(FILE, LOCKED, True, "locked", id="and it couldn't be deleted"),
        pytest.param(FOLDER, LOCKED, True, "locked", id="nor the folder"),
        pytest.param(FILE, {"st_flags": stat.UF_HIDDEN}, True, "", id="only hidden"),
        pytest.param(FILE, {}, False, "", id="no marks on Linux"),
    ],
)
def test_what_cannot_give_way(mode: int, marks: dict[str, int], whole: bool, said: str) -> None:
    status: Any = SimpleNamespace(st_mode=mode, **marks)
    reason = protection.fixed(status, whole=whole)
    assert said in reason
    assert bool(said) == bool(reason)


@pytest.mark.parametrize("change", ["edit", "discard", "discard the folder"])
def test_what_cannot_give_way_is_refused_before_anything_is_staged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    cache = tmp_path / "Cache"
    cache.mkdir()
    for name in ("locked", "free"):
        (cache / name).write_bytes(b"content")
    number = (cache / "locked").stat().st_ino
    monkeypatch.setattr(protection, "fixed", lambda status, **_: "locked" if status.st_ino == number else "")

    def make(transaction: Transaction) -> None:
        if change != "edit":
            transaction.discard(cache if change == "discard the folder" else cache / "locked")
            return
        with transaction.edit(cache / "locked") as edit:
            edit.after.write_bytes(b"new")

    with Transaction([tmp_path]) as transaction:
        with pytest.raises(UnreadableStore, match=r"Cache.locked: locked$"):
            make(transaction)
        transaction.discard(cache / "free")
        transaction.swap()
        transaction.commit()
    assert [path.name for path in cache.iterdir()] == ["locked"]


class Advapi:
    """The access lists of two files, as advapi32 hands them out."""

    def __init__(self, **lists: bytes) -> None:
        self.lists = lists

    def GetFileSecurityW(self, path: str, what: int, into: Any, room: int, needed: Any) -> bool:  # noqa: N802
        assert what == 4
        found = self.lists.get(path, b"")
        needed._obj.value = len(found)
        if not found or room < len(found):
            return False
        ctypes.memmove(into, found, len(found))
        return True

    def SetFileSecurityW(self, path: str, what: int, descriptor: Any) -> bool:  # noqa: N802
        assert what == 4
        self.lists[path] = descriptor.raw
        return True


def test_windows_gives_the_new_version_the_access_list(tmp_path: Path) -> None:
    """Chrome's network service works in a sandbox that opens its cookies by a list that names it."""
    model, path = tmp_path / "Cookies", tmp_path / "new"
    library = Advapi(**{str(model): b"lpac\0network", str(path): b"inherited"})
    protection.give(model, path, system="win32", library=library)
    assert library.lists == {str(model): b"lpac\0network", str(path): b"lpac\0network"}


def test_a_list_that_may_not_be_read_leaves_what_was_handed_down(tmp_path: Path) -> None:
    library = Advapi(**{str(tmp_path / "new"): b"inherited"})
    protection.give(tmp_path / "Cookies", tmp_path / "new", system="win32", library=library)
    assert library.lists == {str(tmp_path / "new"): b"inherited"}


def test_macos_copies_access_lists_and_attributes_and_nothing_else(tmp_path: Path) -> None:
    asked: list[tuple[object, ...]] = []
    library = SimpleNamespace(copyfile=lambda *arguments: asked.append(arguments))
    protection.give(tmp_path / "Cookies", tmp_path / "ü", system="darwin", library=library)
    access_and_attributes, no_links = 0b101, 0b11 << 18
    assert asked == [
        (bytes(tmp_path / "Cookies"), bytes(tmp_path / "ü"), None, access_and_attributes | no_links)
    ]


def test_a_folder_on_windows_hands_the_profile_s_access_list_down() -> None:
    """Python 3.12.4 and newer write one of their own for 0o700, which the swapped files would keep."""
    assert staging._mode("win32") != 0o700
    assert staging._mode("linux") == staging._mode("darwin") == 0o700
