r"""What third parties stored while they were embedded in the target's site: its name stands behind theirs.

    https://third.example/^0https://openai.com                       Chromium's storage keys
    _dk_https://openai.com https://openai.com https://third.example/ its cache keys
    https://third.example^partitionKey=%28https%2Copenai.com%29      Firefox's origins; `https+++…` in folders
    O^partitionKey=%28https%2Copenai.com%29,:https://third.example/  its cache keys

The site is wider than the target (`openai.com` for `labs.openai.com`), so its name alone says nothing, and
what hosts of the site itself keep there is theirs. Where host and partition are columns of their own, the
sweep can't bring them together.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrubber.residue.forms import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubber.sites import Target

_HOST = rb"(?P<host>[a-z0-9.-]+)"
_PORT = rb"(?:[:+][0-9]{1,5})?"
_SHAPES = (
    rb"https?://" + _HOST + _PORT + rb"/?\^0https?://(?P<site>%s)(?![a-z0-9.-])",
    rb"_dk_(?:[a-z]{1,4}_)*https?://(?P<site>%s) \S+ https?://" + _HOST,
    rb"https?(?:://|\+\+\+)"
    + _HOST
    + _PORT
    + rb"/?\^(?:[^\s\0^,]*&)?partitionKey=(?:%%28|\()https?(?:%%2C|,)"
    rb"(?P<site>%s)(?:%%2C|,|%%29|\))",
    rb"O\^(?:[^\s\0^,]*&)?partitionKey=%%28https?%%2C(?P<site>%s)(?:%%2C|%%29)[^:\s\0]*:https?://" + _HOST,
)


class Partitions:
    """The sites under which whatever third parties keep is the target's."""

    def __init__(self, target: Target) -> None:
        self._sites = tuple({host.encode() for site in target.sites for host in site.partitions})
        joined = b"|".join(map(re.escape, self._sites))
        self._shapes = tuple(re.compile(shape % joined, re.IGNORECASE) for shape in _SHAPES)

    def near(self, data: bytes) -> bool:
        """A quick look: False where there is no such partition."""
        return b"http" in data and any(site in data for site in self._sites)

    def find(self, data: bytes) -> Iterator[Hit]:
        """Every value of another site's host that is kept under one of the sites."""
        if not self.near(data):
            return
        for shape in self._shapes:
            for match in shape.finditer(data):
                host, site = match["host"].lower(), match["site"].lower()
                if host != site and not host.endswith(b"." + site):
                    yield Hit(site.decode(), "partition", match.start())
