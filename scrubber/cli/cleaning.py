"""The command that changes something: clean."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scrubber import engine
from scrubber.cli import backups
from scrubber.cli.door import Door
from scrubber.cli.failures import INTERRUPTED
from scrubber.cli.options import Request
from scrubber.cli.steps import (
    examined,
    finish_interrupted,
    judged,
    mention_interrupted,
    mention_state,
    opened,
    planned,
    say_verdict,
    show,
)
from scrubber.discovery.account import signed_in
from scrubber.discovery.spec import select
from scrubber.engine.outcome import Outcome
from scrubber.errors import ScrubError, UsageError
from scrubber.plan import plan_file as saved_plan
from scrubber.report import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubber.cli.console import Console
    from scrubber.discovery import Found
    from scrubber.model import BrowserProfile
    from scrubber.plan import Plan
    from scrubber.report.envelope import Envelope


def clean(
    *,
    dry_run: bool = False,
    yes: bool = False,
    plan_file: str | None = None,
    wait: bool = False,
    ask_to_close: bool = False,
    keep_going: bool = False,
    backup: str | None = None,
    passphrase_file: str | None = None,
    brief: bool = False,
    **options: Any,
) -> int:
    """Scan, ask, remove, verify; the exit code. `brief`: the plan was shown just before."""
    request = Request(**options)
    if not (dry_run or yes or (sys.stdin.isatty() and not request.as_json)):
        raise UsageError("there is nobody to ask: say --yes, or --dry-run to change nothing")
    if backup and not dry_run:
        backups.need_passphrase(passphrase_file)
    saved = _saved(Path(plan_file), request) if plan_file else None
    target, policy = (saved.target, saved.policy) if saved else (request.target(), request.policy())
    console, found, chosen = opened("clean", request)
    place = backups.checked(backup, (*found.profiles, *chosen)) if backup else None
    if saved:
        console.envelope.profiles = chosen = _still_there(saved, found)
    standard = request.standard(found)
    if dry_run:
        mention_state(chosen, standard, console)
    else:
        door = Door(standard, console, wait=wait, ask_to_close=ask_to_close, keep_going=keep_going)
        chosen = door.closed(chosen)
        finish_interrupted(chosen, console)
    made = saved.only(chosen) if saved else planned(chosen, target, policy, console)
    asking = not (dry_run or yes or made.is_empty)
    show(made, console, verbose=request.verbose, always=asking, brief=brief)
    if dry_run or (asking and not click.confirm("Remove this?", err=True)):
        console.say(["Nothing was changed."])
        return console.end(*judged(made, console))
    kept = None
    if place and not made.is_empty:
        kept = backups.Backup(place, backups.new_passphrase(passphrase_file, console))
    return _carried_out(made, standard, console, request, keep_going=keep_going, backup=kept)


def _carried_out(
    made: Plan,
    standard: frozenset[Path],
    console: Console,
    request: Request,
    *,
    keep_going: bool,
    backup: backups.Backup | None = None,
) -> int:
    keep = backup.keep if backup else None
    outcome = console.envelope.outcome = Outcome()
    try:
        with console.progress() as progress:
            run = engine.applied(made, standard, progress, outcome=outcome, keep_going=keep_going, keep=keep)
            with run as applied:
                unchecked = _checked(applied, console, progress)
        _say(outcome, console, verbose=request.verbose)
        if unchecked:
            console.note(unchecked, trouble=True)
        _mention_servers(made, console)
    except KeyboardInterrupt:
        console.note(_cut_short(made, console.envelope), trouble=True)
        mention_interrupted(made.profiles, console)
        ended = "error", INTERRUPTED
    else:
        ended = ("partial", 4) if unchecked else _judged(console.envelope)
    if backup:
        backup.mention(console)
    return console.end(*ended)


def _checked(applied: engine.Run, console: Console, progress: engine.Progress) -> str:
    """Look at what has become of it, while the originals are still there; why that could not be done.

    Whatever keeps us from looking, what was swapped was proved before, so it stays.
    """
    plan = applied.plan
    console.envelope.seconds["apply"] = applied.outcome.seconds
    try:
        found = examined(
            plan.profiles,
            plan.target,
            plan.policy,
            console,
            progress=progress,
            leaving_out=applied.folders,
        )
        applied.judge(found.plan.skipped)
    except Exception as error:
        if not isinstance(error, ScrubError | OSError):
            traceback.print_exc()
        reason = str(error) or type(error).__name__
        return f"Cleaned, but not checked again ({reason}); `scrubber verify` checks."
    return ""


def _say(outcome: Outcome, console: Console, *, verbose: bool) -> None:
    console.say(terminal.outcome(outcome))
    console.trouble(terminal.troubles(outcome, verbose=verbose))
    if console.envelope.verdict:
        say_verdict(console.envelope.verdict, console)


def _saved(path: Path, request: Request) -> Plan:
    given = [
        *request.sites,
        *request.domains,
        *request.hosts,
        *request.browsers,
        *request.specs,
        *request.only,
        *request.without,
        *request.include,
    ]
    if given or request.keywords or request.mentions != "browsing":
        raise UsageError("a plan says itself what goes from where: give nothing but whose home beside --plan")
    return saved_plan.load(path)


def _still_there(saved: Plan, found: Found) -> tuple[BrowserProfile, ...]:
    """The plan's profiles, as they are found here: a file can't send us anywhere else."""
    for profile in saved.profiles:
        if select(found, (), (str(profile.path),)) != (profile,):
            raise UsageError(f"{profile.path}: not the profile that the plan was made for; scan again")
    return saved.profiles


def _judged(envelope: Envelope) -> tuple[str, int]:
    """The status of a finished run and its exit code."""
    cleaned = envelope.outcome.cleaned if envelope.outcome else []
    failed = [one.planned.path for one in cleaned if one.failed]
    if failed and len(failed) == len(cleaned):
        return "error", 5
    excused = {*failed, *(one.path for one in envelope.skipped)}
    if envelope.plan:
        excused |= envelope.plan.unread
    left: Sequence[Path] = ()
    if envelope.verdict:
        excused |= {one.path for one in envelope.verdict.not_examined}
        left = envelope.verdict.left
    if any(excused.isdisjoint((path, *path.parents)) for path in left):
        return "residue", 1
    return ("partial", 4) if excused or envelope.elsewhere else ("clean", 0)


def _cut_short(made: Plan, envelope: Envelope) -> str:
    """What an interrupted run has done: whole profiles or nothing."""
    outcome = envelope.outcome or Outcome()
    done = dict.fromkeys(one.planned.profile for one in outcome.cleaned if one.removed)
    waiting = {planned.profile for planned in made.stores if made.going(planned)} - set(done)
    if not done:
        return "Interrupted; nothing was removed, everything is as it was."
    cleaned = ", ".join(profile.spec for profile in done)
    rest = f" {', '.join(sorted(profile.spec for profile in waiting))}: as before." if waiting else ""
    if envelope.verdict:
        return f"Interrupted; cleaned and checked: {cleaned}.{rest}"
    return f"Interrupted; cleaned, but not checked again: {cleaned}.{rest} `scrubber verify` checks."


def _mention_servers(made: Plan, console: Console) -> None:
    """What no tool on this computer can reach."""
    synced = [profile.spec for profile in made.profiles if signed_in(profile)]
    if synced:
        console.note(
            f"Signed in: {', '.join(synced)}. Sync keeps copies of its own and may bring some of it back; "
            "delete them in the browser's account, too."
        )
    keys = " ".join(site.key for site in made.target.sites if site.account)
    if keys:
        console.say([f"What the platform's own servers keep: scrubber guide {keys}"])
