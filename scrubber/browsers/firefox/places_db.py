"""Firefox's history, bookmarks and icons: `places.sqlite` and `favicons.sqlite`.

Their triggers exist only inside Firefox; `repairs` and the order of `rows` do that work here.
"""

from __future__ import annotations

from scrubber.stores.columns import Host, ReversedHost, Url
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Clear, Keep, Linked, Orphaned, Repair, Rows

_BOOKMARKS = Keep("bookmarks")

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
                    ("recalc_frecency", 1),
                    ("recalc_alt_frecency", 1),
                ),
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
        Rows("moz_bookmarks", Linked("fk", "moz_places.id"), keep=_BOOKMARKS, holds="bookmarks"),
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
            keep=Keep("bookmarks", column="id", referenced="moz_places.origin_id"),
        ),
        Rows("moz_hosts", Host("host")),  # before Firefox 62
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
    ),
    repairs=(
        Repair(
            after=("moz_places",),
            changes="moz_origins.recalc_frecency",
            sql="""UPDATE moz_origins SET recalc_frecency = 1
                   WHERE id IN (SELECT origin_id FROM temp."removed moz_places")""",
        ),
        Repair(
            after=("moz_places",),
            changes="moz_origins.recalc_alt_frecency",
            sql="""UPDATE moz_origins SET recalc_alt_frecency = 1
                   WHERE id IN (SELECT origin_id FROM temp."removed moz_places")""",
        ),
        Repair(
            after=("moz_bookmarks",),
            changes="moz_bookmarks.syncChangeCounter",
            sql="""UPDATE moz_bookmarks SET syncChangeCounter = syncChangeCounter + 1
                   WHERE id IN (SELECT parent FROM temp."removed moz_bookmarks")""",
        ),
        Repair(
            after=("moz_bookmarks",),
            changes="moz_bookmarks.position",
            sql="""UPDATE moz_bookmarks SET position = position - (
                       SELECT count(*) FROM temp."removed moz_bookmarks" AS gone
                       WHERE gone.parent = moz_bookmarks.parent AND gone.position < moz_bookmarks.position)
                   WHERE parent IN (SELECT parent FROM temp."removed moz_bookmarks")""",
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
        Rows("moz_icons", Orphaned("id", by="moz_icons_to_pages.icon_id")),
    ),
)

PLACES_DATABASES = (PLACES, FAVICONS)
