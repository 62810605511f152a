"""What provisioning asks of the registry and of the homeserver: no more than this."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.rooms import StateEvent
from pc_matrix.registry.records import AccountState
from policies.terms import Commune, CommuneCode, Directory, RoomId, RoomKey, UserId


class RoomServer(Protocol):
    """``pc_matrix.homeserver.rooms.Rooms``."""

    async def create(self, body: Json) -> str: ...
    async def joined(self) -> list[str]: ...
    async def all_states(self) -> dict[str, list[StateEvent]] | None: ...
    async def state(self, room_id: str) -> list[StateEvent]: ...
    async def set_state(
        self, room_id: str, event_type: str, content: Json, state_key: str = ""
    ) -> None: ...
    async def invite(self, room_id: str, user_id: str, *, direct: bool = False) -> None: ...
    async def kick(self, room_id: str, user_id: str) -> None: ...
    async def unban(self, room_id: str, user_id: str) -> None: ...


class AccountServer(Protocol):
    """``pc_matrix.homeserver.admin.SynapseAdmin``."""

    async def user(self, user_id: str) -> object | None: ...
    async def create_user(self, user_id: str, password: str, display_name: str) -> None: ...
    async def reset_password(self, user_id: str, password: str) -> None: ...
    async def lift_rate_limit(self, user_id: str) -> None: ...


class RoomRegistry(Protocol):
    """``pc_matrix.registry.Registry``, as far as rooms and accounts go."""

    def directory(self, commune: Commune) -> Directory: ...
    def account_state(self, code: CommuneCode, user_id: UserId) -> AccountState: ...
    def set_account_state(
        self, code: CommuneCode, user_id: UserId, state: AccountState
    ) -> None: ...
    def accounts_found(self, code: CommuneCode, user_ids: Sequence[UserId]) -> None: ...
    def begin_room(self, code: CommuneCode, key: RoomKey, nonce: str) -> str: ...
    def room_made(self, code: CommuneCode, key: RoomKey, room_id: RoomId) -> None: ...
    def room_intents(self, code: CommuneCode) -> Mapping[RoomKey, str]: ...
    def rooms(self, code: CommuneCode) -> Mapping[RoomId, RoomKey]: ...
    def forget_room(self, code: CommuneCode, room_id: RoomId) -> None: ...
    def rooms_without_charter(self, code: CommuneCode, version: str) -> Collection[RoomId]: ...
    def audit(
        self,
        code: CommuneCode,
        at: datetime,
        action: str,
        subject: str,
        actor: str = "",
        note: str = "",
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Charters:
    """How the charter gets into rooms: ``post`` posts it wherever ``version`` is missing."""

    version: str
    post: Callable[[], Awaitable[int]]


class Phase(StrEnum):
    OBSERVE = "observe"
    APPLY = "apply"


class Progress(Protocol):
    """Told whenever a step of long work is done; ``total`` is 0 while it is unknown."""

    def __call__(self, phase: Phase, done: int, total: int) -> None: ...


def silent(phase: Phase, done: int, total: int) -> None:
    """Progress that nobody watches."""
