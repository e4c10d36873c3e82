"""What became of a change, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True)
class Elsewhere:
    """What keeps some of the old content in a place that no change reaches."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Swapped:
    """A change that was made."""

    path: Path
    warnings: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True)
class Failed:
    """A change that was not made, or not taken back; the store is wholly old or wholly new all the same."""

    path: Path
    reason: str


def listed(failed: Iterable[Failed]) -> str:
    """For a message."""
    return ", ".join(f"{failure.path}: {failure.reason}" for failure in failed)
