"""Whether a text or a blob names a host anywhere: in a title, a query, a protobuf, UTF-16, base64.

A name counts where it stands alone: `notopenai.com`, `labs-openai.com` and `labs.openai.com.evil.example`
don't name what they resemble. What stands beside it is judged as ASCII, because Chinese or Japanese text
follows a host without a space.
"""

from __future__ import annotations

import base64
import binascii
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, AnyStr

from scrubber.formats.origins import split_port
from scrubber.formats.spellings import spellings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# A percent or backslash escape ends in letters or digits, but stands for one character.
_ESCAPED = "|".join(
    rf"(?<={escape})"
    for escape in (
        "%[0-9a-f]{2}",
        "%25[0-9a-f]{2}",
        "%2525[0-9a-f]{2}",
        r"\\u[0-9a-f]{4}",
        r"\\x[0-9a-f]{2}",
        r"\\[nrtbf]",
    )
)
_BEGINS = rf"(?:(?<![0-9a-z])(?<![0-9a-z]-)(?<![0-9a-z]--)|{_ESCAPED})"
_NO_SUB_DOMAIN = r"(?<![\w-]\.)"
_ENDS = r"(?![0-9a-z]|-[0-9a-z-]{0,62}\.[0-9a-z]|\.[0-9a-z])"
_ENDS_PORT = r"(?![0-9])"
_ENDS_PATH = r"(?![0-9a-z_-]|\.[0-9a-z])"
# An IPv6 address without brackets, as cookies have it, must not be the end or start of a longer one.
_BEGINS_IPV6 = rf"(?:(?<![0-9a-f:.])|{_ESCAPED})"
_ENDS_IPV6 = r"(?![0-9a-f:.])"
# `wiki` and `localhost` are words, too: alone they name a host only where one must stand.
_AS_ADDRESS = "|".join(
    rf"(?<={before})"
    for before in (
        *("//", r"\\/\\/", "%2f%2f", "%252f%252f", "%25252f%25252f", r"\\u002f\\u002f"),
        *("http_", "https_", r"\+\+\+", "http,", "https,", "http%2c", "https%2c"),
    )
)
_COLON = r"(?:[:_+]|%(?:25){0,2}3a)"
_SLASH = r"(?:\\?/|%(?:25){0,2}2f|\\u002f)"

# Search pages and mailings wrap the pages that they link to: `…/ck/a?u=a1aHR0cHM6Ly9…`.
_BASE64 = re.compile(rb"[0-9A-Za-z+/_-]*")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_LONGEST_WRAPPED = 1 << 11
"""Letters to either side of a name in base64 that are decoded with it."""
_SHORTEST_TOKEN = 8
_SHORT_HOST = 8
"""A host of fewer letters has too few whole groups to be looked for by itself."""

_WIDE = ("utf-16-le", "utf-16-be")
_PRINTABLE = bytes(range(0x20, 0x7F))
_URL_BYTES = bytes(set(range(0x21, 0x7F)) - set(b'"<>\\^`{|}'))
_ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_LONGEST_RUN = 1024
"""Bytes before a name in which the length of its text is looked for; bounds the work for hostile blobs."""
_LENGTHS = range(128)
"""What one byte of a varint can say."""


@dataclass(frozen=True)
class Name:
    """One name of the target as it stands in a text."""

    text: str
    """Lower case: `labs.openai.com`, `localhost:3000`, or with a path, `openai.com/dall-e`."""
    below: bool
    """Whether sub-domains count."""

    @property
    def is_word(self) -> bool:
        """Whether its host is one label without a port, as texts about other things have it too: `wiki`."""
        authority = self.text.partition("/")[0]
        return "." not in authority and ":" not in authority


class Mentions:
    """Names, ready to be looked for. The time is linear in the length of what is searched."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._shapes = tuple(_shape(name, spelled) for name in names for spelled in spellings(name.text))
        self._ascii = tuple(shape for shape in self._shapes if shape.host.isascii())
        self._international = len(self._ascii) < len(self._shapes)
        self._hosts = _shortest(shape.host for shape in self._shapes)
        hosts = _shortest(shape.host for shape in self._ascii)
        self._plain = tuple(host.encode() for host in hosts)
        self._spread = {codec: tuple(host.encode(codec) for host in hosts) for codec in _WIDE}
        self._text_tokens = _shortest(token for shape in self._ascii for token in _tokens(shape.host))
        self._tokens = tuple(token.encode() for token in self._text_tokens)
        self._spread_tokens = {codec: tuple(t.encode(codec) for t in self._text_tokens) for codec in _WIDE}

    def in_text(self, text: str) -> bool:
        """Whether a text names one of them."""
        lowered = text.lower()
        if _has_any(self._hosts, lowered) and any(shape.found(lowered) for shape in self._shapes):
            return True
        return _has_any(self._text_tokens, text) and self._wrapped(text.encode("utf-8", "replace"))

    def near(self, text: str) -> bool:
        """A quick look at much text: whether any name is in it, perhaps as a part of a longer one."""
        return _has_any(self._hosts, text.lower()) or _has_any(self._text_tokens, text)

    def in_blob(self, blob: bytes) -> bool:
        """Whether a blob does: in UTF-8 or UTF-16 of either order at any offset, lengths in front or not."""
        lowered = blob.lower()
        if _has_any(self._plain, lowered):
            plain = lowered.decode("latin-1")
            if any(shape.found(plain, blob) for shape in self._ascii):
                return True
        if self._international and self.in_text(blob.decode("utf-8", "replace")):
            return True
        wide = any(self._wide(blob, lowered, codec) for codec in _WIDE)
        return wide or (_has_any(self._tokens, blob) and self._wrapped(blob))

    def _wrapped(self, data: bytes) -> bool:
        """Whether base64 in it names one of them, however it was cut into groups."""
        return any(
            any(shape.found(decoded.lower().decode("latin-1")) for shape in self._ascii)
            for token in self._tokens
            if token in data
            for run in _runs_around(data, token)
            for decoded in _decoded(run)
        )

    def _wide(self, blob: bytes, lowered: bytes, codec: str) -> bool:
        # Lower case of bytes isn't lower case of other than Latin letters.
        near = self._international or _has_any(self._spread[codec], lowered)
        if not near and not _has_any(self._spread_tokens[codec], blob):
            return False
        # The other byte order reads the same letters one byte off, and must not lose the first or last of
        # them: `x.host` is not `.host`.
        odd = len(blob) % 2
        shifted = (blob if odd else b"\0" + blob) + b"\0"
        return any(self.in_text(units.decode(codec, "replace")) for units in (blob[odd:], shifted))


@dataclass(frozen=True)
class _Shape:
    """How a name looks, taken apart so that a length in a blob can stand in for either border."""

    host: str
    begins: re.Pattern[str]
    spelled: re.Pattern[str]
    ends: re.Pattern[str]
    is_word: bool

    def found(self, text: str, blob: bytes = b"") -> bool:
        """`text` is in lower case; `blob` has the same length where it is the bytes of the text."""
        at = text.find(self.host)
        while at >= 0:
            if self._stands_at(text, at, blob):
                return True
            at = text.find(self.host, at + 1)
        return False

    def _stands_at(self, text: str, at: int, blob: bytes) -> bool:
        match = self.spelled.match(text, at)
        if match is None:
            return False
        end = match.end()
        begins = self.begins.match(text, at) is not None
        begins = begins or (not self.is_word and _length_says_start(blob, at, end))
        return begins and (self.ends.match(text, end) is not None or _length_says_end(blob, at, end))


def _shape(name: Name, spelled_as: str) -> _Shape:
    authority, slash, path = spelled_as.partition("/")
    host, port = split_port(authority)
    begins = _BEGINS if name.below else _BEGINS + _NO_SUB_DOMAIN
    if name.is_word:
        begins = rf"(?:{_AS_ADDRESS}|(?<=[0-9a-z]\.))" if name.below else rf"(?:{_AS_ADDRESS})"
    ends = _ENDS
    if ":" in host and not host.startswith("["):
        begins, ends = _BEGINS_IPV6, _ENDS_IPV6
    spelled = re.escape(host)
    if port is not None:
        spelled += f"{_COLON}{port}"
    if split_port(name.text.partition("/")[0])[1] is not None:
        ends = _ENDS_PORT
    if slash:
        spelled += _SLASH + _SLASH.join(re.escape(part) for part in path.split("/"))
        ends = _ENDS_PATH
    return _Shape(host, re.compile(begins), re.compile(spelled), re.compile(ends), name.is_word)


def _shortest(texts: Iterable[str]) -> tuple[str, ...]:
    """Each once, without those that have another of them inside: what has none of these has none at all."""
    found = dict.fromkeys(texts)
    return tuple(one for one in found if not any(other in one for other in found if other != one))


def _has_any(needles: tuple[AnyStr, ...], text: AnyStr) -> bool:
    for needle in needles:  # noqa: SIM110 - most texts end here: a generator would take longer than all
        if needle in text:
            return True
    return False


def _tokens(host: str) -> Iterator[str]:
    """What base64 makes of the inside of a name: whole groups, the same whatever stands around it."""
    for before in ("", "ps://", "tp://") if len(host) < _SHORT_HOST else ("",):
        for skipped in range(3):
            inner = (before + host).encode()[skipped:]
            token = base64.b64encode(inner[: len(inner) // 3 * 3]).decode()
            if len(token) >= _SHORTEST_TOKEN:
                yield token


def _runs_around(data: bytes, token: bytes) -> Iterator[bytes]:
    at = data.find(token)
    while at >= 0:
        before = data[max(0, at - _LONGEST_WRAPPED) : at]
        reversed_run = _BASE64.match(before[::-1])
        end = at + len(token)
        after = _BASE64.match(data, end, end + _LONGEST_WRAPPED)
        rest = after[0] if after else b""
        yield (reversed_run[0][::-1] if reversed_run else b"") + token + rest
        at = data.find(token, end + len(rest))


def _decoded(run: bytes) -> Iterator[bytes]:
    """As each letter of its first group may begin it; what is left of the last group says nothing."""
    standard = run.translate(_STANDARD)
    for skipped in range(4):
        whole = standard[skipped:]
        yield binascii.a2b_base64(whole[: len(whole) // 4 * 4] + _padded(whole[len(whole) // 4 * 4 :]))


def _padded(rest: bytes) -> bytes:
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def _length_says_start(blob: bytes, at: int, end: int) -> bool:
    """Whether the letter before a name is the length of a protobuf's text that starts with the name."""
    if not blob or at < 2 or not _is_text_tag(blob[at - 2]) or (at > 2 and blob[at - 3] in _ALNUM):
        return False
    length = blob[at - 1]
    text = blob[at : at + length]
    return end - at <= length == len(text) and not text.strip(_URL_BYTES)


def _length_says_end(blob: bytes, at: int, end: int) -> bool:
    """Whether a length further in front says that the text ends with the name, and a field's tag follows.

    Protobuf: a tag and a varint. Pickles: u32, little-endian. Firefox: u32, big-endian. No tag looks like
    the dot of a longer host.
    """
    if blob[end : end + 1] in (b"", b"."):
        return False
    window = blob[max(0, end - _LONGEST_RUN) : end]
    run = len(window) - len(window.rstrip(_PRINTABLE))
    before = window[: len(window) - run]
    if before.endswith((_varint(run), run.to_bytes(4, "little"))):
        return True
    # A length that is printable itself hides in the run: every place is tried where one could stand.
    behind = window[::-1]
    if not any(map(operator.eq, behind[end - at :], _LENGTHS[end - at :])):
        return False
    return any(
        behind[length] == length and (_is_text_tag(behind[length + 1]) or behind[length + 1] == 0)
        for length in range(end - at, min(128, len(behind) - 1))
    )


def _is_text_tag(byte: int) -> bool:
    """A protobuf tag of wire type 2: what has a length."""
    return byte & 7 == 2 and byte < 0x80


def _varint(number: int) -> bytes:
    """Of at most two bytes: enough for `_LONGEST_RUN`."""
    return bytes([number]) if number < 128 else bytes([number & 127 | 128, number >> 7])
