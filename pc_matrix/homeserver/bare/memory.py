"""How much memory this process took, by Linux's own account."""

from __future__ import annotations

import re
from pathlib import Path

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def peak_mib() -> float:
    """The most resident memory so far, in MiB (``VmHWM`` of ``proc(5)``)."""
    found = _PEAK.search(Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0
