"""Whose rights count: run by root in another person's home, we may do there what that person may, no more.

Whatever people plant in their own home (links, hard links, a folder that changes places at the right moment)
then leads nowhere that they could not go themselves. Only effective ids change; the real ones stay root's.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
from typing import TYPE_CHECKING, Any

if sys.platform != "win32":
    import pwd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from importlib.machinery import ModuleSpec
    from pathlib import Path
    from types import ModuleType

    from scrubber.model import BrowserProfile

_NOBODYS = 65534
"""The group of somebody whose home says root's group, which this system knows nothing of."""


@dataclass(frozen=True)
class Person:
    """Whose rights these are."""

    user: int
    group: int
    groups: tuple[int, ...] = ()


def within(profile: BrowserProfile) -> AbstractContextManager[None]:
    """Work with the rights that count in a profile's home."""
    return of(owner(profile.home or profile.path))


def by_person(
    profiles: Iterable[BrowserProfile],
) -> dict[Person | None, tuple[BrowserProfile, ...]]:
    """These profiles by those whose rights count; None stands for our own."""
    found: dict[Person | None, tuple[BrowserProfile, ...]] = {}
    for profile in profiles:
        person = owner(profile.home or profile.path)
        found[person] = (*found.get(person, ()), profile)
    return found


def owner(home: Path) -> Person | None:
    """Whose rights count in a home; None where our own do: nobody else's home, or we aren't root.

    The owner of the folder itself, who can't put another in its place: that takes the right to write to the
    folder around it. Where they can't get into it at all (a copy that lies in a folder closed to them), they
    can't change anything while we work, and our own rights count.
    """
    if sys.platform == "win32" or os.getuid() != 0:
        return None
    with ours():
        try:
            status = home.stat()
        except OSError:  # whoever wants to look into it says so
            return None
    if status.st_uid == 0:
        return None
    person = _known(status.st_uid) or Person(status.st_uid, status.st_gid or _NOBODYS)
    try:
        with of(person):
            return person if os.access(home, os.F_OK, effective_ids=True) else None
    except OSError:  # a container whose root can't become anybody else
        return None


def _known(user: int) -> Person | None:
    try:
        entry = pwd.getpwuid(user)
    except KeyError:  # of another system, whose disk this is
        return None
    groups = os.getgrouplist(entry.pw_name, entry.pw_gid)
    return Person(user, entry.pw_gid, tuple(groups[: os.sysconf("SC_NGROUPS_MAX")]))


@contextmanager
def of(person: Person | None) -> Iterator[None]:
    """Work with a person's rights, or with our own."""
    if sys.platform == "win32" or os.getuid() != 0 or (person.user if person else 0) == os.geteuid():
        yield
        return
    before = Person(os.geteuid(), os.getegid(), tuple(os.getgroups()))
    temporary, hook = tempfile.tempdir, _OwnModules()
    try:
        sys.meta_path.insert(0, hook)
        _become(person or Person(0, os.getgid()))
        if not os.access(tempfile.gettempdir(), os.W_OK | os.X_OK, effective_ids=True):
            tempfile.tempdir = "/tmp"  # noqa: S108 - root's own is closed to others; names in it are random
        yield
    finally:
        try:
            _become(before)
        except KeyboardInterrupt:
            _become(before)
            raise
        finally:
            tempfile.tempdir = temporary
            sys.meta_path.remove(hook)


def ours() -> AbstractContextManager[None]:
    """Work with our own rights for a moment, for what isn't in the home: a list of processes, say."""
    return of(None)


def _become(person: Person) -> None:
    """Root first, who alone may change the groups."""
    if sys.platform != "win32":
        os.seteuid(0)
        os.setgroups(person.groups)
        os.setegid(person.group)
        os.seteuid(person.user)


class _OwnModules:
    """Finds modules with our own rights: what isn't loaded yet may lie where only root can read."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the other finders say."""
        # Rights are the process's: another thread must not raise them while this one is at work.
        if threading.current_thread() is not threading.main_thread():
            return None
        with ours():
            others = [finder for finder in sys.meta_path if not isinstance(finder, _OwnModules)]
            found = (finder.find_spec(name, path, target) for finder in others)
            spec = next((one for one in found if one is not None), None)
        if spec and isinstance(spec.loader, SourceFileLoader | ExtensionFileLoader):
            for step in ("create_module", "exec_module"):
                setattr(spec.loader, step, _with_ours(getattr(spec.loader, step)))
        return spec


def _with_ours(function: Callable[..., Any]) -> Callable[..., Any]:
    def raised(*arguments: Any) -> Any:
        with ours():
            return function(*arguments)

    return raised
