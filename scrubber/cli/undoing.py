"""The command that puts back what a run took away, from a backup or from what a cut-off run left: undo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubber import engine
from scrubber.backup import archive
from scrubber.backup.undo import undo as put_back
from scrubber.cli.backups import known_passphrase
from scrubber.cli.console import Console
from scrubber.cli.door import Door
from scrubber.cli.options import Request
from scrubber.cli.steps import finish_interrupted, opened
from scrubber.discovery.spec import select
from scrubber.engine import writable
from scrubber.errors import UsageError
from scrubber.report import terminal
from scrubber.report.envelope import Envelope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scrubber.discovery import Found
    from scrubber.model import BrowserProfile


def undo(
    *,
    file: str | None = None,
    passphrase_file: str | None = None,
    force: bool = False,
    wait: bool = False,
    ask_to_close: bool = False,
    **options: Any,
) -> int:
    """Put a backup back: all of it, or nothing. Exit 0; 4 where something could not be cleared away.

    Without `file`, what runs that were cut off had swapped.
    """
    request = Request(**options)
    if file is None:
        if force or passphrase_file:
            raise UsageError("--force and --passphrase-file go with a FILE")
        return _undo_cut_off(request, wait=wait, ask_to_close=ask_to_close)
    return _undo_backup(
        Path(file), passphrase_file, request, force=force, wait=wait, ask_to_close=ask_to_close
    )


def _undo_backup(
    path: Path, passphrase_file: str | None, request: Request, *, force: bool, wait: bool, ask_to_close: bool
) -> int:
    with archive.opened(path, known_passphrase(passphrase_file, path)) as backup:
        found = request.found()
        profiles = tuple(_still_there(backup.manifest.profiles, found))
        console = Console(request, Envelope("undo", verbose=request.verbose, profiles=profiles))
        standard = request.standard(found)
        Door(standard, console, wait=wait, ask_to_close=ask_to_close, keep_going=False).closed(profiles)
        finish_interrupted(profiles, console)
        with console.progress() as progress:
            done = put_back(backup, profiles, standard, progress, force=force)
    console.envelope.extra = {"put_back": len(done.put_back), "already_as_before": done.already}
    console.say(_told(len(done.put_back), done.already))
    console.say([f"The backup stays: {path}. Delete it when you no longer want what is in it."])
    if done.trouble:
        console.note(done.trouble, trouble=True)
        return console.end("partial", 4)
    return console.end("restored", 0)


def _undo_cut_off(request: Request, *, wait: bool, ask_to_close: bool) -> int:
    console, found, chosen = opened("undo", request)
    cut_off = [profile for profile in chosen if writable.left_behind((profile,))]
    if not cut_off:
        raise UsageError("no run was cut off here; to put a backup back, name its file")
    standard = request.standard(found)
    door = Door(standard, console, wait=wait, ask_to_close=ask_to_close, keep_going=False)
    with engine.shut(door.closed(cut_off), standard):
        done = writable.take_interrupted_back(cut_off)
    console.envelope.extra = {"put_back": len(done)}
    console.say(_told(len(done), 0) if done else ["The run was cut off before it had changed anything."])
    return console.end("restored", 0)


def _still_there(paths: Sequence[Path], found: Found) -> Iterator[BrowserProfile]:
    """The archive's profiles, as they are found here: a file can't send us anywhere else."""
    for path in paths:
        profiles = select(found, (), (str(path),))
        if [profile.path for profile in profiles] != [path]:
            raise UsageError(f"{path}: not the profile that the backup was made of")
        yield from profiles


def _told(put_back: int, already: int) -> Iterator[str]:
    things = ("file or folder", "files and folders")
    if already:
        yield f"As before the run already: {terminal.count(already, *things)}."
    if put_back:
        yield f"Put back as before the run: {terminal.count(put_back, *things)}."
