"""Firefox's scores of pages for the new-tab page, by numbers that only `places.sqlite` explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.files import is_file, read_regular
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores import json_edit
from scrubber.stores.placed import Placed
from scrubber.stores.visited_pages import own_pages, places

if TYPE_CHECKING:
    from pathlib import Path

_LIMIT = 1 << 26
_SCORES = "score_map"


class PageScores(Placed):
    """`{"score_map": {"cKG6d63pBje0": {…}}, …}`; the key is the page's guid."""

    source = "browser/extensions/newtab/lib/SmartShortcutsRanker/RankShortcuts.mjs"
    holds = ("history",)
    is_told = True

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Scores of pages that the history knows as the target's."""
        if not is_file(path) or not look.policy.wants("history"):
            return ()
        root = json_edit.load(path, read_regular(path, _LIMIT))
        scores = root.get(_SCORES) if isinstance(root, dict) else None
        if not isinstance(scores, dict) or not scores:
            return ()
        teller = places(look.profile)
        return tuple(
            Trace(_SCORES, (_SCORES, page.guid), Standing.OWN, page.url, "history", told_by=teller)
            for page in own_pages(look)
            if page.guid in scores
        )

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the file without these scores; objects compared."""
        return json_edit.without(path, traces, changes)
