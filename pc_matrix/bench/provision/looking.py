"""A running bot's looks at its rooms: how long the first one takes, and what it asks afterwards."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from pc_matrix.bench.figures import Spread, median_of_pairs, spread
from pc_matrix.bench.provision.sizes import Sizes
from pc_matrix.bench.provision.town import Counted, Place, Town, mandate, sectors_of
from pc_matrix.bench.towns import Progress, each
from pc_matrix.errors import IncompleteError
from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.http import MatrixHttp, client_path
from pc_matrix.provisioning import Provisioner
from policies.terms import Person, Role, RoomId, RoomKind, UserId

_FEW = 5
"""Rooms of the smaller commune, beside which the larger one may not ask more."""
_PEOPLE = 60


@dataclass(frozen=True, slots=True)
class Looked:
    """``seconds`` of the first look and of bare ``joined_members``; requests by size of commune."""

    rooms: int
    members: int
    first: Spread
    joined: Spread
    idle: dict[int, int]
    changes: dict[int, int]

    @property
    def ratio(self) -> float:
        """Our seconds over those of ``joined_members``, eight at a time."""
        return median_of_pairs(self.first, self.joined)

    def as_json(self) -> dict[str, Any]:
        return {
            "rooms": self.rooms,
            "memberships": self.members,
            "seconds": {
                "first_reconcile": self.first.as_json(),
                "bare joined_members": self.joined.as_json(),
            },
            "noop_requests_running_by_rooms": self.idle,
            "change_requests_by_rooms": self.changes,
        }


async def measure(place: Place, sizes: Sizes, progress: Progress) -> Looked:
    """A small commune and a large one, everybody joined; then looks at them.

    Raises ``IncompleteError`` when a room is not as it has to be.
    """
    newcomer, *people = await place.people(_PEOPLE)
    idle, changes = {}, {}
    for number, rooms in ((500, _FEW), (501, sizes.rooms)):
        async with place.town(number, sectors_of(rooms), sizes.members, people) as town:
            progress(f"Salons à regarder : {rooms}.")
            await _settle(place, town)
            first, joined, members = await _first_looks(town, sizes.runs)
            idle[rooms], changes[rooms] = await _afterwards(town, newcomer)
    return Looked(rooms, members, spread(first), spread(joined), idle, changes)


async def _settle(place: Place, town: Town) -> None:
    """All rooms are made and everybody comes."""
    async with town.provisioner() as (provisioner, _http):
        report = await provisioner.apply(await provisioner.plan())
        _insist(not report.failed)
        seen = (await provisioner.plan()).observed.rooms
    rooms_of: dict[UserId, list[RoomId]] = defaultdict(list)
    for room in seen:
        for user_id in room.members.keys() - {town.commune.bot}:
            rooms_of[user_id].append(room.room_id)

    async def come(user_id: UserId) -> None:
        admin = SynapseAdmin(place.admin)
        await admin.lift_rate_limit(user_id)
        async with MatrixHttp(town.url, await admin.login_as(user_id)) as http:
            for room_id in rooms_of[user_id]:
                await http.request("POST", client_path("join", room_id), {})

    await each(come, list(rooms_of))


async def _first_looks(town: Town, runs: int) -> tuple[list[float], list[float], int]:
    """In turns, once more than ``runs``: the first round warms the server's memory."""
    rooms = list(town.registry.rooms(town.commune.code))
    first, joined, members = [], [], 0
    for _ in range(runs + 1):
        async with town.provisioner() as (provisioner, http):
            begun = time.perf_counter()
            report = await provisioner.enforce()
            first.append(time.perf_counter() - begun)
            _insist(not report.done and not report.failed and report.braked is None)
            begun = time.perf_counter()
            members = await _joined_members(http, rooms)
            joined.append(time.perf_counter() - begun)
    return first[1:], joined[1:], members


async def _joined_members(http: Counted, rooms: list[RoomId]) -> int:
    found = 0

    async def ask(room_id: RoomId) -> None:
        nonlocal found
        answer = await http.request("GET", client_path("rooms", room_id, "joined_members"))
        found += len(answer["joined"])

    await each(ask, rooms)
    return found


async def _afterwards(town: Town, newcomer: UserId) -> tuple[int, int]:
    """Requests of a running bot: while nothing changes, and when one resident moves in.

    The rooms that move by his invitations are looked at once more, when sync tells of them.
    """
    async with town.provisioner() as (provisioner, http):
        await provisioner.enforce()
        idle = await _asked(provisioner, http)
        sector = town.commune.sectors[0].code
        town.registry.add_person(town.commune.code, Person(newcomer, "Personne de la mesure"))
        town.registry.add_mandate(town.commune.code, mandate(newcomer, Role.RESIDENT, sector))
        kinds = (RoomKind.COMMUNE_SPACE, RoomKind.SECTOR)
        rooms = town.registry.rooms(town.commune.code)
        moved = [r for r, k in rooms.items() if k.kind in kinds and k.code in ("", sector)]
        invited = await _asked(provisioner, http)
        return idle, invited + await _asked(provisioner, http, frozenset(moved))


async def _asked(
    provisioner: Provisioner, http: Counted, moved: frozenset[RoomId] = frozenset()
) -> int:
    before = http.asked
    report = await provisioner.enforce(moved=moved)
    _insist(not report.failed and report.braked is None)
    return http.asked - before


def _insist(right: bool) -> None:
    if not right:
        raise IncompleteError(
            "Les salons de la mesure ne sont pas comme ils doivent être.",
            "Une création ou une remise en ordre n'a pas abouti.",
            "La mesure ne vaut rien ; relancez-la.",
        )
