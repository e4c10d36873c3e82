"""Where Firefox's chats note pages: URLs in lists, pages that a message mentions, the page that it is about.

    seen_urls_jsonb        ["https://…", …]
    content_jsonb          {"body": "…", "contextMentions": [{"url": "…", …}, …], "contextPageUrl": "…"}
    tool_ui_data_jsonb     {"properties": {"tabs": [{"url": "…", "title": "…"}, …]}}

What was said, by whomever, is no such place.
Source: browser/components/aiwindow/ui/modules/ChatMessage.sys.mjs
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.formats.json_text import members
from scrubber.model import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubber.formats.json_text import Node
    from scrubber.model import Look
    from scrubber.stores.json_edit import Place
    from scrubber.stores.sqlite_json import Found

_SAID = "body"


def chat_urls(node: Node, look: Look, at: Place = ()) -> Iterator[Found]:
    """The target's URLs, and in lists the records that have one as their `url`."""
    if isinstance(node, str):
        if at and look.target.url(node):
            yield at, Standing.OWN, node
        return
    if isinstance(node, dict) and at and isinstance(at[-1], int) and _is_ours(node.get("url"), look):
        yield at, Standing.OWN, str(node["url"])
        return
    for step, value in members(node):
        if step != _SAID:
            yield from chat_urls(value, look, (*at, step))


def _is_ours(value: Node, look: Look) -> bool:
    return isinstance(value, str) and look.target.url(value)
