"""``pc-matrix bench provision``: everything that is promised of plans and of carrying them out."""

from __future__ import annotations

import asyncio
import base64
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pc_matrix.bench.processes import timed
from pc_matrix.bench.provision import counting, creating, looking
from pc_matrix.bench.provision.country import Country
from pc_matrix.bench.provision.creating import Created
from pc_matrix.bench.provision.looking import Looked
from pc_matrix.bench.provision.sizes import Sizes
from pc_matrix.bench.provision.town import Place
from pc_matrix.bench.server import serving
from pc_matrix.bench.towns import Progress
from pc_matrix.errors import SettingsError
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault

_PLANNING = "pc_matrix.bench.provision.planning"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found; ``noop`` are requests by the number of rooms, ``planned`` is raw."""

    sizes: Sizes
    created: Created
    looked: Looked
    noop: dict[int, int]
    planned: dict[str, Any]

    @property
    def plan_seconds(self) -> float:
        return float(self.planned["reading_seconds"] + self.planned["deciding_seconds"])

    def as_json(self) -> dict[str, Any]:
        return {
            "provision_ratio": round(self.created.ratio, 2),
            "noop_requests": max(self.noop.values()),
            "noop_requests_running": max(self.looked.idle.values()),
            "plan_seconds": round(self.plan_seconds, 1),
            "plan_rss_mib": round(self.planned["rss_mib"], 1),
            "change_ms": round(self.planned["change_ms"], 1),
            "change_requests": max(self.looked.changes.values()),
            "first_reconcile_ratio": round(self.looked.ratio, 2),
            "raw": {
                "sizes": asdict(self.sizes),
                "creation": self.created.as_json(),
                "noop_requests_by_rooms": self.noop,
                "looks": self.looked.as_json(),
                "planning": self.planned,
            },
        }


def measure(sizes: Sizes, progress: Progress) -> Measured:
    """Measure everything on a Synapse and a PostgreSQL of its own.

    Raises ``SettingsError`` without one of them, ``ServerUnreachable``, and ``IncompleteError``.
    """
    with tempfile.TemporaryDirectory(prefix="pc-matrix-bench-") as scratch:
        planned = _planned(sizes.country, progress)
        folder = Path(scratch) / "towns"
        folder.mkdir(mode=0o700)
        (Path(scratch) / "server").mkdir(mode=0o700)
        with serving(Path(scratch) / "server") as server:

            async def on_the_server() -> tuple[Created, Looked, dict[int, int]]:
                async with server.admin_http() as admin:
                    place = Place(server, admin, folder)
                    return (
                        await creating.measure(place, sizes, progress),
                        await looking.measure(place, sizes, progress),
                        await counting.measure(place, progress),
                    )

            created, looked, noop = asyncio.run(on_the_server())
    return Measured(sizes, created, looked, noop, planned)


def _planned(country: Country, progress: Progress) -> dict[str, Any]:
    try:
        from pc_matrix.bench.provision.filling import fill
        from pc_matrix.bench.provision.own_postgres import NoPostgresError, conninfo, running
    except ImportError as error:
        raise _no_postgres(
            "psycopg n'est pas installé.", "pip install pc-matrix[postgresql]"
        ) from error
    key = Vault.new_key()
    try:
        with running() as url:
            progress(f"Registre PostgreSQL, communes : {country.communes}.")
            with Registry.open(url, Vault(key)):
                pass
            fill(conninfo(url), country, Vault(key))
            progress(f"Plan de {country.rooms} salons.")
            given = {"database": url, "key": base64.b64encode(key).decode()}
            return timed(_PLANNING, {**given, "country": asdict(country)}).answer
    except NoPostgresError as error:
        raise _no_postgres(str(error), "sur Debian : apt install postgresql") from error


def _no_postgres(why: str, how: str) -> SettingsError:
    return SettingsError(
        "Il manque PostgreSQL pour cette mesure.", why, f"Installez-le ({how}), puis relancez."
    )
