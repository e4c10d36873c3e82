"""The only code that writes to a profile: staged beside it, swapped in atomically, undone when that fails."""

from scrubber.transaction.changes import Change, Discard, FileEdit, FolderEdit
from scrubber.transaction.fingerprints import fingerprint
from scrubber.transaction.recovery import Recovered, recover
from scrubber.transaction.staging import PREFIX, interrupted
from scrubber.transaction.transaction import Failed, Swapped, Transaction

__all__ = [
    "PREFIX",
    "Change",
    "Discard",
    "Failed",
    "FileEdit",
    "FolderEdit",
    "Recovered",
    "Swapped",
    "Transaction",
    "fingerprint",
    "interrupted",
    "recover",
]
