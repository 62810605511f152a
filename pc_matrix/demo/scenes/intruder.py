"""An intruder: the server's administrator tries to let him in behind the town hall's back."""

from __future__ import annotations

import secrets

from pc_matrix.demo.commune import AMELIE, HELENE, MEHDI, SERVER_NAME
from pc_matrix.demo.people import Client, ClientError, client
from pc_matrix.demo.stage import Stage
from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.http import MatrixError, MatrixHttp, client_path

_INTRUDER = f"@curieux:{SERVER_NAME}"
_NAME = "Un intrus"
_SAID = "Les enfants rentrent de l'école à 16 h 30, pensez à ralentir devant le stade."


async def play(stage: Stage) -> None:
    """The server itself refuses him, though he is invited with the bot's rights."""
    async with client(_NAME, log=stage.cast.log) as phone:
        await _tries_to_get_in(stage, phone)
        await _is_not_in(stage)
        await _reads_nothing(stage, phone)


async def _tries_to_get_in(stage: Stage, phone: Client) -> None:
    """What an administrator can do: an account, and the bot's own right to invite."""
    cast, password = stage.cast, secrets.token_urlsafe(16)
    async with MatrixHttp(cast.homeserver, stage.admin_token) as http:
        admin = SynapseAdmin(http)
        await admin.create_user(_INTRUDER, password, "Curieux")
        stolen = await admin.login_as(cast.bot)
    await phone.login(cast.homeserver, _INTRUDER, password)
    await phone.start()
    room = cast.sector("centre")
    invite = client_path("rooms", room.room_id, "invite")
    async with MatrixHttp(cast.homeserver, stolen) as http:
        try:
            await http.request("POST", invite, {"user_id": _INTRUDER})
        except MatrixError as refusal:
            passed, how = refusal.errcode == "M_FORBIDDEN", f"le serveur : {refusal.message}"
        else:
            passed, how = False, "le serveur l'a invité"
    what = "n'est pas invité, même par qui a volé les droits du bot"
    stage.witness.note(_NAME, room.name, what, how, passed=passed)


async def _is_not_in(stage: Stage) -> None:
    room = stage.cast.sector("centre")
    out = _INTRUDER not in await stage.cast[HELENE].members(room.room_id)
    how = "Hélène ne le voit pas parmi les membres" if out else "il y est"
    stage.witness.note(_NAME, room.name, "n'est pas dans le salon", how, passed=out)


async def _reads_nothing(stage: Stage, phone: Client) -> None:
    room = stage.cast.sector("centre")
    await stage.cast[AMELIE].send(room.room_id, _SAID)
    what = "lit un message d'Amélie, après la tentative de l'intrus"
    await stage.sees(MEHDI, room, what, "ralentir", sender=AMELIE.user_id)
    try:
        await phone.wait_for(timeout=2.0, body_matches=".", type="m.room.message")
    except ClientError:
        passed, how = True, "aucun message ouvert"
    else:
        passed, how = False, "il a lu un message"
    stage.witness.note(_NAME, room.name, "n'a rien pu lire", how, passed=passed)
