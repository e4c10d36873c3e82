"""What Chromium derives from visited pages, by their numbers in `History`: texts, vectors, agents' deeds."""

from __future__ import annotations

from scrubber.browsers.chromium.browsing import HISTORY
from scrubber.browsers.chromium.layout import in_profile
from scrubber.stores.columns import Url
from scrubber.stores.numbered import Numbered, Page, Visit, of_history
from scrubber.stores.sqlite_rows import Linked, Rows

EMBEDDINGS = Numbered(
    *in_profile("HistoryEmbeddings"),
    holds="history",
    source="components/history_embeddings/sql_database.cc",
    # The passages are encrypted.
    rows=of_history(
        HISTORY,
        Rows("passages", Page("url_id"), Visit("visit_id")),
        Rows("embeddings", Page("url_id"), Visit("visit_id")),
    ),
)

_ACTION = "critical_action_id"
CRITICAL_ACTIONS = Numbered(
    *in_profile("CriticalActions.db"),
    holds="history",
    source="components/critical_actions/core/browser/critical_action_database.cc",
    rows=of_history(
        HISTORY,
        Rows("CriticalActions", Visit("visit_id"), Url("url")),  # its first version
        Rows("CriticalActionVisits", Visit("visit_id")),
        Rows("CriticalActionEntries", Linked(_ACTION, f"CriticalActionVisits.{_ACTION}"), Url("url")),
        Rows("CriticalActionVisits", Linked(_ACTION, f"CriticalActionEntries.{_ACTION}")),
        Rows("CriticalActionConversations", Linked(_ACTION, f"CriticalActionEntries.{_ACTION}")),
    ),
)

OF_VISITS = (EMBEDDINGS, CRITICAL_ACTIONS)
