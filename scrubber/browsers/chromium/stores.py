"""Every store of a Chromium profile that scrubber knows, in the order in which they are looked through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.browsers.chromium.advertising import ADVERTISING
from scrubber.browsers.chromium.browsing import BROWSING, UKM
from scrubber.browsers.chromium.caches import CACHES
from scrubber.browsers.chromium.edge import EDGE
from scrubber.browsers.chromium.in_sqlite import IN_SQLITE
from scrubber.browsers.chromium.left_over import LEFT_OVER
from scrubber.browsers.chromium.leveldb import LEVELDB
from scrubber.browsers.chromium.network import NETWORK
from scrubber.browsers.chromium.of_visits import OF_VISITS
from scrubber.browsers.chromium.outside import OUTSIDE
from scrubber.browsers.chromium.owned import OWNED
from scrubber.browsers.chromium.person import PERSON
from scrubber.browsers.chromium.preferences import SETTINGS
from scrubber.browsers.chromium.relatives import BRAVE, EDGE_MORE, VIVALDI
from scrubber.browsers.chromium.sessions import SESSIONS
from scrubber.browsers.chromium.site_data import SITE_DATA
from scrubber.stores.undescribed import undescribed

if TYPE_CHECKING:
    from scrubber.model import Store

STORES: tuple[Store, ...] = (
    *OF_VISITS,
    *BROWSING,
    *PERSON,
    *NETWORK,
    *ADVERTISING,
    *OWNED,
    *SITE_DATA,
    *LEFT_OVER,
    *IN_SQLITE,
    *LEVELDB,
    *CACHES,
    *SESSIONS,
    *SETTINGS,
    *OUTSIDE,
    UKM,  # last, because it knows some URLs by their hashes alone
)


def _and_the_rest(*own: Store) -> tuple[Store, ...]:
    """A relative's stores: Chromium's, its own, and any database that none of these describes.

    Chrome and Chromium have no such last one: a new store of theirs is to be noticed, not explained.
    """
    described = (*STORES, *own)
    return (*described, *undescribed(described, "{profile}/*", "{profile}/*/*", source="any database"))


EDGE_STORES = _and_the_rest(*EDGE, *EDGE_MORE)
BRAVE_STORES = _and_the_rest(*BRAVE)
VIVALDI_STORES = _and_the_rest(*VIVALDI)
OPERA_STORES = _and_the_rest()
