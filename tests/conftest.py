"""What all tests share: the same examples in every run, and processes that can be asked to quit."""

from __future__ import annotations

import signal

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

# Started in the background of a script, we ignore it, and so would every browser that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
