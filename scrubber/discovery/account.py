"""Is the profile signed in to an account, whose sync may bring back what is removed here?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, read_regular

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import BrowserProfile

_PREFERENCES_LIMIT = 64 << 20
# services/sync/modules/constants.sys.mjs; written when an account is connected, cleared when it is not.
_FIREFOX_SIGN = b'user_pref("services.sync.username"'


def signed_in(profile: BrowserProfile) -> bool | None:
    """Whether it is; None where the preferences can't be read."""
    name = "Preferences" if profile.family == "chromium" else "prefs.js"
    try:
        content = _content(profile.path / name)
    except UnreadableStore:
        return None
    if profile.family == "firefox":
        return _FIREFOX_SIGN in content
    try:
        preferences = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        return None
    # components/signin/public/base/signin_pref_names.cc
    return isinstance(preferences, dict) and bool(preferences.get("account_info"))


def _content(path: Path) -> bytes:
    return b"" if kind(path) is None else read_regular(path, _PREFERENCES_LIMIT)
