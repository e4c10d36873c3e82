"""A plan as a file: `scan --plan FILE` writes it for review, `clean --plan FILE` applies exactly it.

JSON; it names what the person visited, so it is written for their eyes only (0600).
"""

from __future__ import annotations

import base64
import json
import os
import re
import stat
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubber.browsers import by_key
from scrubber.errors import UnreadableStore, UsageError, reason_of
from scrubber.files import read_regular
from scrubber.model import BrowserProfile, Policy, Skipped, Standing, Trace
from scrubber.plan import Plan, PlannedStore
from scrubber.plan.locate import located
from scrubber.sites import Site, Target

if TYPE_CHECKING:
    from scrubber.model import Key, Store

VERSION = 2

_SURROGATE = re.compile("[\ud800-\udfff]")
_PLACES = ("path", "user_data", "cache", "data_home", "cache_home", "home")
_Places = dict[tuple[str, Path], "Store"]


def save(plan: Plan, path: Path) -> None:
    """Write a plan. Raises UsageError where the file can't be written."""
    content = json.dumps(_plan(plan), ensure_ascii=False, indent=1)
    # What was no UTF-8 in a database; other tools must be able to read the file.
    content = _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", content)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                path.chmod(0o600)  # an older file keeps the mode that it had
            file.write(content + "\n")
    except OSError as error:
        raise UsageError(f"{path}: {reason_of(error)}") from error


def load(path: Path) -> Plan:
    """Read a plan. Raises UsageError where it is none, or names stores that are no longer there."""
    try:
        content = read_regular(path, limit=1 << 30).decode()
        saved = json.loads(content)
        if saved["plan"] != VERSION:
            raise UsageError(f"{path}: a plan of another version of scrubber; scan again")
        return _loaded(saved)
    except UnreadableStore as error:
        raise UsageError(f"{path}: {error.reason}") from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"{path}: not a plan of scrubber's ({type(error).__name__})") from error


def _plan(plan: Plan) -> dict[str, Any]:
    profiles = {profile: number for number, profile in enumerate(plan.profiles)}
    return {
        "plan": VERSION,
        "sites": [_site(site) for site in plan.target.sites],
        "policy": {field.name: _plain(getattr(plan.policy, field.name)) for field in fields(Policy)},
        "profiles": [
            {field.name: _plain(getattr(profile, field.name)) for field in fields(BrowserProfile)}
            for profile in plan.profiles
        ],
        "stores": [
            {
                "profile": profiles[planned.profile],
                "path": str(planned.path),
                "source": planned.store.source,
                "fingerprint": planned.fingerprint,
                "traces": [
                    {field.name: _key(getattr(trace, field.name)) for field in fields(Trace)}
                    for trace in planned.traces
                ],
            }
            for planned in plan.stores
        ],
        "skipped": [{"path": str(skipped.path), "reason": skipped.reason} for skipped in plan.skipped],
        "unread": sorted(map(str, plan.unread)),
    }


def _site(site: Site) -> dict[str, Any]:
    return {name: value for name, value in asdict(site).items() if name != "account"}


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [str(path) for path in value]
    return str(value) if isinstance(value, Path) else value


def _key(value: object) -> object:
    """Paths and bytes in a primary key have no form in JSON."""
    if isinstance(value, tuple):
        return [_key(part) for part in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return value


def _loaded(saved: dict[str, Any]) -> Plan:
    sites = tuple(_loaded_site(**site) for site in saved["sites"])
    policy = saved["policy"]
    if policy["mentions"] not in ("browsing", "keep", "all"):
        raise ValueError
    sets = {name: frozenset(policy[name]) for name in ("only", "without", "include")}
    profiles = {number: _profile(**profile) for number, profile in enumerate(saved["profiles"])}
    places = {number: _places(profile) for number, profile in profiles.items()}
    return Plan(
        Target(sites),
        Policy(**sets, mentions=policy["mentions"], keywords=policy["keywords"]),
        tuple(profiles.values()),
        tuple(
            _store(store, profiles[store["profile"]], places[store["profile"]]) for store in saved["stores"]
        ),
        tuple(Skipped(Path(skipped["path"]), skipped["reason"]) for skipped in saved["skipped"]),
        frozenset(map(Path, saved["unread"])),
    )


def _loaded_site(key: str, name: str, **lists: list[str]) -> Site:
    return replace(Site(key, name), **{name: tuple(values) for name, values in lists.items()})  # type: ignore[arg-type]


def _profile(**saved: Any) -> BrowserProfile:
    places = {name: Path(saved[name]) for name in _PLACES if saved[name] is not None}
    lists = {name: tuple(map(Path, saved[name])) for name in ("moved_caches", "backups")}
    return BrowserProfile(**(saved | places | lists))


def _store(saved: dict[str, Any], profile: BrowserProfile, places: _Places) -> PlannedStore:
    path = Path(saved["path"])
    store = places.get((saved["source"], path))
    if store is None:
        raise UsageError(f"{path}: in the plan, but no longer there; scan again")
    traces = tuple(
        Trace(
            trace["where"],
            _loaded_key(trace["key"]),
            Standing(trace["standing"]),
            trace["seen"],
            trace["holds"],
            tuple(trace["blank"]),
            Path(trace["told_by"]) if trace["told_by"] else None,
        )
        for trace in saved["traces"]
    )
    return PlannedStore(profile, store, path, saved["fingerprint"], traces)


def _loaded_key(saved: Any) -> Key:
    if isinstance(saved, list):
        return tuple(_loaded_key(part) for part in saved)  # type: ignore[misc]
    if isinstance(saved, dict):
        return base64.b64decode(saved["base64"], validate=True)  # type: ignore[return-value]
    return saved  # type: ignore[no-any-return]


def _places(profile: BrowserProfile) -> _Places:
    """What the browser's table has in this profile: a file can't send us anywhere else."""
    return {
        (store.source, path): store
        for store in by_key(profile.browser).stores
        for path in located(store.places, profile)
        if isinstance(path, Path)
    }
