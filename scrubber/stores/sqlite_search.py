"""Looking through one database for the target's rows and all that hangs on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrubber.model import BROWSING, Key, Look, Standing, Trace
from scrubber.stores.columns import Column, Row, Value, text
from scrubber.stores.hashed_files import own_urls
from scrubber.stores.likely import likely_pages
from scrubber.stores.sqlite_rows import Clear, Hashed, Linked, Orphaned, Rows
from scrubber.stores.sqlite_tables import Table, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_Seen = tuple[Standing, str]


@dataclass
class Search:
    """One database being looked through: what was found so far, table by table."""

    tables: Mapping[str, Table]
    look: Look
    holds: str
    clears: Sequence[Clear]
    leaving: dict[str, dict[Key, Row]] = field(default_factory=dict)
    """Rows that go."""
    hanging: dict[str, dict[Key, tuple[Row, _Seen]]] = field(default_factory=dict)
    """Rows whose dependents go: those that go, and the target's that are kept."""
    traces: dict[tuple[str, Key], Trace] = field(default_factory=dict)
    told: dict[str, Path] = field(default_factory=dict)
    """URLs that only other stores know, by which hashes are recognised, and which ones these are."""

    def run(self, rows: Sequence[Rows]) -> tuple[Trace, ...]:
        """Every trace, in the order of the tables."""
        for each in rows:
            if each.table in self.tables:
                self._find(each)
        cleared = [trace for clear in self.clears for trace in self._cleared(clear)]
        return (*self.traces.values(), *cleared)

    def _find(self, rows: Rows) -> None:
        table = self.tables[rows.table]
        judge = _Judge(rows, table, self)
        for key, row in table.rows():
            seen = judge(row)
            if seen is not None:
                self._note(rows, judge, key, row, seen)

    def _note(self, rows: Rows, judge: _Judge, key: Key, row: Row, seen: _Seen) -> None:
        known = self.traces.get((rows.table, key))
        if known is not None and (known.standing is not Standing.MENTION or seen[0] is Standing.MENTION):
            return
        goes = self.look.policy.removes(Trace(rows.table, key, *seen, judge.holds))
        kept = judge.keeps(row, seen[0])
        if goes:
            self.hanging.setdefault(rows.table, {})[key] = (row, seen)
        if not self.look.policy.wants(judge.holds):
            return  # looked for all the same, because what is wanted may hang on it
        blank = judge.blank(row) if kept and goes else ()
        standing = Standing.KEPT if kept else seen[0]
        trace = Trace(rows.table, key, standing, seen[1], judge.holds, blank, self.told.get(seen[1]))
        self.traces[rows.table, key] = trace
        if goes and not kept:
            self.leaving.setdefault(rows.table, {})[key] = row

    def _cleared(self, clear: Clear) -> Iterator[Trace]:
        table = self.tables.get(clear.table)
        holds = clear.holds or self.holds
        if table is None or clear.column not in table.columns or not self.look.policy.wants(holds):
            return
        pointers = self.pointed(clear.linked) if clear.linked else {}
        leaving = self.leaving.get(clear.table, {})
        for key, value in table.computed(quoted(clear.column)):
            if key in leaving or value is None or value == clear.to or self._empties(clear, key):
                continue
            if clear.linked and value in pointers:
                yield Trace(clear.table, key, Standing.OWN, pointers[value][1], holds, (clear.column,))
            elif not clear.linked and self.look.target.mentions(_searchable(value)):
                yield Trace(clear.table, key, Standing.MENTION, text(value), holds, (clear.column,))

    def _empties(self, clear: Clear, key: Key) -> bool:
        """Whether the row is kept and loses this column anyway."""
        trace = self.traces.get((clear.table, key))
        return trace is not None and clear.column in trace.blank

    def pointed(self, to: str) -> dict[Value, _Seen]:
        """The values of `table.column` in rows whose dependents go."""
        table, _, column = to.partition(".")
        found: dict[Value, _Seen] = {}
        for row, seen in self.hanging.get(table, {}).values():
            value = row.get(column)
            if value is not None and (value not in found or seen[0] is Standing.OWN):
                found[value] = seen
        return found

    def remaining(self, by: str) -> set[Value]:
        """The values of `table.column` in rows that stay."""
        name, _, column = by.partition(".")
        table = self.tables.get(name)
        if table is None or column not in table.columns:
            return set()
        leaving = self.leaving.get(name, {})
        return {value for key, value in table.computed(quoted(column)) if key not in leaving}

    def orphans(self, table: Table, rule: Orphaned) -> dict[Value, _Seen]:
        """The values of the rule's column that only rows which go point to."""
        name, _, column = rule.by.partition(".")
        hanging = self.hanging.get(name, {})
        gone = {row.get(column): hanging[key][1] for key, row in self.leaving.get(name, {}).items()}
        if not gone or rule.column not in table.columns:
            return {}
        stay = self.remaining(rule.by) | (self.remaining(rule.unless) if rule.unless else set())
        among = table.matching(rule.column, rule.where) if rule.where else gone.keys()
        return {
            value: seen
            for value, seen in gone.items()
            if value is not None and value not in stay and value in among
        }

    def hashes(self, rule: Hashed) -> dict[Value, _Seen]:
        """What the rule's column has for each URL of the target that is known."""
        known = {text(url): seen for url, seen in self.pointed(rule.of).items()}
        for url in likely_pages(self.look.target):
            known.setdefault(url, (Standing.OWN, url))
        self.told |= {url: teller for url, teller in own_urls(self.look).items() if url not in known}
        known |= {url: (Standing.OWN, url) for url in self.told}
        return {rule.by(url): seen for url, seen in known.items()}


class _Judge:
    """One entry of a table's description, made ready to be asked about each row."""

    def __init__(self, rows: Rows, table: Table, search: Search) -> None:
        columns = set(table.columns)
        self.target = search.look.target
        self.policy = search.look.policy
        self.holds = rows.holds or search.holds
        self.own: list[Column] = []
        self.links: list[tuple[str, dict[Value, _Seen]]] = []
        for by in rows.by:
            if isinstance(by, Linked):
                self.links.append((by.column, search.pointed(by.to)))
            elif isinstance(by, Orphaned):
                self.links.append((by.column, search.orphans(table, by)))
            elif isinstance(by, Hashed):
                self.links.append((by.column, search.hashes(by)))
            elif set(by.columns) <= columns:
                self.own.append(by)
        self.links = [(column, values) for column, values in self.links if column in columns and values]
        self.cleared = {clear.column for clear in search.clears if clear.table == rows.table}
        self.keywords = self.policy.keywords and self.holds in BROWSING
        self.keep = rows.keep
        self.referenced = (
            search.remaining(self.keep.referenced) if self.keep and self.keep.referenced else None
        )
        self.containers = (
            search.remaining(self.keep.contains[1]) if self.keep and self.keep.contains[1] else ()
        )

    def __call__(self, row: Row) -> _Seen | None:
        for by in self.own:
            if by.owns(row, self.target):
                return Standing.OWN, text(row[by.columns[0]])
        linked = [values[row[column]] for column, values in self.links if row[column] in values]
        if linked:
            return min(linked, key=lambda seen: seen[0] is not Standing.OWN)
        return self._mention(row)

    def _mention(self, row: Row) -> _Seen | None:
        texts = [value for column, value in row.items() if column not in self.cleared and value]
        # One quick look at a whole row: nearly all name no host of the target in any way.
        joined = "\0".join(value for value in texts if isinstance(value, str))
        near = self.keywords or self.holds == "storage" or self.target.is_near(joined)
        for value in texts:
            if (isinstance(value, bytes) or (near and isinstance(value, str))) and self._names(value):
                return Standing.MENTION, text(value)
        return None

    def _names(self, value: str | bytes) -> bool:
        if self.target.mentions(value):
            return True
        # In their own storage, sites write hosts as they like: backwards too.
        if self.holds == "storage" and self.target.mentions(value[::-1]):
            return True
        return self.keywords and isinstance(value, str) and self.target.keyword(value)

    def keeps(self, row: Row, standing: Standing) -> bool:
        """Whether the person made this row on purpose, or something that they made needs it."""
        keep = self.keep
        if keep is None or (self.referenced is not None and row.get(keep.column) not in self.referenced):
            return False
        if keep.unless and all(row.get(name) == value for name, value in keep.unless):
            return False
        if row.get(keep.contains[0]) in self.containers:
            return True
        # A run without bookmarks must not take away the pages that they point to; nor must one that takes
        # bookmarks of the target, but not those that merely mention it.
        included = keep.include in self.policy.include and self.policy.wants(keep.include)
        return not (included and self.policy.removes(Trace("", 0, standing, "", keep.include)))

    def blank(self, row: Row) -> tuple[str, ...]:
        """The columns to empty in a kept row, and those that follow from it."""
        if self.keep is None:
            return ()
        empty = _unlike(row, self.keep.clear)
        return empty + _unlike(row, self.keep.then) if empty else ()


def _unlike(row: Row, values: tuple[tuple[str, Value], ...]) -> tuple[str, ...]:
    return tuple(name for name, value in values if name in row and row[name] != value)


def _searchable(value: Value) -> str | bytes:
    return value if isinstance(value, bytes) else text(value)
