"""The commands that change nothing: profiles, sites, scan, verify, guide."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubber import discovery, engine
from scrubber import plan as planning
from scrubber import plan_file as saved_plan
from scrubber.cli.console import Console
from scrubber.cli.options import Request, known_sites
from scrubber.errors import NothingFound, UnreadableStore
from scrubber.report import terminal
from scrubber.report.envelope import Envelope
from scrubber.site_files import DEFAULT, choose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubber.model import BrowserProfile, Policy
    from scrubber.sites import Target


def profiles(**options: Any) -> int:
    """List the browser profiles. Exit 0; 2 where there is none."""
    request = Request(**options)
    console, found, chosen = opened("profiles", request)
    standard = request.standard(found)
    used = [profile for profile in chosen if engine.occupancy(profile, standard).in_use]
    console.envelope.in_use = frozenset(profile.spec for profile in used)
    sizes = {profile.spec: _size(profile) for profile in chosen}
    console.envelope.extra = {"sizes": sizes}
    for profile in chosen:
        state = "in use" if profile in used else "closed"
        console.say(
            [
                f"{terminal.name(profile)}",
                f"  {state}, {terminal.size(sizes[profile.spec])}, {terminal.path(profile.path)}",
            ]
        )
    console.say(terminal.skips(found.skipped))
    return console.end("clean", 0)


def sites(site: str | None, as_json: bool) -> int:
    """List the platforms, or show one."""
    known = known_sites()
    chosen = choose(known, (site,)) if site else tuple(known.values())
    console = Console(Request(as_json=as_json), Envelope("sites", sites=chosen))
    if site:
        console.say(terminal.site(chosen[0]))
        console.say(["", *terminal.guide(chosen[0])])
    else:
        console.say(f"{one.key:<20} {one.name}" for one in chosen)
    return console.end("clean", 0)


def guide(site: str | None, as_json: bool) -> int:
    """Show what only the platform can delete."""
    chosen = choose(known_sites(), (site or DEFAULT,))
    account = chosen[0].account
    steps = {"steps": account.steps, "retention": account.retention} if account else {}
    console = Console(Request(as_json=as_json), Envelope("guide", sites=chosen, extra={"account": steps}))
    console.say(terminal.guide(chosen[0]))
    return console.end("clean", 0)


def scan(plan_file: str | None, **options: Any) -> int:
    """Make the plan and show it. Exit 0 where nothing would go, 1 where something would, 4 partial."""
    request = Request(**options)
    start = time.monotonic()
    target, policy = request.target(), request.policy()
    console, found, chosen = opened("scan", request)
    mention_interrupted(chosen, console)
    made = planned(chosen, target, policy, console)
    console.envelope.skipped = (*found.skipped, *made.skipped)
    console.say(terminal.plan(made, verbose=request.verbose))
    console.say(terminal.skips(found.skipped))
    if plan_file:
        saved_plan.save(made, Path(plan_file))
        console.say([f"The plan is in {plan_file}."])
    console.envelope.seconds["total"] = time.monotonic() - start
    if not made.is_empty:
        return console.end("traces", 1)
    return console.end("partial", 4) if console.envelope.skipped else console.end("clean", 0)


def verify(**options: Any) -> int:
    """Sweep the profiles. Exit 0 where nothing unexplained is left, 1 where something is, 4 partial."""
    request = Request(**options)
    start = time.monotonic()
    target, policy = request.target(), request.policy()
    console, found, chosen = opened("verify", request)
    mention_interrupted(chosen, console)
    verdict = verified(chosen, target, policy, console)
    console.envelope.skipped = (*found.skipped, *verdict.plan.skipped)
    console.say(terminal.skips(found.skipped))
    console.envelope.seconds["total"] = time.monotonic() - start
    if verdict.unexplained:
        return console.end("residue", 1)
    partial = verdict.not_examined or console.envelope.skipped
    return console.end("partial", 4) if partial else console.end("clean", 0)


def opened(command: str, request: Request) -> tuple[Console, discovery.Found, tuple[BrowserProfile, ...]]:
    """The console of a command, with the profiles asked for.

    Raises NothingFound.
    """
    found = request.found()
    chosen = request.chosen(found)
    if not chosen:
        raise NothingFound(terminal.nothing_found(found, request.home), found.looked)
    return Console(request, Envelope(command, profiles=chosen, skipped=found.skipped)), found, chosen


def planned(
    chosen: Sequence[BrowserProfile], target: Target, policy: Policy, console: Console
) -> planning.Plan:
    """The plan, with the envelope filled in."""
    start = time.monotonic()
    with console.progress() as progress:
        made = planning.make(chosen, target, policy, lambda path: progress("plan", path))
    console.envelope.sites = target.sites
    console.envelope.plan = made
    console.envelope.seconds["plan"] = time.monotonic() - start
    return made


def verified(
    chosen: Sequence[BrowserProfile], target: Target, policy: Policy, console: Console
) -> engine.Verdict:
    """The verdict, said and with the envelope filled in."""
    with console.progress() as progress:
        verdict = engine.verify(chosen, target, policy, progress)
    console.envelope.sites = target.sites
    console.envelope.plan = console.envelope.plan or verdict.plan
    console.envelope.verdict = verdict
    console.envelope.seconds["verify"] = verdict.seconds
    console.say(terminal.verdict(verdict))
    return verdict


def mention_interrupted(chosen: Sequence[BrowserProfile], console: Console) -> None:
    """Say that a run was cut off; only `clean` finishes it."""
    for folder in engine.left_behind(chosen):
        console.note(f"An earlier run was cut off ({terminal.path(folder)}); `scrubber clean` finishes it.")


def _size(profile: BrowserProfile) -> int:
    try:
        return discovery.size(profile)
    except UnreadableStore:
        return 0
