"""How each kind of store is filled with the target and with bystanders; one without an entry is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.saboteurs.folders import OF_FOLDERS
from tests.saboteurs.records import OF_RECORDS

if TYPE_CHECKING:
    from scrubber.model import Store
    from tests.saboteurs.scene import Scene

FILLERS = OF_RECORDS | OF_FOLDERS


def fill(store: Store, scene: Scene) -> None:
    """Make the store, and whatever else says whose things are in it."""
    FILLERS[type(store).__name__](store, scene)
