"""The first accounts of an embedded server: its administrator and each commune's bot.

Every step can be taken again: a secret is kept before the account that it opens is made, and the
administrator's password follows from the shared secret, so that a crash between locks nobody out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pc_matrix.errors import AccessDenied
from pc_matrix.homeserver import shapes
from pc_matrix.homeserver.admin import SynapseAdmin
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp, client_path
from pc_matrix.settings import load_secrets, save_secrets

ADMIN = "pc-admin"


@dataclass(frozen=True, slots=True)
class BotAccount:
    """The bot of one commune: its Matrix id and the name that people see."""

    commune: str
    user_id: str
    display_name: str


async def prepare(home: Path, url: str, bots: Sequence[BotAccount]) -> tuple[str, ...]:
    """Make whatever account is missing; the ids of those that were made."""
    token = await admin_token(home, url)
    async with MatrixHttp(url, token) as http:
        admin = SynapseAdmin(http)
        return tuple([bot.user_id for bot in bots if await make_bot(home, admin, bot)])


async def make_bot(home: Path, admin: SynapseAdmin, bot: BotAccount) -> bool:
    """Make the bot's account when it is missing, and free it from rate limits; whether it was."""
    known = await admin.user(bot.user_id)
    if known is None:
        await admin.create_user(bot.user_id, _bot_password(home, bot.commune), bot.display_name)
    await admin.lift_rate_limit(bot.user_id)
    return known is None


async def admin_token(home: Path, url: str) -> str:
    """The administrator's token: the one that is kept while it is good, otherwise a new one."""
    held = load_secrets(home)
    if held.admin_token is not None and await _good(url, held.admin_token.get_secret_value()):
        return held.admin_token.get_secret_value()
    secret = held.required("registration_shared_secret")
    token = await _register_or_log_in(url, secret)
    save_secrets(home, admin_token=token)
    return token


async def _register_or_log_in(url: str, secret: str) -> str:
    password = hmac.new(secret.encode(), b"pc-matrix/administrator", hashlib.sha256).hexdigest()
    async with MatrixHttp(url) as http:
        try:
            new = await SynapseAdmin(http).register_with_shared_secret(
                secret, ADMIN, password, admin=True
            )
        except MatrixError as refusal:
            if refusal.errcode != "M_USER_IN_USE":
                raise _locked_out(refusal) from refusal
            return await _log_in(http, password)
        return new.token


async def _log_in(http: MatrixHttp, password: str) -> str:
    body: Json = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": ADMIN},
        "password": password,
        "initial_device_display_name": "pc-matrix",
    }
    try:
        answer = await http.request("POST", client_path("login"), body)
    except MatrixError as refusal:
        raise _locked_out(refusal) from refusal
    return shapes.string(answer, "access_token")


async def _good(url: str, token: str) -> bool:
    async with MatrixHttp(url, token) as http:
        try:
            await http.request("GET", client_path("account", "whoami"))
        except AccessDenied:
            return False
    return True


def _bot_password(home: Path, commune: str) -> str:
    kept = load_secrets(home).bot_passwords.get(commune)
    if kept is not None and kept.get_secret_value():
        return kept.get_secret_value()
    drawn = secrets.token_urlsafe(32)
    save_secrets(home, bot_passwords={commune: drawn})
    return drawn


def _locked_out(refusal: MatrixError) -> AccessDenied:
    return AccessDenied(
        f"Le compte d'administration {ADMIN} ne peut pas être utilisé.",
        f"Réponse du serveur : {refusal.errcode or refusal.status}.",
        "Remettez dans secrets.toml le registration_shared_secret d'origine (il est aussi dans "
        "homeserver.yaml), ou donnez un jeton d'administrateur (admin_token).",
    )
