"""The command that changes something: clean."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scrubber import engine, guard
from scrubber import plan_file as saved_plan
from scrubber.cli.looking import opened, planned, verified
from scrubber.cli.options import Request
from scrubber.errors import ProfileInUse, UsageError
from scrubber.model import Skipped
from scrubber.report import terminal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from scrubber.cli.console import Console
    from scrubber.model import BrowserProfile
    from scrubber.plan import Plan
    from scrubber.report.envelope import Envelope


def clean(
    *,
    dry_run: bool,
    yes: bool,
    plan_file: str | None,
    wait: bool,
    ask_to_close: bool,
    keep_going: bool,
    **options: Any,
) -> int:
    """Scan, ask, remove, verify; the exit code."""
    request = Request(**options)
    start = time.monotonic()
    made = saved_plan.load(Path(plan_file)) if plan_file else None
    target, policy = (made.target, made.policy) if made else (request.target(), request.policy())
    console, found, chosen = opened("clean", request)
    if made:
        chosen = console.envelope.profiles = made.profiles
    if not (dry_run or yes or console.can_ask):
        raise UsageError("there is no terminal to ask on: say --yes, or --dry-run to change nothing")
    door = _Door(request.standard(found), console, wait=wait, ask_to_close=ask_to_close)
    closed = chosen if dry_run else door.closed(chosen, keep_going=keep_going)
    if not dry_run:
        _finish_interrupted(closed, console)
    if made:
        made = console.envelope.plan = made.only(closed)
        console.envelope.sites = target.sites
    else:
        made = planned(closed, target, policy, console)
    left_out = [Skipped(profile.path, "in use") for profile in chosen if profile not in closed]
    console.envelope.skipped = (*found.skipped, *made.skipped, *left_out)
    console.say([*terminal.plan(made, verbose=request.verbose), *terminal.skips(left_out), ""])
    if dry_run or not (yes or made.is_empty or click.confirm("Remove this?", err=True)):
        console.say(["Nothing was changed."])
        console.envelope.seconds["total"] = time.monotonic() - start
        return console.end(*(("clean", 0) if made.is_empty else ("traces", 1)))
    _carry_out(made, door, console)
    console.envelope.seconds["total"] = time.monotonic() - start
    return console.end(*_judged(console.envelope))


def _carry_out(made: Plan, door: _Door, console: Console) -> None:
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    with console.progress() as progress:
        outcome = engine.apply(made, door.standard, progress)
    console.envelope.outcome = outcome
    console.envelope.seconds["apply"] = outcome.seconds
    console.say(terminal.outcome(outcome))
    verified(made.profiles, made.target, made.policy, console)
    if any(site.account for site in made.target.sites):
        keys = " ".join(site.key for site in made.target.sites if site.account)
        console.say([f"What the platform's own servers keep: scrubber guide {keys}"])


def _judged(envelope: Envelope) -> tuple[str, int]:
    """The status of a finished run and its exit code."""
    outcome, verdict = envelope.outcome, envelope.verdict
    if outcome is None or verdict is None:
        raise ValueError("not a finished run")
    failed = [one for one in outcome.cleaned if one.failed]
    if failed and len(failed) == len(outcome.cleaned):
        return "error", 5
    excused = {one.planned.path for one in failed} | {one.path for one in envelope.skipped}
    excused |= {one.path for one in verdict.not_examined}
    if any(excused.isdisjoint((one.path, *one.path.parents)) for one in verdict.unexplained):
        return "residue", 1
    return ("partial", 4) if excused else ("clean", 0)


def _finish_interrupted(profiles: Sequence[BrowserProfile], console: Console) -> None:
    for recovered in engine.finish_interrupted(profiles):
        fates = [fate for _, fate in recovered.fates]
        console.note(
            "An earlier run was cut off. It is finished now: "
            f"{terminal.count(fates.count('changed'), 'store')} had been cleaned, "
            f"{fates.count('unchanged')} are as they were, {fates.count('put back')} were put back."
        )


@dataclass(frozen=True)
class _Door:
    """What lets a run in: closed browsers."""

    standard: Collection[Path]
    console: Console
    wait: bool
    ask_to_close: bool

    def closed(self, profiles: Sequence[BrowserProfile], *, keep_going: bool) -> tuple[BrowserProfile, ...]:
        """The profiles that no browser has open. Raises ProfileInUse, unless those are to be left out."""
        found = {profile: engine.occupancy(profile, self.standard) for profile in profiles}
        for stale in dict.fromkeys(one.message for look in found.values() for one in look.stale):
            self.console.note(stale)
        used = [profile for profile in profiles if found[profile].in_use]
        if self.ask_to_close:
            for profile in used:
                guard.close(engine.occupancy(profile, self.standard))
        if self.wait or self.ask_to_close:
            self._wait(used)
            used = []
        if used and not keep_going:
            reasons = dict.fromkeys(use.message for profile in used for use in found[profile].uses)
            raise ProfileInUse("\n".join(reasons))
        for profile in used:
            self.console.note(found[profile].uses[0].message)
        return tuple(profile for profile in profiles if profile not in used)

    def _wait(self, used: Sequence[BrowserProfile]) -> None:
        with self.console.progress() as progress:
            for profile in used:
                guard.wait(
                    lambda profile=profile: engine.occupancy(profile, self.standard),  # type: ignore[misc]
                    lambda look, _: progress("wait", look.uses[0].profile.path),
                )
