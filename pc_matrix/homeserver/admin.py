"""Synapse's admin API: accounts. Its reference is "Admin API" in Synapse's documentation."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pc_matrix.errors import AccessDenied
from pc_matrix.homeserver import shapes
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp, admin_path

_LAST_MS = 253_402_300_799_000  # the end of the year 9999, which no datetime passes
_NOT_AN_ADMIN = (
    "Le jeton d'administration n'a pas les droits nécessaires.",
    "Le compte auquel il appartient n'est pas administrateur du serveur Matrix.",
    "Donnez dans secrets.toml le jeton (admin_token) d'un administrateur.",
)


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """An account as the server knows it."""

    user_id: str
    display_name: str
    admin: bool
    deactivated: bool
    locked: bool = False
    last_seen: datetime | None = None
    """When it was last used; ``None`` while nobody ever logged in."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A new account and the access token that came with it."""

    user_id: str
    token: str = field(repr=False)


class SynapseAdmin:
    """Accounts of one server, with an administrator's token (or, to register, with none).

    Every call raises ``AccessDenied`` when the token is unknown or no administrator's,
    ``ServerUnreachable``, and ``MatrixError`` for any other refusal.
    """

    def __init__(self, http: MatrixHttp) -> None:
        self._http = http

    async def server_version(self) -> str:
        """Synapse's version: ``"1.163.2"``."""
        answer = await self._ask("GET", admin_path(1, "server_version"))
        return shapes.string(answer, "server_version")

    async def register_with_shared_secret(
        self, secret: str, localpart: str, password: str, *, admin: bool = False
    ) -> Registered:
        """A new account by the server's shared secret; refused with ``M_USER_IN_USE`` if known."""
        path = admin_path(1, "register")
        nonce = shapes.string(await self._http.request("GET", path), "nonce")
        body: Json = {
            "nonce": nonce,
            "username": localpart,
            "password": password,
            "admin": admin,
            "mac": _mac(secret, nonce, localpart, password, admin=admin),
        }
        answer = await self._http.request("POST", path, body, retry=False)
        return Registered(shapes.string(answer, "user_id"), shapes.string(answer, "access_token"))

    async def user(self, user_id: str) -> AccountInfo | None:
        """What the server knows of an account, ``None`` when it has none of that name."""
        try:
            answer = await self._ask("GET", admin_path(2, "users", user_id))
        except MatrixError as refusal:
            if refusal.status == 404:
                return None
            raise
        return _account(answer)

    async def create_user(
        self,
        user_id: str,
        password: str,
        display_name: str,
        admin: bool = False,
    ) -> None:
        """Make an account, or give an existing one this password, name and rank."""
        body: Json = {
            "password": password,
            "displayname": display_name,
            "admin": admin,
            "logout_devices": False,
        }
        await self._ask("PUT", admin_path(2, "users", user_id), body)

    async def create_locked(self, user_id: str, display_name: str) -> None:
        """Make an account that nobody can log in to: without a password, and locked.

        Synapse does not lock an account in the request that makes it (it ignores ``locked``
        there); without a password it opens to nobody in between.
        """
        path = admin_path(2, "users", user_id)
        await self._ask("PUT", path, {"displayname": display_name, "admin": False})
        await self._ask("PUT", path, {"locked": True})

    async def open_account(self, user_id: str, password: str) -> None:
        """Give an account this password and unlock it, in one request."""
        body: Json = {"password": password, "logout_devices": False, "locked": False}
        await self._ask("PUT", admin_path(2, "users", user_id), body)

    async def reset_password(self, user_id: str, password: str) -> None:
        """A new password; sessions that are open stay open."""
        body: Json = {"new_password": password, "logout_devices": False}
        await self._ask("POST", admin_path(1, "reset_password", user_id), body)

    async def deactivate(self, user_id: str, *, erase: bool = False) -> None:
        """Close an account for good; with ``erase`` its messages are hidden from newcomers."""
        await self._ask("POST", admin_path(1, "deactivate", user_id), {"erase": erase})

    async def lift_rate_limit(self, user_id: str) -> None:
        """Free one account from the server's limits on messages, joins and invitations."""
        path = admin_path(1, "users", user_id, "override_ratelimit")
        await self._ask("POST", path, {"messages_per_second": 0, "burst_count": 0})

    async def lift_shadow_ban(self, user_id: str) -> None:
        """End a ban under which an account's acts are answered as done, and are not."""
        await self._ask("DELETE", admin_path(1, "users", user_id, "shadow_ban"))

    async def make_room_admin(self, room_id: str, user_id: str) -> None:
        """Have somebody of this server who has full power in a room share it with ``user_id``.

        Refused with 400 when nobody of this server has it.
        """
        await self._ask(
            "POST", admin_path(1, "rooms", room_id, "make_room_admin"), {"user_id": user_id}
        )

    async def login_as(self, user_id: str) -> str:
        """An access token for another's account, without a device."""
        answer = await self._ask("POST", admin_path(1, "users", user_id, "login"), {})
        return shapes.string(answer, "access_token")

    async def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        try:
            return await self._http.request(method, path, body)
        except MatrixError as refusal:
            if refusal.status == 403:
                raise AccessDenied(*_NOT_AN_ADMIN) from refusal
            raise


def _mac(secret: str, nonce: str, localpart: str, password: str, *, admin: bool) -> str:
    """The proof that the endpoint asks for ("Shared-Secret Registration"): HMAC-SHA1 over NULs."""
    parts = (nonce, localpart, password, "admin" if admin else "notadmin")
    return hmac.new(secret.encode(), "\0".join(parts).encode(), hashlib.sha1).hexdigest()


def _account(answer: Json) -> AccountInfo:
    return AccountInfo(
        user_id=shapes.string(answer, "name"),
        display_name=shapes.string(answer, "displayname"),
        admin=bool(answer.get("admin")),
        deactivated=bool(answer.get("deactivated")),
        locked=bool(answer.get("locked")),
        last_seen=_moment(shapes.integer(answer, "last_seen_ts")),
    )


def _moment(milliseconds: int | None) -> datetime | None:
    """Synapse's time; it gives none, or 0, for an account that was never used."""
    if not milliseconds or not 0 < milliseconds <= _LAST_MS:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
