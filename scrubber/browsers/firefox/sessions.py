"""Firefox's open and closed tabs: the session file and every older one that it falls back to."""

from __future__ import annotations

from scrubber.stores.session import Session

SESSIONS = Session(
    "{profile}/sessionstore.jsonlz4",  # after a clean exit
    "{profile}/sessionstore-backups/recovery.jsonlz4",  # while it runs, and after a crash
    "{profile}/sessionstore-backups/recovery.baklz4",
    "{profile}/sessionstore-backups/previous.jsonlz4",
    "{profile}/sessionstore-backups/upgrade.jsonlz4-*",
    "{profile}/sessionstore.js",  # before Firefox 56
    "{profile}/sessionstore.bak",
    "{profile}/sessionstore-backups/recovery.js",
    "{profile}/sessionstore-backups/recovery.bak",
    "{profile}/sessionstore-backups/previous.js",
    "{profile}/sessionstore-backups/upgrade.js-*",
)
