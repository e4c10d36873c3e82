"""Plan, outcome and verdict as lines of text; nothing here names what the person visited unless asked to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scrubber.model import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from scrubber.discovery import Found
    from scrubber.engine import Outcome, Verdict
    from scrubber.model import BrowserProfile, Skipped, Trace
    from scrubber.plan import Plan, PlannedStore
    from scrubber.residue import NotExamined, Remnant
    from scrubber.sites import Site

_SHOWN = 20
"""How many findings are listed before the rest is only counted."""


def count(number: int, one: str, many: str = "") -> str:
    """`1 entry`, `2 entries`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def entries(number: int) -> str:
    """`3 entries`."""
    return count(number, "entry", "entries")


def size(number: int) -> str:
    """Bytes for people: `1.4 MB`."""
    value = float(number)
    for unit in ("bytes", "kB", "MB"):
        if abs(value) < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def name(profile: BrowserProfile) -> str:
    """`chrome:Default (Person 1)`."""
    shown = printable(profile.display_name)
    return profile.spec if shown in ("", profile.name) else f"{profile.spec} ({shown})"


def printable(text: str) -> str:
    """A name from somebody's disk without what would play with the terminal."""
    return "".join(char if char.isprintable() else "�" for char in text)


def path(of: Path) -> str:
    """A path, printable."""
    return printable(str(of))


def nothing_found(found: Found, home: Path | None) -> str:
    """One line: where was looked, when there is no profile at all."""
    where = f"in {path(home)}" if home else "in this home"
    skipped = "".join(f"; not looked into: {path(one.path)} ({one.reason})" for one in found.skipped)
    places = f"at none of the {len(found.looked)} usual places (-v lists them)"
    return f"no browser profile {where}, {places}{skipped}"


def skips(skipped: Iterable[Skipped | NotExamined]) -> list[str]:
    """What could not be looked into."""
    return [f"  not looked into: {path(one.path)}: {printable(one.reason)}" for one in skipped]


def plan(made: Plan, *, verbose: bool) -> list[str]:
    """What would go and what would stay, profile by profile."""
    lines: list[str] = []
    for profile in made.profiles:
        stores = made.of(profile)
        lines.append(f"{name(profile)}  {path(profile.path)}")
        if not stores:
            lines.append("  nothing")
        for planned in stores:
            lines += _store(made, planned, verbose)
    return lines + skips(made.skipped) + ["", *summary(made)]


def summary(made: Plan) -> list[str]:
    """The plan in a sentence or two."""
    going = [trace for planned in made.stores for trace in made.going(planned) if trace.key != ""]
    staying = [trace for planned in made.stores for trace in made.staying(planned)]
    kept = Counter(trace.holds for trace in staying if trace.standing is Standing.KEPT)
    mentions = sum(trace.standing is Standing.MENTION for trace in staying)
    stores = sum(bool(made.going(planned)) for planned in made.stores)
    lines = [f"To remove: {entries(len(going))} in {count(stores, 'store')}."]
    if kept:
        listed = ", ".join(f"{number} in {holds}" for holds, number in sorted(kept.items()))
        lines.append(f"Kept, because you made them on purpose: {listed} (--include takes them too).")
    if mentions:
        found = count(mentions, "mention")
        lines.append(f"Left alone: {found} in other sites' own data (--mentions all removes them).")
    return lines


def _store(made: Plan, planned: PlannedStore, verbose: bool) -> Iterator[str]:
    by_holds: dict[str, list[Trace]] = {}
    for trace in planned.traces:
        by_holds.setdefault(trace.holds, []).append(trace)
    for holds, traces in by_holds.items():
        going = [trace for trace in traces if made.policy.removes(trace)]
        kept = sum(trace.standing is Standing.KEPT for trace in traces)
        others = len([trace for trace in traces if trace not in going and trace.standing is Standing.MENTION])
        parts = [entries(len(going)) + " to remove" if going else ""]
        parts += [f"{kept} kept" if kept else "", f"{count(others, 'mention')} left alone" if others else ""]
        yield f"  {holds:<12} {_relative(planned)}: {', '.join(part for part in parts if part)}"
        if verbose:
            seen = Counter(trace.seen for trace in traces if trace.seen)
            yield from (f"      {printable(text)[:200]}" for text in sorted(seen))


def _relative(planned: PlannedStore) -> str:
    for root in (*planned.profile.roots, planned.profile.user_data):
        if planned.path.is_relative_to(root):
            return path(planned.path.relative_to(root))
    return path(planned.path)


def outcome(done: Outcome) -> list[str]:
    """What was removed and proved."""
    removed = sum(len(one.removed) for one in done.cleaned)
    proved = [one for one in done.cleaned if not one.failed]
    equal = sum(one.equal for one in proved)
    lines = [
        f"Removed {entries(removed)} from {count(len(proved), 'store')}; "
        f"{entries(equal)} of other sites in them compared and found equal.",
        f"The files are {size(done.freed)} smaller." if done.freed > 0 else "",
    ]
    for one in done.cleaned:
        if one.failed:
            lines.append(f"  left as it was: {path(one.planned.path)}: {printable(one.failed)}")
        lines += [f"  note: {path(one.planned.path)}: {printable(text)}" for text in one.warnings]
    return [line for line in lines if line]


def verdict(found: Verdict) -> list[str]:
    """Is anything left?"""
    unexplained = found.unexplained
    explained = [remnant for remnant in found.remnants if remnant.explained]
    lines = [f"Looked through {count(found.files, 'file')} ({size(found.bytes)}) for every name."]
    if unexplained:
        lines.append(f"Still there, in {count(len({one.path for one in unexplained}), 'file')}:")
        lines += _remnants(unexplained)
    if explained:
        reasons = Counter(remnant.explained for remnant in explained)
        listed = ", ".join(f"{number} {reason}" for reason, number in sorted(reasons.items()))
        lines.append(f"Explained: {listed}.")
    lines += [f"  not examined: {path(one.path)}: {printable(one.reason)}" for one in found.not_examined]
    if not unexplained and not found.not_examined:
        lines.append("Nothing unexplained remains.")
    return lines


def _remnants(remnants: Sequence[Remnant]) -> list[str]:
    lines = [
        f"  {path(one.path)}: {one.name} as {one.seen_as}, {printable(one.where)}"
        + (f" and {one.count - 1} more" if one.count > 1 else "")
        for one in remnants[:_SHOWN]
    ]
    more = len(remnants) - _SHOWN
    return lines + ([f"  and {more} more (--json lists all)"] if more > 0 else [])


def guide(site: Site) -> list[str]:
    """What only the platform can delete."""
    if site.account is None:
        return [f"{site.name}: scrubber has no steps for this platform's own servers."]
    account = site.account
    lines = [f"{site.name}: what only the platform can delete (checked {account.checked})"]
    lines += [f"  {number}. {step}" for number, step in enumerate(account.steps, 1)]
    lines.append(f"  How long it keeps things: {account.retention}")
    if account.url:
        lines.append(f"  {account.url}")
    return lines


def site(of: Site) -> list[str]:
    """One platform in full."""
    fields = ("domains", "hosts", "urls", "partitions", "sign_in", "keywords")
    lines = [f"{of.key}: {of.name}"]
    for field in fields:
        for value in getattr(of, field):
            lines.append(f"  {field:<11} {value}")
    return lines
