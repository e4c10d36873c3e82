"""Does a store change more than the plan names? Looked at from outside, by what it has staged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from scrubber.errors import Unproved
from scrubber.transaction import Discard

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from scrubber.model import Store, Trace
    from scrubber.transaction import Change


@runtime_checkable
class TakesAlong(Protocol):
    """A store in which files go that no trace has the name of."""

    def along(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:
        """These files, if exactly these traces go."""


def check(store: Store, path: Path, traces: tuple[Trace, ...], staged: Iterable[Change]) -> None:
    """Raises Unproved where something outside the store changes, or something goes that no trace names.

    A trace names a file beside the store's path, below it, or below the folder of that path that is its
    `where`. The whole store takes all parts of its unit along.
    """
    unit = (path, *store.unit(path))
    named = {file for trace in traces for file in _named(path, trace)}
    if path in named:
        named.update(unit)
    if isinstance(store, TakesAlong):
        named.update(store.along(path, traces))
    for change in staged:
        if isinstance(change, Discard):
            if change.path not in named:
                raise Unproved(f"{change.path} would go, and nothing says that it should")
        elif not any(change.path.is_relative_to(part) for part in unit):
            raise Unproved(f"{change.path} would change, and is no part of the store")


def _named(path: Path, trace: Trace) -> tuple[Path, ...]:
    key = trace.key[0] if isinstance(trace.key, tuple) and trace.key else trace.key
    if not isinstance(key, str) or not key:
        return ()
    inside = (path / trace.where / key,) if trace.where else ()
    return (path.parent / key, path / key, *inside)
