"""What holds for every test of properties.

The same examples are drawn on every run, so that what passed here passes elsewhere; new ones are
drawn by ``scripts/test --soak``. A slow machine is no failure: nothing is timed.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("anew", deadline=None, print_blob=True)
settings.load_profile("same")
