"""Firefox's preferences that hold URLs, hosts or hashes of what was visited."""

from __future__ import annotations

from scrubber.stores.columns import Host, Url
from scrubber.stores.pref_pieces import Pieces
from scrubber.stores.prefs_js import (
    PAGE,
    JsonItems,
    Preference,
    PrefsJs,
    Separated,
    TileHash,
    Whole,
    tile_hash,
)
from scrubber.stores.records import Rule

_HOSTS = Rule((Host(""), Url("")), holds="permissions")

# Of libpref's StaticPrefList.yaml and the settings pages: exceptions that a person made for hosts.
_HOST_LISTS = "|".join(
    (
        r"network\.(?:automatic-ntlm-auth|negotiate-auth)\.(?:trusted|delegation)-uris",
        r"network\.proxy\.no_proxies_on",
        r"network\.trr\.(?:excluded-domains|builtin-excluded-domains)",
        r"network\.dns\.localDomains",
        r"network\.lna\.skip-domains",
        r"network\.cookie\.sameSite\.laxByDefault\.disabledHosts",
        r"security\.tls\.insecure_fallback_hosts",
        r"security\.pki\.certificate_transparency\.disable_for_hosts",
        r"dom\.securecontext\.allowlist",
        r"dom\..*[-_.]disabled[-_]domains",
        r"layout\..*[-_.]disabled[-_]domains",
        r"media\..*\.(?:allowlist|blocklist)",
        r"urlclassifier\..*(?:[sS]kipURLs|Hosts)",
        r"privacy\.restrict3rdpartystorage\.(?:skip_list|partitionedHosts)",
        r"privacy\.rejectForeign\.allowList",
        r"privacy\.query_stripping\.allow_list",
        r"privacy\.resistFingerprinting\.exemptedDomains",
    )
)

PREFS = PrefsJs(
    "{profile}/prefs.js",
    "{profile}/prefs-*.js",
    "{profile}/prefs.js.bak",
    "{profile}/Invalidprefs.js",
    source="modules/libpref/Preferences.cpp",
    preferences=(
        Preference(
            r"browser\.startup\.homepage|browser\.newtab\.url",
            Separated("|"),
            Rule((Url(""),), holds="bookmarks", keep="bookmarks"),
        ),
        # Left there, the new-tab page would fetch the site again for its picture.
        Preference(
            r"browser\.newtabpage\.pinned", JsonItems(leaves_null=True), Rule((Url("url"),), holds="history")
        ),
        Preference(
            r"browser\.newtabpage\.blocked",
            JsonItems(),
            Rule((Url(PAGE), TileHash()), holds="history"),
            hashed=tile_hash,
        ),
        Preference(
            r"browser\.newtabpage\.activity-stream\.default\.sites",
            Separated(","),
            Rule((Url(""),), holds="history"),
        ),
        Preference(r"devtools\.debugger\.pending-selected-location", Whole(), Rule((), holds="history")),
        Preference(
            r"(?:browser\.fixup\.domain(?:suffix)?whitelist|general\.useragent\.override)\.(?P<host>.+)",
            Whole(),
            Rule((Host("host"),), holds="permissions"),
        ),
        Preference(
            r"gecko\.handlerService\.schemes\..*\.uriTemplate|browser\.contentHandlers\.types\..*\.uri",
            Whole(),
            Rule((Url(""),), holds="permissions"),
        ),
        Preference(_HOST_LISTS, Separated(","), _HOSTS),
        Preference(r"capability\.policy\..*\.sites", Separated(" "), _HOSTS),
        Preference(
            r"privacy\.fingerprintingProtection\.granularOverrides",
            JsonItems(),
            Rule((Host("firstPartyDomain"), Host("thirdPartyDomain")), holds="permissions"),
        ),
        # What nobody listed is reported, and goes where every mention does.
        Preference(r"(?P<name>.*)", Pieces(), Rule((), holds="permissions")),
    ),
)
