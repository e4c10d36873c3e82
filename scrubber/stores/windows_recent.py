"""What Windows notes in a person's `Recent` folder: files that were opened, and the jump lists of programs.

A browser writes its jump list anew from what it knows: one that names the target goes whole. What another
program keeps there is reported. Formats: [MS-SHLLINK] for shell links, of which a jump list is made up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.files import is_file, kind, names, read_regular
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores.downloaded import downloaded, teller
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Shared

if TYPE_CHECKING:
    from scrubber.sites import Target

_LIMIT = 1 << 26
_LINKS = (".lnk", ".url")
_PROXY = "chrome_proxy.exe"
_PROGRAM = re.compile(r"\\([^\\/:*?\"<>|\x00-\x1f]{1,64}\.exe)(?!\w)")


@dataclass(frozen=True, init=False)
class JumpLists(Shared):
    """One list (`5d696d521de238c3.customDestinations-ms`); `programs` are those that write it anew."""

    programs: tuple[str, ...]
    holds = ("history",)

    def __init__(self, *places: str, programs: tuple[str, ...], source: str) -> None:
        settle(self, places=places, programs=programs, source=source)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The whole list, if it names the target and these programs are all that it starts."""
        if not is_file(path) or not look.policy.wants("history"):
            return ()
        content = read_regular(path, _LIMIT)
        if not look.target.mentions(content):
            return ()
        standing = Standing.OWN if self._is_browsers(content) else Standing.KEPT
        return (Trace("", path.name, standing, path.name, "history"),)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of the list, if it is still there."""
        if traces and kind(path) == "file":
            changes.discard(path)
        return 0

    def _is_browsers(self, content: bytes) -> bool:
        started = _programs(content)
        own = {program.lower() for program in self.programs}
        # With these it starts web apps.
        theirs = {_PROXY, *(program.replace(".exe", "_proxy.exe") for program in own)}
        return not own.isdisjoint(started) and started <= own | theirs


class RecentFiles(Shared):
    """The folder with a link to each file or address that was opened."""

    source = "[MS-SHLLINK]: Shell Link Binary File Format"
    holds = ("downloads",)
    is_told = True

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Links to the target's addresses and downloads, and those that name it otherwise."""
        if kind(path) != "folder" or not look.policy.wants("downloads"):
            return ()
        links = [name for name in names(path) if name.lower().endswith(_LINKS)]
        links = [name for name in links if kind(path / name) == "file"]
        files = downloaded(look) if links else {}
        found = []
        for name in links:
            content = read_regular(path / name, _LIMIT)
            standing, told_by = _standing(name, content, look.target), None
            if standing is not Standing.OWN and any(_holds(content, file, ends=True) for file in files):
                standing, told_by = Standing.OWN, teller(look.profile)
            if standing:
                found.append(Trace("", name, standing, name, "downloads", told_by=told_by))
        return tuple(found)


def _programs(content: bytes) -> set[str]:
    """The names of all programs to which a way leads, in either encoding and at any offset."""
    texts = (
        content.decode("cp1252", "replace"),
        *(content[at:].decode("utf-16-le", "replace") for at in (0, 1)),
    )
    return {name for text in texts for name in _PROGRAM.findall(text.lower())}


def _standing(name: str, content: bytes, target: Target) -> Standing | None:
    if target.url(_address(content)):
        return Standing.OWN
    return Standing.MENTION if target.mentions(Path(name).stem) or target.mentions(content) else None


def _address(content: bytes) -> str:
    """Of an internet shortcut, which is an INI file."""
    lines = content.decode("utf-8", "replace").splitlines()
    return next((line[4:].strip() for line in lines if line[:4].lower() == "url="), "")


def _holds(content: bytes, text: str, *, ends: bool = False) -> bool:
    """Whether a text is in a link, in either encoding and whatever case; with `ends`, nothing follows it."""
    needles = ((text + "\0" * ends).encode(codec, "replace") for codec in ("utf-16-le", "cp1252"))
    lowered = content.lower()
    return any(needle.lower() in lowered for needle in needles)
