"""The commands that change nothing: profiles, sites, scan, verify, guide."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubber import discovery, engine
from scrubber.cli.console import Console
from scrubber.cli.options import Request, known_sites
from scrubber.cli.steps import examined, judged, mention_state, opened, planned, say_verdict, show
from scrubber.discovery.account import signed_in
from scrubber.errors import UnreadableStore
from scrubber.model import Skipped
from scrubber.plan import plan_file as saved_plan
from scrubber.report import terminal
from scrubber.report.envelope import Envelope
from scrubber.sites.site_files import DEFAULT, choose

if TYPE_CHECKING:
    from scrubber.model import BrowserProfile

_SIGNED_IN = {True: ", signed in (sync may be on)", False: "", None: ""}


def profiles(**options: Any) -> int:
    """List the browser profiles. Exit 0; 2 where there is none, 4 where one can't be looked into."""
    request = Request(**options)
    console, found, chosen = opened("profiles", request)
    looks = engine.occupancies(chosen, request.standard(found))
    about = console.envelope.about = {profile: _about(profile, looks[profile]) for profile in chosen}
    for profile in chosen:
        state = {True: "in use", False: "closed", None: "can't be looked into"}[about[profile]["in_use"]]
        size = about[profile]["bytes"]
        parts = [state + _SIGNED_IN[about[profile]["signed_in"]]]
        parts += [] if size is None else [terminal.size(size)]
        console.say([terminal.name(profile), f"  {', '.join((*parts, str(profile.path)))}"])
    refused = [look for look in looks.values() if isinstance(look, Skipped)]
    console.envelope.skipped = (*console.envelope.skipped, *refused)
    console.trouble(terminal.skips(console.envelope.skipped))
    return console.end("partial", 4) if console.envelope.skipped else console.end("clean", 0)


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
    target, policy = request.target(), request.policy()
    console, found, chosen = opened("scan", request)
    mention_state(chosen, request.standard(found), console)
    made = planned(chosen, target, policy, console)
    show(made, console, verbose=request.verbose)
    if plan_file:
        saved_plan.save(made, Path(plan_file))
        console.say([f"The plan is in {plan_file}."])
    return console.end(*judged(made, console))


def verify(**options: Any) -> int:
    """Sweep the profiles. Exit 0 where nothing unexplained is left, 1 where something is, 4 partial."""
    request = Request(**options)
    target, policy = request.target(), request.policy()
    console, found, chosen = opened("verify", request)
    mention_state(chosen, request.standard(found), console)
    with console.progress() as progress:
        done = examined(chosen, target, policy, console, progress=progress)
    say_verdict(done, console)
    console.envelope.skipped = (*console.envelope.skipped, *done.plan.skipped)
    console.trouble(terminal.skips(console.envelope.skipped))
    if done.left:
        return console.end("residue", 1)
    partial = done.not_examined or console.envelope.skipped
    return console.end("partial", 4) if partial else console.end("clean", 0)


def _about(profile: BrowserProfile, look: engine.Look) -> dict[str, bool | int | None]:
    try:
        size: int | None = discovery.size(profile)
    except UnreadableStore:
        size = None
    in_use = None if isinstance(look, Skipped) else look.in_use
    return {"in_use": in_use, "signed_in": signed_in(profile), "bytes": size}
