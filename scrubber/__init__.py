"""Takes one web platform's traces out of a person's browsers, and proves it."""

__version__ = "0.1.0"
