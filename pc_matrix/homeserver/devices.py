"""The devices that an account is logged in on, and the end of those that it should not have."""

from __future__ import annotations

from collections.abc import Sequence

from pc_matrix.errors import AccessDenied
from pc_matrix.homeserver.confirmation import post_confirmed
from pc_matrix.homeserver.http import MatrixError, MatrixHttp, client_path
from pc_matrix.homeserver.shapes import objects, string


async def others(http: MatrixHttp, device_id: str) -> tuple[str, ...]:
    """The ids of the account's devices beside ``device_id``, sorted."""
    listed = objects(await http.request("GET", client_path("devices")), "devices")
    return tuple(sorted({string(d, "device_id") for d in listed} - {device_id, ""}))


async def log_out(
    http: MatrixHttp, devices: Sequence[str], user_id: str, password: str | None
) -> None:
    """End these devices: their tokens are void, and nobody shares keys with them any more.

    Raises ``AccessDenied`` when the server does not take the password.
    """
    body = {"devices": list(devices)}
    try:
        await post_confirmed(http, client_path("delete_devices"), body, user_id, password)
    except MatrixError as refusal:
        raise AccessDenied(
            "Les autres appareils du bot n'ont pas pu être déconnectés.",
            f"Réponse du serveur : {refusal.errcode or refusal.status}.",
            "Vérifiez « bot_password » dans secrets.toml, puis relancez la même commande.",
        ) from refusal
