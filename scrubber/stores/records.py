"""Judging one record of a text, JSON or binary store by its fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.model import BROWSING, Standing, Trace
from scrubber.stores.columns import shown, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrubber.model import Key, Look
    from scrubber.stores.columns import Column, Row


def concerns(value: str | bytes, look: Look, holds: str) -> bool:
    """Whether a text or blob names the target, or, where the person asks for it, one of its keywords."""
    if look.target.mentions(value):
        return True
    asked = look.policy.keywords and holds in BROWSING
    return asked and isinstance(value, str) and look.target.keyword(value)


@dataclass(frozen=True)
class Rule:
    """Which fields say whose a record is, and what becomes of the target's."""

    columns: tuple[Column, ...]
    holds: str
    keep: str = ""
    """The word of `--include` that takes away what is kept otherwise; `always` where none does."""

    def traces(self, records: Iterable[tuple[Key, Row | None]], look: Look) -> tuple[Trace, ...]:
        """Those of all records of a file; what isn't one has no fields."""
        judged = (self.judge("", key, row, look) for key, row in records if row is not None)
        return tuple(trace for trace in judged if trace)

    def judge(self, where: str, key: Key, row: Row, look: Look) -> Trace | None:
        """The record's trace; None where it is nobody's concern or not asked for."""
        if not look.policy.wants(self.holds):
            return None
        seen = self._owner(row, look)
        standing = Standing.OWN
        if seen is None:
            standing = Standing.MENTION
            seen = next(
                (value for value in map(text, row.values()) if concerns(value, look, self.holds)), None
            )
        if seen is None:
            return None
        if self.keep and self.keep not in look.policy.include:
            standing = Standing.KEPT
        return Trace(where, key, standing, shown(seen), self.holds)

    def _owner(self, row: Row, look: Look) -> str | None:
        for column in self.columns:
            if all(name in row for name in column.columns) and column.owns(row, look.target):
                return text(row[column.columns[0]])
        return None
