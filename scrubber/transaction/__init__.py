"""The only code that writes to a profile: staged beside it, swapped in atomically, undone when that fails."""

from scrubber.transaction.changes import Change, Discard, FileEdit, FolderEdit
from scrubber.transaction.fingerprints import fingerprint
from scrubber.transaction.outcomes import Elsewhere, Failed, Swapped
from scrubber.transaction.recovery import Recovered, recover
from scrubber.transaction.staging import PREFIX, interrupted
from scrubber.transaction.taking_back import WrittenSince, take_back
from scrubber.transaction.transaction import Transaction

__all__ = [
    "PREFIX",
    "Change",
    "Discard",
    "Elsewhere",
    "Failed",
    "FileEdit",
    "FolderEdit",
    "Recovered",
    "Swapped",
    "Transaction",
    "WrittenSince",
    "fingerprint",
    "interrupted",
    "recover",
    "take_back",
]
