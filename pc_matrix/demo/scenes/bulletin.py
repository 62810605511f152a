"""A prevention bulletin: proposed by an officer, shown to him, confirmed, received everywhere."""

from __future__ import annotations

from pc_matrix.demo.commune import JOEL, KARIM, LAN, MEHDI
from pc_matrix.demo.stage import Stage

_ADVICE = "fermez vos volets la nuit"
_BULLETIN = (
    f"!diffuser tous Les jours raccourcissent : {_ADVICE}, ne laissez pas d'outils dehors et "
    "prévenez vos voisins de vos absences."
)


async def play(stage: Stage) -> None:
    """``!diffuser tous …``, a preview in the authority's room, ✅, and three sectors."""
    cast, desk = stage.cast, stage.cast.desk(KARIM)
    await cast[KARIM].send(desk.room_id, _BULLETIN)
    preview = await stage.sees(KARIM, desk, "relit son message avant l'envoi", _ADVICE)
    if preview is None:
        return
    await cast[KARIM].react(desk.room_id, preview.event_id, "✅")
    for who in (MEHDI, LAN, JOEL):
        await stage.sees(who, cast.desk(who), "reçoit le message de prévention", _ADVICE)
