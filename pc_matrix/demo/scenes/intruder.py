"""An intruder: the server's administrator lets him in behind the town hall's back."""

from __future__ import annotations

import secrets

from pc_matrix.demo.commune import AMELIE, HELENE, MEHDI, SERVER_NAME
from pc_matrix.demo.people import Client, ClientError, Seen, client
from pc_matrix.demo.stage import Stage
from pc_matrix.demo.witness import within
from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.http import MatrixHttp, client_path

_INTRUDER = f"@curieux:{SERVER_NAME}"
_NAME = "Un intrus"
_PATIENCE = 20.0
_SAID = "Les enfants rentrent de l'école à 16 h 30, pensez à ralentir devant le stade."


async def play(stage: Stage) -> None:
    """He joins the sector's room; the bot puts him out, and he reads nothing."""
    async with client(_NAME, log=stage.cast.log) as phone:
        await _let_in(stage, phone)
        await _is_put_out(stage)
        await _reads_nothing(stage, phone)


async def _let_in(stage: Stage, phone: Client) -> None:
    """What an administrator can do: an account, and the bot's own right to invite."""
    cast, password = stage.cast, secrets.token_urlsafe(16)
    async with MatrixHttp(cast.homeserver, stage.admin_token) as http:
        admin = SynapseAdmin(http)
        await admin.create_user(_INTRUDER, password, "Curieux")
        stolen = await admin.login_as(cast.bot)
    await phone.login(cast.homeserver, _INTRUDER, password)
    await phone.start()
    invite = client_path("rooms", cast.sector("centre").room_id, "invite")
    async with MatrixHttp(cast.homeserver, stolen) as http:
        await http.request("POST", invite, {"user_id": _INTRUDER})


async def _is_put_out(stage: Stage) -> None:
    """The sector's room without him; how long he was in it, by the events' own times."""
    room, witness = stage.cast.sector("centre"), stage.cast[HELENE]

    async def is_out() -> bool:
        last = await _his_membership(stage)
        return bool(last) and last[-1].membership in ("leave", "ban")

    out = await within(_PATIENCE, is_out) is not None
    out = out and _INTRUDER not in await witness.members(room.room_id)
    how = _how_long(await _his_membership(stage)) if out else f"là après {_PATIENCE:.0f} s"
    stage.witness.note(_NAME, room.name, "ne reste pas dans le salon", how, passed=out)


async def _his_membership(stage: Stage) -> list[Seen]:
    """His invitation, joining and leaving, in order, from what a member of the room reads."""
    seen = await stage.cast[HELENE].read(stage.cast.sector("centre").room_id, 50)
    return [event for event in seen if event.state_key == _INTRUDER and event.membership]


def _how_long(memberships: list[Seen]) -> str:
    times = {event.membership: event.ts for event in memberships}
    if "join" not in times:
        return "l'invitation a été reprise avant qu'il entre"
    return f"entré, puis mis dehors en {(memberships[-1].ts - times['join']) / 1000:.1f} s"


async def _reads_nothing(stage: Stage, phone: Client) -> None:
    room = stage.cast.sector("centre")
    await stage.cast[AMELIE].send(room.room_id, _SAID)
    what = "lit un message d'Amélie, après le départ de l'intrus"
    await stage.sees(MEHDI, room, what, "ralentir", sender=AMELIE.user_id)
    try:
        await phone.wait_for(timeout=2.0, body_matches=".", type="m.room.message")
    except ClientError:
        passed, how = True, "aucun message ouvert"
    else:
        passed, how = False, "il a lu un message"
    stage.witness.note(_NAME, room.name, "n'a rien pu lire", how, passed=passed)
