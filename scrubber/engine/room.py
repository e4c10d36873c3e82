"""Is there room for a run? Asked before anything starts, of all stores together."""

from __future__ import annotations

import shutil
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrubber.errors import ScrubError, UnreadableStore
from scrubber.files import kind
from scrubber.formats.sqlite_unit import sidecar
from scrubber.transaction.space import PEAK, check, size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from scrubber.model import Edit, Trace
    from scrubber.plan import PlannedStore


@dataclass
class Room:
    """What is free on each file system, less what is spoken for.

    A store is edited on copies, and what it becomes stays beside it until the run has been verified.
    """

    _taken: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def lacking(
        self, stores: Sequence[PlannedStore], going: Mapping[int, tuple[Trace, ...]]
    ) -> dict[int, str]:
        """Why those that don't fit don't, by their identity; `going` is what goes from each.

        What will be copied only the stores know, who are asked for it where not everything would fit.
        """
        if self._has_plenty(stores):
            return {}
        found = {}
        for planned in stores:
            try:
                self._take(planned, going[id(planned)])
            except UnreadableStore as error:
                found[id(planned)] = error.reason
        return found

    def _has_plenty(self, stores: Iterable[PlannedStore]) -> bool:
        needed: dict[int, int] = defaultdict(int)
        places: dict[int, Path] = {}
        for planned in stores:
            for part in _unit(planned):
                try:
                    device = part.parent.lstat().st_dev
                    needed[device] += PEAK * size((part,))
                    places[device] = part.parent
                except (OSError, UnreadableStore):
                    continue  # who stages it says so
        return all(
            needed[device] + self._taken[device] <= shutil.disk_usage(place).free
            for device, place in places.items()
        )

    def _take(self, planned: PlannedStore, going: tuple[Trace, ...]) -> None:
        try:
            planned.store.remove(planned.path, going, _Asking())
        except _WouldEdit as asked:
            device = asked.unit[0].parent.lstat().st_dev
            check(asked.unit, asked.unit[0].parent, taken=self._taken[device])
            folded = any(kind(part) is not None for part in asked.unit[1:])
            self._taken[device] += (2 if folded else 1) * size(asked.unit)
        except (OSError, ScrubError):
            return  # who stages it says so


def _unit(planned: PlannedStore) -> tuple[Path, ...]:
    try:
        return planned.store.unit(planned.path)
    except (OSError, UnreadableStore):
        return ()  # who stages it says so


class _WouldEdit(Exception):
    """No error: it ends the asking."""

    def __init__(self, unit: tuple[Path, ...]) -> None:
        self.unit = unit


class _Asking:
    """Fulfils `model.Changes` as far as the first edit, which tells what would be copied."""

    @contextmanager
    def edit(self, path: Path, sidecars: Iterable[str] = ()) -> Iterator[Edit]:
        raise _WouldEdit((path, *(sidecar(path, suffix) for suffix in sidecars)))
        yield  # makes it a context manager

    def discard(self, path: Path) -> None:
        """Takes no room."""
