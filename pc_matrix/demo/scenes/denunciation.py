"""A denunciation by name: given back in private, and nowhere else to be found."""

from __future__ import annotations

import asyncio

from pc_matrix.demo import traces
from pc_matrix.demo.commune import ANTONIO, LAN, OFFICERS, Character
from pc_matrix.demo.people import Seen
from pc_matrix.demo.stage import Stage

_NAME = "Marchandeau"
_WORDS = "fouiller son garage"
_SAID = f"C'est Kevin {_NAME} qui vole les vélos de la gare, il faut aller {_WORDS}."
_ADVICE = "Sensibiliser et non dénoncer"
_SETTLING = 2.0  # seconds in which a relay that should not be would arrive


async def play(stage: Stage) -> None:
    """The référent flags it with 🚩, and it comes back to him."""
    cast, sector = stage.cast, stage.cast.sector("gare")
    before = {who: {s.event_id for s in await _room(stage, who)} for who in OFFICERS}
    said = await cast[LAN].send(sector.room_id, _SAID)
    what = "lit le message de Thi Lan, qui dénonce quelqu'un"
    await stage.sees(ANTONIO, sector, what, _NAME, sender=LAN.user_id)
    await cast[ANTONIO].react(sector.room_id, said, "🚩")
    what = "le reçoit en retour, en privé, avec un conseil"
    await stage.sees(ANTONIO, cast.private(ANTONIO), what, _ADVICE)
    await asyncio.sleep(_SETTLING)
    for who in OFFICERS:
        new = [s for s in await _room(stage, who) if s.event_id not in before[who]]
        how = f"{len(new)} message(s) de trop" if new else "salon relu sur le serveur : rien"
        place = cast.desk(who).name
        stage.witness.note(who, place, "ne reçoit rien", how, passed=not new)
    await _leaves_no_trace(stage, said)


async def _room(stage: Stage, who: Character) -> list[Seen]:
    """The messages in an officer's authority room, opened or not."""
    seen = await stage.cast[who].read(stage.cast.desk(who).room_id, 100)
    return [event for event in seen if event.type in ("m.room.message", "m.room.encrypted")]


async def _leaves_no_trace(stage: Stage, said: str) -> None:
    """Its words are in no byte of the house; its sealed event is, so the search does search."""
    home = stage.home
    files = await asyncio.to_thread(traces.files_with, home, (_NAME, _WORDS, _SAID))
    sealed = await asyncio.to_thread(traces.files_with, home, (said,))
    what = "le texte n'est dans aucun fichier : bases, journaux, serveur Matrix"
    if files:
        how = "trouvé dans " + ", ".join(sorted(file.name for file in files))
    elif not sealed:
        how = "la recherche n'a pas même trouvé l'évènement chiffré"
    else:
        how = f"{traces.count(home)} fichiers lus octet par octet ; seul le chiffré y est"
    stage.witness.note("la maison", "", what, how, passed=not files and bool(sealed))
