"""Firefox's session files: the target's pages, tabs and windows go, and what counts them is set right.

Of a tab only the target's pages go; it is closed where nothing of it stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, read_regular
from scrubber.stores import json_edit
from scrubber.stores.json_edit import Becomes, Cut, Cuts, Gone, Place, at_places
from scrubber.stores.placed import Placed
from scrubber.stores.session_search import OFFERED, STATES, Search

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.formats.json_text import Node
    from scrubber.model import Changes, Look, Trace
    from scrubber.stores.session_search import Object

_LIMIT = 1 << 28


class Session(Placed):
    """One session file, `sessionstore.jsonlz4` or one of the older ones that Firefox falls back to."""

    source = "browser/components/sessionstore/SessionStore.sys.mjs"
    holds = ("sessions", "cookies", "storage")

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Windows, tabs, pages, texts; a trace's key is the way to it from the root."""
        if kind(path) is None or not any(map(look.policy.wants, self.holds)):
            return ()
        state = json_edit.load(path, read_regular(path, _LIMIT))
        if not isinstance(state, dict):
            raise UnreadableStore(path, "no session: the root is no object")
        search = Search(look)
        try:
            search.state(state)
        except RecursionError as error:
            raise UnreadableStore(path, "nested too deeply") from error
        return tuple(search.traces.values())

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the session without these; the number of objects compared."""
        if not traces:
            return 0
        cuts = [_cut(trace) for trace in traces]

        def plan(state: Node) -> Cuts:
            gone = frozenset(place for place, cut in cuts if isinstance(cut, Gone))
            repairs = _Repairs(gone, frozenset(place for place, cut in cuts if isinstance(cut, Becomes)))
            return at_places([*cuts, *repairs.of_state(state)])

        return json_edit.edit(path, changes, plan)


def _cut(trace: Trace) -> tuple[Place, Cut]:
    place: Place = trace.key  # type: ignore[assignment]
    return place, Becomes("") if trace.where == "text" else Gone()


@dataclass(frozen=True)
class _Repairs:
    """What has to change beside the places that go: numbers that count, names that are copies."""

    gone: frozenset[Place]
    emptied: frozenset[Place]

    def of_state(self, state: Node, at: Place = ()) -> Iterator[tuple[Place, Cut]]:
        """Of a whole session and those before it inside."""
        if not isinstance(state, dict):
            return
        for name in ("windows", "_closedWindows"):
            for number, window in _objects(state.get(name)):
                yield from self._of_window(window, (*at, name, number))
        for number, group in _objects(state.get("savedGroups")):
            yield from self._of_closed_tabs(group.get("tabs"), (*at, "savedGroups", number, "tabs"))
        for number, tab in _objects(state.get("tabs")):
            yield from self._of_tab(tab, (*at, "tabs", number))
        yield from self._of_bundles(state, at)
        yield from self._chosen(state, "windows", "selectedWindow", at)
        for name in STATES:
            yield from self.of_state(state.get(name), (*at, name))

    def _of_window(self, window: Object, at: Place) -> Iterator[tuple[Place, Cut]]:
        for number, tab in _objects(window.get("tabs")):
            yield from self._of_tab(tab, (*at, "tabs", number))
        yield from self._of_closed_tabs(window.get("_closedTabs"), (*at, "_closedTabs"))
        for number, group in _objects(window.get("closedGroups")):
            yield from self._of_closed_tabs(group.get("tabs"), (*at, "closedGroups", number, "tabs"))
        yield from self._chosen(window, "tabs", "selected", at)
        yield from self._of_bundles(window, at)
        if "title" in window and self._was_shown(window, at):
            yield (*at, "title"), Becomes("")

    def _of_tab(self, tab: Object, at: Place) -> Iterator[tuple[Place, Cut]]:
        yield from self.of_state(_at(tab, OFFERED), (*at, *OFFERED))
        for name in ("index", "requestedIndex"):
            yield from self._chosen(tab, "entries", name, at)
        if self._left_page(tab, at):
            # They are of the page that was shown.
            for name in ("image", "iconLoadingPrincipal", "formdata", "scroll", "userTypedValue"):
                if name in tab:
                    yield (*at, name), Gone()

    def _of_closed_tabs(self, closed: Node, at: Place) -> Iterator[tuple[Place, Cut]]:
        for number, item in _objects(closed):
            state = item.get("state")
            here = (*at, number)
            if not isinstance(state, dict):
                yield from self._of_tab(item, here)
                continue
            yield from self._of_tab(state, (*here, "state"))
            if self._left_page(state, (*here, "state")):
                if "image" in item:
                    yield (*here, "image"), Gone()
                if "title" in item:
                    yield (*here, "title"), Becomes(self._title(state, (*here, "state")))

    def _of_bundles(self, window: Object, at: Place) -> Iterator[tuple[Place, Cut]]:
        """A split view that misses a tab would swallow the other; a group without tabs is none."""
        for name, member, least in (("splitViews", "splitViewId", None), ("groups", "groupId", 1)):
            for number, bundle in _objects(window.get(name)):
                tabs = [n for n, tab in _objects(window.get("tabs")) if tab.get(member) == bundle.get("id")]
                left = [n for n in tabs if (*at, "tabs", n) not in self.gone]
                if len(left) < (len(tabs) if least is None else min(least, len(tabs))):
                    yield (*at, name, number), Gone()

    def _chosen(self, node: Object, items: str, name: str, at: Place) -> Iterator[tuple[Place, Cut]]:
        """A number that counts from 1: the same item, or the one before where that went."""
        chosen = node.get(name)
        if isinstance(chosen, int) and not isinstance(chosen, bool) and chosen > 0:
            kept = self._kept(node, items, at)
            new = max(sum(number < chosen for number in kept), min(1, len(kept)))
            if new != chosen and len(kept) < len(_items(node, items)):
                yield (*at, name), Becomes(new)

    def _left_page(self, tab: Object, at: Place) -> bool:
        count = len(_items(tab, "entries"))
        index = tab.get("index")
        shown = index if isinstance(index, int) and 0 < index <= count else count
        return (*at, "entries", shown - 1) in self.gone

    def _title(self, tab: Object, at: Place) -> str:
        """What the page that is shown now is called."""
        entries = _items(tab, "entries")
        kept = self._kept(tab, "entries", at)
        index = tab.get("index")
        before = [number for number in kept if not isinstance(index, int) or number < index]
        number = before[-1] if before else kept[0] if kept else 0
        page = entries[number] if kept else None
        if not isinstance(page, dict):
            return ""
        untitled = (*at, "entries", number, "title") in self.emptied
        title = "" if untitled else page.get("title")
        return str(title or page.get("url") or "")

    def _was_shown(self, window: Object, at: Place) -> bool:
        """Whether what the window shows goes, so that its title is that of a page that went."""
        selected = window.get("selected")
        number = selected - 1 if isinstance(selected, int) else 0
        tabs = _items(window, "tabs")
        if (*at, "tabs", number) in self.gone:
            return True
        tab = tabs[number] if 0 <= number < len(tabs) else None
        return isinstance(tab, dict) and self._left_page(tab, (*at, "tabs", number))

    def _kept(self, node: Object, items: str, at: Place) -> list[int]:
        return [n for n in range(len(_items(node, items))) if (*at, items, n) not in self.gone]


def _at(node: Node, way: tuple[str, ...]) -> Node:
    for step in way:
        node = node.get(step) if isinstance(node, dict) else None
    return node


def _items(node: Object, name: str) -> list[Node]:
    items = node.get(name)
    return items if isinstance(items, list) else []


def _objects(items: Node) -> Iterator[tuple[int, Object]]:
    for number, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield number, item
