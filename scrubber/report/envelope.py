"""The JSON that every command prints with `--json`: one object, versioned, on every path, errors included.

    {"schema": 1, "command", "status", "exit_code", "sites",
     "profiles": [{"browser", "name", "spec", "display_name", "path", "in_use",
                   "stores": [{"holds", "path", "own", "mentions", "kept", "removed", "skipped"}]}],
     "skipped", "not_examined",
     "residue": [{"path", "seen_as", "where", "name", "form", "inside", "at", "count", "explained"}],
     "witnesses": [{"name", "path", "answer", "reason", "cookies", "read"}],
     "equality", "freed_bytes", "seconds", "messages"}

Another program can check each of `residue`: `inside` lists what has to be taken apart, outermost first
(`["simple cache entry", "br", "escapes"]`); `at` leads to the first place, with `offset` counted in what `of`
says (`file`, `unpacked`, `cell`, `key`, …), and is where the outermost begins of what the name is encoded in.

Hosts that the person visited appear only as the target's own, unless the run is verbose: then paths are named
in full. `seen` values never appear; `scan --plan FILE` has them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrubber.model import Standing
from scrubber.report.discreet import discreet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from scrubber.engine.outcome import Outcome
    from scrubber.model import BrowserProfile, Skipped
    from scrubber.plan import Plan, PlannedStore
    from scrubber.sites import Site
    from scrubber.transaction import Elsewhere
    from scrubber.verdict import Verdict

SCHEMA = 1


@dataclass
class Envelope:
    """What one command has to say, filled in as it goes."""

    command: str
    verbose: bool = False
    sites: tuple[Site, ...] = ()
    profiles: Sequence[BrowserProfile] = ()
    about: Mapping[BrowserProfile, Mapping[str, Any]] = field(default_factory=dict)
    """What is known of a profile beside its place: `in_use`, and what only one command has."""
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
            "skipped": self._skipped(),
            "residue": self._residue(),
            "not_examined": self._not_examined(),
            "witnesses": self._witnesses(),
            "equality": self._equality(),
            "freed_bytes": self.outcome.freed if self.outcome else 0,
            "seconds": {name: round(value, 3) for name, value in self.seconds.items()},
            "messages": [self._shown(message) for message in (*self.messages, *self._troubles())],
            **self.extra,
        }

    @property
    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """What was removed under one name only."""
        return self.outcome.elsewhere if self.outcome else ()

    def _shown(self, text: str) -> str:
        return text if self.verbose else discreet(text)

    def _path(self, path: Path) -> str:
        return self._shown(str(path))

    def _profile(self, profile: BrowserProfile) -> dict[str, Any]:
        return {
            "browser": profile.browser,
            "name": profile.name,
            "spec": profile.spec,
            "display_name": profile.display_name,
            "path": str(profile.path),
            "in_use": False,
            **self.about.get(profile, {}),
            "stores": self._stores(self.plan.of(profile)) if self.plan else [],
        }

    def _stores(self, stores: Iterable[PlannedStore]) -> list[dict[str, Any]]:
        """A row for each thing that lies at one place; folders named after sites are one place."""
        cleaned = {id(one.planned): one for one in self.outcome.cleaned} if self.outcome else {}
        rows: dict[tuple[str, str], dict[str, Any]] = {}
        for planned in stores:
            done = cleaned.get(id(planned))
            removed = Counter(trace.holds for trace in done.removed) if done else Counter()
            for holds, found in _standings(planned).items():
                empty = {"own": 0, "mentions": 0, "kept": 0, "removed": 0, "skipped": None}
                row = rows.setdefault(
                    (holds, self._path(planned.path)),
                    {"holds": holds, "path": self._path(planned.path), **empty},
                )
                row["own"] += found[Standing.OWN]
                row["mentions"] += found[Standing.MENTION]
                row["kept"] += found[Standing.KEPT]
                row["removed"] += removed[holds]
                row["skipped"] = row["skipped"] or (done.failed if done else "") or None
        return list(rows.values())

    def _residue(self) -> list[dict[str, Any]]:
        return [
            {
                "path": self._path(remnant.path),
                "seen_as": remnant.seen_as,
                "where": remnant.where,
                "name": remnant.name,
                "form": remnant.form,
                "inside": list(remnant.inside),
                "at": dict(remnant.spot),
                "count": remnant.count,
                "explained": remnant.explained,
            }
            for remnant in (self.verdict.remnants if self.verdict else ())
        ]

    def _skipped(self) -> list[dict[str, str]]:
        missed: tuple[Skipped | Elsewhere, ...] = (*self.skipped, *self.elsewhere)
        return [{"path": self._path(one.path), "reason": one.reason} for one in missed]

    def _not_examined(self) -> list[dict[str, str]]:
        missed = self.verdict.not_examined if self.verdict else ()
        return [{"path": self._path(one.path), "reason": one.reason} for one in missed]

    def _witnesses(self) -> list[dict[str, Any]]:
        return [
            {
                "name": one.name,
                "path": self._path(one.path),
                "answer": one.answer,
                "reason": one.reason or None,
                "cookies": one.cookies,
                "read": one.read,
            }
            for one in (self.verdict.witnesses if self.verdict else ())
        ]

    def _equality(self) -> dict[str, int]:
        proved = [one for one in self.outcome.cleaned if not one.failed] if self.outcome else []
        return {"stores": len(proved), "entries": sum(one.equal for one in proved)}

    def _troubles(self) -> list[str]:
        return self.outcome.troubles if self.outcome else []


def _standings(planned: PlannedStore) -> dict[str, Counter[Standing]]:
    found: dict[str, Counter[Standing]] = {}
    for trace in planned.traces:
        found.setdefault(trace.holds, Counter())[trace.standing] += 1
    return found
