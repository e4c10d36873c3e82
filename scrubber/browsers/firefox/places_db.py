"""Firefox's history, bookmarks and icons: `places.sqlite` and `favicons.sqlite`.

Their triggers exist only inside Firefox; `mendings` and the order of `rows` do that work here.
"""

from __future__ import annotations

from scrubber.browsers.firefox.pictures import sha256_hex
from scrubber.stores.columns import Host, ReversedHost, Url
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Added, Clear, Hashed, Keep, Linked, Orphaned, Repair, Rows

_BOOKMARKS = Keep("bookmarks")
# A folder that merely bears the target's name holds other sites' bookmarks.
_FOLDERS = Keep("bookmarks", contains=("id", "moz_bookmarks.parent"))
_IS_TAG = "type = 2 AND parent = (SELECT id FROM moz_bookmarks WHERE guid = 'tags________')"
_LOSES_BOOKMARKS = """id IN (SELECT fk FROM temp."removed moz_bookmarks"
                             UNION SELECT place_id FROM temp."removed moz_keywords")"""

PLACES = Sqlite(
    "{profile}/places.sqlite",
    holds="history",
    source="toolkit/components/places/nsPlacesTables.h",
    rows=(
        Rows(
            "moz_places",
            Url("url"),
            ReversedHost("rev_host"),
            keep=Keep(
                "bookmarks",
                column="id",
                referenced="moz_bookmarks.fk",
                clear=(
                    ("visit_count", 0),
                    ("last_visit_date", None),
                    ("typed", 0),
                    ("description", None),
                    ("preview_image_url", None),
                    ("site_name", None),
                ),
                then=(("recalc_frecency", 1), ("recalc_alt_frecency", 1)),
            ),
        ),
        Rows("moz_places_extra", Linked("place_id", "moz_places.id")),
        Rows("moz_historyvisits", Linked("place_id", "moz_places.id")),
        Rows("moz_historyvisits_extra", Linked("visit_id", "moz_historyvisits.id")),
        Rows("moz_inputhistory", Linked("place_id", "moz_places.id")),
        Rows("moz_annos", Linked("place_id", "moz_places.id")),
        Rows("moz_places_metadata", Linked("place_id", "moz_places.id")),
        Rows(
            "moz_places_metadata_search_queries",
            Orphaned("id", by="moz_places_metadata.search_query_id"),
        ),
        Rows("moz_newtab_shortcuts_interaction", Linked("place_id", "moz_places.id")),
        # Pictures that are still to be deleted, of pages that no longer are in the history.
        Rows("moz_previews_tombstones", Hashed("hash", of="moz_places.url", by=sha256_hex)),
        # Firefox 93 to 103.
        Rows("moz_places_metadata_snapshots", Linked("place_id", "moz_places.id")),
        Rows("moz_places_metadata_snapshots_extra", Linked("place_id", "moz_places.id")),
        Rows("moz_places_metadata_groups_to_snapshots", Linked("place_id", "moz_places.id")),
        Rows(
            "moz_places_metadata_snapshots_groups",
            Orphaned("id", by="moz_places_metadata_groups_to_snapshots.group_id"),
        ),
        Rows("moz_session_to_places", Linked("place_id", "moz_places.id")),
        Rows("moz_bookmarks", Linked("fk", "moz_places.id"), keep=_FOLDERS, holds="bookmarks"),
        # A tag is a folder that Firefox removes with its last entry.
        Rows(
            "moz_bookmarks",
            Orphaned("id", by="moz_bookmarks.parent", where=_IS_TAG),
            keep=_BOOKMARKS,
            holds="bookmarks",
        ),
        Rows("moz_items_annos", Linked("item_id", "moz_bookmarks.id"), keep=_BOOKMARKS, holds="bookmarks"),
        Rows(
            "moz_keywords",
            Linked("place_id", "moz_places.id"),
            keep=Keep("bookmarks", column="place_id", referenced="moz_bookmarks.fk"),
            holds="bookmarks",
        ),
        Rows(
            "moz_origins",
            Host("host"),
            Orphaned("id", by="moz_places.origin_id"),
            keep=Keep("", column="id", referenced="moz_places.origin_id"),
        ),
        Rows("moz_hosts", Host("host")),  # before Firefox 62
        # Zen's pinned tabs, before it kept them in a file of sessions.
        Rows("zen_pins", Url("url"), keep=_BOOKMARKS, holds="bookmarks"),
        # Before Firefox 55.
        Rows("moz_favicons", Url("url"), Orphaned("id", by="moz_places.favicon_id")),
    ),
    clears=(
        Clear("moz_historyvisits", "from_visit", to=0, linked="moz_historyvisits.id"),
        Clear("moz_historyvisits", "triggeringPlaceId", to=None, linked="moz_places.id"),
        # Firefox's foreign key would take the other site's row along.
        Clear("moz_places_metadata", "referrer_place_id", to=None, linked="moz_places.id"),
        Clear(
            "moz_places_metadata",
            "search_query_id",
            to=None,
            linked="moz_places_metadata_search_queries.id",
        ),
        Clear("moz_places", "preview_image_url", to=None),
        Clear("moz_places", "favicon_id", to=None, linked="moz_favicons.id"),
    ),
    mendings=(
        Repair(
            "moz_origins.recalc_frecency",
            "1",
            where='id IN (SELECT origin_id FROM temp."removed moz_places")',
            reads=("moz_places",),
        ),
        Repair(
            "moz_origins.recalc_alt_frecency",
            "1",
            where='id IN (SELECT origin_id FROM temp."removed moz_places")',
            reads=("moz_places",),
        ),
        Repair(
            "moz_places.foreign_count",
            """foreign_count - (SELECT count(*) FROM temp."removed moz_bookmarks" WHERE fk = moz_places.id)
                - (SELECT count(*) FROM temp."removed moz_keywords" WHERE place_id = moz_places.id)""",
            where=_LOSES_BOOKMARKS,
            reads=("moz_bookmarks", "moz_keywords"),
        ),
        Repair(
            "moz_places.recalc_frecency",
            "1",
            where=_LOSES_BOOKMARKS,
            reads=("moz_bookmarks", "moz_keywords"),
        ),
        Repair(
            "moz_bookmarks.syncChangeCounter",
            "syncChangeCounter + 1",
            where='id IN (SELECT parent FROM temp."removed moz_bookmarks")',
            reads=("moz_bookmarks",),
        ),
        Repair(
            "moz_bookmarks.position",
            """position - (SELECT count(*) FROM temp."removed moz_bookmarks" AS gone
                           WHERE gone.parent = moz_bookmarks.parent
                             AND gone.position < moz_bookmarks.position)""",
            where='parent IN (SELECT parent FROM temp."removed moz_bookmarks")',
            reads=("moz_bookmarks",),
        ),
        # Without word of it, a server that has the bookmark would bring it back. The time is not that of the
        # removal, which nobody needs to know.
        Added(
            "moz_bookmarks_deleted",
            ("guid", "dateRemoved"),
            """SELECT guid, ifnull(lastModified, 0) FROM temp."removed moz_bookmarks"
               WHERE syncStatus = 2 AND guid NOT IN (SELECT guid FROM main.moz_bookmarks_deleted)
               ORDER BY guid""",
            reads=("moz_bookmarks",),
        ),
    ),
)

FAVICONS = Sqlite(
    "{profile}/favicons.sqlite",
    holds="icons",
    source="toolkit/components/places/nsFaviconService.cpp",
    rows=(
        Rows("moz_icons", Url("icon_url")),
        Rows("moz_pages_w_icons", Url("page_url")),
        Rows(
            "moz_icons_to_pages",
            Linked("page_id", "moz_pages_w_icons.id"),
            Linked("icon_id", "moz_icons.id"),
        ),
        # The icon in a host's root serves pages without being mapped to them.
        Rows("moz_icons", Orphaned("id", by="moz_icons_to_pages.icon_id", where="root = 0")),
    ),
)

PLACES_DATABASES = (PLACES, FAVICONS)
