"""The stores of a Chromium profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrubber.model import Store

STORES: tuple[Store, ...] = ()
