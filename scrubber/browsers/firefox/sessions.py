"""Firefox's open and closed tabs: the session file and every older one that it falls back to."""

from __future__ import annotations

from scrubber.stores.session import Session

SESSIONS = Session(
    "{profile}/sessionstore.jsonlz4",  # after a clean exit
    "{profile}/sessionstore-backups/*.jsonlz4",  # recovery: while it runs, and after a crash; previous
    "{profile}/sessionstore-backups/*.baklz4",
    "{profile}/sessionstore-backups/upgrade.jsonlz4-*",
    "{profile}/sessionstore.js",  # before Firefox 56
    "{profile}/sessionstore.bak",
    "{profile}/sessionstore.bak-*",  # kept by an update, before Firefox 33
    "{profile}/sessionstore-backups/recovery.js",
    "{profile}/sessionstore-backups/recovery.bak",
    "{profile}/sessionstore-backups/previous.js",
    "{profile}/sessionstore-backups/upgrade.js-*",
)
