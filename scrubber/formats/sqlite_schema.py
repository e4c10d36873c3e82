"""Which columns the records of a SQLite table or index store, and in which order, by its CREATE statement.

A reading of names only: an expression stays as it is written, and what isn't understood gives no names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?(?:\*/|\Z)|\s+                        # comments and space, not captured
      |("(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|'(?:[^']|'')*'|[^\W\d][\w$]*|.)""",
    re.VERBOSE | re.DOTALL,
)
_CONSTRAINTS = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"})
_LONGEST = 1 << 20  # no browser's statement comes near; a damaged file's may


@dataclass(frozen=True)
class _Definition:
    """One entry of the parenthesised list."""

    tokens: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(token.upper() for token in self.tokens)

    @property
    def is_constraint(self) -> bool:
        return self.words[0] in _CONSTRAINTS

    @property
    def is_stored(self) -> bool:
        """A generated column is stored only where it says so."""
        return "AS" not in self.words or "STORED" in self.words

    @property
    def key(self) -> tuple[str, ...] | None:
        """The columns of the primary key that it declares."""
        for at, pair in enumerate(zip(self.words, self.words[1:], strict=False)):
            if pair == ("PRIMARY", "KEY"):
                if not self.is_constraint:
                    return (_name(self.tokens[0]),)
                return tuple(_name(entry.tokens[0]) for entry in _list(self.tokens[at + 2 :]))
        return None


def stored_columns(sql: str) -> tuple[str, ...]:
    """The columns of a table's or an index's records, in stored order.

    `CREATE TABLE t(a, b, PRIMARY KEY(b)) WITHOUT ROWID` gives `("b", "a")`; an index ends with `rowid`
    (wrong for an index of a table WITHOUT ROWID, which ends with that table's key).
    """
    tokens = tuple(match[1] for match in _TOKEN.finditer(sql[:_LONGEST]) if match[1])
    words = [token.upper() for token in tokens]
    if "(" not in words or "VIRTUAL" in words[:3]:
        return ()
    entries = _list(tokens[words.index("(") :])
    if "INDEX" in words[:3]:
        return (*(_indexed(entry) for entry in entries), "rowid")
    columns = tuple(
        _name(entry.tokens[0]) for entry in entries if not entry.is_constraint and entry.is_stored
    )
    if words[-2:] != ["WITHOUT", "ROWID"] and "ROWID" not in words[-4:]:
        return columns
    key = next((key for entry in entries if (key := entry.key)), ())
    folded = {name.lower() for name in key}
    return (*key, *(column for column in columns if column.lower() not in folded))


def _list(tokens: tuple[str, ...]) -> list[_Definition]:
    """The entries between the first parenthesis and its partner, split at the commas of that level."""
    entries: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token == "(") - (token == ")")  # noqa: S105 (a token of SQL)
        if depth == 0:
            break
        if token == "," and depth == 1:  # noqa: S105
            entries.append([])
        elif token != "(" or depth > 1:  # noqa: S105
            entries[-1].append(token)
    return [_Definition(tuple(entry)) for entry in entries if entry]


def _indexed(entry: _Definition) -> str:
    """A column's name, or the expression that is indexed."""
    if len(entry.tokens) > 1 and entry.tokens[1] == "(":
        return "".join(entry.tokens)
    return _name(entry.tokens[0])


def _name(token: str) -> str:
    if token[0] in "\"`'":
        return token[1:-1].replace(token[0] * 2, token[0])
    return token[1:-1] if token[0] == "[" else token
