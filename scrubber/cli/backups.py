"""Backups on the command line: where they may lie, who is asked for the passphrase, what is said of it."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scrubber import rights
from scrubber.backup import archive
from scrubber.backup import passphrase as passphrases
from scrubber.engine import writable
from scrubber.errors import UsageError
from scrubber.files import kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scrubber.cli.console import Console
    from scrubber.model import BrowserProfile
    from scrubber.transaction import Change


@dataclass(frozen=True)
class Backup:
    """Where a run saves what it takes away, and under which passphrase."""

    path: Path
    passphrase: str

    @contextmanager
    def keep(
        self, profiles: Sequence[BrowserProfile], changes: Sequence[Change], progress: Callable[[Path], None]
    ) -> Iterator[None]:
        """`engine.Keep`. Nothing is written where there is nothing to save."""
        if not changes:
            yield
            return
        archive.write(self.path, self.passphrase, profiles, changes, progress)
        try:
            yield
        except BaseException:
            with rights.ours():
                self.path.unlink(missing_ok=True)
            raise

    def mention(self, console: Console) -> None:
        """Say where it lies, if there is one."""
        if kind(self.path) is not None:
            console.envelope.extra = {"backup": str(self.path)}
            console.say([f"What was removed is in {self.path}, encrypted; scrubber undo {self.path}"])


def checked(text: str, profiles: Iterable[BrowserProfile]) -> Path:
    """A place for a new backup. Raises UsageError where it may not lie there."""
    path = Path(text)
    if kind(path) is not None:
        raise UsageError(f"{path}: there is something already; a backup needs a new file")
    if not path.name or not path.parent.is_dir():
        raise UsageError(f"{path}: no folder to write a backup into")
    place = Path(os.path.realpath(path.parent))
    for profile in profiles:
        for root in writable.needed_roots(profile, ()):
            if place.is_relative_to(root):
                raise UsageError(f"{path}: inside a browser's folder, where it might be lost or looked into")
    return path


def need_passphrase(file: str | None) -> None:
    """Raise UsageError where there is nowhere to get one from."""
    if file is None and not sys.stdin.isatty():
        raise UsageError("there is nobody to ask for the passphrase: name a file with --passphrase-file")


def known_passphrase(file: str | None, path: Path) -> str:
    """The passphrase of an old backup. Raises UsageError."""
    need_passphrase(file)
    if file is not None:
        return passphrases.read(Path(file))
    return str(click.prompt(f"Passphrase of {path.name}", hide_input=True, err=True))


def new_passphrase(file: str | None, console: Console) -> str:
    """The passphrase for a new backup, typed twice; what is to be said of it is said. Raises UsageError."""
    if file is not None:
        passphrase = passphrases.read(Path(file))
        if passphrases.exposed(Path(file)):
            console.note(f"{file} can be read by other people of this computer.", trouble=True)
    else:
        question = "Passphrase for the backup (nothing opens it without)"
        passphrase = str(
            click.prompt(question, hide_input=True, confirmation_prompt="The same again", err=True)
        )
    found = passphrases.strength(passphrase)
    advice = f" {found.advice}" if found.advice else ""
    console.note(
        f"This passphrase is {found.level}: it would withstand ten thousand guesses a second for "
        f"{found.time}.{advice}",
        trouble=found.level == "weak",
    )
    return passphrase
