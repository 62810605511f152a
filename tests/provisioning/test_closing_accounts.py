"""The account of somebody who is erased."""

from __future__ import annotations

import pytest

from pc_matrix.errors import ServerUnreachable
from pc_matrix.provisioning.closing_accounts import Fate, close_account
from pc_matrix.registry.records import AccountState
from policies.terms import UserId
from tests.provisioning.fakes import FakeServer

ANNA = UserId("@anna:here.test")


@pytest.fixture
def server() -> FakeServer:
    made = FakeServer()
    made.passwords[ANNA] = "x"
    return made


@pytest.mark.parametrize("state", [AccountState.MADE, AccountState.HANDED_OVER])
async def test_an_account_of_ours_is_closed_once(server: FakeServer, state: AccountState) -> None:
    assert await close_account(server, ANNA, state) is Fate.CLOSED
    assert server.deactivated == {ANNA}
    assert f"deactivate {ANNA} True" in server.requests
    assert await close_account(server, ANNA, state) is Fate.GONE
    assert await close_account(server, UserId("@nobody:here.test"), state) is Fate.GONE


async def test_anothers_and_an_administrators_are_not(server: FakeServer) -> None:
    for state in (AccountState.NONE, AccountState.FOUND):
        assert await close_account(server, ANNA, state) is Fate.NOT_OURS
    server.admins.add(ANNA)
    assert await close_account(server, ANNA, AccountState.HANDED_OVER) is Fate.NOT_OURS
    assert server.deactivated == set()


async def test_what_the_server_refuses_is_said(server: FakeServer) -> None:
    assert await close_account(None, ANNA, AccountState.MADE) is Fate.REFUSED
    server.refuse = lambda request: ServerUnreachable("a", "b", "c")
    assert await close_account(server, ANNA, AccountState.MADE) is Fate.REFUSED
