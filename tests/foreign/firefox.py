"""A Firefox profile as Hindsight reads it, a forensic tool: history, cookies, storage, caches, sessions."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pyhindsight.browsers.firefox import Firefox

if TYPE_CHECKING:
    from pathlib import Path

# Where a page stands in a session, whether it is shown, and since when: it moves up when another goes.
_PLACES = ("session_id", "nav_index", "transition_type", "timestamp")


class Item(NamedTuple):
    """What it calls the kind, and all that it tells of one item."""

    kind: str
    told: str


def items(profile: Path, cache: Path) -> Counter[Item]:
    """All that it finds. It copies databases before it opens them."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        reader = Firefox(str(profile), cache_path=str(cache), temp_dir=folder)
        reader.process()
    found: Counter[Item] = Counter()
    for one in (*reader.parsed_artifacts, *reader.parsed_storage):
        kind = type(one).__name__
        left_out = _PLACES if kind == "SessionItem" else ()
        told = {name: value for name, value in vars(one).items() if name not in left_out}
        text = repr(told).replace(str(cache), "cache").replace(str(profile), "profile")
        found[Item(kind, text)] += 1
    return found
