"""What LibreWolf and Zen keep beside Firefox's stores.

Waterfox adds no file that names sites; Floorp keeps its workspaces and panels in `prefs.js`, where what names
the target is reported as any other preference. Zen's pins of older versions lie in `places.sqlite`.
"""

from __future__ import annotations

from scrubber.stores.json_file import Items, JsonFile
from scrubber.stores.records import Rule
from scrubber.stores.session import Session
from scrubber.stores.text_lines import TextLines

ZEN_SESSIONS = Session(
    "{profile}/zen-sessions.jsonlz4",
    "{profile}/zen-sessions-backup/*.jsonlz4",
    "{profile}/zen-sessions-backup/*.baklz4",
)

ZEN_FOLDERS = JsonFile(
    "{profile}/zen-live-folders.jsonlz4",
    items=(Items(of=(), holds="bookmarks", keep="always"),),
    source="src/zen/live-folders/ZenLiveFoldersManager.sys.mjs (Zen)",
)

ZEN = (ZEN_SESSIONS, ZEN_FOLDERS)

LIBREWOLF_SETTINGS = TextLines(
    "{user_data}/librewolf.overrides.cfg",
    rule=Rule((), holds="permissions", keep="always"),  # the person's own file
    source="settings/librewolf.cfg (LibreWolf)",
)

LIBREWOLF = (LIBREWOLF_SETTINGS,)
