"""Accounts of the commune's server: made with a password that is shown once and kept nowhere."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pc_matrix.provisioning.ports import AccountServer, RoomRegistry
from pc_matrix.registry.records import AccountState
from policies.terms import CommuneCode, UserId
from policies.world import Account

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1, which people mistake for one another on paper."""
_GROUPS, _LENGTH = 4, 4
_IN_FLIGHT = 8


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that we made; ``password`` is for its owner's first login."""

    user_id: UserId
    name: str
    password: str = field(repr=False)


def one_time_password() -> str:
    """Four groups of four characters that can be read aloud: 79 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


class Accounts:
    """The accounts of ``code``'s people. Those that existed before us are never touched."""

    def __init__(self, server: AccountServer, registry: RoomRegistry, code: CommuneCode) -> None:
        self._server, self._registry, self._code = server, registry, code

    async def look(self, people: Iterable[UserId]) -> dict[UserId, Account]:
        """What is known of each account; one request for each that is not known yet."""
        gate = asyncio.Semaphore(_IN_FLIGHT)

        async def one(user_id: UserId) -> Account:
            async with gate:
                return await self._state(user_id)

        users = list(people)
        states = await asyncio.gather(*(one(user_id) for user_id in users))
        return dict(zip(users, states, strict=True))

    async def make(self, user_id: UserId, name: str) -> NewAccount:
        """A new account. The registry says so first: a crash leaves one that we know is ours."""
        password = one_time_password()
        self._registry.set_account_state(self._code, user_id, AccountState.MADE)
        await self._server.create_user(user_id, password, name)
        return NewAccount(user_id, name, password)

    async def renew(self, user_id: UserId, name: str) -> NewAccount:
        """A new password for an account of ours that nobody has been given yet."""
        password = one_time_password()
        await self._server.reset_password(user_id, password)
        return NewAccount(user_id, name, password)

    async def _state(self, user_id: UserId) -> Account:
        state = self._registry.account_state(self._code, user_id)
        if state in (AccountState.HANDED_OVER, AccountState.FOUND):
            return Account.PRESENT
        if await self._server.user(user_id) is None:
            return Account.MISSING
        return Account.UNSEEN if state is AccountState.MADE else Account.PRESENT


def note_found(
    registry: RoomRegistry, code: CommuneCode, accounts: Mapping[UserId, Account]
) -> None:
    """Keep in mind those that are there without our making: they need not be asked for again."""
    found = [user_id for user_id, account in accounts.items() if account is Account.PRESENT]
    registry.accounts_found(code, found)


def hand_over(registry: RoomRegistry, code: CommuneCode, accounts: Iterable[NewAccount]) -> None:
    """Their passwords have been shown: from now on the accounts are their owners'."""
    for account in accounts:
        registry.set_account_state(code, account.user_id, AccountState.HANDED_OVER)
