"""The windows and tabs that Chromium opens again, or offers to."""

from __future__ import annotations

from scrubber.browsers.chromium.layout import in_partitions, in_profile
from scrubber.stores.snss import EncryptedSessions, SessionFile

SESSION_FILES = SessionFile(
    *in_partitions("Sessions/*"),
    # Before Chromium 87.
    *in_profile("Current Session"),
    *in_profile("Last Session"),
    *in_profile("Current Tabs"),
    *in_profile("Last Tabs"),
)

ENCRYPTED_SESSIONS = EncryptedSessions(*in_partitions("Sessions_Encrypted"), plain="Sessions")

SESSIONS = (ENCRYPTED_SESSIONS, SESSION_FILES)
