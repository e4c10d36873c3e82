"""What an archive says about itself, ahead of the originals.

{"backup": 1, "profiles": ["/home/p/.mozilla/firefox/abc.default"],
 "saved": [{"path": "…/cookies.sqlite", "sidecars": ["-wal", "-shm"], "exact": "…", "known": ["…", …]}]}
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.backup.state import MISSING, Part, State, look, of_file, sha256
from scrubber.formats.sqlite_unit import SIDECARS
from scrubber.transaction import FileEdit, FolderEdit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scrubber.model import BrowserProfile
    from scrubber.transaction import Change

VERSION = 1


@dataclass(frozen=True)
class Saved:
    """Something that a run was about to change."""

    path: Path
    sidecars: tuple[str, ...]
    """Suffixes of the files that belong to it, present or not."""
    exact: str
    """The original, by `State.exact`."""
    known: tuple[str, ...]
    """By `State.content`: the original, what the run puts there, and the states between."""


@dataclass(frozen=True)
class Manifest:
    """Everything that one archive holds."""

    profiles: tuple[Path, ...]
    saved: tuple[Saved, ...]

    def to_bytes(self) -> bytes:
        """As JSON."""
        content = {
            "backup": VERSION,
            "profiles": [str(path) for path in self.profiles],
            "saved": [asdict(saved) | {"path": str(saved.path)} for saved in self.saved],
        }
        return json.dumps(content, indent=1).encode()


def read(content: bytes) -> Manifest:
    """The other way round. Raises ValueError for anything else."""
    try:
        found = json.loads(content)
        if found["backup"] != VERSION:
            raise ValueError
        saved = tuple(_saved(**each) for each in found["saved"])
        return Manifest(tuple(Path(path) for path in found["profiles"]), saved)
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError from error


def describe(profiles: Sequence[BrowserProfile], changes: Sequence[Change]) -> tuple[Manifest, list[State]]:
    """The manifest of what staged changes will replace, and each original's state. Raises UnreadableStore."""
    originals = [look(change.path, _sidecars(change)) for change in changes]
    saved = tuple(
        Saved(change.path, _sidecars(change), original.exact, tuple(dict.fromkeys(_known(change, original))))
        for change, original in zip(changes, originals, strict=True)
    )
    return Manifest(tuple(profile.path for profile in profiles), saved), originals


def _known(change: Change, original: State) -> Iterator[str]:
    """In the order in which a run goes through them (`transaction.changes`), and undo the other way."""
    yield original.content
    if isinstance(change, FolderEdit):
        yield look(change.after).content
    elif isinstance(change, FileEdit):
        hashes = original.hashes
        if folded := change.is_folded:
            hashes |= {"": sha256(change.before)}
            yield of_file(hashes)
        for suffix in change.live:
            del hashes[suffix]
            if folded:
                yield of_file(hashes)
        yield of_file({"": sha256(change.after)})
    else:
        yield MISSING


def _sidecars(change: Change) -> tuple[str, ...]:
    """Of a file; in the order in which they may be taken away."""
    if not isinstance(change, FileEdit):
        return ()
    suffixes = [path.name.removeprefix(change.path.name) for path in change.unit]
    return tuple(suffix for suffix in SIDECARS if suffix in suffixes)


def _saved(path: str, sidecars: list[str], exact: str, known: list[str]) -> Saved:
    if not (
        path and Path(path).name and set(sidecars) <= set(SIDECARS) and all(map(str.isalnum, (exact, *known)))
    ):
        raise ValueError
    return Saved(Path(path), tuple(sidecars), exact, tuple(known))


def members(saved: Saved, state: State) -> Iterator[tuple[Part, str, Path]]:
    """Each part of an original with its name below its number in the archive, and with where it lies."""
    for part in state.parts:
        if state.parts[0].kind == "folder":
            yield part, "/".join(filter(None, (saved.path.name, part.name))), saved.path / part.name
        else:
            yield part, saved.path.name + part.name, saved.path.with_name(saved.path.name + part.name)
