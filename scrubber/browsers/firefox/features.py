"""What Firefox's newer features, its sync and its extensions keep, each in files of its own."""

from __future__ import annotations

from scrubber.stores.chat_urls import chat_urls
from scrubber.stores.columns import Named, ReversedHost, Url
from scrubber.stores.json_file import KEY, Items, JsonFile
from scrubber.stores.named_by_origin import MlsGroups, ProtectedMedia
from scrubber.stores.page_scores import PageScores
from scrubber.stores.rebuilt import SemanticHistory
from scrubber.stores.records import Rule
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_json import Within
from scrubber.stores.sqlite_rows import Keep, Linked, Rows
from scrubber.stores.synced_tabs import tabs_of
from scrubber.stores.text_lines import TextLines
from scrubber.stores.undescribed import AnySqlite
from scrubber.stores.whole_files import WholeFiles

_BOOKMARKS = Keep("bookmarks")

TAB_NOTES = Sqlite(
    "{profile}/tabnotes.sqlite",
    holds="bookmarks",
    source="browser/components/tabnotes/TabNotes.sys.mjs",
    rows=(Rows("tabnotes", Url("canonical_url"), keep=_BOOKMARKS),),
)

TO_DO_LISTS = JsonFile(
    "{cache}/activity-stream.lists_widget.json",
    "{cache}/activity-stream.timer_widget.json",
    items=(Items(holds="bookmarks", keep="always"),),
    source="browser/extensions/newtab/lib/Widgets/ListsFeed.sys.mjs",
)

_SEARCHED = "serp_urls_for_anonymous_fetch"

# The person's own words stay; Firefox too takes away only where they were said when history is deleted.
CONVERSATIONS = Sqlite(
    "{profile}/chat-store.sqlite",
    holds="bookmarks",
    source="browser/components/aiwindow/ui/modules/ChatSql.sys.mjs",
    rows=(
        Rows(
            "conversation",
            Url("page_url"),
            keep=Keep("", clear=(("page_url", None), ("page_meta_jsonb", None))),
        ),
        Rows(
            "message",
            Url("page_url"),
            keep=Keep("", clear=(("page_url", None),), then=(("page_history_deleted", 1),)),
        ),
        Rows("llm_telemetry", keep=Keep("")),
    ),
    within=tuple(
        Within(table, f"{column}_jsonb", chat_urls, is_binary=True)
        for table, columns in (
            ("conversation", ("page_meta", "security_properties", "seen_urls", _SEARCHED)),
            ("message", ("params", "content", "tool_ui_data", "memories_applied", "web_search_queries")),
        )
        for column in columns
    ),
)

MEMORIES = JsonFile(
    "{profile}/memories.json.lz4",
    items=(Items("memories", of=(), holds="bookmarks", keep="always"),),
    source="browser/components/aiwindow/services/MemoryStore.sys.mjs",
)

SEMANTIC_HISTORY = SemanticHistory("{profile}/places_semantic.sqlite")

SHORTCUT_SCORES = PageScores("{cache}/activity-stream.shortcut_cache.json")

SYNCED_TABS = Sqlite(
    "{profile}/synced-tabs.db",
    holds="sessions",
    source="third_party/application-services/components/tabs/src/schema.rs",
    rows=(
        Rows("remote_tab_commands", Url("url")),
        Rows("pending_remote_tab_closures", Url("url")),
    ),
    within=(Within("tabs", "record", tabs_of),),
)

# What sync last saw on its server. Without the file it would fetch all of it again, and bring back a bookmark
# that was removed here, as one that has changed there.
BOOKMARKS_MIRROR = Sqlite(
    "{profile}/weave/bookmarks.sqlite",
    holds="bookmarks",
    source="toolkit/components/places/SyncedBookmarksMirror.sys.mjs",
    rows=(
        Rows("urls", Url("url"), ReversedHost("revHost"), keep=_BOOKMARKS),
        Rows(
            "items",
            Linked("urlId", "urls.id"),
            keep=Keep("bookmarks", contains=("guid", "structure.parentGuid")),
        ),
        Rows("tags", Linked("itemId", "items.id"), keep=_BOOKMARKS),
        Rows("structure", Linked("guid", "items.guid"), keep=_BOOKMARKS),
    ),
)

SYNC_LOGS = TextLines(
    "{profile}/weave/logs/*.txt",
    rule=Rule((Named(""),), holds="logs"),
    source="services/common/logmanager.sys.mjs",
)

INSTALLED_SITES = JsonFile(
    "{profile}/manifest-scopes.json",
    items=(Items("scopes", of=(Url(KEY), Url("")), holds="extensions", keep="always"),),
    source="dom/manifest/Manifest.sys.mjs",
)

MANIFESTS = JsonFile(
    "{profile}/manifests/*.json",
    items=(Items(of=(), holds="extensions", keep="always"),),
    source="dom/manifest/Manifest.sys.mjs",
)

EXTENSION_STORAGE = AnySqlite(
    "{profile}/storage-sync-v2.sqlite",
    "{profile}/storage-sync.sqlite",
    holds="extensions",
    source="third_party/application-services/components/webext-storage/sql/create_schema.sql",
    kept=True,
)

EXTENSION_FILES = WholeFiles(
    "{profile}/extensions",
    "{profile}/features",
    "{profile}/browser-extension-data",
    "{profile}/extension-store",
    "{profile}/extension-store-menus",
    "{profile}/extension-store-permissions",
    "{profile}/extension-store-userscripts",
    "{profile}/extension-dnr",
    "{cache}/extension-dnr",
    "{profile}/jetpack",  # of extensions before Firefox 57
    "{profile}/adblockplus",
    "{profile}/ScrapBook",
    holds="extensions",
    source="toolkit/components/extensions/ExtensionPermissions.sys.mjs",
)

APPS_BEFORE_46 = WholeFiles(
    "{profile}/webapps",
    holds="extensions",
    source="dom/apps/Webapps.jsm",
)

MLS_GROUPS = MlsGroups("{profile}/mls/*")

PROTECTED_MEDIA = ProtectedMedia("{profile}/gmp/*/*/id/*")

FEATURES = (
    TAB_NOTES,
    TO_DO_LISTS,
    CONVERSATIONS,
    MEMORIES,
    SEMANTIC_HISTORY,
    SHORTCUT_SCORES,
    SYNCED_TABS,
    BOOKMARKS_MIRROR,
    SYNC_LOGS,
    INSTALLED_SITES,
    MANIFESTS,
    EXTENSION_STORAGE,
    EXTENSION_FILES,
    APPS_BEFORE_46,
    MLS_GROUPS,
    PROTECTED_MEDIA,
)
