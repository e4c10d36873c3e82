"""Whose homes there are on this computer: what its accounts say, and what lies where homes usually lie."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.discovery.layout import homes
from scrubber.errors import UnreadableStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

if sys.platform != "win32":
    import pwd


def other_homes(own: Path, disk: Path | None = None) -> tuple[Path, ...]:
    """All homes but one's own, links resolved. `disk`: where the system lies; the one of the own home.

    Accounts of a directory service are known by their folder in `/home`, `/Users` or `C:\\Users` alone, since
    systems don't list them.
    """
    mine = _real((own,))
    return tuple(
        home for home in _real((*_of_accounts(), *_usual(disk or Path(own.anchor)))) if home not in mine
    )


def _of_accounts() -> Iterator[Path]:
    """Those that belong to their account: a program's own account may name `/`, or `/bin`."""
    if sys.platform != "win32":
        for account in pwd.getpwall():
            home = Path(account.pw_dir)
            try:
                if home.stat().st_uid == account.pw_uid:
                    yield home
            except OSError:
                continue


def _usual(disk: Path) -> tuple[Path, ...]:
    try:
        return homes(disk)[1:]  # the first is the disk itself
    except UnreadableStore:
        return ()


def _real(paths: Iterable[Path]) -> dict[Path, None]:
    found: dict[Path, None] = {}
    for path in paths:
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError):
            continue
        if real.is_dir():
            found[real] = None
    return found
