"""The Synapse module: Synapse's questions put to ``policies.guard``, and its answers given back.

``check_event_allowed`` sees every event that this server makes: of its own users, whichever API or
administrator asked, and the joins and knocks that other servers ask it to prepare
(``make_join``, ``make_knock``). ``check_event_for_spam`` sees the events that other servers made;
Synapse keeps what is refused there out of the room's state ("soft failure"). An invitation from
another server to somebody here is refused in ``federated_user_may_invite``.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from pc_matrix.homeserver.guard.configuration import Configuration, parse
from pc_matrix.homeserver.guard.event_reading import (
    CREATION,
    MEMBER,
    Event,
    State,
    change_in,
    room_of,
    step_of,
)
from pc_matrix.homeserver.guard.memory import Database, DatabaseMemory
from pc_matrix.homeserver.guard.reading import Snapshots
from pc_matrix.homeserver.guard.refusing import forbidden
from policies.guard import Change, ManagedRoom, Verdict, at_once, judge
from policies.guard_snapshot import Snapshot

_log = logging.getLogger(__name__)


class Api(Database, Protocol):
    """What we need of ``synapse.module_api.ModuleApi``."""

    def is_mine(self, id: str) -> bool: ...  # noqa: A002 - Synapse's own name
    def get_room_state(
        self, room_id: str, event_filter: list[tuple[str, str | None]]
    ) -> Awaitable[State]: ...
    def register_third_party_rules_callbacks(self, **callbacks: Callable[..., Any]) -> None: ...
    def register_spam_checker_callbacks(self, **callbacks: Callable[..., Any]) -> None: ...


class Guard:
    """Loaded by Synapse under ``modules``; ``clock`` gives aware times."""

    def __init__(
        self,
        config: Configuration,
        api: Api,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._api, self._bots, self._clock = api, config.bots, clock
        self._snapshots = Snapshots(config.folder, config.public_key, DatabaseMemory(api))
        api.register_third_party_rules_callbacks(check_event_allowed=self.check_event_allowed)
        api.register_spam_checker_callbacks(
            check_event_for_spam=self.check_event_for_spam,
            federated_user_may_invite=self.federated_user_may_invite,
        )

    @staticmethod
    def parse_config(config: Mapping[str, Any]) -> Configuration:
        """Synapse's hook for what stands under ``config``."""
        return parse(config)

    async def check_event_allowed(
        self, event: Event, state: State
    ) -> tuple[bool, dict[str, Any] | None]:
        """Synapse's hook: may this event be made? Raises Synapse's error to say why not."""
        asked = step_of(event)
        if asked is None:
            return True, None
        verdict, text = await self._decide(
            event, room_of(state, self._bots), change_in(state, *asked)
        )
        if text:
            raise forbidden(text)
        return verdict.allows, None

    async def check_event_for_spam(self, event: Event) -> bool:
        """Synapse's hook: ``True`` keeps another server's event out of the room's state."""
        if self._api.is_mine(event.sender):
            return False
        return not await self._admits(event)

    async def federated_user_may_invite(self, event: Event) -> bool:
        """Synapse's hook: may another server invite somebody of ours?"""
        return await self._admits(event)

    async def _admits(self, event: Event) -> bool:
        asked = step_of(event)
        if asked is None:
            return True
        wanted: list[tuple[str, str | None]] = [CREATION, (MEMBER, asked[1])]
        state = await self._api.get_room_state(event.room_id, wanted)
        room, change = room_of(state, self._bots), change_in(state, *asked)
        verdict, _text = await self._decide(event, room, change)
        return verdict.allows

    async def _decide(
        self, event: Event, room: ManagedRoom | None, change: Change
    ) -> tuple[Verdict, str]:
        """The verdict, and what to tell whoever is refused; empty where we have no words."""
        first = at_once(room, change)
        if isinstance(first, Verdict):
            return self._told(first, event, change), ""
        held = await self._snapshots.of(first.key.commune)
        verdict = self._told(judge(first, held, self._clock()), event, change)
        if verdict.allows or not isinstance(held, Snapshot):
            return verdict, ""
        return verdict, held.texts.get(verdict, "")

    @staticmethod
    def _told(verdict: Verdict, event: Event, change: Change) -> Verdict:
        """The verdict, in Synapse's log when it is a refusal."""
        if not verdict.allows:
            place = event.room_id
            _log.warning("guard: %s: %s %s in %s", verdict, change.step, change.person, place)
        return verdict
