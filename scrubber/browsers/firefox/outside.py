"""What Firefox left behind or sends home, and what the desktop notes of it.

Memory dumps and pings belong to nobody alone: they are reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.browsers import system
from scrubber.browsers.system import saved_states
from scrubber.stores.backup_archives import BackupArchives
from scrubber.stores.columns import Host, Origin, Url
from scrubber.stores.recently_used import RecentlyUsed
from scrubber.stores.records import Rule
from scrubber.stores.recreated import Recreated
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Clear, Keep, Linked, Rows
from scrubber.stores.text_lines import TextLines
from scrubber.stores.thumbnails import Thumbnails
from scrubber.stores.undescribed import AnySqlite
from scrubber.stores.unfinished import Unfinished
from scrubber.stores.whole_files import WholeFiles

if TYPE_CHECKING:
    from scrubber.stores.columns import Row

_SAVED_STATES = saved_states(
    "org.mozilla.firefox",
    "org.mozilla.nightly",
    "org.mozilla.librewolf",
    "net.waterfox.waterfox",
    "org.mozilla.floorp",
    "app.zen-browser.zen",
)

# The folder bears this name in every language.
BACKUP_ARCHIVES = BackupArchives(
    *(
        f"{{home}}/{folder}/Restore Firefox/*.html"
        for folder in ("Documents", "OneDrive", "OneDrive/Documents")
    ),
    "{backups}/*.html",
)

SHARED = (
    "{user_data}/Crash Reports",
    "{user_data}/Pending Pings",
    *BACKUP_ARCHIVES.places,
    "{data_home}/recently-used.xbel",
    *system.PLACES,
    *_SAVED_STATES,
)
"""What profiles share, and what can name pages."""

_LOGINS = Keep("logins")

CRASH_DUMPS = WholeFiles(
    "{profile}/minidumps/*",
    "{profile}/crashes/*",
    holds="logs",
    source="toolkit/crashreporter/nsExceptionHandler.cpp",
    on_request=True,
)

CRASH_REPORTS = WholeFiles(
    "{user_data}/Crash Reports/*",
    "{user_data}/Pending Pings/*",
    holds="logs",
    source="toolkit/crashreporter/client/app/src/config.rs",
)

PINGS = WholeFiles(
    "{profile}/datareporting",
    "{profile}/saved-telemetry-pings",
    holds="logs",
    source="toolkit/components/telemetry/app/TelemetryStorage.sys.mjs",
    on_request=True,
)

BACKUPS = WholeFiles(  # copies of the profile that Firefox made to be restored as they are
    "{profile}/backups",
    holds="history",
    source="browser/components/backup/BackupService.sys.mjs",
)

HAR_LOGS = Recreated(  # what the developer tools write for each page, where a preference has them do so
    "{profile}/har/logs/*",
    holds="logs",
    source="devtools/client/netmonitor/src/har/har-automation.js",
)

NETWORK_LOGS = Recreated(  # what about:logging and MOZ_LOG_FILE have it write
    "{profile}/*.moz_log",
    "{profile}/*.moz_log.[0-9]*",
    "{profile}/moz_log*",
    holds="logs",
    source="xpcom/base/Logging.cpp",
)

UNFINISHED = Unfinished(
    "{profile}/*.json.tmp",
    "{profile}/*.jsonlz4.tmp",
    "{profile}/*.lz4.tmp",
    "{profile}/*.mozlz4.tmp",
    "{profile}/*.js.tmp",
    "{profile}/sessionstore-backups/*lz4.tmp",
    "{profile}/sessionstore-backups/*.js.tmp",
    "{profile}/taskbartabs/*.tmp",
    "{profile}/manifests/*.tmp",
    "{profile}/zen-sessions-backup/*.tmp",
    "{profile}/cert_override-*.txt",  # nsAtomicFileOutputStream takes the next free number
    "{profile}/serviceworker-*.txt",
    "{profile}/enumerate_devices-*.txt",
    "{cache}/*.json.tmp",
    source="xpcom/ioutils/IOUtils.cpp, netwerk/base/nsFileStreams.cpp",
)

CERTIFICATES = AnySqlite(  # those that the person imported, among them old exceptions
    "{profile}/cert9.db",
    holds="permissions",
    source="security/nss/lib/softoken/sdb.c",
    kept=True,
)

OLD_DATABASES = AnySqlite(
    "{profile}/search.sqlite",  # before Firefox 4: what the person set for search engines
    "{profile}/healthreport.sqlite",  # Firefox 20 to 45
    "{profile}/kinto.sqlite",  # lists that came with Firefox 47 to 67
    holds="logs",
    source="services/healthreport/providers.jsm",
    kept=True,
)

SIGNONS_BEFORE_35 = TextLines(
    "{profile}/signons.txt",
    "{profile}/signons2.txt",
    "{profile}/signons3.txt",
    rule=Rule((Url(""),), holds="logins", keep="always"),
    source="toolkit/components/passwordmgr/src/storage-Legacy.js",
)

EXPORTED_BOOKMARKS = WholeFiles(
    "{profile}/bookmarks.html",
    holds="bookmarks",
    source="toolkit/components/places/BookmarkHTMLUtils.sys.mjs",
)

SIGNONS = Sqlite(  # before Firefox 32
    "{profile}/signons.sqlite",
    holds="logins",
    source="toolkit/components/passwordmgr/storage-mozStorage.js",
    rows=(
        Rows("moz_logins", Url("hostname"), Url("formSubmitURL"), keep=_LOGINS),
        Rows("moz_disabledHosts", Url("hostname"), keep=_LOGINS),
        Rows("moz_deleted_logins"),
    ),
)

OLD_DOWNLOADS = Sqlite(  # before Firefox 26
    "{profile}/downloads.sqlite",
    holds="downloads",
    source="toolkit/components/downloads/nsDownloadManager.cpp",
    rows=(Rows("moz_downloads", Url("source")),),
    clears=(Clear("moz_downloads", "referrer", to=None),),
)

PREDICTIONS = Sqlite(  # Firefox 26 to 37
    "{profile}/netpredictions.sqlite",
    "{profile}/seer.sqlite",
    "{cache}/netpredictions.sqlite",
    "{cache}/seer.sqlite",
    holds="network",
    source="netwerk/base/src/Seer.cpp",
    rows=(
        Rows("moz_hosts", Origin("origin")),
        Rows("moz_subhosts", Linked("hid", "moz_hosts.id"), Origin("origin")),
        Rows("moz_pages", Url("uri")),
        Rows("moz_subresources", Linked("pid", "moz_pages.id"), Url("uri")),
        Rows("moz_redirects", Linked("pid", "moz_pages.id"), Url("uri"), Origin("origin")),
        Rows("moz_startup_pages", Url("uri")),
    ),
)

READING_LIST = Sqlite(  # Firefox 38
    "{profile}/reading-list.sqlite",
    holds="bookmarks",
    source="browser/components/readinglist/SQLiteStore.jsm",
    rows=(Rows("items", Url("url"), Url("resolvedURL"), keep=Keep("bookmarks")),),
)


def _old_cookie(line: str) -> Row | None:
    """`.labs.openai.com	TRUE	/	FALSE	1795501402	name	value`"""
    parts = line.split("\t")
    return {"host": parts[0]} if len(parts) >= 7 and not line.startswith("# ") else None


OLD_COOKIES = TextLines(  # before Firefox 3
    "{profile}/cookies.txt",
    fields=_old_cookie,
    rule=Rule((Host("host"),), holds="cookies"),
    source="netwerk/cookie/src/nsCookieService.cpp",
)


def _old_permission(line: str) -> Row | None:
    """`host	cookie	1	labs.openai.com`"""
    parts = line.rstrip().split("\t")
    return {"host": parts[3]} if len(parts) >= 4 and parts[0] == "host" else None


OLD_PERMISSIONS = TextLines(  # before Firefox 3
    "{profile}/hostperm.1",
    fields=_old_permission,
    rule=Rule((Host("host"),), holds="permissions"),
    source="extensions/cookie/nsPermissionManager.cpp",
)

RECENTLY_USED = RecentlyUsed("{data_home}/recently-used.xbel")
THUMBNAILS = Thumbnails("{cache_home}/thumbnails")

# The titles of windows; macOS makes them anew when the browser quits.
SAVED_STATE = Recreated(*_SAVED_STATES, holds="sessions", source="NSWindowRestoration (AppKit)")

OUTSIDE = (
    CRASH_DUMPS,
    CRASH_REPORTS,
    PINGS,
    BACKUPS,
    BACKUP_ARCHIVES,
    HAR_LOGS,
    NETWORK_LOGS,
    UNFINISHED,
    CERTIFICATES,
    OLD_DATABASES,
    SIGNONS_BEFORE_35,
    EXPORTED_BOOKMARKS,
    SIGNONS,
    OLD_DOWNLOADS,
    PREDICTIONS,
    READING_LIST,
    OLD_COOKIES,
    OLD_PERMISSIONS,
    RECENTLY_USED,
    THUMBNAILS,
    SAVED_STATE,
    *system.NOTES,
)
