"""Accounts of the commune's server: made locked, opened by a password that is shown once."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from pc_matrix.errors import PcError
from pc_matrix.homeserver.http import MatrixError
from pc_matrix.provisioning.ports import AccountServer, RoomRegistry, RoomServer
from pc_matrix.registry.records import AccountState
from policies.roles import server_of
from policies.terms import CommuneCode, UserId
from policies.world import Account, Membership, ObservedRoom

NEVER_OPENED_AFTER = timedelta(days=14)
"""How long after its password was handed over an account may lie unused before it is told."""
_T = TypeVar("_T")
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1, which people mistake for one another on paper."""
_GROUPS, _LENGTH = 4, 4
_IN_FLIGHT = 8


class Closed(StrEnum):
    """Why somebody gets no new password."""

    NO_ACCOUNT = "no-account"
    NOT_OURS = "not-ours"
    """The account was there before us, or its owner made it himself."""
    IN_USE = "in-use"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that is to be handed over; ``password`` is for its owner's first login.

    It opens nothing before ``Accounts.open``.
    """

    user_id: UserId
    name: str
    password: str = field(repr=False)


def one_time_password() -> str:
    """Four groups of four characters that can be read aloud: 79 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


class Accounts:
    """The accounts of ``code``'s people. Those that existed before us are never touched."""

    def __init__(
        self,
        server: AccountServer,
        rooms: RoomServer,
        registry: RoomRegistry,
        code: CommuneCode,
        clock: Callable[[], datetime],
    ) -> None:
        self._server, self._rooms, self._registry = server, rooms, registry
        self._code, self._clock = code, clock

    async def look(self, people: Iterable[UserId]) -> dict[UserId, Account]:
        """What is known of each account; one request for each that is not known yet."""
        return await _of_each(self._state, people)

    async def unopened(self, people: Iterable[UserId]) -> dict[UserId, datetime]:
        """Those of ``people``, who are in no room, who never used the account handed over to them.

        With the time when it was. The server is asked only of those for whom that is long ago, of
        all of them at once.
        """
        late = {u: at for u in people if (at := self._handed_over(u)) is not None}
        used = await self._rooms.with_keys(sorted(late)) if late else frozenset()
        return {user_id: at for user_id, at in late.items() if user_id not in used}

    async def make(self, user_id: UserId, name: str) -> NewAccount:
        """A new account, locked. The registry says so first: a crash leaves one known as ours."""
        self._registry.set_account_state(self._code, user_id, AccountState.MADE, self._clock())
        await self._server.create_locked(user_id, name)
        return NewAccount(user_id, name, one_time_password())

    def renew(self, user_id: UserId, name: str) -> NewAccount:
        """Another password for an account of ours; the earlier one opens it until ``open``."""
        return NewAccount(user_id, name, one_time_password())

    async def again(
        self, user_id: UserId, name: str, *, lost_password: bool
    ) -> NewAccount | Closed:
        """Another password for an account of ours, or why there is none.

        An account that its owner uses gets one only when he ``lost_password``: it lets whoever
        holds it in.
        """
        state = self._registry.account_state(self._code, user_id)
        known = await self._server.user(user_id)
        if known is None:
            return Closed.NO_ACCOUNT
        if state in (AccountState.NONE, AccountState.FOUND):
            return Closed.NOT_OURS
        if state is AccountState.HANDED_OVER and known.last_seen is not None and not lost_password:
            return Closed.IN_USE
        return self.renew(user_id, name)

    async def open_all(self, accounts: Iterable[NewAccount]) -> tuple[UserId, ...]:
        """Open all that can be opened; those that stay closed."""
        by_id = {account.user_id: account for account in accounts}

        async def one(user_id: UserId) -> bool:
            try:
                await self.open(by_id[user_id])
            except (PcError, MatrixError):
                return False
            return True

        opened = await _of_each(one, by_id)
        return tuple(user_id for user_id, done in opened.items() if not done)

    async def open(self, account: NewAccount) -> None:
        """Let the password that was shown open the account: from now on it is its owner's.

        After the showing and not before: an account whose password nobody has stays closed.
        """
        await self._server.open_account(account.user_id, account.password)
        handed_over = AccountState.HANDED_OVER
        now = self._clock()
        self._registry.set_account_state(self._code, account.user_id, handed_over, now)
        self._registry.audit(self._code, now, "account-opened", account.user_id, "pc-matrix")

    async def _state(self, user_id: UserId) -> Account:
        state = self._registry.account_state(self._code, user_id)
        if state in (AccountState.HANDED_OVER, AccountState.FOUND):
            return Account.PRESENT
        if await self._server.user(user_id) is None:
            return Account.MISSING
        return Account.UNSEEN if state is AccountState.MADE else Account.PRESENT

    def _handed_over(self, user_id: UserId) -> datetime | None:
        """When the account was handed over, if that is long ago and nobody was seen in it."""
        if self._registry.account_state(self._code, user_id) is not AccountState.HANDED_OVER:
            return None
        since = self._registry.account_since(self._code, user_id)
        is_late = since is not None and self._clock() - since >= NEVER_OPENED_AFTER
        return since if is_late else None


def note_found(
    registry: RoomRegistry, code: CommuneCode, accounts: Mapping[UserId, Account]
) -> None:
    """Keep in mind those that are there without our making: they need not be asked for again."""
    found = [user_id for user_id, account in accounts.items() if account is Account.PRESENT]
    registry.accounts_found(code, found)


async def _of_each(
    ask: Callable[[UserId], Awaitable[_T]], people: Iterable[UserId]
) -> dict[UserId, _T]:
    """What ``ask`` says of each, a few at a time."""
    gate = asyncio.Semaphore(_IN_FLIGHT)

    async def one(user_id: UserId) -> _T:
        async with gate:
            return await ask(user_id)

    users = list(people)
    answers = await asyncio.gather(*(one(user_id) for user_id in users))
    return dict(zip(users, answers, strict=True))


def not_seen(
    people: Iterable[UserId], rooms: Iterable[ObservedRoom], server_name: str
) -> list[UserId]:
    """Those of ``people`` on ``server_name`` of whom it is not plain that they have an account."""
    present = {
        user
        for room in rooms
        for user, member in room.members.items()
        if member.membership is Membership.JOIN
    }
    return [u for u in people if server_of(u) == server_name and u not in present]
