"""Plan, outcome and verdict as lines of text; nothing here names what the person visited unless asked to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scrubber.model import INCLUDABLE, Standing
from scrubber.report.discreet import discreet
from scrubber.stores.encrypted_cache import EncryptedCache

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from scrubber.discovery import Found
    from scrubber.engine.outcome import Outcome
    from scrubber.model import BrowserProfile, Skipped, Trace
    from scrubber.plan import Plan, PlannedStore
    from scrubber.residue import NotExamined
    from scrubber.sites import Site
    from scrubber.transaction import Elsewhere
    from scrubber.verdict import Verdict
    from scrubber.witness import Witness

_SHOWN = 20
"""How many findings are listed before the rest is only counted."""

_NEVER_INCLUDED = frozenset({"storage", "cache", "forms", "permissions", "network", "extensions", "logs"})
"""Where nobody made what is kept on purpose, or where no `--include` takes it."""

_EXPLAINED = {
    "kept": "kept (made on purpose, or not to be taken out safely)",
    "mention": "only mentioned",
}


def count(number: int, one: str, many: str = "") -> str:
    """`1 store`, `2 stores`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def entries(number: int) -> str:
    """`1 entry`, `2 entries`."""
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
    shown = profile.display_name
    return profile.spec if shown in ("", profile.name) else f"{profile.spec} ({shown})"


def nothing_found(found: Found, where: str) -> str:
    """One line: where was looked, when there is no profile at all."""
    return f"no browser profile {where}, at none of the {len(found.looked)} usual places (-v lists them)"


def skips(skipped: Iterable[Skipped | NotExamined]) -> list[str]:
    """What could not be looked into."""
    return [f"  not looked into: {one.path}: {one.reason}" for one in skipped]


def scope(sites: Iterable[Site]) -> list[str]:
    """Whose traces are looked for: a host's, or also those of all below it."""
    return [f"{site.name}: {', '.join(_scope(site))}" for site in sites]


def _scope(site: Site) -> Iterator[str]:
    if site.domains:
        yield f"{' and '.join(site.domains)} with all below"
    exact = [host for host in site.hosts if host != site.name]
    if site.hosts:
        yield count(len(exact), "single host") if exact else "exactly this host"
    if site.urls:
        yield f"{count(len(site.urls), 'page')} of hosts that others share"
    if site.partitions:
        yield f"what was stored while embedded in {' and '.join(site.partitions)}"


def plan(made: Plan, *, verbose: bool) -> list[str]:
    """What would go and what would stay, profile by profile."""
    lines: list[str] = []
    for profile in made.profiles:
        lines.append(f"{name(profile)}  {profile.path}")
        stores = made.of(profile)
        lines += _stores(made, stores, verbose=verbose) if stores else ["  nothing"]
    return [*lines, "", *summary(made)]


def summary(made: Plan) -> list[str]:
    """The plan in a sentence or two."""
    going = sum(len(made.going(planned)) for planned in made.stores)
    stores = sum(bool(made.going(planned)) for planned in made.stores)
    staying = [trace for planned in made.stores for trace in made.staying(planned)]
    mentions = sum(trace.standing is Standing.MENTION for trace in staying)
    lines = [f"To remove: {entries(going)} in {count(stores, 'store')}." if going else "Nothing to remove."]
    if signs_out := _sign_ins(made):
        lines.append(f"You will be signed out where these cookies sign you in: {', '.join(signs_out)}.")
    lines += _kept(made, [trace.holds for trace in staying if trace.standing is Standing.KEPT])
    if mentions:
        found = count(mentions, "mention")
        lines.append(f"Left alone: {found} in other sites' own data (--mentions all removes them).")
    return [*lines, *encrypted_caches(made)]


def _kept(made: Plan, holds: Sequence[str]) -> Iterator[str]:
    included = made.policy.include.issuperset(INCLUDABLE)
    for_good = Counter(word for word in holds if included or word in _NEVER_INCLUDED)
    if on_purpose := Counter(holds) - for_good:
        listed = _by_number(on_purpose)
        taken = "--include bookmarks,logins takes what of those can go safely"
        yield f"Kept, because somebody made them on purpose: {listed} ({taken})."
    if for_good:
        yield f"Kept, because they can't be taken out safely: {_by_number(for_good)}."


def _by_number(kept: Counter[str]) -> str:
    return ", ".join(f"{number} in {holds}" for holds, number in sorted(kept.items()))


def encrypted_caches(made: Plan) -> list[str]:
    """A sentence for each cache that goes without anybody knowing what is in it."""
    return [
        f"{planned.profile.spec}: {_relative(planned)} is encrypted with a key that only the browser has; "
        "it goes as a whole, and the browser makes it anew."
        for planned in made.stores
        if isinstance(planned.store, EncryptedCache) and made.going(planned)
    ]


def _sign_ins(made: Plan) -> list[str]:
    """The hosts of the platform's sign-in cookies among what goes; its site file names them."""
    hosts = {
        trace.seen.lower()
        for planned in made.stores
        for trace in made.going(planned)
        if trace.holds == "cookies"
    }
    return sorted(host for host in hosts if made.target.cookie_host(host) and not made.target.host(host))


def _stores(made: Plan, stores: Iterable[PlannedStore], *, verbose: bool) -> Iterator[str]:
    """A line for each thing that lies at one place; folders named after sites are one place."""
    found: dict[tuple[str, str], list[Trace]] = {}
    for planned in stores:
        place = _relative(planned) if verbose else discreet(_relative(planned))
        for trace in planned.traces:
            found.setdefault((trace.holds, place), []).append(trace)
    for (holds, place), traces in found.items():
        yield f"  {holds:<12} {place}: {_fates(made, traces)}"
        if verbose:
            yield from (f"      {text[:200]}" for text in sorted({trace.seen for trace in traces} - {""}))


def _fates(made: Plan, traces: Sequence[Trace]) -> str:
    going = sum(made.policy.removes(trace) for trace in traces)
    kept = sum(trace.standing is Standing.KEPT for trace in traces)
    mentions = sum(trace.standing is Standing.MENTION and not made.policy.removes(trace) for trace in traces)
    parts = (
        f"{entries(going)} to remove" if going else "",
        f"{kept} kept" if kept else "",
        f"{count(mentions, 'mention')} left alone" if mentions else "",
    )
    return ", ".join(part for part in parts if part)


def _relative(planned: PlannedStore) -> str:
    for root in (*planned.profile.roots, planned.profile.user_data):
        if planned.path != root and planned.path.is_relative_to(root):
            return str(planned.path.relative_to(root))
    return str(planned.path)  # a cache that a preference has elsewhere


def outcome(done: Outcome) -> list[str]:
    """What was removed and proved."""
    proved = [one for one in done.cleaned if not one.failed]
    removed = sum(len(one.removed) for one in proved)
    equal = sum(one.equal for one in proved)
    if not done.cleaned:
        return []
    return [
        f"Removed {entries(removed)} from {count(len(proved), 'store')}; "
        f"{entries(equal)} of other sites in them compared and found the same.",
        *([f"The files are {size(done.freed)} smaller."] if done.freed > 0 else []),
    ]


def troubles(done: Outcome, *, verbose: bool) -> list[str]:
    """What went wrong while removing."""
    lines: list[str] = []
    for one in done.cleaned:
        if one.failed:
            detail = f" ({one.detail})" if verbose and one.detail else ""
            lines.append(f"  left as it was: {one.planned.path}: {one.failed}{detail}")
    lines += _by_folder("note", done.elsewhere)
    return lines + [f"  {text}" for text in done.troubles]


def verdict(found: Verdict) -> list[str]:
    """What was looked at, and what of it is there for a reason."""
    lines = [f"Looked through {count(found.files, 'file')} ({size(found.bytes)}) for every name."]
    reasons = Counter(remnant.explained for remnant in found.remnants if remnant.explained)
    if reasons:
        listed = ", ".join(
            f"{number} {_EXPLAINED.get(reason, reason)}" for reason, number in sorted(reasons.items())
        )
        lines.append(f"Names that may be there: {listed}.")
    lines += _witnesses(found.witnesses)
    if not found.left and not found.not_examined:
        lines.append("Nothing unexplained remains.")
    return lines


def _witnesses(said: Sequence[Witness]) -> Iterator[str]:
    """What a foreign reader says, and of which files it can say nothing."""
    heard = [one for one in said if one.answer != "unavailable"]
    if heard:
        read = f"{count(sum(one.read for one in heard), 'cookie')} in {count(len(heard), 'file')}"
        ours = sum(one.cookies for one in heard)
        yield f"{heard[0].name} read {read}; {ours or 'none'} of them the platform's."
    for one in said:
        if one.answer == "unavailable":
            yield f"{one.name} could not be asked about {one.path}: {one.reason}"


def residue(found: Verdict) -> list[str]:
    """What speaks against calling the profiles clean."""
    remnants = found.unexplained
    lines = [
        f"  still there: {one.path}: {one.name} as {one.seen_as}, {one.where}"
        + (f" and {one.count - 1} more" if one.count > 1 else "")
        for one in remnants[:_SHOWN]
    ]
    more = len(remnants) - _SHOWN
    lines += [f"  and {more} more (--json lists all)"] if more > 0 else []
    seen = {above for one in remnants for above in (one.path, *one.path.parents)}
    lines += [
        f"  still there: {planned.path}: {entries(len(found.plan.going(planned)))} that clean would remove"
        for planned in found.to_remove
        if planned.path not in seen
    ]
    lines += [
        f"  still there: {one.path}: {count(one.cookies, 'cookie')} that {one.name} sees"
        for one in found.seen
    ]
    return [*lines, *_by_folder("not examined", found.not_examined)]


def _by_folder(word: str, missed: Iterable[NotExamined | Elsewhere]) -> Iterator[str]:
    """A line for each file, or for a folder with many of a kind, as an encrypted cache is."""
    found: dict[tuple[Path, str], list[Path]] = {}
    for one in missed:
        found.setdefault((one.path.parent, one.reason), []).append(one.path)
    for (folder, reason), paths in found.items():
        if len(paths) > _SHOWN:
            yield f"  {word}: {count(len(paths), 'file')} in {folder}: {reason} (--json lists all)"
        else:
            yield from (f"  {word}: {path}: {reason}" for path in paths)


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
