"""What Chromium's network service and its guards remember of hosts."""

from __future__ import annotations

from scrubber.browsers.chromium.layout import in_network, in_partitions, in_profile
from scrubber.stores.columns import Host, Origin, Origins, Partition, Site, Url
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Rows

DIPS = Sqlite(
    *in_partitions("DIPS"),
    holds="network",
    source="content/browser/btm/btm_database.cc",
    rows=(
        Rows("bounces", Site("site")),
        Rows("popups", Site("opener_site"), Site("popup_site")),
    ),
)

REPORTING = Sqlite(
    *in_network("Reporting and NEL"),
    holds="network",
    source="net/extras/sqlite/sqlite_persistent_reporting_and_nel_store.cc",
    rows=(
        Rows("nel_policies", Host("origin_host"), Partition("nik", of="origin_host")),
        Rows("reporting_endpoint_groups", Host("origin_host"), Partition("nik", of="origin_host")),
        Rows("reporting_endpoints", Host("origin_host"), Url("url"), Partition("nik", of="origin_host")),
    ),
)

TRUST_TOKENS = Sqlite(
    *in_network("Trust Tokens"),
    holds="storage",
    source="services/network/trust_tokens/trust_token_database_owner.cc",
    rows=(
        Rows("trust_tokens_issuer_config", Origin("key")),
        Rows("trust_tokens_toplevel_config", Origin("key")),
        Rows("trust_tokens_issuer_toplevel_pair_config", Origins("key")),
    ),
)

AD_INTERVENTIONS = Sqlite(
    *in_profile("heavy_ad_intervention_opt_out.db"),
    *in_profile("previews_opt_out.db"),
    holds="network",
    source="components/blocklist/opt_out_blocklist/sql/opt_out_store_sql.cc",
    rows=(Rows("previews_v1", Host("host_name")),),
)

NETWORK = (DIPS, REPORTING, TRUST_TOKENS, AD_INTERVENTIONS)
