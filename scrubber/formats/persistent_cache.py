r"""Names of Chromium's databases of compiled code: the site, in rotated letters.

    https://openai.com/ → 5bb[a`6`2`2@[2=-6u0@;`2, with `.db` and `.journal` behind it

Each character of the alphabet is moved on by 37 of its 55 places; those that no file name may have become
a backtick and a digit. Source: components/persistent_cache/utils.cc (FileNameFromKey).
"""

from __future__ import annotations

import re

DATABASE, JOURNAL = ".db", ".journal"

_ALPHABET = " !#$&'()+,-.0123456789;=@[]_abcdefghijklmnopqrstuvwxyz~"
_ROTATION = 37
_ESCAPES = dict(zip("1234567890", '\\/|<>:"?*\n', strict=True))
_ESCAPED = re.compile("`([0-9])")
_BACK = str.maketrans(_ALPHABET, _ALPHABET[-_ROTATION:] + _ALPHABET[:-_ROTATION])
_FORTH = str.maketrans(_ALPHABET, _ALPHABET[_ROTATION:] + _ALPHABET[:_ROTATION])


def site(stem: str) -> str:
    """`5bb[a`6`2`2@[2=-6u0@;`2` → `https://openai.com/`."""
    # Rotated letters never are backticks, so every backtick starts an escape.
    parts = _ESCAPED.split(stem)
    return "".join(
        _ESCAPES[part] if number % 2 else part.translate(_BACK) for number, part in enumerate(parts)
    )


def file_stem(of: str) -> str:
    """The way back."""
    escapes = {character: f"`{digit}" for digit, character in _ESCAPES.items()}
    return "".join(escapes.get(character) or character.translate(_FORTH) for character in of)
