"""The bot's own power in an old room: asked back from the homeserver, or said to be lost."""

from __future__ import annotations

from http import HTTPStatus

from pc_matrix.homeserver.http import MatrixError
from pc_matrix.provisioning.ports import AccountServer
from policies.terms import RoomId, UserId


class Powerless(Exception):  # noqa: N818 - becomes a failure of one room's actions
    """The bot can do nothing in a room, for the reason that it is given."""


NO_TOKEN = "le bot n'y a plus de droits ; les redemander veut un jeton d'administration"  # noqa: S105
NOBODY = "le bot n'y a plus de droits, et personne sur ce serveur ne peut les lui rendre"
LOST = "le bot n'y a plus de droits"


class Regaining:
    """``admin`` is ``None`` where we have no admin token."""

    def __init__(self, admin: AccountServer | None, bot: UserId) -> None:
        self._admin, self._bot = admin, bot

    async def regain(self, room: RoomId) -> None:
        """Raises ``Powerless``, and what asking the server raises."""
        if self._admin is None:
            raise Powerless(NO_TOKEN)
        try:
            await self._admin.make_room_admin(room, self._bot)
        except MatrixError as refusal:
            if refusal.status != HTTPStatus.BAD_REQUEST:
                raise
            raise Powerless(NOBODY) from refusal
