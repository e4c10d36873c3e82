"""The names that the harness serves, by what they are to the target."""

from __future__ import annotations

TARGET = "labs.openai.com"
BELOW = "cdn.labs.openai.com"
SIBLINGS = ("openai.com", "chat.openai.com", "platform.openai.com")
"""The target's own site (eTLD+1), but not the target: a run for the host alone keeps them."""
LOOK_ALIKES = ("notopenai.com", "labs-openai.com", "labs.openai.com.evil.example")
SHOP = "shop.example"
NEWS = "news.example.org"
BYSTANDERS = (SHOP, NEWS)
WIDGET = "widget.example.net"
"""The third party: framed by the target and by SHOP, and a page of its own frames the target."""
SEARCH = "search.example"
"""Its result page has the target's name in the query: a mention."""

UNVISITED = "unvisited.example"
"""Where nobody went: what its check page says is what a page says that finds nothing."""

TARGETS = (TARGET, BELOW)
KEPT = (*SIBLINGS, *LOOK_ALIKES, *BYSTANDERS, WIDGET, SEARCH)
"""Whose own data every run must leave alone."""
ALL = (*TARGETS, *KEPT)

FRAMES: dict[str, tuple[str, ...]] = {TARGET: (WIDGET,), WIDGET: (TARGET,), SHOP: (WIDGET,)}
"""Whose page embeds whom."""


def url(host: str, path: str = "/") -> str:
    """`https://HOST/path`, without a port, as a person's browser would have it."""
    return f"https://{host}{path}"
