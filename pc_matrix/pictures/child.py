"""``python -m pc_matrix.pictures.child``: cleans the one picture on its standard input, and ends.

Libraries that unpack strangers' files have faults now and then. Here such a fault finds no key, no
password, no room for a file, and little memory and time.
"""

from __future__ import annotations

import json
import resource
import sys

from pc_matrix.pictures.cleaning import cleaned
from policies.refusal import Refusal

_MEMORY = 2**30
_SECONDS = 30


def confine() -> None:
    """Take from this process what it does not need: files, cores, memory, time."""
    limits = {
        resource.RLIMIT_AS: _MEMORY,
        resource.RLIMIT_CPU: _SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for what, most in limits.items():
        _soft, hard = resource.getrlimit(what)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))


def main() -> None:
    """Read bytes, write one line of JSON, then the picture's bytes when there is one."""
    confine()
    try:
        made = cleaned(sys.stdin.buffer.read())
    except MemoryError:
        made = Refusal.HUGE_PICTURE
    out = sys.stdout.buffer
    if isinstance(made, Refusal):
        out.write(json.dumps({"refusal": made.value}).encode() + b"\n")
    else:
        out.write(json.dumps({"width": made.width, "height": made.height}).encode() + b"\n")
        out.write(made.data)
    out.flush()


if __name__ == "__main__":
    main()
