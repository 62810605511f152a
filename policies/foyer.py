"""Which invitations of people who are in none of its rooms the bot accepts, and for how long.

A stranger's room is no place for the bot: it goes there only to hear a code, alone with somebody of
a listed server, encrypted, while a code waits; and it leaves again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from policies.roles import may_take_part, server_of
from policies.terms import Commune, RoomId, UserId

STAYS = timedelta(hours=1)
"""How long the bot waits in such a room for a code."""
FAREWELL = timedelta(seconds=30)
"""How long it stays once the code was right, so that its last words surely go out."""
SETTLES = timedelta(minutes=1)
"""How long an inviter's server may deny an invitation that it has not written down yet itself."""
MOST_AT_ONCE = 20
MOST_OF_ONE = 5
"""Invitations of one account that are answered in ``REMEMBERED``."""
MOST_OF_A_SERVER = 100
REMEMBERED = timedelta(days=1)


class GuestState(StrEnum):
    INVITED = "invited"
    """The bot will go there."""
    DECLINING = "declining"
    """The bot will say no."""
    JOINED = "joined"
    LINKED = "linked"
    """The code was right: the bot will leave."""
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Guest:
    """A room that is not the commune's, to which ``user_id`` invited the bot at ``since``."""

    room_id: RoomId
    user_id: UserId
    state: GuestState
    since: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as the server tells it; nothing of it is believed before the bot looked."""

    room_id: RoomId
    inviter: UserId
    direct: bool
    encrypted: bool


def answer(
    invitation: Invitation,
    commune: Commune,
    known: Sequence[Guest],
    now: datetime,
    *,
    a_code_waits: bool,
) -> GuestState | None:
    """Whether the bot goes there or says no; ``None`` when it does not even answer.

    ``known`` are the invitations of the last day. A flood is not answered: each answer is a request
    to somebody else's server.
    """
    recent = [guest for guest in known if now - guest.since < REMEMBERED]
    if _is_flood(invitation.inviter, recent):
        return None
    if not may_take_part(invitation.inviter, commune) or not a_code_waits:
        return GuestState.DECLINING
    open_now = sum(g.state in (GuestState.INVITED, GuestState.JOINED) for g in known)
    if not (invitation.direct and invitation.encrypted) or open_now >= MOST_AT_ONCE:
        return GuestState.DECLINING
    return GuestState.INVITED


def may_be_early(guest: Guest, now: datetime) -> bool:
    """Whether a refusal of the bot's coming may only say that it was quicker than the invitation.

    Between servers an invitation is signed by the invited one's first, and written down after.
    """
    return guest.state is GuestState.INVITED and now - guest.since < SETTLES


def is_over(guest: Guest, now: datetime) -> bool:
    """Whether the bot has waited long enough in that room."""
    stays = {GuestState.JOINED: STAYS, GuestState.LINKED: FAREWELL}.get(guest.state)
    return stays is not None and now - guest.since >= stays


def is_for_two(
    guest: Guest, members: frozenset[UserId], bot: UserId, *, encrypted: bool, space: bool
) -> bool:
    """Whether the room is what a code may be said in: encrypted, and nobody else is there."""
    return encrypted and not space and members <= {guest.user_id, bot} and bot in members


def _is_flood(inviter: UserId, recent: Sequence[Guest]) -> bool:
    his = sum(guest.user_id == inviter for guest in recent)
    of_his_server = sum(server_of(g.user_id) == server_of(inviter) for g in recent)
    return his >= MOST_OF_ONE or of_his_server >= MOST_OF_A_SERVER
