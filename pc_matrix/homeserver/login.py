"""The bot's login: one device, made once, whose token is kept sealed."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass

from pc_matrix.errors import AccessDenied
from pc_matrix.homeserver import shapes
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp, client_path
from pc_matrix.homeserver.sealed_file import SealedFile

_DEVICE_NAME = "pc-matrix"


@dataclass(frozen=True, slots=True)
class BotLogin:
    """Who the bot is on its server; ``repr`` does not show the token."""

    user_id: str
    device_id: str
    token: str

    def __repr__(self) -> str:
        return f"BotLogin({self.user_id}, {self.device_id})"


def kept_login(user_id: str, file: SealedFile) -> BotLogin | None:
    """The login kept in ``file``, which the server may have ended meanwhile; ``None``: there is
    none."""
    kept = file.read() or {}
    token, device_id = shapes.string(kept, "token"), shapes.string(kept, "device_id")
    return BotLogin(user_id, device_id, token) if token and device_id else None


async def bot_login(base_url: str, user_id: str, password: str, file: SealedFile) -> BotLogin:
    """The login kept in ``file``, checked with the server, or made with ``password``.

    Raises as ``new_login``.
    """
    kept = kept_login(user_id, file)
    if kept is not None and await _still_valid(base_url, kept.token):
        return kept
    return await new_login(base_url, user_id, password, file)


async def new_login(base_url: str, user_id: str, password: str, file: SealedFile) -> BotLogin:
    """A login made with ``password``, on the device of an earlier one.

    The device's id is written down before the server hears of it, so that a crash in between makes
    no second device. A token that the server no longer knows is replaced on the same device.
    Raises ``AccessDenied`` for a wrong password and ``ServerUnreachable``.
    """
    device_id = shapes.string(file.read() or {}, "device_id") or _draw_device_id()
    file.write({"device_id": device_id})
    token = await _password_login(base_url, user_id, password, device_id)
    file.write({"device_id": device_id, "token": token})
    return BotLogin(user_id, device_id, token)


def _draw_device_id() -> str:
    alphabet = string.ascii_uppercase + string.digits
    return "PC" + "".join(secrets.choice(alphabet) for _ in range(8))


async def _still_valid(base_url: str, token: str) -> bool:
    async with MatrixHttp(base_url, token) as http:
        try:
            await http.request("GET", client_path("account", "whoami"))
        except AccessDenied:
            return False
    return True


async def _password_login(base_url: str, user_id: str, password: str, device_id: str) -> str:
    body: Json = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user_id},
        "password": password,
        "device_id": device_id,
        "initial_device_display_name": _DEVICE_NAME,
    }
    async with MatrixHttp(base_url) as http:
        try:
            answer = await http.request("POST", client_path("login"), body)
        except MatrixError as refusal:
            raise AccessDenied(
                f"Le serveur refuse la connexion du bot {user_id}.",
                f"Réponse du serveur : {refusal.errcode}.",
                "Vérifiez « bot_password » dans secrets.toml, ou créez le compte du bot "
                "(« pc-matrix homeserver up » le fait pour un serveur intégré).",
            ) from refusal
    return shapes.string(answer, "access_token")
