"""Events handled per second: our session and bare matrix-nio on the same backlog, in turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pc_matrix.bench.figures import Spread, spread
from pc_matrix.bench.prepared import Bench
from pc_matrix.bench.processes import Ended, timed
from pc_matrix.bench.sizes import Sizes
from pc_matrix.bench.towns import Progress

_OURS = "pc_matrix.bench.our_backlog"
_NIO = "pc_matrix.homeserver.bare.nio_backlog"


@dataclass(frozen=True, slots=True)
class Side:
    """One side's runs. ``rates`` are events per second from the first question to the last event,
    ``whole`` those from the start of the process to its end.
    """

    rates: Spread
    whole: Spread
    rss_mib: Spread
    events: tuple[int, ...]
    unread: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "events": list(self.events),
            "unread": list(self.unread),
            "events_per_second": self.rates.as_json(),
            "events_per_second_from_process_start": self.whole.as_json(),
            "rss_mib": self.rss_mib.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Handled:
    """Both sides; ``commands`` is how many of our events were written down for the bot."""

    ours: Side
    nio: Side
    commands: tuple[int, ...]

    @property
    def ratio(self) -> float:
        """How many times faster than bare nio we are."""
        return self.ours.rates.median / self.nio.rates.median

    @property
    def whole_ratio(self) -> float:
        """The same with the start of the process."""
        return self.ours.whole.median / self.nio.whole.median


def measure(bench: Bench, sizes: Sizes, progress: Progress) -> Handled:
    """Each run with a device of its own; who begins changes from run to run."""
    ours, nio = [], []
    for run in range(sizes.runs):
        progress(f"Retard de {sizes.events} messages, passage {run + 1} sur {sizes.runs}.")
        if run % 2 == 0:
            ours.append(_ours(bench, sizes, run))
            nio.append(_nio(bench, sizes, run))
        else:
            nio.append(_nio(bench, sizes, run))
            ours.append(_ours(bench, sizes, run))
    commands = tuple(int(ended.answer["commands"]) for ended in ours)
    return Handled(_side(ours), _side(nio), commands)


def _ours(bench: Bench, sizes: Sizes, run: int) -> Ended:
    log = bench.prepared.backlog
    return timed(
        _OURS,
        {
            "base_url": bench.server.url,
            "user_id": log.ours.user_id,
            "password": log.ours.password,
            "folder": str(bench.devices / f"ours-{run}"),
            "key": bench.prepared.key,
            "rooms": log.rooms,
            "people": log.people,
            "expected": sizes.events,
        },
    )


def _nio(bench: Bench, sizes: Sizes, run: int) -> Ended:
    return timed(
        _NIO,
        {
            "base_url": bench.server.url,
            "folder": str(bench.devices / f"nio-{run}"),
            "since": bench.prepared.backlog.nio_since[run],
            "expected": sizes.events,
        },
    )


def _side(runs: list[Ended]) -> Side:
    answers = [ended.answer for ended in runs]
    return Side(
        spread([a["events"] / a["seconds"] for a in answers]),
        spread([ended.answer["events"] / ended.seconds for ended in runs]),
        spread([a["rss_mib"] for a in answers]),
        tuple(a["events"] for a in answers),
        tuple(a["unread"] for a in answers),
    )
