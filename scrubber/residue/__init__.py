"""The independent examination: is anything of the target left? It knows no store and no browser."""

from scrubber.residue.sweep import NotExamined, Remnant, sweep

__all__ = ["NotExamined", "Remnant", "sweep"]
