"""What Brave, Vivaldi, Opera and Edge keep beside Chromium's stores.

Known by name where the layout is published. What isn't is found in any SQLite or LevelDB database of the
profile that no other store describes, and reported. Brave encrypts its conversations with an assistant
(`AIChat`): nothing in them can be found.
"""

from __future__ import annotations

from scrubber.browsers.chromium.layout import in_profile
from scrubber.stores.columns import Host, Named, Url
from scrubber.stores.json_file import Items, JsonFile
from scrubber.stores.records import Rule
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Keep, Linked, Rows
from scrubber.stores.text_lines import TextLines
from scrubber.stores.undescribed import AnySqlite
from scrubber.stores.whole_files import WholeFiles

_GIVEN = Keep("")
"""What a person gave to a site's maker is an account of money."""

BRAVE_REWARDS = Sqlite(
    *in_profile("publisher_info_db"),
    holds="history",
    source="brave/components/brave_rewards/core/engine/database/database_publisher_info.cc",
    # The id of a site is its eTLD+1 or host, that of a channel `youtube#channel:…`.
    rows=(
        Rows("activity_info", Host("publisher_id")),
        Rows("media_publisher_info", Host("publisher_id")),
        Rows("recurring_donation", Host("publisher_id"), keep=_GIVEN),
        Rows("pending_contribution", Host("publisher_id"), keep=_GIVEN),
        Rows("contribution_info", Host("publisher_id"), keep=_GIVEN),
        Rows("contribution_info_publishers", Host("publisher_key"), keep=_GIVEN),
        Rows("processed_publisher", Host("publisher_key")),
        Rows("balance_report_info"),
        # They tell whom the person gave something to.
        Rows(
            "publisher_info",
            Url("url"),
            Host("publisher_id"),
            keep=Keep("", column="publisher_id", referenced="contribution_info.publisher_id"),
        ),
        Rows("server_publisher_info", Host("publisher_key")),
        Rows("server_publisher_banner", Linked("publisher_key", "server_publisher_info.publisher_key")),
        Rows("server_publisher_links", Linked("publisher_key", "server_publisher_info.publisher_key")),
    ),
)

BRAVE_LOG = TextLines(
    "{profile}/Rewards.log",
    rule=Rule((Named(""),), holds="logs"),
    source="brave/components/brave_rewards/content/diagnostic_log.cc",
)

BRAVE_ADS = JsonFile(
    "{profile}/ads_service/*.json",
    items=(Items(of=(), holds="extensions", keep="always"),),
    source="brave/components/brave_ads/browser/ads_service_impl.cc",
)

BRAVE = (BRAVE_REWARDS, BRAVE_LOG, BRAVE_ADS)

VIVALDI_NOTES = JsonFile(
    *in_profile("Notes"),
    *in_profile("Notes.bak"),
    items=(Items("**", "children", of=(Url("url"),), holds="bookmarks", keep="bookmarks"),),
    source="components/notes/note_node.cc (Vivaldi)",
)

VIVALDI_PERSON = AnySqlite(
    *in_profile("Calendar"),
    *in_profile("Contacts"),
    *in_profile("MailDB"),
    holds="bookmarks",
    source="components/db, calendar, contact (Vivaldi)",
    kept=True,
)

VIVALDI = (VIVALDI_NOTES, VIVALDI_PERSON)

EDGE_WORKSPACES = WholeFiles(
    "{profile}/Workspaces/*",
    holds="bookmarks",
    source="Workspaces (closed source)",
)

EDGE_LOG = TextLines(
    "{profile}/settings/favorites_diagnostic.log",
    rule=Rule((Named(""),), holds="logs"),
    source="favorites_diagnostic (closed source)",
)

EDGE_MORE = (EDGE_WORKSPACES, EDGE_LOG)
