"""Whether a path may be written to: below a root, with no link on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def outermost(roots: Sequence[Path]) -> tuple[Path, ...]:
    """The roots that exist and lie in no other."""
    found = {root for root in roots if kind(root) == "folder"}
    return tuple(
        sorted(root for root in found if not any(root.is_relative_to(other) for other in found - {root}))
    )


def check_way(path: Path, roots: Sequence[Path]) -> Path:
    """The root that `path` lies below.

    Raises UnreadableStore where it lies below none, or where the way there leads over anything but folders.
    """
    root = next((root for root in roots if path != root and path.is_relative_to(root)), None)
    if root is None or ".." in path.parts:
        raise UnreadableStore(path, "outside the profile")
    for parent in path.parents:
        if parent == root:
            break
        if (found := kind(parent)) != "folder":
            raise UnreadableStore(
                path, f"{parent.name} on the way there is {f'a {found}' if found else 'missing'}"
            )
    return root
