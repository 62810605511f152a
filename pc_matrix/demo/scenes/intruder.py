"""An intruder: the server's administrator lets him in behind the town hall's back."""

from __future__ import annotations

import contextlib
import secrets

from pc_matrix.demo.commune import AMELIE, HELENE, MEHDI, SERVER_NAME
from pc_matrix.demo.people import Client, ClientError, client
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
    """From his joining, if he got so far, to the sector's room without him."""
    room, witness = stage.cast.sector("centre"), stage.cast[HELENE]
    how = "l'invitation a été reprise avant qu'il entre"
    with contextlib.suppress(ClientError):
        joined = {"room_id": room.room_id, "sender": _INTRUDER, "type": "m.room.member"}
        await witness.wait_for(timeout=5.0, **joined)
        how = "entré, puis mis dehors"

    async def is_out() -> bool:
        return _INTRUDER not in await witness.members(room.room_id)

    seconds = await within(_PATIENCE, is_out)
    out = seconds is not None
    how = f"{how} ({seconds:.1f} s)" if out else f"toujours là après {_PATIENCE:.0f} s"
    stage.witness.note(_NAME, room.name, "ne reste pas dans le salon", how, passed=out)


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
