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

# Where a page stands in a session: it moves up when one before it goes.
_PLACES = ("session_id", "nav_index")


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
        told = {name: value for name, value in vars(one).items() if name not in _PLACES}
        text = repr(told).replace(str(cache), "cache").replace(str(profile), "profile")
        found[Item(type(one).__name__, text)] += 1
    return found
