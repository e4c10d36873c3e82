"""Chromium's `Visited Links`: hashes of addresses. The file goes whole, and is made anew from the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import is_file, kind, read_regular
from scrubber.formats.damaged import Damaged
from scrubber.formats.visited_links import VisitedLinks, read_table
from scrubber.model import Look, Standing, Trace
from scrubber.stores.columns import text
from scrubber.stores.placed import Whole
from scrubber.stores.sqlite_tables import copied

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.sites import Target

_DAY = 24 * 3600


class VisitedLinksFile(Whole):
    """The file beside `History`."""

    source = "components/visitedlink/browser/visitedlink_writer.cc"
    holds = ("history",)
    is_told = True

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The file, if it has an address of the target, or is one that the browser no longer looks after.

        Since Chromium 136 it isn't written any more: what it hashes has long left the history, and
        can't be told.
        """
        if not is_file(path) or not look.policy.wants("history"):
            return ()
        try:
            table = read_table(read_regular(path))
        except Damaged as error:
            raise UnreadableStore(path, str(error)) from error
        history = path.with_name("History")
        guessed, visited = _guessed(look.target), _visited(history, look.target)
        for addresses, teller in ((guessed, None), (visited, history)):
            if known := next(filter(table.has, addresses), ""):
                return (Trace("", path.name, Standing.OWN, known, "history", told_by=teller),)
        if _is_left_behind(path, history, table):
            return (
                Trace("", path.name, Standing.MENTION, "hashes of addresses visited long ago", "history"),
            )
        return ()


def _guessed(target: Target) -> Iterator[str]:
    for name in target.names:
        for scheme in ("https", "http"):
            yield f"{scheme}://{name.text}" + ("" if "/" in name.text else "/")


def _visited(history: Path, target: Target) -> Iterator[str]:
    if kind(history) != "file":
        return
    with copied(history) as (_, tables):
        urls = tables.get("urls")
        for _, row in urls.rows() if urls else ():
            url = text(row.get("url"))
            if target.url(url):
                yield url


def _is_left_behind(path: Path, history: Path, table: VisitedLinks) -> bool:
    if not table.fingerprints or kind(history) != "file":
        return False
    return path.lstat().st_mtime < history.lstat().st_mtime - _DAY
