"""Where a Firefox session names the target: windows, tabs, pages and frames, cookies, storage."""

from __future__ import annotations

import base64
import binascii
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from scrubber.formats import certificates
from scrubber.formats.json_text import members
from scrubber.model import Key, Look, Standing, Trace
from scrubber.stores.columns import shown
from scrubber.stores.records import concerns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scrubber.formats.json_text import Node
    from scrubber.stores.json_edit import Place, Step

Object = dict[str, "Node"]

# Serialised by C++ and then base64; the principals are JSON texts today and were that before.
_ENCODED = frozenset(
    {
        "referrerInfo",
        "policyContainer",
        "csp",
        "structuredCloneState",
        "triggeringPrincipal_base64",
        "principalToInherit_base64",
        "partitionedPrincipalToInherit_base64",
        "iconLoadingPrincipal",
    }
)
_INHERITED = "principalToInherit_base64"
_WITHOUT_HOST = ("about:blank", "about:srcdoc", "data:", "javascript:")
"""How addresses begin of pages that another page draws."""
_URL = re.compile(r"https?://[!#-~]+")
STATES = ("lastSessionState", "deferredInitialState")
"""The sessions before it that a session has inside: while they could still be restored, or weren't yet."""
OFFERED = ("formdata", "id", "sessionData")
"""Where a tab has a whole session: its page asks after a crash or a refresh whether to restore it."""


@dataclass
class Search:
    """One session being looked through; `traces` by the way to what they are of."""

    look: Look
    traces: dict[Key, Trace] = field(default_factory=dict)

    def state(self, state: Object, at: Place = ()) -> None:
        """A whole session, with those before it inside.

        Zen keeps the tabs of all its windows in the root of a file of its own.
        """
        for name, value in state.items():
            here = (*at, name)
            if name in ("windows", "_closedWindows"):
                self._each(value, here, self._window)
            elif name == "tabs":
                self._each(value, here, self._tab)
            elif name == "savedGroups":
                self._each(value, here, self._group)
            elif name == "cookies":
                self._each(value, here, self._cookie)
            elif name in STATES and isinstance(value, dict):
                self.state(value, here)
            else:
                self._rest(value, here)

    def _each(self, items: Node, at: Place, judge: Callable[[Object, Place], None]) -> None:
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict):
                judge(item, (*at, number))

    def _window(self, window: Object, at: Place) -> None:
        tabs = window.get("tabs")
        for name, value in window.items():
            here = (*at, name)
            if name == "tabs":
                self._each(value, here, self._tab)
            elif name == "_closedTabs":
                self._each(value, here, self._closed_tab)
            elif name == "closedGroups":
                self._each(value, here, self._group)
            elif name == "cookies":  # before Firefox 56
                self._each(value, here, self._cookie)
            else:
                self._rest(value, here)
        if isinstance(tabs, list) and tabs and self._all_gone(len(tabs), (*at, "tabs")):
            last = (*at, "tabs", len(tabs) - 1)
            if self._has_others_closed(window, at):
                # They would go with the window, and it can't be without a tab: an empty one stays.
                del self.traces[last]
                self._tab(tabs[-1], last, stays=True)  # type: ignore[arg-type]
            else:
                self._replace(at, "window")

    def _has_others_closed(self, window: Object, at: Place) -> bool:
        return any(
            isinstance(items := window.get(name), list) and not self._all_gone(len(items), (*at, name))
            for name in ("_closedTabs", "closedGroups")
        )

    def _group(self, group: Object, at: Place) -> None:
        """A closed or saved group: tabs like closed ones, and a name."""
        for name, value in group.items():
            if name == "tabs":
                self._each(value, (*at, name), self._closed_tab)
            else:
                self._rest(value, (*at, name))
        tabs = group.get("tabs")
        if isinstance(tabs, list) and tabs and self._all_gone(len(tabs), (*at, "tabs")):
            self._replace(at, "group")

    def _closed_tab(self, closed: Object, at: Place) -> None:
        state = closed.get("state")
        if not isinstance(state, dict):
            self._tab(closed, at)
            return
        self._tab(state, (*at, "state"))
        for name, value in closed.items():
            if name != "state":
                self._rest(value, (*at, name))
        if self._goes((*at, "state")):
            self._replace(at, "closed tab")

    def _tab(self, tab: Object, at: Place, *, stays: bool = False) -> None:
        """A tab, which is closed where all its pages go, unless it has to stay without any."""
        entries = tab.get("entries")
        for name, value in tab.items():
            here = (*at, name)
            if name == "entries":
                self._each(value, here, self._entry)
            elif name == "storage" and isinstance(value, dict):
                self._storage(value, here)
            elif name == "formdata" and isinstance(value, dict):
                self._form(value, here)
            else:
                self._rest(value, here)
        gone = isinstance(entries, list) and entries and self._all_gone(len(entries), (*at, "entries"))
        if gone and not stays:
            self._replace(at, "tab")

    def _entry(self, entry: Object, at: Place) -> None:
        """A page of a tab's history, or a frame in it."""
        if self._page(entry, at):
            return
        for name, value in entry.items():
            if name == "children":
                self._each(value, (*at, name), self._entry)
            else:
                self._rest(value, (*at, name))

    def _page(self, entry: Object, at: Place) -> bool:
        """Whether the page itself goes, and not only what in it names the target."""
        url, title = entry.get("url"), entry.get("title")
        if not isinstance(url, str):
            return False
        drawn_by = _inherited(entry) if url.startswith(_WITHOUT_HOST) else ""
        if self.look.target.url(url):
            self._note(at, "page", Standing.OWN, url, "sessions")
        elif self.look.target.url(drawn_by):
            self._note(at, "page", Standing.OWN, drawn_by, "sessions")
        elif concerns(url, self.look, "sessions") or any(map(self.look.target.host, _certified(url))):
            self._note(at, "page", Standing.MENTION, url, "sessions")
        elif isinstance(title, str) and self.look.policy.keywords and self.look.target.keyword(title):
            self._note(at, "page", Standing.MENTION, title, "sessions")
        return self._goes(at)

    def _form(self, form: Object, at: Place) -> None:
        url = form.get("url")
        if isinstance(url, str) and self.look.target.url(url):
            self._note(at, "form", Standing.OWN, url, "sessions")
            return
        for name, value in form.items():
            here = (*at, name)
            if name == "children":
                self._each(value, here, self._form)
            elif name == OFFERED[1] and isinstance(value, dict):
                self._fields(value, here)
            else:
                self._rest(value, here)

    def _fields(self, fields: Object, at: Place) -> None:
        for name, value in fields.items():
            if name == OFFERED[2] and isinstance(value, dict):
                self.state(value, (*at, name))
            else:
                self._rest(value, (*at, name))

    def _storage(self, storage: Object, at: Place) -> None:
        for origin, values in storage.items():
            if self.look.target.origin(origin):
                self._note((*at, origin), "storage", Standing.OWN, origin, "storage")
            else:
                self._rest(values, (*at, origin), holds="storage")

    def _cookie(self, cookie: Object, at: Place) -> None:
        host = cookie.get("host")
        attributes = cookie.get("originAttributes")
        if not isinstance(host, str):
            return
        suffix = _suffix(attributes) if isinstance(attributes, dict) else ""
        if self.look.target.cookie_host(host) or (suffix and self.look.target.partition(suffix, of=host)):
            self._note(at, "cookie", Standing.OWN, host, "cookies")
        else:
            self._rest(cookie, at, holds="cookies")

    def _rest(self, node: Node, at: Place, holds: str = "sessions") -> None:
        """Any text that names the target becomes empty: Firefox takes an empty one as none."""
        if isinstance(node, str):
            if any(concerns(text, self.look, holds) for text in _texts(at[-1], node)):
                self._note(at, "text", Standing.MENTION, node, holds)
            return
        for step, value in members(node):
            self._rest(value, (*at, step), holds)

    def _note(self, at: Place, where: str, standing: Standing, seen: str, holds: str) -> None:
        if self.look.policy.wants(holds):
            self.traces[at] = Trace(where, at, standing, shown(seen), holds)

    def _goes(self, at: Place) -> bool:
        trace = self.traces.get(at)
        return trace is not None and self.look.policy.removes(trace)

    def _all_gone(self, count: int, at: Place) -> bool:
        return all(self._goes((*at, number)) for number in range(count))

    def _replace(self, at: Place, where: str) -> None:
        """What would be left empty goes as a whole, and with it all that it holds."""
        inside = [place for place in self.traces if isinstance(place, tuple) and place[: len(at)] == at]
        traces = [self.traces.pop(place) for place in inside]
        owned = [trace for trace in traces if trace.standing is Standing.OWN and trace.where != "text"]
        first = (owned or traces)[0]
        self._note(at, where, first.standing, first.seen, "sessions")


def _inherited(entry: Object) -> str:
    """The page whose rights a page has, its own address saying nothing: `{"1":{"0":"https://a.example/"}}`.

    A page that has no rights names it after a question mark: `moz-nullprincipal:{…}?https://a.example`.
    """
    principal = entry.get(_INHERITED)
    for text in _texts(_INHERITED, principal) if isinstance(principal, str) else ():
        found = _URL.search(text if isinstance(text, str) else text.decode("latin-1"))
        if found:
            return found[0]
    return ""


def _certified(url: str) -> Iterator[str]:
    """The hosts of certificates that a page of Firefox's shows: `about:certificate?cert=MII…&cert=…`."""
    about, _, query = url.partition("?")
    for text in parse_qs(query).get("cert", ()) if about == "about:certificate" else ():
        with suppress(ValueError):
            for host in certificates.hosts(base64.b64decode(text, validate=True)):
                yield host.decode("ascii", "replace").removeprefix("*.")


def _suffix(attributes: Object) -> str:
    """Firefox's origin suffix of what a cookie has as an object; unescaped, as the matcher takes it too."""
    named = [(name, attributes.get(name)) for name in ("partitionKey", "firstPartyDomain")]
    suffix = "&".join(f"{name}={value}" for name, value in named if value)
    return f"^{suffix}" if suffix else ""


def _texts(name: Step, text: str) -> Iterator[str | bytes]:
    yield text
    if name in _ENCODED:
        try:
            yield base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return
