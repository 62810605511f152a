"""What somebody had done that was put right, and who it was: told apart from the registry's wishes.

A room changes because the registry did (a mandate began or ended, the commune's file was edited),
or because somebody changed it in Matrix. Only the second is drift, and somebody hears of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from policies import actions as act
from policies.actions import Action
from policies.damage import HISTORY, TOMBSTONE, Damage
from policies.membership import Expected, ExpectedRoom
from policies.room_shapes import ALIAS, AVATAR, ENCRYPTION, PINNED, POWER_LEVELS
from policies.terms import EventId, RoomKey, UserId
from policies.why import Why
from policies.world import ObservedRoom, Trace

MEMBER_EVENT = "m.room.member"


class Deed(StrEnum):
    """What was done to a room; also its text's key."""

    CAME_IN = "came-in"
    """Somebody without a mandate was in it, invited by nobody we know."""
    INVITED = "invited"
    """Somebody without a mandate was asked in."""
    PUT_OUT = "put-out"
    """Somebody with a mandate was kicked or banned."""
    POWER = "power"
    """Somebody's power level was changed."""
    LEVELS = "levels"
    """What a power level allows was changed."""
    SETTING = "setting"
    """A setting that is ours was changed; the subject is its event type."""
    LINK = "link"
    """A room was put into a space, or taken out of it."""
    LOST = "lost"
    """The room was deleted, or the bot put out of it: a new one was made."""
    ENCRYPTION = "encryption"
    """Its encryption was changed or taken away: a new room was made."""
    HISTORY = "history"
    """Its history was opened to everybody: a new room was made."""
    TOMBSTONE = "tombstone"
    """It was declared replaced by a room that is not ours: a new room was made."""
    OUTRANKED = "outranked"
    """Somebody was given the bot's own power in an old room: a new room was made."""
    TOO_MANY = "too-many"
    """So many rooms would have to be made anew that a human is asked first."""
    BRAKED = "braked"
    """So many people would be put out at once that a human is asked first."""
    UNPOWERED = "unpowered"
    """The bot's power in a room was taken away, and given back by the server."""
    POWERLESS = "powerless"
    """The bot has no power in a room any more, and nobody of the server can give it back."""
    NO_EFFECT = "no-effect"
    """The server says yes to what is put right, and nothing changes."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing that was put right. ``author`` is who did it by the state event's sender.

    It is ``None`` when no event says so, and the bot when it was done under the bot's name, which
    is what a server's administrator can do. ``subject`` is a person, an event type, or empty.
    """

    key: RoomKey
    deed: Deed
    author: UserId | None
    subject: str = ""
    invitation: EventId | None = None
    """Whose event is to be asked for who let the person in; only of ``CAME_IN``."""


_REGISTRY_SAYS = frozenset(
    {
        Why.MANDATE_ENDED,
        Why.MANDATE_NOT_BEGUN,
        Why.CHARTER_NOT_ACCEPTED,
        Why.FOREIGN_SERVER,
        Why.ROOM_CLOSED,
        Why.SECTOR_SPLIT,
    }
)
"""Reasons that come from the registry, when the bot itself had let the person in."""


def corrections(
    done: Iterable[Action], rooms: Iterable[ObservedRoom], now: Expected, before: Expected | None
) -> tuple[Correction, ...]:
    """Which of the actions that were ``done`` undid somebody's act, each once.

    ``rooms`` are as they were when they were looked at, ``before`` is what was expected at the last
    look, ``None`` when there was none.
    """
    seen = {room.key: room for room in rooms}
    found = (
        correction
        for action in done
        if not isinstance(action, act.AccountAction) and action.key in seen
        for correction in _of(action, _Past(seen[action.key], now, before))
    )
    return tuple(dict.fromkeys(found))


def invited_by(one: Correction, host: UserId) -> Correction:
    """The same, once it is known whose event stood before the person's own joining.

    An empty ``host`` is one that the server does not tell; whoever came in by himself has none.
    """
    if host in ("", one.author):
        return replace(one, invitation=None)
    return replace(one, deed=Deed.INVITED, author=host, invitation=None)


_LOSSES = {
    Damage.ENCRYPTION: (Deed.ENCRYPTION, ENCRYPTION),
    Damage.HISTORY: (Deed.HISTORY, HISTORY),
    Damage.TOMBSTONE: (Deed.TOMBSTONE, TOMBSTONE),
    Damage.OUTRANKED: (Deed.OUTRANKED, POWER_LEVELS),
}


def losses(done: Iterable[Action], rooms: Iterable[ObservedRoom]) -> tuple[Correction, ...]:
    """The rooms that were given up because somebody damaged or deleted them, with who it was."""
    seen, found = {room.room_id: room for room in rooms}, list[Correction]()
    for action in done:
        if isinstance(action, act.ForgetRoom):
            found.append(Correction(action.key, Deed.LOST, None))
        elif isinstance(action, act.RetireRoom) and action.damage in _LOSSES:
            deed, event_type = _LOSSES[action.damage]
            trace = seen[action.room_id].traces.get((event_type, ""))
            found.append(Correction(action.key, deed, trace.sender if trace else None))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Past:
    """One room as it was seen, and what was expected of it now and before."""

    room: ObservedRoom
    now: Expected
    before: Expected | None

    @property
    def bot(self) -> UserId:
        return self.now.directory.commune.bot

    def trace(self, event_type: str, state_key: str = "") -> Trace | None:
        return self.room.traces.get((event_type, state_key))

    def sender(self, event_type: str, state_key: str = "") -> UserId | None:
        trace = self.trace(event_type, state_key)
        return None if trace is None else trace.sender

    def was_expected(self) -> ExpectedRoom | None:
        return None if self.before is None else self.before.rooms.get(self.room.key)

    def belonged(self, user_id: UserId) -> bool:
        """Whether the registry gave him the room at the last look."""
        before = self.was_expected()
        return before is not None and user_id in before.members

    def is_news(self, event_type: str) -> bool:
        """Whether we ourselves want the setting to be otherwise than at the last look."""
        before, now = self.was_expected(), self.now.rooms.get(self.room.key)
        if before is None or now is None:
            return True
        return before.shape.state.get(event_type) != now.shape.state.get(event_type)

    def powers_are_news(self) -> bool:
        before, now = self.was_expected(), self.now.rooms.get(self.room.key)
        if before is None or now is None:
            return True
        levels = before.shape.powers == now.shape.powers
        return not levels or before.powers() != now.powers()


def _of(action: act.RoomAction, past: _Past) -> Iterator[Correction]:  # noqa: C901 - one a kind
    match action:
        case act.KickPerson() | act.WithdrawInvitation():
            yield from _removal(action, past)
        case act.InvitePerson() | act.LiftBan():
            yield from _return(action, past)
        case act.SetPower():
            yield from _power(action, past)
        case act.CorrectState():
            yield from _setting(action, past)
        case act.SetAvatar():
            yield from _shown(action.key, AVATAR, past)
        case act.SetAlias():
            yield from _shown(action.key, ALIAS, past)
        case act.RegainPower():
            yield Correction(action.key, Deed.UNPOWERED, past.sender(POWER_LEVELS))
        case act.PinCharter():
            yield from _shown(action.key, PINNED, past)
        case act.UnlinkChild():
            yield from _by_others(action.key, past.sender("m.space.child", action.child), past)
        case act.UnlinkParent():
            yield from _by_others(action.key, past.sender("m.space.parent", action.parent), past)
        case _:
            pass  # links that are missing and rooms that are made follow from something else


def _removal(action: act.KickPerson | act.WithdrawInvitation, past: _Past) -> Iterator[Correction]:
    user, trace = action.user_id, past.trace(MEMBER_EVENT, action.user_id)
    sender = None if trace is None else trace.sender
    if past.belonged(user):
        return
    if sender in (past.bot, user) and action.why in _REGISTRY_SAYS:
        return
    if isinstance(action, act.WithdrawInvitation):
        yield Correction(action.key, Deed.INVITED, sender, user)
        return
    invitation = None if trace is None else trace.replaces
    yield Correction(action.key, Deed.CAME_IN, sender, user, invitation)


def _return(action: act.InvitePerson | act.LiftBan, past: _Past) -> Iterator[Correction]:
    """Somebody who is asked in again after another than himself had put him out."""
    user = action.user_id
    sender = past.sender(MEMBER_EVENT, user)
    if sender in (None, user) or user not in past.room.members:
        return
    if sender != past.bot or past.belonged(user):
        yield Correction(action.key, Deed.PUT_OUT, sender, user)


def _power(action: act.SetPower, past: _Past) -> Iterator[Correction]:
    sender = past.sender(POWER_LEVELS)
    if sender is None or (sender == past.bot and past.powers_are_news()):
        return
    for change in action.changes:
        yield Correction(action.key, Deed.POWER, sender, change.user_id)
    if not action.changes:
        yield Correction(action.key, Deed.LEVELS, sender)


def _setting(action: act.CorrectState, past: _Past) -> Iterator[Correction]:
    sender = past.sender(action.event_type)
    if sender is not None and (sender != past.bot or not past.is_news(action.event_type)):
        yield Correction(action.key, Deed.SETTING, sender, action.event_type)


def _shown(key: RoomKey, event_type: str, past: _Past) -> Iterator[Correction]:
    """The picture, the address, what is pinned: the bot's own change with the commune's file."""
    sender = past.sender(event_type)
    if sender not in (None, past.bot):
        yield Correction(key, Deed.SETTING, sender, event_type)


def _by_others(key: RoomKey, sender: UserId | None, past: _Past) -> Iterator[Correction]:
    if sender not in (None, past.bot):
        yield Correction(key, Deed.LINK, sender)
