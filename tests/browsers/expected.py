"""What the cleaned homes must be like: what hangs on what, what stays, what changes, by family and home."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.browsers.hosts import NEWS, SHOP, TARGETS
from tests.browsers.neighbours import Ties

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Expected:
    """Of one family of browsers; paths as `cleaning.within` has them."""

    ties: Ties
    kept: Mapping[str, str]
    """The files in which the target's name stays, and why."""
    encrypted: frozenset[str]
    """Those in which it stays as well, and an independent look doesn't see it."""
    altered: frozenset[str]
    """The columns that rows of others lose, or that count."""
    marks: frozenset[str]
    """Columns by which the browser is asked to count again, unless it was to do that anyway."""
    changed: frozenset[str]
    """The files that are others than before, besides those with a name of their own in every home."""
    unnamed: tuple[str, ...]
    """Parts of paths: files that go without naming the target."""


CHROMIUM = Expected(
    ties=Ties(
        links={
            "History visits.url": "urls.id",
            "History visited_links.link_url_id": "urls.id",
            "History segments.url_id": "urls.id",
            "History segment_usage.segment_id": "segments.id",
            "History keyword_search_terms.url_id": "urls.id",
            "History content_annotations.visit_id": "visits.id",
            "History context_annotations.visit_id": "visits.id",
            "History visit_source.id": "visits.id",
            "History downloads_url_chains.id": "downloads.id",
            "History downloads_slices.download_id": "downloads.id",
            "Favicons icon_mapping.icon_id": "favicons.id",
            "Favicons favicon_bitmaps.icon_id": "favicons.id",
            "ukm_db metrics.url_id": "urls.url_id",
            "LocalStorage map_entries.map_id": "maps.row_id",
            **{f"sqldb{number} blobs.res_id": "resources.res_id" for number in range(3)},
        },
        blanks={
            "History visits.from_visit": "visits.id",
            "History visits.opener_visit": "visits.id",
            "History visits.segment_id": "segments.id",
            "History visits.visited_link_id": "visited_links.id",
        },
        shared={
            "Favicons favicons.id": "icon_mapping.icon_id",
            "SessionStorage map_entries.map_id": "session_metadata.map_id",
        },
        site_wide={
            "Cookies cookies": b".openai.com",  # the sign-in of all of the site
            "DIPS bounces": b"openai.com",  # it knows sites only
        },
    ),
    kept={
        "Default/Bookmarks": "a bookmark",
        "Default/Bookmarks.bak": "the same bookmark, one save ago",
        "Default/Login Data": "a saved password",
        "Default/Trust Tokens": "the third party's list of whose tokens it takes: a mention in its own data",
    },
    encrypted=frozenset({"Default/EncryptedBookmarks2", "Default/EncryptedBookmarks2.bak"}),
    altered=frozenset(
        {
            "History visits.from_visit",
            "History visits.segment_id",
            "History visits.visited_link_id",
            "db meta.value",  # the size of all compression dictionaries
        }
    ),
    marks=frozenset(),
    changed=frozenset(
        {
            *("Default/Cookies", "Default/DIPS", "Default/Favicons", "Default/History", "Default/Login Data"),
            *("Default/MediaDeviceSalts", "Default/Network Action Predictor", "Default/Reporting and NEL"),
            *("Default/Network Persistent State", "Default/Preferences", "Default/TransportSecurity"),
            *("Default/Shared Dictionary/db", "Default/Shortcuts", "Default/Top Sites"),
            *("Default/Trust Tokens", "Default/Web Data", "Default/WebStorage/QuotaManager"),
            "segmentation_platform/ukm_db",
        }
    ),
    unnamed=(
        "/Cache/Cache_Data/f_",  # a large stream of a block file's entry; the entries are compared one by one
        "/Cache/No_Vary_Search/journal.baj",  # made anew, with what lies beside it
        "/Sessions_Encrypted/",  # Chromium's own encrypted copy of what `Sessions` holds
        "/Service Worker/ScriptCache/4cb013792b196a35_0",  # resource 1: the framed third party's script
        "/Code Cache/pc/5bb[a`6`2`2@[2=-6u0@;`2.journal",  # empty, beside the target's code
    ),
)
"""Chromium, whose DOM storage, IndexedDB and HTTP cache may be in any of their formats."""

_IN_SQLITE = Expected(
    ties=CHROMIUM.ties,
    kept=CHROMIUM.kept,
    encrypted=CHROMIUM.encrypted,
    altered=CHROMIUM.altered | {f"sqldb{number} meta.value" for number in range(3)},  # entries and their size
    marks=CHROMIUM.marks,
    changed=CHROMIUM.changed | {"Default/LocalStorage", "Default/SessionStorage"},
    unnamed=CHROMIUM.unnamed,
)

FIREFOX = Expected(
    ties=Ties(
        links={
            "places.sqlite moz_historyvisits.place_id": "moz_places.id",
            "places.sqlite moz_inputhistory.place_id": "moz_places.id",
            "places.sqlite moz_annos.place_id": "moz_places.id",
            "places.sqlite moz_places_metadata.place_id": "moz_places.id",
            "places.sqlite moz_newtab_shortcuts_interaction.place_id": "moz_places.id",
            "places.sqlite moz_bookmarks.fk": "moz_places.id",
            "places.sqlite moz_keywords.place_id": "moz_places.id",
            "favicons.sqlite moz_icons_to_pages.page_id": "moz_pages_w_icons.id",
            "favicons.sqlite moz_icons_to_pages.icon_id": "moz_icons.id",
            "content-prefs.sqlite prefs.groupID": "groups.id",
            "formhistory.sqlite moz_history_to_sources.history_id": "moz_formhistory.id",
            **{
                f"2918063365piupsah.sqlite {table}.object_data_key": "object_data.key"  # push messages
                for table in ("index_data", "unique_index_data")
            },
        },
        blanks={
            "places.sqlite moz_historyvisits.from_visit": "moz_historyvisits.id",
            "places.sqlite moz_places_metadata.referrer_place_id": "moz_places.id",
            "places.sqlite moz_places.origin_id": "moz_origins.id",
        },
        shared={
            "favicons.sqlite moz_icons.id": "moz_icons_to_pages.icon_id",
            "formhistory.sqlite moz_sources.id": "moz_history_to_sources.source_id",
        },
        site_wide={
            "cookies.sqlite moz_cookies": b".openai.com",  # the sign-in of all of the site
            "bounce-tracking-protection.sqlite sites": b"openai.com",  # it knows sites only
        },
    ),
    kept={
        "logins.json": "a saved password",
        "places.sqlite": "a bookmark, with its page and its host",
    },
    encrypted=frozenset(),
    altered=frozenset(
        {
            "places.sqlite moz_historyvisits.from_visit",
            "places.sqlite moz_places_metadata.referrer_place_id",
            "storage.sqlite cache.valid",  # so that Firefox looks at the folders again
        }
    ),
    marks=frozenset({"places.sqlite moz_origins.recalc_frecency"}),
    changed=frozenset(
        {
            *("AlternateServices.bin", "SiteSecurityServiceState.bin", "cert_override.txt"),
            *("bounce-tracking-protection.sqlite", "content-prefs.sqlite", "cookies.sqlite"),
            *("credentialstate.sqlite", "favicons.sqlite", "formhistory.sqlite", "permissions.sqlite"),
            *("places.sqlite", "serviceworker.txt", "storage.sqlite"),
        }
    ),
    unnamed=tuple(
        # Pictures of pages: of those that were asked for, and of tiles, when Firefox finds the time.
        f"thumbnails/{hashlib.md5(f'https://{host}/{page}'.encode()).hexdigest()}.png"
        for host in TARGETS
        for page in ("bare", "often", "leave")
    ),
)

_AFTER_A_CRASH = Expected(
    ties=FIREFOX.ties,
    kept=FIREFOX.kept,
    encrypted=FIREFOX.encrypted,
    # Its list of the folders isn't written before Firefox ends.
    altered=FIREFOX.altered - {"storage.sqlite cache.valid"},
    marks=FIREFOX.marks,
    changed=FIREFOX.changed - {"storage.sqlite"},
    unnamed=FIREFOX.unnamed,
)

_LIVED_IN = Expected(
    ties=replace(
        FIREFOX.ties,
        site_wide={
            **FIREFOX.ties.site_wide,
            "places.sqlite moz_previews_tombstones": hashlib.sha256(
                f"https://{TARGETS[0]}/forgotten".encode()
            )
            .hexdigest()
            .encode(),
        },
    ),
    kept={
        **FIREFOX.kept,
        "bookmarkbackups": "a copy of the bookmarks",
        "prefs.js": "a start page",
        "tabnotes.sqlite": "a note",
    },
    encrypted=FIREFOX.encrypted,
    altered=FIREFOX.altered,
    marks=FIREFOX.marks,
    changed=FIREFOX.changed
    | {
        *("handlers.json", "notificationstore.json", "prefs.js"),
        "storage/permanent/chrome/idb/2918063365piupsah.sqlite",
    },
    unnamed=(
        *FIREFOX.unnamed,
        f"places-previews/{hashlib.sha256(f'https://{TARGETS[0]}/grouped'.encode()).hexdigest()}.webp",
        *(
            f"thumbnails/{hashlib.md5(f'https://{TARGETS[0]}/{page}'.encode()).hexdigest()}.png"
            for page in ("grouped", "pinned", "packed", "start")
        ),
    ),
)

HOMES = {
    "chromium_home": CHROMIUM,
    "chromium_crashed_home": CHROMIUM,
    "chromium_sqlite_home": _IN_SQLITE,
    "chromium_blockfile_home": CHROMIUM,
    "firefox_home": FIREFOX,
    "firefox_crashed_home": _AFTER_A_CRASH,
    "firefox_lived_in_home": _LIVED_IN,
}
"""By the names of their fixtures."""

_LAST = (
    *(f"https://{NEWS}/{page}" for page in ("again", "bare")),
    *(f"https://{SHOP}/{page}" for page in ("bare", "before-the-cut", "before-the-download", "notifying")),
)
TABS = {
    "chromium_home": _LAST,
    "chromium_crashed_home": (f"https://{SHOP}/leave",),
    "chromium_sqlite_home": _LAST,
    "chromium_blockfile_home": _LAST,
}
"""The tabs that Chromium brings back: each with the last of its pages that isn't the target's."""
