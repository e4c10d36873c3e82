"""Where Firefox's backups lie when it isn't `Documents`: by a preference, or by the person's language.

`browser.backup.location` is the folder itself (browser/components/backup/BackupService.sys.mjs,
setParentDirPath). Without it, Firefox asks the desktop for the folder of documents, which on Linux is a line
of `~/.config/user-dirs.dirs`, and appends `Restore Firefox`, in every language.
"""

from __future__ import annotations

import re
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from scrubber import files
from scrubber.discovery.moved_cache import as_mounted
from scrubber.discovery.reach import Reach, or_skipped
from scrubber.errors import UnreadableStore
from scrubber.formats.prefs_js import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubber.model import Skipped

_LOCATION = "browser.backup.location"
_USER_DIRS = ".config/user-dirs.dirs"
_DOCUMENTS = re.compile(r'^\s*XDG_DOCUMENTS_DIR="(\$HOME/|/)((?:[^"\\\n]|\\.)*)"', re.MULTILINE)
_ESCAPED = re.compile(r"\\(.)")
_FOLDER = "Restore Firefox"


def backups(profile: Path, home: Path | None, reach: Reach) -> Iterator[Path | Skipped]:
    """The folders of backups that are there, links resolved, and what stood in the way."""
    for file in (profile / "prefs.js", profile / "user.js"):
        yield from or_skipped(_preferred(file, home, reach))
    if home is not None:
        yield from or_skipped(_documents(home, reach))


def _preferred(file: Path, home: Path | None, reach: Reach) -> Iterator[Path]:
    last = {line.name: str(line.value) for line in read_lines(reach.read(file) or b"")}
    value = last.get(_LOCATION)
    if not value:
        return
    path = _absolute(value, home)
    if path is None:
        raise UnreadableStore(file, f"names a folder of backups by a path of another system: {value!r}")
    folder = as_mounted(path, reach.limit)
    if files.kind(folder.parent) is None:  # its disk may not be connected
        raise UnreadableStore(folder, f"not there, though {file.name} has backups there")
    if real := reach.folder(folder):
        yield real


def _absolute(value: str, home: Path | None) -> Path | None:
    """`C:\\Users\\ann\\Documents\\…` of a disk that is mounted elsewhere is known by the home's name."""
    if "\0" in value:
        return None
    if Path(value).is_absolute():
        return Path(value)
    windows = PureWindowsPath(value)
    if home is None or not windows.is_absolute() or home.name not in windows.parts:
        return None
    return home.joinpath(*windows.parts[windows.parts.index(home.name) + 1 :])


def _documents(home: Path, reach: Reach) -> Iterator[Path]:
    listed = _DOCUMENTS.search((reach.read(home / _USER_DIRS) or b"").decode("utf-8", "surrogateescape"))
    if listed is None or "\0" in listed[2]:
        return
    inside = _ESCAPED.sub(r"\1", listed[2])
    folder = home / inside if listed[1] != "/" else as_mounted(Path(f"/{inside}"), reach.limit)
    if real := reach.folder(folder / _FOLDER):
        yield real
