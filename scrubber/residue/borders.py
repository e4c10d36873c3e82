"""What may stand beside a name: whether some bytes are the name or part of a longer one.

`notopenai.com` and `labs.openai.com.evil.example` are longer ones. How strict the borders can be depends on
what is read:

    text    one decoded value. Strict on both sides.
    name    a file's or folder's name. Strict, but one label after the name is its ending (`….com.png`), save
            where the folder is an origin's (`https+++…`).
    binary  bytes of a file of any kind, and blobs. Strict, unless a length in front of the text says where
            it starts or ends: the length itself, or the tag of the next field, may look like a letter.
    packed  pages of a database outside its records, where one column touches the next. Letters on either
            side prove nothing there, so they are accepted: a false alarm is better than a miss. Silent is
            only what reads as a longer host in itself: `//notopenai.com`, `@notopenai.com`, and
            `….openai.com.evil` (a label in lower case after a dot, as browsers write hosts).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from scrubber.formats.origins import split_port

if TYPE_CHECKING:
    from scrubber.sites import Name

Reading = Literal["text", "name", "binary", "packed"]

_PRINTABLE = bytes(range(0x20, 0x7F))
# No underscore: it parts origin identifiers (`https_labs.openai.com_0`), and no host of the web has one.
_LABEL = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

_SUB_DOMAIN = re.compile(rb"[a-z0-9_-]\.\Z", re.IGNORECASE)
# `wiki` is a word, too: alone it names a host only where one must stand.
_AS_ADDRESS = re.compile(
    rb"(?://|\\/\\/|(?:%(?:25)*2f){2}|(?:\\u002f){2}|https?(?:_|,|%(?:25)*2c)|\+\+\+)\Z", re.IGNORECASE
)
_END_OF_REV_HOST = re.compile(rb"(?:\A|:)\.\Z")
_HOST_OF_URL = re.compile(rb"(?://|@)[a-z0-9.-]*\Z", re.IGNORECASE)
_LONGER_LABEL = re.compile(rb"[a-z0-9]|-[a-z0-9-]*\.[a-z0-9]", re.IGNORECASE)
_NEXT_LABEL = re.compile(rb"\.[a-z0-9]", re.IGNORECASE)
_NEXT_LOWER_LABEL = re.compile(rb"\.[a-z0-9]")
_ENDING = re.compile(rb"\.[a-z0-9]+\Z", re.IGNORECASE)
_LONGER_PATH = re.compile(rb"[a-z0-9_-]|\.[a-z0-9]", re.IGNORECASE)

# `%2F`, `%252F`, `\u002f`, `\x2f` and `\n` stand for one character, whatever letters they are made of.
_ESCAPE = rb"(?:%(?:25)*|\\u00|\\x)([0-9a-f]{2})"
_ESCAPE_BEFORE = re.compile(_ESCAPE + rb"\Z|\\[nrtbf]\Z", re.IGNORECASE)
_ESCAPE_AFTER = re.compile(_ESCAPE, re.IGNORECASE)


def begins(left: bytes, name: Name, reading: Reading, measured: bool, backwards: bool) -> bool:
    """Whether what stands to the left doesn't make it a longer host. A rev_host ends in a dot by itself."""
    if name.is_word and not _is_address(left, name, backwards):
        return False
    if escape := _ESCAPE_BEFORE.search(left):
        left = left[: escape.start()] + (bytes.fromhex(escape[1].decode()) if escape[1] else b"\n")
    if left[len(left.rstrip(_LABEL)) :].strip(b"-"):
        return measured or (reading == "packed" and _HOST_OF_URL.search(left) is None)
    rev_host = backwards and reading == "packed"
    return name.below or rev_host or _SUB_DOMAIN.search(left) is None


def ends(right: bytes, name: Name, reading: Reading, measured: bool) -> bool:
    """Whether what stands to the right doesn't make it a longer host or path."""
    if escape := _ESCAPE_AFTER.match(right):
        right = bytes.fromhex(escape[1].decode()) + right[escape.end() :]
    if "/" in name.text:
        return measured or reading == "packed" or _LONGER_PATH.match(right) is None
    touching = reading == "packed" and not name.is_word
    if split_port(name.text)[1] is not None:
        return measured or touching or not right[:1].isdigit()
    if _NEXT_LABEL.match(right):
        if reading == "packed":
            return _NEXT_LOWER_LABEL.match(right) is None
        return measured or (reading == "name" and _ENDING.match(right) is not None)
    return measured or touching or _LONGER_LABEL.match(right) is None


def length_says_start(left: bytes, size: int, right: bytes) -> bool:
    """Whether the byte before the name is the length of the text that starts with it."""
    rest = len(right) - len(right.lstrip(_PRINTABLE))
    return left[-1:] != b"" and left[-1] in (size, size + rest)


def length_says_end(left: bytes, size: int) -> bool:
    """Whether a length before the text in which the name stands ends the text with the name.

    The length is the byte before the printable run or, behind a tag, its first; or the u32 of a pickle.
    """
    before = left.rstrip(_PRINTABLE)
    text = left[len(before) :]
    total = len(text) + size
    return (
        before[-4:] == total.to_bytes(4, "little")
        or before[-1:] == total.to_bytes(2, "little").rstrip(b"\0")
        or (before != b"" and text[:1] == (total - 1).to_bytes(2, "little").rstrip(b"\0"))
    )


def _is_address(left: bytes, name: Name, backwards: bool) -> bool:
    """Whether a word stands where nothing but a host does."""
    if backwards:
        return _END_OF_REV_HOST.search(left) is not None
    return (name.below and _SUB_DOMAIN.search(left) is not None) or _AS_ADDRESS.search(left) is not None
