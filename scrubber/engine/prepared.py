"""One store as it will be: what goes is taken out of a copy, which is proved; or left as it is, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.engine import scope
from scrubber.engine.outcome import Cleaned
from scrubber.errors import PlanOutdated, Unproved, UnreadableStore, reason_of
from scrubber.transaction import fingerprint

if TYPE_CHECKING:
    from scrubber.model import Trace
    from scrubber.plan import PlannedStore
    from scrubber.transaction import Transaction


def prepared(planned: PlannedStore, going: tuple[Trace, ...], transaction: Transaction) -> Cleaned:
    """The store once these traces go, with what is staged for that; nothing is where it fails."""
    try:
        if fingerprint(planned.store.unit(planned.path)) != planned.fingerprint:
            raise PlanOutdated("the store is not what it was")
        with transaction.together() as paths:
            earlier = len(transaction.changes)
            equal = planned.store.remove(planned.path, going, transaction)
            scope.check(planned.store, planned.path, going, transaction.changes[earlier:])
    except (UnreadableStore, OSError) as error:
        return Cleaned(planned, failed=reason_of(error))
    except PlanOutdated as error:
        return Cleaned(planned, failed="changed since the plan was made", detail=str(error))
    except Unproved as error:
        failed = "what would stay could not be proved to be the same"
        return Cleaned(planned, failed=failed, detail=str(error))
    return Cleaned(planned, going, equal, paths=frozenset(paths))
