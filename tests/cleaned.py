"""One store's traces found and removed in a profile, through a real transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.model import BrowserProfile, Look, Policy, Trace
from scrubber.sites import Site, Target
from scrubber.transaction import Swapped, Transaction

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Store

TARGET = Target(
    (
        Site(
            "target",
            "The target",
            domains=("labs.openai.com",),
            urls=("https://shared.example/labs",),
            partitions=("openai.com",),
            sign_in=(".openai.com",),
            keywords=("dall-e",),
        ),
    )
)


def look(profile: Path, policy: Policy | None = None, target: Target = TARGET) -> Look:
    """A question about a Firefox profile whose cache lies inside."""
    found = BrowserProfile("firefox", "firefox", "default", "default", profile, profile, profile)
    return Look(target, found, policy or Policy())


def clean(store: Store, path: Path, profile: Path, policy: Policy | None = None) -> tuple[list[Trace], int]:
    """What was removed, and how many other entries were proved equal; a second look finds none of it."""
    asked = look(profile, policy)
    removed = [trace for trace in store.find(path, asked) if asked.policy.removes(trace)]
    with Transaction([profile]) as transaction:
        equal = store.remove(path, tuple(removed), transaction)
        outcomes = transaction.swap()
        assert all(isinstance(outcome, Swapped) for outcome in outcomes)
        transaction.commit()
    assert not [trace for trace in store.find(path, asked) if asked.policy.removes(trace)]
    return removed, equal


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
