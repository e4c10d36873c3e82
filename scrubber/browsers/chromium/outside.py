"""What Chromium and the system keep beside a profile: logs, memory dumps, launchers, recently used files.

A memory dump, an extension and the like belong to nobody alone: they are reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.browsers.chromium.layout import SAVED_STATES, in_partitions, in_profile
from scrubber.browsers.system import NOTES, jump_lists
from scrubber.stores.columns import Named
from scrubber.stores.launchers import Launchers
from scrubber.stores.recently_used import RecentlyUsed
from scrubber.stores.records import Rule
from scrubber.stores.recreated import Recreated
from scrubber.stores.text_lines import TextLines
from scrubber.stores.thumbnails import Thumbnails
from scrubber.stores.undescribed import AnySqlite
from scrubber.stores.web_apps import InstalledApps
from scrubber.stores.whole_files import WholeFiles

if TYPE_CHECKING:
    from scrubber.model import Store

DEBUG_LOG = TextLines(
    "{user_data}/chrome_debug.log",
    "{profile}/chrome_debug.log",
    rule=Rule((Named(""),), holds="logs"),
    source="chrome/common/logging_chrome.cc",
)

CRASH_DUMPS = WholeFiles(
    "{user_data}/Crash Reports/*/*",  # Linux: new, pending, completed, attachments
    "{user_data}/Crashpad/*/*",  # macOS, and Windows, where all are in `reports`
    holds="logs",
    source="components/crash/core/app/crashpad.cc",
    on_request=True,
)

CALL_LOGS = WholeFiles(
    "{profile}/WebRTC Logs",
    "{profile}/webrtc_event_logs",
    holds="logs",
    source="components/webrtc_logging/browser/text_log_list.cc",
    on_request=True,
)

# Where `--log-net-log` writes when no file is given.
NET_LOG = WholeFiles(
    "{user_data}/netlog.json",
    "{user_data}/netlog.jsonl",
    holds="logs",
    source="services/network/public/cpp/network_switches.cc",
    on_request=True,
)

# What was recorded of Chromium's own work, to be sent to its makers.
TRACES = AnySqlite(
    "{user_data}/LocalTraces.db",
    holds="logs",
    source="content/browser/tracing/trace_report/trace_report_database.cc",
)

EXTENSIONS = WholeFiles(
    "{profile}/Extensions/*",
    "{profile}/DNR Extension Rules/*",
    holds="extensions",
    source="extensions/browser/extension_file_task_runner.cc",
)

APPS = InstalledApps(*in_profile("Web Applications/Manifest Resources/*"))

# The last download that Safe Browsing may ask about, with all that led to it.
LAST_DOWNLOAD = Recreated(
    *in_profile("DownloadMetadata"),
    holds="downloads",
    source="chrome/browser/safe_browsing/incident_reporting/download_metadata_manager.cc",
)

# Chromium deletes them itself when it starts.
BLOBS = Recreated(
    *in_partitions("blob_storage/*"),
    holds="cache",
    source="storage/browser/blob/blob_storage_context.cc",
)

RECENTLY_USED = RecentlyUsed("{data_home}/recently-used.xbel")
THUMBNAILS = Thumbnails("{cache_home}/thumbnails")

# The titles of windows; macOS makes them anew when the browser quits.
SAVED_STATE = Recreated(*SAVED_STATES, holds="sessions", source="NSWindowRestoration (AppKit)")

OUTSIDE = (
    DEBUG_LOG,
    CRASH_DUMPS,
    CALL_LOGS,
    NET_LOG,
    TRACES,
    EXTENSIONS,
    APPS,
    LAST_DOWNLOAD,
    BLOBS,
    RECENTLY_USED,
    THUMBNAILS,
    SAVED_STATE,
    *NOTES,
)


def launchers(programs: tuple[str, ...]) -> tuple[Store, ...]:
    """What this browser put into the desktop's menus: its jump list, and web apps.

    Apps are known by URLs seen before.
    """
    return (
        jump_lists(programs, source="chrome/browser/win/jumplist.cc"),
        Launchers(
            "{data_home}/applications",
            "{home}/Desktop",
            "{home}/.config/autostart",
            "{home}/.gnome/apps",  # `xdg-desktop-menu` puts a second one there
            programs=programs,
        ),
    )
