"""Making a room in one request, so that a crash leaves either none or one that is found again."""

from __future__ import annotations

import asyncio
import secrets

from bridges.each import each
from pc_matrix.errors import ServerUnreachable
from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.provisioning.observe import Observer
from pc_matrix.provisioning.ports import RoomRegistry, RoomServer
from policies import room_marks
from policies.actions import CreateRoom
from policies.roles import server_of
from policies.room_marks import Mark
from policies.room_shapes import AVATAR, POWER_LEVELS, SPACE_TYPE, parent_link
from policies.terms import Commune, RoomId, RoomKind, UserId

_INVITATIONS_AT_ONCE = 10
"""Synapse's default burst of invitations; an account whose rate limit is lifted has no limit."""
_MOST_AT_ONCE = 30
"""A server invites them one after the other: more are faster a few at a time, afterwards."""
_INVITERS = 4


class Unfinished(Exception):  # noqa: N818 - a creation to look at again, and no fault
    """``createRoom`` was not answered; the room, if there is one, is in the registry now."""


class Creator:
    """Makes rooms of ``commune``; ``unlimited`` when the bot's rate limit is lifted."""

    def __init__(
        self,
        rooms: RoomServer,
        registry: RoomRegistry,
        commune: Commune,
        observer: Observer,
        *,
        unlimited: bool,
    ) -> None:
        self._rooms, self._registry, self._commune = rooms, registry, commune
        self._observer, self._unlimited = observer, unlimited

    async def create(
        self, action: CreateRoom, parent: RoomId | None, avatar: str | None = None
    ) -> RoomId:
        """The new room's id, which the registry knows by then; ``avatar`` is an ``mxc://`` address.

        The intent is written down first, and the room carries its nonce. When the answer is lost
        or bad, the room is looked for before anything is said about it. Raises ``Unfinished`` when
        the answer was lost; a server that is gone for good shows itself as ``ServerUnreachable``.
        """
        drawn = secrets.token_hex(16)
        nonce = self._registry.begin_room(self._commune.code, action.key, drawn)
        first, later = self._invitees(action)
        try:
            room_id = await self._rooms.create(self._body(action, nonce, first, parent, avatar))
        except MatrixError:
            await self._adopt(action, nonce)
            raise
        except ServerUnreachable as error:
            await self._adopt(action, nonce)
            raise Unfinished from error
        self._registry.room_made(self._commune.code, action.key, RoomId(room_id))
        await self._invite(action, room_id, later)
        return RoomId(room_id)

    async def _invite(self, action: CreateRoom, room_id: str, later: list[UserId]) -> None:
        """A few at a time: one refusal keeps nobody else out, and is raised at the end."""
        gate = asyncio.Semaphore(_INVITERS)

        async def one(user_id: UserId) -> None:
            async with gate:
                await self._rooms.invite(room_id, user_id, direct=_is_direct(action))

        await each(one(user_id) for user_id in later)

    async def _adopt(self, action: CreateRoom, nonce: str) -> None:
        """Keep the room of a ``createRoom`` that failed halfway; the next plan completes it."""
        found = await self._observer.look_for({nonce})
        made = next((room for room in found if room.nonce == nonce), None)
        if made is not None:
            self._registry.room_made(self._commune.code, action.key, made.room_id)

    def _invitees(self, action: CreateRoom) -> tuple[list[UserId], list[UserId]]:
        """Whom ``createRoom`` invites, and who is invited after it.

        A foreign server that does not answer must not make the creation fail.
        """
        own = [u for u in action.invitees if server_of(u) == self._commune.server_name]
        first = own[: _MOST_AT_ONCE if self._unlimited else _INVITATIONS_AT_ONCE]
        return first, [u for u in action.invitees if u not in set(first)]

    def _body(
        self,
        action: CreateRoom,
        nonce: str,
        invite: list[UserId],
        parent: RoomId | None,
        avatar: str | None,
    ) -> Json:
        shape = action.shape
        creation: Json = {
            "m.federate": shape.federates,
            room_marks.FIELD: room_marks.as_content(Mark(action.key, nonce)),
        }
        if shape.space:
            creation["type"] = SPACE_TYPE
        # Our own power levels, not an override: the server's defaults have no part in them.
        state = [_state(event_type, content) for event_type, content in shape.state.items()]
        state.append(_state(POWER_LEVELS, action.powers))
        if avatar is not None:
            state.append(_state(AVATAR, {"url": avatar}))
        if parent is not None:
            state.append(_state("m.space.parent", parent_link(self._commune), parent))
        return {
            "room_version": shape.version,
            "preset": "private_chat",
            "visibility": "private",
            "creation_content": creation,
            "initial_state": state,
            "invite": invite,
            "is_direct": _is_direct(action),
        }


def _is_direct(action: CreateRoom) -> bool:
    return action.key.kind is RoomKind.PRIVATE


def _state(event_type: str, content: object, state_key: str = "") -> Json:
    return {"type": event_type, "state_key": state_key, "content": content}
