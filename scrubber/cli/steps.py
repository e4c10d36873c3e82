"""The steps that commands are made of: which profiles, the plan, what is left, what is said of each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from scrubber import discovery, engine, rights, verdict
from scrubber import plan as planning
from scrubber.cli.console import Console
from scrubber.engine import writable
from scrubber.errors import NothingFound, UnreadableStore
from scrubber.files import names
from scrubber.model import Skipped
from scrubber.report import terminal
from scrubber.report.envelope import Envelope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from scrubber.cli.options import Request
    from scrubber.model import BrowserProfile, Policy
    from scrubber.sites import Target


def opened(command: str, request: Request) -> tuple[Console, discovery.Found, tuple[BrowserProfile, ...]]:
    """The console of a command, with the profiles asked for.

    Raises NothingFound; UnreadableStore where there are profiles and none may be looked into.
    """
    found = request.found()
    named = request.chosen(found)
    chosen, refused = _readable(named)
    # Who names a profile isn't concerned by what is wrong with others.
    skipped = (*(() if request.specs else found.skipped), *refused)
    if not chosen and skipped:
        more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
        raise UnreadableStore(skipped[0].path, skipped[0].reason + more)
    if not chosen:
        raise NothingFound(terminal.nothing_found(found, request.where), found.looked)
    envelope = Envelope(command, verbose=request.verbose, profiles=chosen, skipped=skipped)
    return Console(request, envelope), found, chosen


def _readable(
    profiles: Iterable[BrowserProfile],
) -> tuple[tuple[BrowserProfile, ...], tuple[Skipped, ...]]:
    """Those that may be looked into, and one reason for each other instead of one for each of its stores."""
    chosen: list[BrowserProfile] = []
    refused: list[Skipped] = []
    for profile in profiles:
        try:
            with rights.within(profile):
                names(profile.path)
        except UnreadableStore as error:
            refused.append(Skipped(error.path, error.reason))
        else:
            chosen.append(profile)
    return tuple(chosen), tuple(refused)


def mention_state(chosen: Sequence[BrowserProfile], standard: Collection[Path], console: Console) -> None:
    """Say that a run was cut off, and note which profiles are in use: looking is allowed all the same."""
    mention_interrupted(chosen, console)
    console.envelope.about = {
        profile: {"in_use": None if isinstance(look, Skipped) else look.in_use}
        for profile, look in engine.occupancies(chosen, standard).items()
    }


def mention_interrupted(chosen: Iterable[BrowserProfile], console: Console) -> None:
    """Say that a run was cut off; only `clean` finishes it, and `undo` takes it back."""
    if folders := ", ".join(map(str, writable.left_behind(chosen))):
        ways = "`scrubber clean` finishes it, `scrubber undo` takes it back"
        console.note(f"An earlier run was cut off ({folders}); {ways}.", trouble=True)


def finish_interrupted(profiles: Sequence[BrowserProfile], console: Console) -> None:
    """Clear up after runs that were cut off, and say so."""
    try:
        recovered = writable.finish_interrupted(profiles)
    except UnreadableStore as error:
        console.note(f"What an earlier run has left can't be cleared away: {error}", trouble=True)
        return
    fates = [fate for each in recovered for _, fate in each.fates]
    if recovered:
        console.note(
            "An earlier run was cut off. It is finished now: "
            f"{terminal.count(fates.count('changed'), 'store')} had been cleaned, "
            f"{fates.count('unchanged')} are as they were, {fates.count('put back')} were put back.",
            trouble=True,
        )


def planned(
    chosen: Sequence[BrowserProfile], target: Target, policy: Policy, console: Console
) -> planning.Plan:
    """The plan, with the envelope filled in."""
    start = time.monotonic()
    with console.progress() as progress:
        made = planning.make(chosen, target, policy, lambda path: progress("plan", path))
    console.envelope.seconds["plan"] = time.monotonic() - start
    return made


def show(
    made: planning.Plan, console: Console, *, verbose: bool, always: bool = False, brief: bool = False
) -> None:
    """Say what a plan would do, and fill the envelope in. `always`: even with --quiet."""
    console.envelope.sites = made.target.sites
    console.envelope.plan = made
    console.envelope.messages += terminal.encrypted_caches(made)
    console.envelope.skipped = (*console.envelope.skipped, *made.skipped)
    if not brief:
        console.say([*terminal.scope(made.target.sites), ""], always=always)
        console.say([*terminal.plan(made, verbose=verbose), ""], always=always)
    console.trouble(terminal.skips(console.envelope.skipped))


def judged(made: planning.Plan, console: Console) -> tuple[str, int]:
    """The status and exit code of a look that went no further than the plan."""
    if not made.is_empty:
        return "traces", 1
    return ("partial", 4) if console.envelope.skipped else ("clean", 0)


def examined(
    chosen: Sequence[BrowserProfile],
    target: Target,
    policy: Policy,
    console: Console,
    *,
    progress: engine.Progress,
    leaving_out: Sequence[Path] = (),
) -> verdict.Verdict:
    """The verdict, with the envelope filled in."""
    before = console.envelope.plan
    known = before.addresses if before else ()
    found = verdict.verify(chosen, target, policy, progress, addresses=known, leaving_out=leaving_out)
    console.envelope.sites = target.sites
    console.envelope.plan = console.envelope.plan or found.plan
    console.envelope.verdict = found
    console.envelope.seconds["verify"] = found.seconds
    return found


def say_verdict(found: verdict.Verdict, console: Console) -> None:
    """Tell it to the person."""
    console.say(terminal.verdict(found))
    console.trouble(terminal.residue(found))
