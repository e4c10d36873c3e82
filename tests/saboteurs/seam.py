"""Where removers are sabotaged: between what they write and the proof, and where they let files go."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    """Let a saboteur write every new version of a file or folder.

    The list comes to hold those that have come out otherwise than they should.
    """
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

        def sabotaged(before: Path, after: Path) -> None:
            saboteur(write, before, after)
            with tempfile.TemporaryDirectory() as folder:
                write(before, Path(folder) / after.name)
                if not proving.is_same(Path(folder) / after.name, after):
                    spoilt.append(path)

        return real(path, changes, sabotaged, prove, sidecars)

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


def watch_edits(patch: pytest.MonkeyPatch) -> list[Path]:
    """Sabotage nothing; the list comes to hold what is edited."""
    real = proving.edit
    edited: list[Path] = []

    def edit(path: Path, *rest: Any, **more: Any) -> int:
        edited.append(path)
        return real(path, *rest, **more)

    patch.setattr(proving, "edit", edit)
    return edited
