"""Where a Chromium profile keeps a file, over the years and in the folders that are profiles in small."""

from __future__ import annotations

from scrubber.browsers import system
from scrubber.browsers.system import saved_states


def in_profile(name: str) -> tuple[str, ...]:
    """A file of the profile's folder, and its copies in the snapshots that an update leaves behind.

    Source: chrome/browser/downgrade/snapshot_manager.cc.
    """
    return (f"{{profile}}/{name}", f"{{user_data}}/Snapshots/*/{{folder}}/{name}")


def in_partitions(name: str) -> tuple[str, ...]:
    """A file that every storage partition has: the profile's own and those of apps and extensions.

    Source: content/browser/storage_partition_impl_map.cc.
    """
    return (f"{{profile}}/{name}", f"{{profile}}/Storage/ext/*/*/{name}")


def in_network(name: str) -> tuple[str, ...]:
    """A file of the network service: in `Network` where its sandbox has moved it, else beside the rest.

    A half-done move leaves both. Source: content/browser/network_sandbox.cc.
    """
    return (*in_partitions(f"Network/{name}"), *in_partitions(name))


def in_caches(name: str) -> tuple[str, ...]:
    """Below the cache root, which is the profile itself where the browser was told its folder."""
    return (f"{{cache}}/{name}", f"{{cache}}/Storage/ext/*/*/{name}", *in_partitions(name))


SAVED_STATES = saved_states(
    "com.google.Chrome",
    "org.chromium.Chromium",
    "com.microsoft.edgemac",
    "com.brave.Browser",
    "com.vivaldi.Vivaldi",
    "com.operasoftware.Opera",
)

SHARED = (
    "{user_data}/Local State",
    "{user_data}/segmentation_platform",
    "{user_data}/Safe Browsing Cookies",
    "{user_data}/Safe Browsing Network",
    "{user_data}/Snapshots",
    "{user_data}/first_party_sets.db",
    "{user_data}/LocalTraces.db",
    "{user_data}/chrome_debug.log",
    "{user_data}/Crashpad",
    "{user_data}/Crash Reports",
    "{data_home}/recently-used.xbel",
    *system.PLACES,
    *SAVED_STATES,
)
"""Of the user-data folder, what isn't the same on every computer; component lists name many hosts."""
