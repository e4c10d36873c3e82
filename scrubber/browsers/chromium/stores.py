"""Every store of a Chromium profile that scrubber knows, in the order in which they are looked through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.browsers.chromium.advertising import ADVERTISING
from scrubber.browsers.chromium.browsing import BROWSING
from scrubber.browsers.chromium.caches import CACHES
from scrubber.browsers.chromium.edge import EDGE
from scrubber.browsers.chromium.in_sqlite import IN_SQLITE
from scrubber.browsers.chromium.leveldb import LEVELDB
from scrubber.browsers.chromium.network import NETWORK
from scrubber.browsers.chromium.owned import OWNED
from scrubber.browsers.chromium.person import PERSON
from scrubber.browsers.chromium.preferences import SETTINGS
from scrubber.browsers.chromium.sessions import SESSIONS
from scrubber.browsers.chromium.site_data import SITE_DATA

if TYPE_CHECKING:
    from scrubber.model import Store

STORES: tuple[Store, ...] = (
    *BROWSING,
    *PERSON,
    *NETWORK,
    *ADVERTISING,
    *OWNED,
    *SITE_DATA,
    *IN_SQLITE,
    *LEVELDB,
    *CACHES,
    *SESSIONS,
    *SETTINGS,
)

EDGE_STORES: tuple[Store, ...] = (*STORES, *EDGE)
