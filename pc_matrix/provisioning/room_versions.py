"""Whether the homeserver can make the rooms that the commune's file asks for."""

from __future__ import annotations

from pc_matrix.errors import SettingsError
from pc_matrix.provisioning.asking import asking
from pc_matrix.provisioning.ports import RoomServer
from policies.actions import CreateRoom
from policies.plan import Plan
from policies.terms import ROOM_VERSION, Commune


async def check_version(rooms: RoomServer, commune: Commune, plan: Plan) -> None:
    """Raise ``SettingsError`` when ``plan`` would make rooms that the server does not know.

    Before anything is done: old rooms would be given up, and no new one come.
    """
    wanted = commune.room_version
    if wanted == ROOM_VERSION or not any(isinstance(a, CreateRoom) for a in plan.actions):
        return
    with asking():
        known = await rooms.versions()
    if wanted not in known:
        said = ", ".join(sorted(known, key=lambda v: (len(v), v)))
        raise SettingsError(
            f"Le serveur Matrix ne connaît pas les salons de version {wanted}.",
            f"[options] room_version la demande ; il connaît : {said}.",
            "Mettez le serveur à jour, ou corrigez le fichier de la commune.",
        )
