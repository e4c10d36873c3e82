"""The commands that change nothing: profiles, sites, scan, verify, guide."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubber import discovery, engine, rights, verdict, writable
from scrubber import plan as planning
from scrubber import plan_file as saved_plan
from scrubber.cli.console import Console
from scrubber.cli.options import Request, known_sites
from scrubber.discovery.account import signed_in
from scrubber.errors import NothingFound, UnreadableStore
from scrubber.files import names
from scrubber.model import Skipped
from scrubber.report import terminal
from scrubber.report.envelope import Envelope
from scrubber.site_files import DEFAULT, choose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrubber.model import BrowserProfile, Policy
    from scrubber.sites import Target

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
    mention_interrupted(chosen, console)
    mention_in_use(engine.occupancies(chosen, request.standard(found)), console)
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
    mention_interrupted(chosen, console)
    mention_in_use(engine.occupancies(chosen, request.standard(found)), console)
    done = verified(chosen, target, policy, console)
    console.envelope.skipped = (*console.envelope.skipped, *done.plan.skipped)
    console.trouble(terminal.skips(console.envelope.skipped))
    if done.left:
        return console.end("residue", 1)
    partial = done.not_examined or console.envelope.skipped
    return console.end("partial", 4) if partial else console.end("clean", 0)


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


def verified(
    chosen: Sequence[BrowserProfile], target: Target, policy: Policy, console: Console
) -> verdict.Verdict:
    """The verdict, said and with the envelope filled in."""
    with console.progress() as progress:
        found = examined(chosen, target, policy, console, progress=progress)
    say_verdict(found, console)
    return found


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


def mention_interrupted(chosen: Iterable[BrowserProfile], console: Console) -> None:
    """Say that a run was cut off; only `clean` finishes it, and `undo` takes it back."""
    if folders := ", ".join(map(str, writable.left_behind(chosen))):
        ways = "`scrubber clean` finishes it, `scrubber undo` takes it back"
        console.note(f"An earlier run was cut off ({folders}); {ways}.", trouble=True)


def mention_in_use(looks: engine.Looks, console: Console) -> None:
    """Note which profiles a browser has open; looking is allowed all the same."""
    console.envelope.about = {
        profile: {"in_use": None if isinstance(look, Skipped) else look.in_use}
        for profile, look in looks.items()
    }


def _about(profile: BrowserProfile, look: engine.Look) -> dict[str, bool | int | None]:
    try:
        size: int | None = discovery.size(profile)
    except UnreadableStore:
        size = None
    in_use = None if isinstance(look, Skipped) else look.in_use
    return {"in_use": in_use, "signed_in": signed_in(profile), "bytes": size}
