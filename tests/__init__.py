"""The tests of scrubber, laid out like the package."""
