"""Accounts that were there before us: known from then on, and never ours."""

from __future__ import annotations

from pc_matrix.provisioning import Closed
from pc_matrix.registry.records import AccountState
from policies.terms import Person
from tests.policies.worlds import user
from tests.provisioning.conftest import Stage

BOB = Person(user("bob"), "Bob")


async def _found(stage: Stage) -> None:
    stage.server.passwords[BOB.user_id] = "his own"
    provisioner = stage.provisioner()
    await provisioner.apply(await provisioner.plan())
    state = stage.registry.account_state(stage.commune.code, BOB.user_id)
    assert state is AccountState.FOUND


async def test_an_account_that_was_found_gets_no_password(stage: Stage) -> None:
    await _found(stage)
    new, refused = await stage.provisioner().new_passwords([BOB], lost_password=True)
    assert (new, dict(refused)) == ((), {BOB.user_id: Closed.NOT_OURS})
    assert stage.server.passwords[BOB.user_id] == "his own"


async def test_an_account_of_ours_stays_ours_when_it_is_seen_again(stage: Stage) -> None:
    provisioner = stage.provisioner()
    await provisioner.hand_over((await provisioner.apply(await provisioner.plan())).accounts)
    await provisioner.apply(await provisioner.plan())
    state = stage.registry.account_state(stage.commune.code, BOB.user_id)
    assert state is AccountState.HANDED_OVER
