r"""Firefox's `prefs.js` and `user.js`: preferences, one to a line where Firefox wrote the file.

    user_pref("browser.startup.homepage", "https://a.example/|https://b.example/");
    user_pref("browser.startup.page", 3);

UTF-8; strings have the escapes \" \' \\ \n \r \xNN \uNNNN, and Firefox itself writes the first, the third, \n
and \r. A line that is something else (a comment, or several preferences, which a person may write) is kept as
it is. Source: modules/libpref/parser/src/lib.rs, modules/libpref/Preferences.cpp (StrEscape).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Value = str | int | bool

_STRING = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\''
_LINE = re.compile(
    rf"\s*(?:user_pref|sticky_pref|pref)\s*\(\s*(?P<name>{_STRING})\s*,"
    rf"\s*(?P<value>{_STRING}|true|false|[+-]?[0-9]{{1,10}})\s*(?:,\s*\w+\s*)*\)\s*;\s*"
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


@dataclass(frozen=True)
class Line:
    """A line of the file."""

    raw: bytes
    """With its end."""
    name: str | None = None
    """None where the line is no single preference."""
    value: Value = ""

    @property
    def text(self) -> str:
        """The line as text, whatever it is."""
        return self.raw.decode("utf-8", "replace")


def read_lines(content: bytes) -> Iterator[Line]:
    """Every line; whatever bytes these are, `write_lines` gives them back."""
    for raw in content.splitlines(keepends=True):
        match = _LINE.fullmatch(raw.decode("utf-8", "replace"))
        if match is None:
            yield Line(raw)
        else:
            yield Line(raw, str(_value(match["name"])), _value(match["value"]))


def write_lines(lines: Iterable[Line]) -> bytes:
    """The file with these lines."""
    return b"".join(line.raw for line in lines)


def with_value(line: Line, value: Value) -> Line:
    """The same preference with another value, spelled as Firefox spells it."""
    end = b"\r\n" if line.raw.endswith(b"\r\n") else b"\n"
    raw = f"user_pref({_spelled(line.name or '')}, {_spelled(value)});".encode("utf-8", "surrogatepass")
    return Line(raw + end, line.name, value)


def _value(spelling: str) -> Value:
    if spelling[0] in "\"'":
        text = _ESCAPE.sub(_unescaped, spelling[1:-1])
        return _SURROGATES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return spelling == "true" if spelling in ("true", "false") else int(spelling)


def _unescaped(match: re.Match[str]) -> str:
    if match[3] is not None:
        return {"n": "\n", "r": "\r"}.get(match[3], match[3])
    return chr(int(match[1] or match[2], 16))


def _spelled(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
