"""How else a text writes a host: escaped because it is international or an IPv6 address, or in an identifier.

    bücher.example      b%C3%BCcher.example   b%25C3%25BCcher.example   b\\u00fccher.example
    [::1]:8080          %5B%3A%3A1%5D%3A8080  [__1]_8080 (Chromium)     [++1]+8080 (Firefox's folders)

All in lower case, as texts are compared. What browsers escape, they escape as UTF-8.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from scrubber.formats.origins import split_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEVELS = 3
"""How often a text may be percent-encoded: an address in an address in an address."""


def spellings(name: str) -> Iterator[str]:
    """A name (`labs.openai.com`, `[::1]:8080`, `openai.com/dall-e`) as it is, then every other spelling."""
    yield name
    if not name.isascii():
        yield from _percent_encoded(name, "/:")
        yield json.dumps(name)[1:-1]
    authority, slash, path = name.partition("/")
    host, port = split_port(authority)
    if ":" in host:
        bracketed = f"[{host.strip('[]')}]" + (f":{port}" if port is not None else "")
        for spelled in (*_percent_encoded(bracketed), *identifiers(bracketed)):
            yield spelled + slash + path


def identifiers(authority: str) -> tuple[str, str]:
    """A host and its port in an origin identifier of Chromium's and in a folder's name of Firefox's.

    `[::1]:8080` → `[__1]_8080` and `[++1]+8080`.
    """
    return authority.replace(":", "_"), authority.replace(":", "+")


def _percent_encoded(text: str, safe: str = "") -> Iterator[str]:
    encoded = quote(text, safe=safe).lower()
    for level in range(_LEVELS):
        yield encoded.replace("%", "%" + "25" * level)
