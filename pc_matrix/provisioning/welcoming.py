"""Private rooms that the registry gives and nobody has made yet, opened while the bot runs.

``apply`` makes them for whom it makes accounts. Who has an account already (of another server, by a
code, or let in at the door) cannot wait for it: there he is shown the charter, and asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from bridges.each import attempted
from pc_matrix.errors import StoreError
from pc_matrix.registry.records import AccountState
from policies.entitlement import without_a_room
from policies.roles import server_of
from policies.terms import Commune, CommuneCode, Directory, RoomId, UserId

_MOST_AT_ONCE = 20
"""The rest waits for the next look: mandates have to be looked after in between."""
_OPEN = frozenset({AccountState.FOUND, AccountState.HANDED_OVER})


class AccountBook(Protocol):
    """What the registry knows of accounts."""

    def account_state(self, code: CommuneCode, user_id: UserId) -> AccountState: ...


class Welcoming:
    """One commune's. ``alone`` is the right to make rooms, which a running ``apply`` may hold."""

    def __init__(
        self,
        open_room: Callable[[UserId], Awaitable[RoomId]],
        accounts: AccountBook,
        commune: Commune,
        alone: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._open_room, self._accounts = open_room, accounts
        self._commune, self._alone = commune, alone
        self._refused: set[UserId] = set()

    async def __call__(self, directory: Directory, now: datetime, *, again: bool = False) -> int:
        """Open what is missing; how many rooms were made.

        What was refused is tried ``again`` alone. The first refusal is raised, once all was tried.
        """
        if again:
            self._refused.clear()
        waiting = [u for u in without_a_room(directory, now) if self._is_awaited(u)]
        if not waiting:
            return 0
        try:
            with self._alone():
                return await self._open_all(waiting[:_MOST_AT_ONCE])
        except StoreError:
            return 0  # somebody applies now, and makes them himself

    def _is_awaited(self, user_id: UserId) -> bool:
        """Whether somebody can come: an account that was never opened is for ``apply``."""
        if user_id in self._refused:
            return False
        if server_of(user_id) != self._commune.server_name:
            return True
        return self._accounts.account_state(self._commune.code, user_id) in _OPEN

    async def _open_all(self, waiting: list[UserId]) -> int:
        failed: list[BaseException] = []
        for user_id in waiting:
            _, failures = await attempted([self._open_room(user_id)])
            if failures:
                self._refused.add(user_id)
            failed += failures
        if failed:
            raise failed[0]
        return len(waiting)
