"""A disk that loses what nobody told it to keep: content without fsync, lists of folders without theirs."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrubber.transaction import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass
class Disk:
    """Told of every operation before it is done (`Layer`), it knows what would be there after a power cut."""

    home: Path
    content: dict[int, tuple[bytes, int]] = field(default_factory=dict)
    """Of each inode, what it held and its mode when that was last made sure of."""
    lists: dict[int, dict[str, int]] = field(default_factory=dict)
    """Of each folder's inode, its names likewise."""
    links: dict[int, Path] = field(default_factory=dict)
    """Where each link leads; nobody changes one."""
    last: tuple[str, Path] | None = None
    """The operation before, which is done once the next one comes."""

    def __post_init__(self) -> None:
        for path in (self.home, *self.home.rglob("*")):
            self._keep(path)

    def learn(self, name: str, path: Path) -> None:
        """An operation is about to be done, so the one before it is."""
        if self.last is not None:
            last, before = self.last
            if last == "fsync":
                self._keep(before)
            elif last == "mkdir" and before.is_dir():
                self.lists[before.lstat().st_ino] = {}
            elif last == "create" and before.is_file():
                # Its number was another file's, perhaps.
                self.content.pop(before.lstat().st_ino, None)
        self.last = (name, path)

    def _keep(self, path: Path) -> None:
        status = path.lstat()
        if stat.S_ISDIR(status.st_mode):
            self.lists[status.st_ino] = _listed(path)
        elif stat.S_ISLNK(status.st_mode):
            self.links[status.st_ino] = path.readlink()
        else:
            self.content[status.st_ino] = (path.read_bytes(), stat.S_IMODE(status.st_mode))

    def after_a_cut(self, folder: Path, is_ahead: Callable[[], bool]) -> None:
        """Write what would be there. Each list may be ahead: as it is, and not as it was made sure of."""
        here = {path.lstat().st_ino: path for path in (self.home, *self.home.rglob("*"))}
        found: dict[int, Path] = {}

        def write(number: int, target: Path) -> None:
            target.mkdir()
            known = self.lists.get(number, {})
            listed = _listed(here[number]) if number in here and is_ahead() else known
            for name, inode in listed.items():
                if inode in self.links:
                    (target / name).symlink_to(self.links[inode])
                elif inode in self.lists or (inode in here and here[inode].is_dir()):
                    write(inode, target / name)
                elif inode in found:
                    (target / name).hardlink_to(found[inode])
                else:
                    data, mode = self.content.get(inode, (b"", 0o600))
                    (target / name).write_bytes(data)
                    (target / name).chmod(mode)
                    found[inode] = target / name

        write(self.home.lstat().st_ino, folder)
        for journal in folder.rglob(f"{PREFIX}*/journal"):
            _renumber(journal, {number: path.lstat().st_ino for number, path in found.items()})


def _listed(folder: Path) -> dict[str, int]:
    return {path.name: path.lstat().st_ino for path in folder.iterdir()}


def _renumber(journal: Path, numbers: dict[int, int]) -> None:
    """A copy's files have other inodes than those that the journal speaks of."""
    lines = []
    for line in journal.read_bytes().splitlines():
        try:
            note = json.loads(line)
        except ValueError:
            lines.append(line)
            continue
        note["inode"] = numbers.get(note["inode"], note["inode"] and 1)
        lines.append(json.dumps(note).encode())
    journal.write_bytes(b"\n".join(lines) + b"\n")
