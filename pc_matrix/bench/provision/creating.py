"""Rooms made and people invited per second: ``apply``, and bare ``createRoom``, in turns."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pc_matrix.bench.figures import Spread, median_of_pairs, spread
from pc_matrix.bench.provision.sizes import Sizes
from pc_matrix.bench.provision.town import Place, Town, logged_in
from pc_matrix.bench.towns import ENCRYPTED, Progress
from pc_matrix.errors import IncompleteError
from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.provisioning.applying import IN_FLIGHT
from policies.actions import CreateRoom
from policies.terms import UserId

_LONG = 600.0  # seconds


@dataclass(frozen=True, slots=True)
class Created:
    """Seconds of each run: from the first look to the last word, and of as many bare requests."""

    rooms: int
    invitations: int
    ours: Spread
    bare: Spread

    @property
    def ratio(self) -> float:
        """Our rooms and invitations per second over theirs."""
        return median_of_pairs(self.bare, self.ours)

    def as_json(self) -> dict[str, Any]:
        return {
            "rooms": self.rooms,
            "invitations": self.invitations,
            "seconds": {"ours": self.ours.as_json(), "bare": self.bare.as_json()},
        }


async def measure(place: Place, sizes: Sizes, progress: Progress) -> Created:
    """Each run with a commune and a bot of its own; who begins changes from run to run.

    Raises ``IncompleteError`` when a room or an invitation is missing.
    """
    people = await place.people(sizes.sectors * sizes.members)
    ours, bare = [], []
    rooms = invitations = 0
    for run in range(sizes.runs):
        progress(f"Création de salons, passage {run + 1} sur {sizes.runs}.")
        async with place.town(run, sizes.sectors, sizes.members, people) as town:
            guests = await _guests(town)
            rooms, invitations = len(guests), sum(len(invited) for invited in guests)
            if run % 2 == 0:
                ours.append(await _ours(town))
                bare.append(await _bare(place, run, guests))
            else:
                bare.append(await _bare(place, run, guests))
                ours.append(await _ours(town))
    return Created(rooms, invitations, spread(ours), spread(bare))


async def _guests(town: Town) -> list[tuple[UserId, ...]]:
    """Whom each room that is to be created invites, in our order."""
    async with town.provisioner() as (provisioner, _http):
        survey = await provisioner.plan()
    return [a.invitees for a in survey.plan.actions if isinstance(a, CreateRoom)]


async def _ours(town: Town) -> float:
    async with town.provisioner() as (provisioner, _http):
        begun = time.perf_counter()
        report = await provisioner.apply(await provisioner.plan())
        seconds = time.perf_counter() - begun
        left = (await provisioner.plan()).plan.actions
    if report.failed or left:
        raise IncompleteError(
            "La création n'a pas abouti.",
            f"En échec : {len(report.failed)} ; encore à faire : {len(left)}.",
            "La mesure ne vaut rien ; relancez-la.",
        )
    return seconds


async def _bare(place: Place, run: int, guests: Sequence[tuple[UserId, ...]]) -> float:
    """As many ``createRoom``, with the same guests, as many at a time: what a script would do."""
    account = await place.server.account(place.admin, f"script-{run}")
    token = await logged_in(place.server.url, account)
    waiting = iter(guests)
    async with MatrixHttp(place.server.url, token) as http:

        async def work() -> None:
            for invited in waiting:
                # Sent once, as ``Rooms.create`` does: one of many invitations may take minutes.
                await http.request(
                    "POST", client_path("createRoom"), _body(invited), retry=False, timeout=_LONG
                )

        begun = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
        return time.perf_counter() - begun


def _body(invited: Sequence[UserId]) -> Json:
    return {
        "preset": "private_chat",
        "name": "Mesure",
        "initial_state": [ENCRYPTED],
        "creation_content": {"fr.pc-matrix.nonce": secrets.token_hex(8)},
        "invite": list(invited),
    }
