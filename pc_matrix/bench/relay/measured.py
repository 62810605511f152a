"""``pc-matrix bench relay``: everything that is promised of the relay's speed."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pc_matrix.bench.relay import backlogs, nio_side, steady, town
from pc_matrix.bench.relay.backlogs import IN_FLIGHT, Backlogs, by_nio, by_our_bots
from pc_matrix.bench.relay.phones import phones
from pc_matrix.bench.relay.sizes import Sizes
from pc_matrix.bench.relay.stage import Stage
from pc_matrix.bench.relay.steady import Steady
from pc_matrix.bench.relay.town import Town
from pc_matrix.bench.server import Server, serving
from pc_matrix.bench.towns import Progress
from pc_matrix.vault import Vault


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found; ratios of rates are ours over plain, of latencies ours over the plain hop."""

    sizes: Sizes
    one: Backlogs
    many: Backlogs
    nio: Backlogs
    steady: Steady

    def as_json(self) -> dict[str, Any]:
        return {
            "throughput_ratio": round(self.one.ratio, 2),
            "throughput_ratio_many": round(self.many.ratio, 2),
            "latency_p50_ratio": round(self.steady.p50_ratio, 2),
            "latency_p99_ratio": round(self.steady.p99_ratio, 2),
            "cpu_seconds_per_1000": round(self.steady.cpu_seconds_per_1000, 1),
            "rss_mib": round(self.steady.rss_mib, 1),
            "bare_nio_throughput_ratio": round(self.nio.ratio, 2),
            "raw": {
                "sizes": asdict(self.sizes),
                "one_commune": self.one.as_json(),
                "many_communes": self.many.as_json(),
                "bare_nio": self.nio.as_json(),
                "steady": self.steady.as_json(),
            },
        }


def measure(sizes: Sizes, progress: Progress) -> Measured:
    """Measure everything on a Synapse of its own.

    Raises ``SettingsError`` without the extra ``homeserver``, ``ServerUnreachable``, and
    ``IncompleteError``.
    """
    with tempfile.TemporaryDirectory(prefix="pc-matrix-bench-") as scratch:
        home = Path(scratch) / "home"
        home.mkdir(mode=0o700)
        with serving(home) as server:
            return asyncio.run(_on(server, home, Path(scratch) / "phones", sizes, progress))


async def _on(
    server: Server, home: Path, folder: Path, sizes: Sizes, progress: Progress
) -> Measured:
    (one,) = await town.build(home, server, 59001, [sizes.sectors], progress)
    many = await town.build(home, server, 59101, [1] * sizes.communes, progress)
    (other,) = await town.build(home, server, 59002, [sizes.sectors], progress)
    nio = await nio_side.prepare(home, other, folder / "nio")
    vault = Vault(Vault.new_key())
    async with phones(server, folder, vault, [one, *many, other]) as held:

        def stage(*towns: Town) -> Stage:
            codes = {town.code for town in towns}
            return Stage(server, home, towns, tuple(p for p in held if p.code in codes))

        alone, among = stage(one), stage(*many)
        progress(f"Retard de {sizes.flags} signalements d'une commune.")
        backlog = await backlogs.measure(alone, sizes.flags, sizes.runs, by_our_bots)
        progress("Le même retard, relayé par matrix-nio nu.")
        bare = await backlogs.measure(stage(other), sizes.flags, sizes.runs, by_nio(nio))
        progress(f"Le même retard, communes : {sizes.communes}.")
        of_many = await backlogs.measure(among, sizes.flags, sizes.runs, by_our_bots, IN_FLIGHT)
        progress(f"{sizes.per_second:g} signalements par seconde.")
        paced = await steady.measure(alone, one, sizes)
    return Measured(sizes, backlog, of_many, bare, paced)
