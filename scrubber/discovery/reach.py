"""How far a search may go: which links it follows, and what it says about those that it doesn't."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from scrubber import files
from scrubber.errors import UnreadableStore, reason_of
from scrubber.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

T = TypeVar("T")

_TEXT_LIMIT = 64 << 20  # `Local State` has a few hundred kB


@dataclass(frozen=True)
class Reach:
    """The rule for links and for the spelling of names."""

    limit: Path | None = None
    """Nothing outside is touched (a home that isn't the person's own); None follows links anywhere."""
    fold: bool = False
    """Names are equal without regard to case, as on Windows, even where its disk is mounted elsewhere."""

    def folder(self, path: Path) -> Path | None:
        """The folder at `path` with its links resolved; None where nothing is.

        Raises UnreadableStore: no folder, a link that leads nowhere or beyond the limit, no permission.
        """
        return self._settle(path, "folder")

    def read(self, path: Path) -> bytes | None:
        """The content of a small file, None where nothing is. Raises UnreadableStore like `folder`."""
        file = self._settle(path, "file")
        return None if file is None else files.read_regular(file, _TEXT_LIMIT)

    def folders(self, parent: Path) -> Iterator[Path]:
        """What is a folder, or a link to one, directly in `parent`. Raises UnreadableStore."""
        for name in files.names(parent):
            path = parent / name
            what = files.kind(path)
            if what == "folder" or (what == "link" and leads_to_folder(path)):
                yield path

    def _settle(self, path: Path, wanted: str) -> Path | None:
        path = self._spelled(path)
        what = files.kind(path)
        if what is None:
            return None
        if what not in (wanted, "link"):
            raise UnreadableStore(path, f"a {what}, not a {wanted}")
        real = _real(path)
        if self.limit is not None and not real.is_relative_to(self.limit):
            reason = "lies outside the home that was given; name it with --home or --profile"
            raise UnreadableStore(path, reason)
        if (found := files.kind(real)) != wanted:
            raise UnreadableStore(path, f"a link to a {found}, not to a {wanted}")
        return real

    def _spelled(self, path: Path) -> Path:
        if not self.fold or path.parent == path or files.kind(path) is not None:
            return path
        parent = self._spelled(path.parent)
        if files.kind(parent) != "folder":
            return path
        same = (name for name in files.names(parent) if name.casefold() == path.name.casefold())
        return parent / next(same, path.name)


def or_skipped(seen: Iterator[T]) -> Iterator[T | Skipped]:
    """What is seen, and in the end what couldn't be read."""
    try:
        yield from seen
    except UnreadableStore as error:
        yield Skipped(error.path, error.reason)


def leads_to_folder(link: Path) -> bool:
    """Whether a link ends at a folder, as those of `SingletonLock` and `lock` don't."""
    try:
        return link.is_dir()
    except OSError:
        return False


def _real(path: Path) -> Path:
    try:
        return path.resolve(strict=True)
    # Python before 3.13 raises RuntimeError for a loop.
    except RuntimeError as error:
        raise UnreadableStore(path, "a link that leads nowhere") from error
    except OSError as error:
        nowhere = error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
        reason = "a link that leads nowhere" if nowhere else reason_of(error)
        raise UnreadableStore(path, reason) from error
