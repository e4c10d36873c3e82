"""What Windows and macOS note of browsing beside the profiles, whichever browser it was.

Each store is one value for all browsers, so that a run takes each place in hand once.
"""

from __future__ import annotations

from scrubber.stores.columns import Url
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Rows
from scrubber.stores.undescribed import AnySqlite
from scrubber.stores.web_apps import Shortcuts
from scrubber.stores.whole_files import WholeFiles
from scrubber.stores.windows_recent import JumpLists, RecentFiles

_RECENT = "{home}/AppData/Roaming/Microsoft/Windows/Recent"
RECENT_FILES = RecentFiles(_RECENT)

# Other programs' lists of what was opened with them, as entries of compound files.
OPENED_WITH = WholeFiles(
    f"{_RECENT}/AutomaticDestinations/*",
    holds="downloads",
    source="[MS-CFB]: Compound File Binary File Format",
)

# Windows may write there at any time.
WINDOWS_NOTES = AnySqlite(
    "{home}/AppData/Local/Microsoft/Windows/Notifications/wpndatabase.db",
    "{home}/AppData/Local/ConnectedDevicesPlatform/*/ActivitiesCache.db",
    holds="logs",
    source="Windows push notifications, activity history (closed source)",
    kept=True,
)

# What macOS asks about before a download is opened for the first time.
QUARANTINE = Sqlite(
    "{home}/Library/Preferences/com.apple.LaunchServices.QuarantineEventsV2",
    holds="downloads",
    source="LaunchServices (closed source); components/services/quarantine/quarantine_mac.mm",
    rows=(Rows("LSQuarantineEvent", Url("LSQuarantineDataURLString"), Url("LSQuarantineOriginURLString")),),
)

SHARED_FILE_LISTS = WholeFiles(
    "{home}/Library/Application Support/com.apple.sharedfilelist",
    holds="downloads",
    source="LSSharedFileList (LaunchServices)",
)

_MENUS = "{home}/AppData/Roaming/Microsoft"
SHORTCUTS = Shortcuts(
    f"{_MENUS}/Windows/Start Menu/Programs/*.lnk",
    f"{_MENUS}/Windows/Start Menu/Programs/*/*.lnk",  # `Chrome Apps`
    f"{_MENUS}/Internet Explorer/Quick Launch/User Pinned/TaskBar/*.lnk",
    "{home}/Applications/*Apps*/*.app/Contents/Info.plist",  # macOS: `Chrome Apps.localized`
)

NOTES = (RECENT_FILES, OPENED_WITH, WINDOWS_NOTES, QUARANTINE, SHARED_FILE_LISTS, SHORTCUTS)

PLACES = (
    _RECENT,
    *WINDOWS_NOTES.places,
    *QUARANTINE.places,
    *SHARED_FILE_LISTS.places,
    *SHORTCUTS.places,
)
"""What of a home the last look goes through for them."""


def jump_lists(programs: tuple[str, ...], source: str) -> JumpLists:
    """The lists on Windows' taskbar that these programs write."""
    on_windows = tuple(program for program in programs if program.endswith(".exe"))
    return JumpLists(f"{_RECENT}/CustomDestinations/*", programs=on_windows, source=source)


def saved_states(*bundles: str) -> tuple[str, ...]:
    """Where macOS keeps the windows of a browser that it may open again."""
    return tuple(f"{{home}}/Library/Saved Application State/{bundle}*.savedState" for bundle in bundles)
