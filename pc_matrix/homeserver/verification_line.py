"""How the bot's verification events leave, and whose keys they are about: asked for anew each time.

Verification events say nothing secret. They go to a person whose identity is not relied upon yet,
which is what they are for; nothing else of the bot ever goes this way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pc_matrix.homeserver.crypto.machine import Machine
from pc_matrix.homeserver.crypto.outbound import Audience
from pc_matrix.homeserver.device_lists import SeenUser, query
from pc_matrix.homeserver.http import Json, MatrixHttp, client_path
from pc_matrix.homeserver.room_view import RoomView
from pc_matrix.homeserver.trust import OwnIdentity
from pc_matrix.homeserver.verification.values import OwnKeys, SendInRoom, SendToDevice
from pc_matrix.homeserver.verification_events import PREFIX, signed


class VerificationLine:
    """One session's. ``turns`` and ``view`` are the session's locks and knowledge of its rooms."""

    def __init__(
        self,
        http: MatrixHttp,
        machine: Machine,
        identity: OwnIdentity | None,
        turns: dict[str, asyncio.Lock],
        view: Callable[[str], Awaitable[RoomView]],
    ) -> None:
        self._http, self._machine = http, machine
        self._turns, self._view = turns, view
        account = machine.account
        self.own = OwnKeys(
            account.user_id,
            account.device_id,
            account.ed25519,
            identity.master_key if identity is not None else "",
        )

    async def keys_of(self, user_id: str) -> SeenUser | None:
        """What the server says of a person now; ``None`` when the person's own server is away.

        Raises what ``MatrixHttp`` raises.
        """
        return (await query(self._http, [user_id])).get(user_id)

    async def to_device(self, effect: SendToDevice, txn: str) -> None:
        """Send a plain message to some devices; the same ``txn`` never sends a second one.

        Raises ``MatrixError`` and ``ServerUnreachable``.
        """
        messages = {effect.user_id: dict.fromkeys(effect.device_ids, effect.content)}
        path = client_path("sendToDevice", _checked(effect.type), txn)
        await self._http.request("PUT", path, {"messages": messages})

    async def in_room(self, effect: SendInRoom, txn: str, readers: SeenUser | None) -> None:
        """Send an event into a room: in plain, or sealed for the devices of ``readers`` alone.

        Raises as ``to_device`` does.
        """
        kind, content = _checked(effect.type), effect.content
        if readers is not None:
            kind, content = "m.room.encrypted", await self._sealed(effect, readers)
        path = client_path("rooms", effect.room_id, "send", kind, txn)
        await self._http.request("PUT", path, content)

    async def _sealed(self, effect: SendInRoom, readers: SeenUser) -> Json:
        """Under a key of its own: the outbound session is another for every set of readers."""
        async with self._turns[effect.room_id]:
            view = await self._view(effect.room_id)
            audience = Audience(signed(readers))
            outbound = self._machine.outbound
            return await outbound.encrypt(
                effect.room_id, effect.type, effect.content, audience, view.rotation
            )


def _checked(kind: str) -> str:
    """Nothing else may go in plain, or to who is not relied upon."""
    if not kind.startswith(PREFIX):
        raise ValueError("not a verification event")
    return kind
