"""What a format says of bytes that aren't what they should be; stores add the path."""

from __future__ import annotations


class Damaged(ValueError):
    """The bytes can't be read as this format; the message says why."""
