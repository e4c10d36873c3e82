"""What Firefox leaves of a login in `logins.json` that was synced: without word of it, it would come back.

Source: toolkit/components/passwordmgr/storage-json.sys.mjs (replaceLoginWithTombstone).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.stores.json_edit import Gone

if TYPE_CHECKING:
    from scrubber.formats.json_text import Node

_KEPT = ("id", "guid", "timePasswordChanged", "syncCounter", "everSynced")


def tombstone(login: Node) -> Node | Gone:
    """Of a login that was synced; any other just goes."""
    if not isinstance(login, dict) or login.get("everSynced") is not True:
        return Gone()
    left = {name: value for name, value in login.items() if name in _KEPT}
    count = left.get("syncCounter")
    return left | {"syncCounter": count + 1 if isinstance(count, int) else 1, "deleted": True}
