"""What Firefox has set aside because it was damaged, or left where a newer version keeps it elsewhere."""

from __future__ import annotations

from scrubber.browsers.firefox.features import EXTENSION_STORAGE, SYNCED_TABS, TAB_NOTES
from scrubber.browsers.firefox.files import DOWNLOADS, HANDLERS, LOGINS, SAVED_LOGINS, SEARCH_ENGINES
from scrubber.browsers.firefox.person import ADDRESSES, CONTAINERS
from scrubber.browsers.firefox.places_db import FAVICONS, PLACES
from scrubber.browsers.firefox.site_data import (
    BOUNCE_TRACKING,
    CONTENT_PREFS,
    COOKIES,
    CREDENTIAL_STATE,
    FORM_HISTORY,
    LOCAL_STORAGE_BEFORE_68,
    PERMISSIONS,
    STORAGE_INDEX,
)
from scrubber.stores.damaged_copies import DamagedCopies, Original
from scrubber.stores.doomed import Doomed

_OF_NOBODY = (
    FAVICONS,
    COOKIES,
    PERMISSIONS,
    CONTENT_PREFS,
    FORM_HISTORY,
    BOUNCE_TRACKING,
    CREDENTIAL_STATE,
    STORAGE_INDEX,
    LOCAL_STORAGE_BEFORE_68,
    SYNCED_TABS,
    DOWNLOADS,
    HANDLERS,
)

DAMAGED = DamagedCopies(
    "{profile}/*.corrupt",
    "{profile}/*.corrupt-*",
    "{profile}/cookies.sqlite.bak*",
    "{profile}/search.json.mozlz4.bak",
    originals=(
        Original(PLACES, kept="bookmarks"),
        Original(TAB_NOTES, kept="bookmarks"),
        Original(LOGINS, kept="logins"),
        Original(SAVED_LOGINS, kept="logins"),
        *(Original(store, kept="") for store in (ADDRESSES, CONTAINERS, EXTENSION_STORAGE, SEARCH_ENGINES)),
        *(Original(store) for store in _OF_NOBODY),
    ),
    source="toolkit/components/places/Database.cpp, toolkit/modules/JSONFile.sys.mjs",
)

OLD_HISTORY = Doomed(  # before Firefox 3, which took over what it could read
    "{profile}/history.dat",
    "{profile}/formhistory.dat",
    "{profile}/downloads.rdf",
    holds="history",
    source="toolkit/components/places/nsMorkHistoryImporter.cpp",
)

LEFT_OVER = (DAMAGED, OLD_HISTORY)
