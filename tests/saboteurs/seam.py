"""Where removers are sabotaged: between what they write and the proof, and where they let files go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.stores import proving
from scrubber.transaction import Transaction

if TYPE_CHECKING:
    import pytest

    from scrubber.model import Changes

Write = Callable[[Path, Path], None]
"""Writes the second path from what is at the first."""

Saboteur = Callable[[Write, Path, Path], None]
"""Does so instead; it is given the real writer, to use or not."""

Instead = Callable[[Path], Iterable[Path]]
"""What goes in place of one file or folder that should."""


def anywhere(_: Path) -> bool:
    """Sabotage all that is changed."""
    return True


def spoil_edits(
    patch: pytest.MonkeyPatch, saboteur: Saboteur, where: Callable[[Path], bool] = anywhere
) -> list[Path]:
    """Let a saboteur write every new version of a file or folder; the list comes to hold which these were."""
    real = proving.edit
    spoilt: list[Path] = []

    def edit(
        path: Path,
        changes: Changes,
        write: Write,
        prove: Callable[[Path, Path], int],
        sidecars: Iterable[str] = (),
    ) -> int:
        if not where(path):
            return real(path, changes, write, prove, sidecars)
        spoilt.append(path)
        return real(path, changes, lambda before, after: saboteur(write, before, after), prove, sidecars)

    patch.setattr(proving, "edit", edit)
    return spoilt


def spoil_discards(
    patch: pytest.MonkeyPatch, instead: Instead, where: Callable[[Path], bool] = anywhere
) -> list[Path]:
    """Let other files and folders go than should; the list comes to hold those that should."""
    real = Transaction.discard
    spoilt: list[Path] = []

    def discard(transaction: Transaction, path: Path) -> None:
        if not where(path):
            real(transaction, path)
            return
        spoilt.append(path)
        for each in instead(path):
            real(transaction, each)

    patch.setattr(Transaction, "discard", discard)
    return spoilt
