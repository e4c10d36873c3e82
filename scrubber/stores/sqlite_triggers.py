"""Writing a database afresh whose triggers only the browser can run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.files import copy_private
from scrubber.stores.sqlite_edit import rebuild
from scrubber.stores.sqlite_tables import connected, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from scrubber.model import Trace
    from scrubber.stores.columns import Value
    from scrubber.stores.sqlite_repair import Mending


def without_triggers(
    before: Path,
    after: Path,
    traces: Sequence[Trace],
    empty: Mapping[tuple[str, str], Value],
    mendings: Sequence[Mending],
) -> None:
    """`rebuild` for databases whose triggers call functions that only Firefox has.

    They are taken out of the copy that is edited, and come back unchanged. What they would have counted (the
    files of big values) is counted by `mendings`, where there is anything to count.
    """
    work = after.with_name(after.name + ".quiet")
    copy_private(before, work)
    try:
        triggers = _taken_out(work)
        rebuild(work, after, traces, empty, mendings)
    finally:
        work.unlink(missing_ok=True)
    _put_back(after, triggers)


def _taken_out(path: Path) -> tuple[str, ...]:
    with connected(path) as database:
        triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER main.{quoted(name)}")
    return tuple(statement for _, statement in triggers)


def _put_back(path: Path, triggers: tuple[str, ...]) -> None:
    with connected(path) as database:
        for statement in triggers:
            database.execute(statement)
