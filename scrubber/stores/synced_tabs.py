"""What Firefox knows of the tabs on the person's other devices: a JSON text for each device.

    {"clientName": "phone", "tabs": [{"title": "…", "urlHistory": ["https://…", …], "icon": "…"}, …], …}

The first URL is the page that the tab shows, and the title is that page's; those before it follow.
(application-services: components/tabs/src/sync/record.rs)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.formats.json_text import members
from scrubber.model import Standing
from scrubber.stores.records import concerns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubber.formats.json_text import Node
    from scrubber.model import Look
    from scrubber.stores.json_edit import Place
    from scrubber.stores.sqlite_json import Found

_HISTORY = "urlHistory"


def tabs_of(device: Node, look: Look) -> Iterator[Found]:
    """Tabs that show a page of the target, its pages in the history of others, and texts that name it."""
    if not isinstance(device, dict):
        return
    for name, value in device.items():
        if name == "tabs" and isinstance(value, list):
            for number, tab in enumerate(value):
                yield from _of_tab(tab, ("tabs", number), look)
        else:
            yield from _texts(value, (name,), look)


def _of_tab(tab: Node, at: Place, look: Look) -> Iterator[Found]:
    if not isinstance(tab, dict):
        yield from _texts(tab, at, look)
        return
    pages = tab.get(_HISTORY)
    history = [str(page) for page in pages] if isinstance(pages, list) else []
    shown = [*history[:1], str(tab.get("title") or "")]
    standings = [standing for each in shown if (standing := _standing(each, look))]
    if standings:
        yield at, min(standings, key=lambda standing: standing is not Standing.OWN), shown[0]
        return
    for number, page in enumerate(history):
        if standing := _standing(page, look):
            yield (*at, _HISTORY, number), standing, page
    for name, value in tab.items():
        if name != _HISTORY:
            yield from _texts(value, (*at, name), look)


def _standing(value: str, look: Look) -> Standing | None:
    if look.target.url(value):
        return Standing.OWN
    return Standing.MENTION if concerns(value, look, "sessions") else None


def _texts(node: Node, at: Place, look: Look) -> Iterator[Found]:
    if isinstance(node, str) and concerns(node, look, "sessions"):
        yield at, Standing.MENTION, node
    for step, value in members(node):
        yield from _texts(value, (*at, step), look)
