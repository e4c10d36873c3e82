"""Lists that ship with a browser or an extension: they name thousands of sites, and nobody's visits.

By their places, because nothing in their bytes tells them from what a person left behind.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = "ships with the browser"
EXTENSION = "ships with an extension"

_PLACES = (
    # Firefox: its own scripts, compiled (AI providers of the sidebar), and what Mozilla's servers hand out.
    ("startupCache/scriptCache*.bin", SHIPPED),
    ("startupCache/startupCache.*.little", SHIPPED),
    ("startupCache/webext.sc.lz4*", EXTENSION),  # what their manifests say
    ("startupCache/extensions-dnr.sc.lz4*", EXTENSION),  # the same for what they block
    ("security_state/*", SHIPPED),  # which certificates are revoked
    ("storage/permanent/chrome/idb/3870112724rsegmnoittet-es.sqlite*", SHIPPED),  # remote settings
    ("safebrowsing/*", SHIPPED),
    ("suggest.sqlite*", SHIPPED),
    ("domain_to_categories.sqlite*", SHIPPED),
    ("settings/data.safe.bin", SHIPPED),
    # Chromium: components, which its updater puts beside the profiles, and models.
    ("Safe Browsing/*", SHIPPED),
    ("Subresource Filter/*", SHIPPED),
    ("OriginTrials/*", SHIPPED),
    ("component_crx_cache/*", SHIPPED),
    ("optimization_guide_model_store/*", SHIPPED),
    ("Extensions/*/*/*", EXTENSION),
    ("extensions/*.xpi", EXTENSION),
)


def shipped(path: Path) -> str:
    """What ships the file at this place; empty where nothing does."""
    text = path.as_posix()
    return next((why for place, why in _PLACES if fnmatchcase(text, f"*/{place}")), "")
