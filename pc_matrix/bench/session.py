"""``pc-matrix bench session``: everything that is promised of the encrypted session's speed."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pc_matrix.bench import handled, ready
from pc_matrix.bench.handled import Handled
from pc_matrix.bench.prepared import copied, prepare
from pc_matrix.bench.ready import Ready
from pc_matrix.bench.sizes import Sizes
from pc_matrix.bench.towns import Progress


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found. Ratios are ours over theirs: of rates, and of seconds."""

    sizes: Sizes
    handled: Handled
    small: Ready
    large: Ready

    def as_json(self) -> dict[str, Any]:
        return {
            "handled_ratio": round(self.handled.ratio, 2),
            "ready_ratio_50": round(self.small.ratio, 2),
            "ready_ratio_500": round(self.large.ratio, 2),
            "restart_ratio_50": round(self.small.restart_ratio, 2),
            "restart_ratio_500": round(self.large.restart_ratio, 2),
            "rss_mib": round(self.handled.ours.rss_mib.median, 1),
            "raw": {
                "sizes": asdict(self.sizes),
                "handled_ratio_from_process_start": round(self.handled.whole_ratio, 2),
                "commands": list(self.handled.commands),
                "ours": self.handled.ours.as_json(),
                "nio": self.handled.nio.as_json(),
                "ready_50": self.small.as_json(),
                "ready_500": self.large.as_json(),
            },
        }


def measure(sizes: Sizes, keep: Path | None, progress: Progress) -> Measured:
    """Prepare, or find prepared in ``keep``; then measure everything.

    Raises ``InputError`` for a folder that holds something else, ``SettingsError`` without the
    extra ``homeserver``, ``ServerUnreachable``, and ``IncompleteError``.
    """
    with tempfile.TemporaryDirectory(prefix="pc-matrix-bench-") as scratch:
        source = keep if keep is not None else Path(scratch) / "prepared"
        prepared = prepare(source, sizes, progress)
        running = Path(scratch) / "running"
        running.mkdir(mode=0o700)
        with copied(prepared, source, running) as bench:
            return Measured(
                sizes,
                handled.measure(bench, sizes, progress),
                ready.measure(bench, "small", sizes.runs, progress),
                ready.measure(bench, "large", sizes.runs, progress),
            )
