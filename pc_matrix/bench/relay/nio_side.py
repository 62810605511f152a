"""The same commune's flags, relayed by bare matrix-nio instead of our bot."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from pc_matrix import wiring
from pc_matrix.bench.processes import timed
from pc_matrix.bench.relay.stage import Stage
from pc_matrix.bench.relay.town import Town
from pc_matrix.errors import IncompleteError
from pc_matrix.homeserver import identity
from pc_matrix.homeserver.bare import nio_device
from policies.terms import RoomKind

_RELAY = "pc_matrix.homeserver.bare.nio_relay"


@dataclass(slots=True)
class NioSide:
    """A device of the bot's account, signed as the bot's own is, and up to where it has read."""

    town: Town
    folder: Path
    private: dict[str, str]
    since: str

    async def carry(self, stage: Stage, flags: int) -> float:
        """Relay what was flagged; the seconds that it took. Raises ``IncompleteError``."""
        job = {
            "base_url": stage.server.url,
            "folder": str(self.folder),
            "since": self.since,
            "flags": flags,
            "authorities": list(self.town.authority_rooms),
            "private": self.private,
        }
        answer = (await asyncio.to_thread(timed, _RELAY, job)).answer
        if answer["flags"] != flags:
            raise IncompleteError(
                "matrix-nio n'a pas relayé tous les signalements de la mesure.",
                f"Relayés : {answer['flags']} sur {flags}.",
                "Cette comparaison ne vaut rien ; relancez la mesure.",
            )
        self.since = answer["since"]
        return float(answer["seconds"])


async def prepare(home: Path, town: Town, folder: Path) -> NioSide:
    """A new device for ``town``'s bot account, before anybody there says anything."""
    with wiring.open_house(home, town.code) as house:
        place, directory = house.place, house.book.directory()
        own = identity.load_or_draw(place.sealed("identity", house.vault), place.user_id)
    since = await nio_device.prepare(place.base_url, place.user_id, place.password, folder, own)
    private = {}
    for room, account in town.referents.items():
        found = next(
            r
            for r, key in directory.rooms.items()
            if key.kind is RoomKind.PRIVATE and key.code == account.user_id
        )
        private[str(room)] = str(found)
    return NioSide(town, folder, private, since)
