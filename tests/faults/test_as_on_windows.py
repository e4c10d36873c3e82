"""Windows moves, replaces and deletes no file that is open, and renames to no name that is taken."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scrubber.transaction import PREFIX, changes
from tests.faults import homes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DESCRIPTORS = Path("/proc/self/fd")

pytestmark = pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="nothing says which files are open")


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Windows would have refused."""
    found: list[str] = []

    def as_there(name: str, real: Callable[..., None]) -> Callable[..., None]:
        def operation(*arguments: Any, **where: int) -> None:
            folder = where.get("dir_fd", where.get("src_dir_fd"))
            paths = [
                place(argument, folder) for argument in arguments[:2] if isinstance(argument, str | Path)
            ]
            problems = [f"{name} {path}: {open_} is open" for path in paths for open_ in opened(path)]
            if name == "rename" and os.path.lexists(paths[1]):
                problems.append(f"{name} {paths[1]}: exists")
            found.extend(problems)
            if problems:
                raise PermissionError(13, "The process cannot access the file")
            real(*arguments, **where)

        return operation

    for name in ("rename", "replace", "unlink", "rmdir"):
        monkeypatch.setattr(os, name, as_there(name, getattr(os, name)))
    monkeypatch.setattr(changes, "exchange", lambda *_: False)
    return found


def place(path: str | Path, folder: int | None) -> Path:
    return Path(path) if folder is None else DESCRIPTORS.joinpath(str(folder)).readlink() / path


def opened(path: Path) -> Iterator[Path]:
    """Files that are open in this process: this one, by whatever name, or one below."""
    if not path.exists():
        return
    itself = path.lstat()
    for descriptor in DESCRIPTORS.iterdir():
        try:
            status, name = os.fstat(int(descriptor.name)), descriptor.readlink()
        except OSError:  # the one that the list was read with
            continue
        # The lock and the journal of a run are closed first on Windows.
        if not stat.S_ISREG(status.st_mode) or name.parent.name.startswith(PREFIX):
            continue
        if os.path.samestat(status, itself) or name.is_relative_to(path):
            yield name


def test_an_open_file_would_be_noticed(tmp_path: Path, refused: list[str]) -> None:
    (tmp_path / "open").touch()
    (tmp_path / "closed").touch()
    (tmp_path / "closed").unlink()
    assert refused == []
    with (tmp_path / "open").open("rb"), pytest.raises(PermissionError):
        (tmp_path / "open").unlink()
    (tmp_path / "taken").touch()
    with pytest.raises(PermissionError):
        (tmp_path / "open").rename(tmp_path / "taken")
    assert len(refused) == 2


def test_a_run_with_a_backup_and_its_undo_touch_no_open_file(tmp_path: Path, refused: list[str]) -> None:
    home, backup, passphrase = tmp_path / "home", tmp_path / "backup.age", tmp_path / "passphrase"
    passphrase.write_text("correct horse battery staple pony\n")
    homes.make(home)
    refused.clear()
    before = homes.content(home)
    kept = ("--backup", str(backup), "--passphrase-file", str(passphrase))
    assert homes.clean(home, *kept).code == 0
    assert homes.content(home) != before
    said = ("--home", str(home), "--passphrase-file", str(passphrase))
    assert homes.scrubber("undo", str(backup), "--json", *said).code == 0
    assert homes.content(home) == before
    assert refused == []
