"""The schemas of real browsers' databases: `dump` wrote them, `scrubber.samples` reads them too."""

from scrubber.samples.schemas import create, insert, pragmas

__all__ = ["create", "insert", "pragmas"]
