"""How much a run of the tests has tried, for the table in the README."""

from __future__ import annotations

from collections import Counter


class Tally:
    """Counts by what was tried."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, what: str, count: int = 1) -> None:
        self.counts[what] += count
