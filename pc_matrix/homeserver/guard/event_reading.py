"""Synapse's events as the guard's values: whose place would change, and in which room."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from policies.guard import Change, ManagedRoom, Step, managed
from policies.terms import UserId

MEMBER = "m.room.member"
CREATION = ("m.room.create", "")
_BY_ADDRESS = "m.room.third_party_invite"
_STEPS = {
    "join": Step.JOIN,
    "invite": Step.INVITE,
    "knock": Step.KNOCK,
    "leave": Step.OUT,
    "ban": Step.OUT,
}


class Event(Protocol):
    """What ``synapse.events.EventBase`` gives, as far as we look."""

    @property
    def type(self) -> str: ...
    @property
    def room_id(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def content(self) -> Mapping[str, Any]: ...
    def get_state_key(self) -> str | None: ...


State = Mapping[tuple[str, str], Event]


def step_of(event: Event) -> tuple[Step, UserId] | None:
    """What ``event`` asks for and for whom; ``None`` when it changes nobody's place."""
    person = event.get_state_key()
    if person is None:
        return None
    if event.type == MEMBER:
        membership = event.content.get("membership")
        step = _STEPS.get(membership) if isinstance(membership, str) else None
        return step or Step.OTHER, UserId(person)
    if event.type == _BY_ADDRESS:
        # Emptied, it is an invitation taken back.
        return (Step.INVITE_ADDRESS if event.content else Step.OUT), UserId(person)
    return None


def change_in(state: State, step: Step, person: UserId) -> Change:
    """The change, by a state that holds at least the person's membership."""
    before = state.get((MEMBER, person))
    is_in = before is not None and before.content.get("membership") == "join"
    return Change(step, person, is_in)


def room_of(state: State, bots: Collection[str]) -> ManagedRoom | None:
    """The managed room whose state this is; ``None`` for every other one."""
    creation = state.get(CREATION)
    return None if creation is None else managed(creation.sender, creation.content, bots)
