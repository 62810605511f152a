"""How often Python looks for garbage in a process that holds much, and makes little of it."""

from __future__ import annotations

import gc

_ALLOCATIONS, _AT_WORK = 100_000, 5_000


def seldom() -> None:
    """Look for cycles seldom, and never in what was imported, which stays for good.

    By default Python looks after every 700 new objects: reading a registry or a homeserver's
    answer makes hundreds of thousands that all stay, and are walked through again and again.
    """
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, 10, 10)


def at_work() -> None:
    """For a process that has loaded what it needs, and now runs for months.

    What is there stays, and is never looked through again; what comes and goes is looked through
    often, which costs little then, and keeps the memory small.
    """
    gc.freeze()
    gc.set_threshold(_AT_WORK, 10, 10)
