"""Frozen values with an `__init__` of their own, so that they read well in the tables of browsers."""

from __future__ import annotations


def settle(value: object, /, **fields: object) -> None:
    """Give a frozen value its fields, once, from its `__init__`."""
    for name, field in fields.items():
        object.__setattr__(value, name, field)
