"""``python -m pc_matrix.bench.provision.planning``: a whole country planned, and one change in it.

The job is one JSON object on stdin: ``database``, ``key`` (base64) and the ``country``'s sizes. One
commune is read, planned and dropped after the other; what its homeserver would answer is made
beside it, untimed. Memory is that of the
whole process, PostgreSQL's own not counted.

Read is all that ``pc-matrix plan`` reads: persons, mandates, rooms, charter messages, pictures,
retired rooms and the size of the last apply.
"""

from __future__ import annotations

import base64
import resource
import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bridges.wording.rooms import room_texts
from pc_matrix import collector
from pc_matrix.bench.answering import job, say
from pc_matrix.bench.provision.country import Country, person
from pc_matrix.bench.provision.seen import answered
from pc_matrix.provisioning import pictures
from pc_matrix.provisioning.surveying import beside
from pc_matrix.registry import Registry
from pc_matrix.registry.kept import Kept
from pc_matrix.vault import Vault
from policies.actions import KickPerson
from policies.brake import Sizes, brake
from policies.membership import Expected, expected
from policies.plan import Plan
from policies.reconcile import plan
from policies.room_shapes import RoomTexts
from policies.terms import CHARTER_VERSION, Directory, RoomKey
from policies.world import Observed, ObservedRoom

_CHANGES = 20
_IMAGES = {kind: image.digest for kind, image in pictures({}).items()}
_DIGESTS = frozenset(_IMAGES.values())
_MAYOR, _REFERENT, _RESIDENT = range(3)


class Watch:
    """Sums up the time of what runs under it, by the wall and of the processor."""

    def __init__(self) -> None:
        self.seconds = self.cpu_seconds = 0.0

    def __enter__(self) -> None:
        self._begun = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._begun[0]
        self.cpu_seconds += time.process_time() - self._begun[1]


def plan_all(registry: Registry, country: Country) -> dict[str, Any]:
    """Everything planned once; nothing is amiss in it."""
    reading, deciding, now = Watch(), Watch(), datetime.now(UTC)
    counts = {"communes": 0, "rooms": 0, "memberships": 0, "mandates": 0, "actions": 0}
    directories = registry.directories(country.all())
    remembered = registry.kept_of(commune.code for commune in country.all())
    while True:
        with reading:
            directory, kept = next(directories, None), next(remembered, None)
        if directory is None or kept is None:
            break
        with deciding:
            wanted = _expected(directory, now)
        seen = answered(wanted)
        with deciding:
            observed = _observed(seen, kept)
            todo = _decided(wanted, observed, kept)
        counts["communes"] += 1
        counts["rooms"] += len(observed.rooms)
        counts["memberships"] += sum(len(room.members) for room in wanted.rooms.values())
        counts["mandates"] += len(directory.mandates)
        counts["actions"] += len(todo.actions)
    return {
        **counts,
        "reading_seconds": reading.seconds,
        "deciding_seconds": deciding.seconds,
        "cpu_seconds": reading.cpu_seconds + deciding.cpu_seconds,
        "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def plan_changes(registry: Registry, country: Country) -> dict[str, Any]:
    """In some communes, one resident moves away; each is planned from what was loaded before."""
    milliseconds, actions = [], []
    communes = list(country.all())
    for commune in communes[:: max(1, len(communes) // _CHANGES)][:_CHANGES]:
        now = datetime.now(UTC)
        kept = registry.kept(commune.code)
        loaded = _observed(answered(_expected(registry.directory(commune), now)), kept)
        registry.end_mandates(commune.code, person(commune, _RESIDENT), now)
        watch = Watch()
        with watch:
            todo = _decided(_expected(registry.directory(commune), now), loaded, kept)
        assert all(isinstance(action, KickPerson) for action in todo.actions)
        milliseconds.append(watch.seconds * 1000)
        actions.append(len(todo.actions))
    return {
        "change_ms": statistics.median(milliseconds),
        "change_ms_values": milliseconds,
        "change_actions": max(actions),
    }


def _expected(directory: Directory, now: datetime) -> Expected:
    def texts(key: RoomKey) -> RoomTexts:
        return replace(room_texts(directory.commune, key), image=_IMAGES[key.kind])

    return expected(directory, now, texts)


def _observed(seen: tuple[ObservedRoom, ...], kept: Kept) -> Observed:
    remembered = beside(seen, kept, _DIGESTS)
    return replace(remembered, whole=True, chartered=kept.chartered(CHARTER_VERSION))


def _decided(wanted: Expected, observed: Observed, kept: Kept) -> Plan:
    todo = plan(wanted, observed)
    sizes = Sizes(len(wanted.people()), kept.people)
    assert brake(todo, observed, wanted.directory.commune, sizes) is None
    return todo


def main() -> None:
    """Do the job, and answer."""
    given = job()
    vault, country = Vault(base64.b64decode(given["key"])), Country(**given["country"])
    with Registry.open(given["database"], vault) as registry:
        collector.seldom()  # as the command line does
        say(plan_all(registry, country))
        say(plan_changes(registry, country))


if __name__ == "__main__":
    main()
