"""Who is let in: profiles that no browser has open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber import engine, guard
from scrubber.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from scrubber.cli.console import Console
    from scrubber.model import BrowserProfile


@dataclass(frozen=True)
class Door:
    """How a run deals with open browsers: it waits, asks them to close, leaves them out, or stops."""

    standard: Collection[Path]
    console: Console
    wait: bool
    ask_to_close: bool
    keep_going: bool

    def closed(self, profiles: Sequence[BrowserProfile]) -> tuple[BrowserProfile, ...]:
        """The profiles that may be written to; what the others are skipped for is in the envelope.

        Raises ProfileInUse.
        """
        looks = engine.occupancies(profiles, self.standard)
        self._mention_stale(looks)
        used = {profile: look for profile, look in looks.items() if _uses(look)}
        if self.ask_to_close:
            self._ask(used)
        if self.wait or self.ask_to_close:
            self._wait(used)
            used = {}
        uses = [use for look in used.values() for use in _uses(look)]
        if used and (not self.keep_going or len(used) == len(profiles)):
            raise engine.InUse(uses)
        for message in engine.InUse(uses).messages:
            self.console.note(message, trouble=True)
        left_out = [Skipped(profile.path, "in use") for profile in used]
        left_out += [look for look in looks.values() if isinstance(look, Skipped)]
        self.console.envelope.about = {profile: {"in_use": profile in used} for profile in profiles}
        self.console.envelope.skipped = (*self.console.envelope.skipped, *left_out)
        return tuple(
            profile for profile in profiles if profile not in used and not isinstance(looks[profile], Skipped)
        )

    def _mention_stale(self, looks: engine.Looks) -> None:
        found = [look for look in looks.values() if not isinstance(look, Skipped)]
        for message in dict.fromkeys(stale.message for look in found for stale in look.stale):
            self.console.note(message)

    def _ask(self, used: engine.Looks) -> None:
        """Profiles of one user-data folder are one browser's, which is asked once."""
        uses = dict.fromkeys(use for look in used.values() for use in _uses(look))
        by_process = {use.process: use for use in uses if use.process}
        silent = [use for use in uses if use.process is None]
        silent += guard.close(guard.Occupancy(tuple(by_process.values())))
        for use in silent:
            self.console.note(f"Nobody could be asked to close. {use.message}", trouble=True)

    def _wait(self, used: Iterable[BrowserProfile]) -> None:
        for profile in used:
            self.console.note(f"Waiting until {profile.spec} is closed; Ctrl-C stops that.")
            with self.console.progress() as progress:
                guard.wait(
                    lambda profile=profile: self._look(profile),  # type: ignore[misc]
                    lambda look, _: progress("wait", look.uses[0].profile.path),
                )

    def _look(self, profile: BrowserProfile) -> guard.Occupancy:
        look = engine.occupancies((profile,), self.standard)[profile]
        return guard.Occupancy() if isinstance(look, Skipped) else look


def _uses(look: engine.Look) -> tuple[guard.Use, ...]:
    return () if isinstance(look, Skipped) else look.uses
