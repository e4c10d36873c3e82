"""The search that all pieces go through: names in every form, hashes, and both within what is encoded."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from scrubber.formats import certificates
from scrubber.residue import packed
from scrubber.residue.dictionaries import Dictionaries
from scrubber.residue.encoded import DEPTH, Layer, base64_runs, layers
from scrubber.residue.forms import Hit
from scrubber.residue.piece import LIMIT, MENTION, Gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubber.residue.borders import Reading
    from scrubber.residue.forms import Needles
    from scrubber.residue.hashes import Hashes
    from scrubber.residue.partitions import Partitions

_REACH = 1 << 12
_MOST_HIDDEN = 16 * LIMIT
_TOO_MUCH = f"holds more that is packed or encoded than the {_MOST_HIDDEN >> 20} MiB that were looked through"


@dataclass
class _Look:
    """One look through all that is in some bytes."""

    named: set[str]
    """What was found in clear, and needs no finding again."""
    done: int = 0
    """Decoded bytes so far."""

    def is_over(self, size: int) -> bool:
        self.done += size
        return self.done > _MOST_HIDDEN


@dataclass(frozen=True)
class Search:
    """What is looked for, in one place for all readers."""

    needles: Needles
    hashes: Hashes
    partitions: Partitions
    cache_secret: bytes | None = None
    """What opens the encrypted cache of a Firefox profile."""
    dictionaries: Dictionaries = field(default_factory=Dictionaries)

    def find(
        self, data: bytes, reading: Reading, begin: int = 0, end: int | None = None, *, is_value: bool = False
    ) -> Iterator[Hit | Gap]:
        """Every finding in some bytes. One within what is encoded counts once, at the place of all of it.

        That is where the outermost of it starts, as far as is known, else where the bytes do.

        Only names that start within begin:end count, wherever they stand.
        """
        if not data.strip(b"\0"):  # a hole in a file may have gigabytes
            return
        named: set[str] = set()
        for hit in self._judged(self.needles.find(data, reading, begin, end), data, reading):
            if not hit.explained:
                named.add(hit.name)
            yield hit
        for hit in chain(self.partitions.find(data), self.hashes.members.find(data)):
            if begin <= hit.at < (len(data) if end is None else end):
                yield hit
        goes_on = end is not None and end < len(data)
        runs = base64_runs(data)
        top = layers(data, reading, runs, self.dictionaries, is_value=is_value, goes_on=goes_on)
        for found in self._hidden(runs, top, _Look(named)):
            yield found._replace(at=max(begin, found.at)) if isinstance(found, Hit) else found

    def names(self, data: bytes, reading: Reading = "text") -> bool:
        """Whether some bytes name the target in clear."""
        return bool(self.needles.find(data, reading)) or any(True for _ in self.partitions.find(data))

    def is_served_as(self, host: bytes) -> bool:
        """Whether a certificate's name (`*.openai.com`) is good for a host of the target."""
        return self.names(host) or (host.startswith(b"*.") and host[2:].lower() in self.needles.parents)

    def suspects(self, data: bytes) -> bool:
        """A quick look: False where nothing would be found."""
        if self.needles.near(data) or self.partitions.near(data):
            return True
        runs = base64_runs(data)
        top = layers(data, "packed", runs, self.dictionaries)
        return any(True for _ in self._hidden(runs, top, _Look(set())))

    def suspects_packed(self, blob: bytes) -> bool:
        """The same for what is packed in a blob, as far as that is all of it."""
        found = packed.by_magic(blob, self.dictionaries) or packed.value(blob)
        return found is not None and (bool(found.lack) or self.suspects(found.data))

    def _hidden(
        self, runs: list[bytes], encoded: Iterator[Layer | Gap], look: _Look, depth: int = DEPTH
    ) -> Iterator[Hit | Gap]:
        """What is hashed in some runs of base64, and all in what is encoded, level by level."""
        for found in self.hashes.find(runs):
            said = f"{found.form} of {found.name}"
            if said not in look.named:
                look.named.add(said)
                yield Hit(found.name, found.form, 0)
        if not depth:
            return
        for layer in encoded:
            if isinstance(layer, Gap):
                yield layer
                continue
            if look.is_over(len(layer.data)):
                yield Gap(_TOO_MUCH)
                return
            hits = self.needles.find(layer.data, layer.reading)
            for hit in self._judged(hits, layer.data, layer.reading):
                if hit.name not in look.named:
                    if not hit.explained:
                        look.named.add(hit.name)
                    yield _within(hit, layer)
            inner = base64_runs(layer.data)
            deeper = layers(layer.data, layer.reading, inner, self.dictionaries)
            for below in self._hidden(inner, deeper, look, depth - layer.cost):
                yield below if isinstance(below, Gap) else _within(below, layer)

    def _judged(self, hits: list[Hit], data: bytes, reading: Reading) -> Iterator[Hit]:
        """The hits, those in the certificates of others explained."""
        if not hits or reading == "text" or not certificates.may_hold_one(data):
            yield from hits
            return
        for hit in hits:
            holder = certificates.holder(data, hit.at, len(hit.name)) if hit.form == "plain" else None
            yield hit if holder is None or self.names(holder) else hit._replace(explained=MENTION)

    @property
    def reach(self) -> int:
        """How far what decides on a name can reach into the bytes on either side, encoded or not."""
        return max(self.needles.reach, _REACH)


def _within(hit: Hit, layer: Layer) -> Hit:
    return hit._replace(inside=(layer.form, *hit.inside), at=layer.at)
