"""The JSON that every command prints with `--json`: one object, versioned, on every path, errors included.

    {"schema": 1, "command", "status", "exit_code", "sites",
     "profiles": [{"browser", "name", "spec", "display_name", "path", "in_use",
                   "stores": [{"holds", "path", "own", "mentions", "kept", "removed", "skipped"}]}],
     "skipped", "residue", "not_examined", "equality", "freed_bytes", "seconds", "messages"}

Names of hosts that the person visited appear only as the target's own; `seen` values never do.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrubber.model import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scrubber.engine import Cleaned, Outcome, Verdict
    from scrubber.model import BrowserProfile, Skipped
    from scrubber.plan import Plan, PlannedStore
    from scrubber.sites import Site

SCHEMA = 1


@dataclass
class Envelope:
    """What one command has to say, filled in as it goes."""

    command: str
    sites: tuple[Site, ...] = ()
    profiles: Sequence[BrowserProfile] = ()
    in_use: frozenset[str] = frozenset()
    """Specs of the profiles that a browser has open."""
    plan: Plan | None = None
    outcome: Outcome | None = None
    verdict: Verdict | None = None
    skipped: Iterable[Skipped] = ()
    messages: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What only this command has."""

    def render(self, status: str, exit_code: int) -> dict[str, Any]:
        """The object."""
        return {
            "schema": SCHEMA,
            "command": self.command,
            "status": status,
            "exit_code": exit_code,
            "sites": [{"key": site.key, "name": site.name} for site in self.sites],
            "profiles": [self._profile(profile) for profile in self.profiles],
            "skipped": [{"path": str(one.path), "reason": one.reason} for one in self.skipped],
            "residue": self._residue(),
            "not_examined": self._not_examined(),
            "equality": self._equality(),
            "freed_bytes": self.outcome.freed if self.outcome else 0,
            "seconds": {name: round(value, 3) for name, value in self.seconds.items()},
            "messages": self.messages,
            **self.extra,
        }

    def _profile(self, profile: BrowserProfile) -> dict[str, Any]:
        planned = self.plan.of(profile) if self.plan else ()
        cleaned = {id(one.planned): one for one in self.outcome.cleaned} if self.outcome else {}
        return {
            "browser": profile.browser,
            "name": profile.name,
            "spec": profile.spec,
            "display_name": profile.display_name,
            "path": str(profile.path),
            "in_use": profile.spec in self.in_use,
            "stores": [row for store in planned for row in _stores(store, cleaned.get(id(store)))],
        }

    def _residue(self) -> list[dict[str, Any]]:
        return [
            {
                "path": str(remnant.path),
                "seen_as": remnant.seen_as,
                "where": remnant.where,
                "name": remnant.name,
                "form": remnant.form,
                "count": remnant.count,
                "explained": remnant.explained,
            }
            for remnant in (self.verdict.remnants if self.verdict else ())
        ]

    def _not_examined(self) -> list[dict[str, str]]:
        missed = self.verdict.not_examined if self.verdict else ()
        return [{"path": str(one.path), "reason": one.reason} for one in missed]

    def _equality(self) -> dict[str, int]:
        proved = [one for one in self.outcome.cleaned if not one.failed] if self.outcome else []
        return {"stores": len(proved), "entries": sum(one.equal for one in proved)}


def _stores(planned: PlannedStore, cleaned: Cleaned | None) -> list[dict[str, Any]]:
    """One row for each thing that the store holds."""
    counts: dict[str, Counter[Standing]] = {}
    for trace in planned.traces:
        counts.setdefault(trace.holds, Counter())[trace.standing] += 1
    removed = Counter(trace.holds for trace in cleaned.removed) if cleaned else Counter()
    return [
        {
            "holds": holds,
            "path": str(planned.path),
            "own": count[Standing.OWN],
            "mentions": count[Standing.MENTION],
            "kept": count[Standing.KEPT],
            "removed": removed[holds],
            "skipped": cleaned.failed or None if cleaned else None,
        }
        for holds, count in counts.items()
    ]
