"""Every store of a Firefox profile that scrubber knows, in the order in which they are looked through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.browsers.firefox.cache import CACHES
from scrubber.browsers.firefox.features import FEATURES
from scrubber.browsers.firefox.files import FILES
from scrubber.browsers.firefox.left_over import LEFT_OVER
from scrubber.browsers.firefox.outside import OUTSIDE
from scrubber.browsers.firefox.person import PERSON
from scrubber.browsers.firefox.pictures import PICTURES
from scrubber.browsers.firefox.places_db import PLACES_DATABASES
from scrubber.browsers.firefox.preferences import PREFS
from scrubber.browsers.firefox.sessions import SESSIONS
from scrubber.browsers.firefox.site_data import SITE_DATA

if TYPE_CHECKING:
    from scrubber.model import Store

STORES: tuple[Store, ...] = (
    *PLACES_DATABASES,
    *SITE_DATA,
    SESSIONS,
    *FILES,
    *PERSON,
    *FEATURES,
    *LEFT_OVER,
    *OUTSIDE,
    *CACHES,
    PREFS,
    *PICTURES,
)
