"""Does a store change what the plan names, all of it and no more? Seen from outside, by what is staged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from scrubber.errors import Unproved
from scrubber.files import kind
from scrubber.transaction import Discard, FileEdit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from scrubber.model import Store, Trace
    from scrubber.transaction import Change


@runtime_checkable
class TakesAlong(Protocol):
    """A store in which files go that no trace has the name of."""

    def along(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:
        """Those that must go with these traces, as far as they exist."""

    def remade(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:
        """Those that may go beside, because the browser makes them anew."""


def check(store: Store, path: Path, traces: tuple[Trace, ...], staged: Sequence[Change]) -> None:
    """Raises Unproved where something outside the store changes, or other files go than the traces name.

    A trace names a file beside the store's path, below it, or below the folder of that path that is its
    `where`. The whole store takes all parts of its unit along.
    """
    unit = (path, *store.unit(path))
    named = [tuple(_named(path, trace)) for trace in traces]
    along: tuple[Path, ...] = ()
    remade: tuple[Path, ...] = ()
    if isinstance(store, TakesAlong):
        along, remade = store.along(path, traces), store.remade(path, traces)
    if any(path in files for files in named):
        along = (*along, *unit)
    _check_changes(unit, {*along, *remade, *(file for files in named for file in files)}, staged)
    _check_going(((file,) for file in along), staged)
    # A store that is one file has its traces inside; names of files beside it are none of theirs.
    if not any(isinstance(change, FileEdit) and change.path == path for change in staged):
        _check_going(named, staged)


def _check_changes(unit: Sequence[Path], named: Iterable[Path], staged: Iterable[Change]) -> None:
    for change in staged:
        if isinstance(change, Discard):
            if change.path not in named:
                raise Unproved(f"{change.path} would go, and nothing says that it should")
        elif not any(change.path.is_relative_to(part) for part in unit):
            raise Unproved(f"{change.path} would change, and is no part of the store")


def _check_going(named: Iterable[tuple[Path, ...]], staged: Iterable[Change]) -> None:
    """Whatever says whose such a file is may go too, and then nobody would find it any more."""
    changed = {change.path for change in staged}
    for files in named:
        there = [file for file in files if kind(file) is not None]
        if there and not any(file in changed or not changed.isdisjoint(file.parents) for file in there):
            raise Unproved(f"{there[0]} would stay, and the plan says that it goes")


def _named(path: Path, trace: Trace) -> Iterator[Path]:
    key = trace.key[0] if isinstance(trace.key, tuple) and trace.key else trace.key
    if isinstance(key, str) and key:
        yield from (path.parent / key, path / key)
        if trace.where:
            yield path / trace.where / key
