"""Firefox's smaller files: texts, JSON, and the slots of DataStorage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from scrubber.stores.bookmark_backups import BookmarkBackups
from scrubber.stores.columns import Host, Origin, Partition, Url
from scrubber.stores.data_storage import DataStorage
from scrubber.stores.json_file import KEY, Items, JsonFile
from scrubber.stores.logins_json import tombstone
from scrubber.stores.records import Rule
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Keep, Rows
from scrubber.stores.ssl_tokens import SslTokens
from scrubber.stores.text_lines import TextLines, blocks
from scrubber.stores.unfinished import Unfinished
from scrubber.stores.whole_files import WholeFiles

if TYPE_CHECKING:
    from scrubber.model import Store
    from scrubber.stores.columns import Row

_DATA_STORAGE = "security/manager/ssl/data_storage/src/lib.rs"
_SERVICE = re.compile(r"https?:(?P<host>\[[^\]]*\]|[^:]*):[0-9]+:")
_SUFFIX = re.compile(r"\^[^:|]*")
_OWNERS = (Host("host"), Partition("suffix", of="host"))


def _state(key: str, _: str) -> Row:
    """`labs.openai.com^partitionKey=…`; once `labs.openai.com:HSTS`, the suffix after it."""
    host, caret, suffix = key.partition("^")
    return {"host": re.sub(r":(?:HSTS|HPKP)$", "", host), "suffix": caret + re.sub(r":\w+$", "", suffix)}


def _service(key: str, value: str) -> Row:
    """`https:labs.openai.com:443:.:^partitionKey=…:3`; the value says where else it is served."""
    origin = _SERVICE.match(key)
    suffix = _SUFFIX.search(key)
    return {"host": origin["host"] if origin else "", "suffix": suffix[0] if suffix else "", "value": value}


def _client_certificate(key: str, _: str) -> Row:
    """`labs.openai.com,,^partitionKey=…` with the suffix URL-encoded; once a fingerprint in the middle."""
    host, _, rest = key.partition(",")
    return {"host": host, "suffix": unquote(rest.rpartition(",")[2])}


_STORAGES = (
    ("SiteSecurityServiceState", _state, Rule(_OWNERS, holds="network")),
    ("AlternateServices", _service, Rule(_OWNERS, holds="network")),
    ("ClientAuthRememberList", _client_certificate, Rule(_OWNERS, holds="permissions")),
    ("SiteIntegrityServiceState", _state, Rule(_OWNERS, holds="network")),
)

DATA_STORAGE = tuple(
    DataStorage(f"{{profile}}/{name}.bin", fields=fields, rule=rule, source=_DATA_STORAGE)
    for name, fields, rule in _STORAGES
)

# Firefox leaves the text behind when it moves to the `.bin`.
DATA_STORAGE_BEFORE_120 = tuple(
    TextLines(
        f"{{profile}}/{name}.txt",
        fields=lambda line, fields=fields: fields(line.split("\t")[0], line.rstrip().rpartition("\t")[2]),  # type: ignore[misc]
        rule=rule,
        source="security/manager/ssl/DataStorage.cpp",
    )
    for name, fields, rule in _STORAGES
)

TLS_TICKETS = SslTokens("{profile}/ssl_tokens_cache.bin", "{profile}/ssl_tokens_cache.tmp")


def _override(line: str) -> Row | None:
    """`labs.openai.com:8443:^partitionKey=…	OID.2.16…	…`"""
    match = re.match(r"(\[[^\]]*\]|[^:\t#]+):(\d+):?(\^[^\t]*)?\t", line)
    return {"host": match[1], "suffix": match[3] or ""} if match else None


CERTIFICATE_OVERRIDES = TextLines(
    "{profile}/cert_override.txt",
    fields=_override,
    rule=Rule(_OWNERS, holds="permissions"),
    source="security/manager/ssl/nsCertOverrideService.cpp",
)


def _device_key(line: str) -> Row | None:
    """`AAAAAAAAAAAAAAAAAAAAAAAA== 1795501402 https://labs.openai.com^partitionKey=…`"""
    parts = line.split(maxsplit=2)
    return {"origin": parts[2].strip()} if len(parts) == 3 else None


MEDIA_DEVICES = TextLines(
    "{profile}/enumerate_devices.txt",
    fields=_device_key,
    rule=Rule((Origin("origin"),), holds="permissions"),
    source="dom/media/systemservices/MediaParent.cpp",
)


def _service_worker(block: str) -> Row | None:
    """The suffix (often an empty line), the scope, the script, then numbers."""
    lines = block.splitlines()
    if len(lines) < 3:
        return None
    return {"suffix": lines[0], "scope": lines[1], "script": lines[2]}


SERVICE_WORKERS = TextLines(
    "{profile}/serviceworker.txt",
    split=blocks,
    fields=_service_worker,
    rule=Rule((Url("scope"), Url("script"), Partition("suffix", of="scope")), holds="storage"),
    source="dom/serviceworkers/ServiceWorkerRegistrar.cpp",
)

USER_JS = TextLines(
    "{profile}/user.js",
    rule=Rule((), holds="permissions", keep="always"),  # the person's own file
    source="modules/libpref/Preferences.cpp",
)

LOGINS = JsonFile(
    "{profile}/logins.json",
    "{profile}/logins-backup.json",
    items=(
        Items(
            "logins",
            of=(Url("hostname"), Url("formSubmitURL")),
            holds="logins",
            keep="logins",
            leaves=tombstone,
        ),
        Items("potentiallyVulnerablePasswords", holds="logins", follows="logins"),
        Items("dismissedBreachAlertsByLoginGUID", holds="logins", follows="logins"),
        Items("disabledHosts", of=(Url(""),), holds="logins", keep="logins"),
    ),
    source="toolkit/components/passwordmgr/LoginStore.sys.mjs",
)

HANDLERS = JsonFile(
    "{profile}/handlers.json",
    items=tuple(
        # The first is the preferred one: null there means that the person is asked.
        Items(kind, "*", "handlers", of=(Url("uriTemplate"),), holds="permissions", leaves=lambda _: None)
        for kind in ("schemes", "mimeTypes")
    ),
    source="uriloader/exthandler/HandlerService.sys.mjs",
)

HANDLERS_BEFORE_57 = WholeFiles(
    "{profile}/mimeTypes.rdf",
    holds="permissions",
    source="uriloader/exthandler/nsHandlerService.js",
)

NOTIFICATIONS = JsonFile(
    "{profile}/notificationstore.json",
    items=(Items(of=(Origin(KEY),), holds="storage"),),
    source="dom/notification/old/NotificationDB.sys.mjs",
)

_BACKUPS_SOURCE = "toolkit/components/places/PlacesBackups.sys.mjs"

BOOKMARK_BACKUPS = BookmarkBackups(
    "{profile}/bookmarkbackups",
    copies=JsonFile(
        items=(Items("**", "children", of=(Url("uri"),), holds="bookmarks", keep="bookmarks"),),
        source=_BACKUPS_SOURCE,
    ),
    unfinished=Unfinished(source=_BACKUPS_SOURCE),
    damaged=WholeFiles(holds="history", source=_BACKUPS_SOURCE, on_request=True),
)

SAVED_LOGINS = Sqlite(  # the mirror of logins.json, to take its place
    "{profile}/logins.db",
    holds="logins",
    source="third_party/application-services/components/logins/src/schema.rs",
    rows=(
        Rows("loginsL", Url("origin"), Url("formActionOrigin"), keep=Keep("logins")),
        Rows("loginsM", Url("origin"), Url("formActionOrigin"), keep=Keep("logins")),
    ),
)

SEARCH_ENGINES = JsonFile(
    "{profile}/search.json.mozlz4",
    items=(Items("engines", of=(), holds="extensions", keep="always"),),
    source="toolkit/components/search/SearchSettings.sys.mjs",
)

SEARCH_PLUGINS = WholeFiles(  # before Firefox 57: the description of each engine that was added
    "{profile}/searchplugins",
    "{profile}/search.json",
    "{profile}/search-metadata.json",
    holds="extensions",
    source="toolkit/components/search/nsSearchService.js",
)

EXTENSION_PREFERENCES = JsonFile(
    "{profile}/extension-preferences.json",
    "{profile}/extension-settings.json",
    items=(Items(of=(), holds="extensions", keep="always"),),
    source="toolkit/components/extensions/ExtensionPermissions.sys.mjs",
)

TASKBAR_TABS = JsonFile(
    "{profile}/taskbartabs/taskbartabs.json",
    items=(Items("taskbarTabs", of=(Url("startUrl"),), holds="extensions", keep="always"),),
    source="browser/components/taskbartabs/TaskbarTabsRegistry.sys.mjs",
)

DOWNLOADS = JsonFile(
    "{profile}/downloads.json",
    items=(
        Items(
            "list",
            of=(Url("source.url"), Url("source")),
            holds="downloads",
            clears=("source.referrer", "source.referrerInfo"),
        ),
    ),
    source="toolkit/components/downloads/DownloadStore.sys.mjs",
)

TARGETING = JsonFile(
    "{profile}/targeting.snapshot.json",
    items=tuple(
        Items("environment", *each, of=(Url("url"), Host("host")), holds="history")
        for each in (
            ("topFrecentSites",),
            ("pinnedSites",),
            ("recentBookmarks",),
            ("homePageSettings", "urls"),
        )
    ),
    source="browser/components/BackgroundTask_defaultagent.sys.mjs",
)

FILES: tuple[Store, ...] = (
    *DATA_STORAGE,
    *DATA_STORAGE_BEFORE_120,
    TLS_TICKETS,
    CERTIFICATE_OVERRIDES,
    MEDIA_DEVICES,
    SERVICE_WORKERS,
    USER_JS,
    LOGINS,
    SAVED_LOGINS,
    HANDLERS,
    HANDLERS_BEFORE_57,
    NOTIFICATIONS,
    BOOKMARK_BACKUPS,
    SEARCH_ENGINES,
    SEARCH_PLUGINS,
    EXTENSION_PREFERENCES,
    TASKBAR_TABS,
    DOWNLOADS,
    TARGETING,
)
