"""Firefox's data of origins whose name or neighbour says whose they are: MLS groups, protected media."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from scrubber.files import is_file, kind, read_regular
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores.placed import Placed, Whole

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.sites import Target

_SALT = re.compile(r"[0-9A-Za-z_-]+")
_LIMIT = 1 << 16


class MlsGroups(Whole):
    """Encrypted databases, each named by the base64 of its origin, and files that begin with that name."""

    source = "dom/mls/MLSTransactionParent.cpp"
    holds = ("storage",)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The file itself, if it is the target's."""
        if not is_file(path) or not look.policy.wants("storage"):
            return ()
        origin = _decoded(path.name)
        is_ours = look.target.origin(origin) or look.target.reversed_host(origin)
        return (Trace("", path.name, Standing.OWN, origin, "storage"),) if is_ours else ()


class ProtectedMedia(Placed):
    """Folders `id/<hash>` with an origin, and `storage/<salt>` with its licences, for one media plugin."""

    source = "dom/media/gmp/GMPServiceParent.cpp"
    holds = ("storage",)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The origin's folder and, where there is one, that of its licences."""
        storage = _storage(path)
        return (path, storage) if storage else (path,)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Both folders, if the media's or the page's origin is the target's."""
        if kind(path) != "folder" or not look.policy.wants("storage"):
            return ()
        origins = (_text(path / name) for name in ("origin", "topLevelOrigin"))
        seen = next((origin for origin in origins if _owns(look.target, origin)), "")
        return (Trace("", path.name, Standing.OWN, seen, "storage"),) if seen else ()

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of both: first the licences, whose only the origin's folder tells they are."""
        for folder in reversed(self.unit(path)) if traces else ():
            changes.discard(folder)
        return 0


def _storage(path: Path) -> Path | None:
    salt = _text(path / "salt")
    folder = path.parent.parent / "storage" / salt
    # Anything but plain letters could lead elsewhere.
    return folder if _SALT.fullmatch(salt) and kind(folder) == "folder" else None


def _owns(target: Target, origin: str) -> bool:
    return target.origin(origin) or target.host(origin)


def _text(path: Path) -> str:
    if not is_file(path):
        return ""
    return read_regular(path, _LIMIT).decode("utf-8", "replace").strip()


def _decoded(name: str) -> str:
    """`aHR0cHM6Ly9sYWJzLm9wZW5haS5jb20=.sqlite.enc` → `https://labs.openai.com`; empty where it is none."""
    encoded = name.partition(".")[0].replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
