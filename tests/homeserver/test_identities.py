"""A changed identity: seen in the list, approved by a human, and nothing pinned without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pc_matrix.errors import InputError
from pc_matrix.identities import Identities, Standing
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.terms import UserId
from tests.fakes import commune as c
from tests.fakes.world import FakeClock
from tests.homeserver.test_device_book import USER, FakeServer, Owner

WHO = UserId(USER)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", Vault(b"k" * 32)) as opened:
        yield opened


def identities(registry: Registry, owner: Owner | None) -> Identities:
    server = FakeServer(owner.answer() if owner is not None else {})
    return Identities(registry, c.CODE, server, FakeClock())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pinned", "now", "standing"),
    [
        (Owner(), Owner(), Standing.SAME),
        (Owner(), Owner(salt=40), Standing.CHANGED),
        (Owner(), None, Standing.GONE),
    ],
)
async def test_the_list_says_what_changed(
    registry: Registry, pinned: Owner, now: Owner | None, standing: Standing
) -> None:
    registry.set_pin(c.CODE, WHO, pinned.master.public, c.NOW)
    (found,) = await identities(registry, now).all()
    assert (found.user_id, found.standing) == (WHO, standing)


async def test_approval_pins_the_new_identity_and_leaves_a_trace(registry: Registry) -> None:
    registry.set_pin(c.CODE, WHO, Owner().master.public, c.NOW)
    new = Owner(salt=40)
    await identities(registry, new).approve(WHO)
    assert registry.pin(c.CODE, WHO) == new.master.public
    assert registry.audits(c.CODE)[0].action == "identity.approved"


@pytest.mark.parametrize("pinned", [True, False])
async def test_there_is_nothing_to_approve(registry: Registry, *, pinned: bool) -> None:
    if pinned:
        registry.set_pin(c.CODE, WHO, Owner().master.public, c.NOW)
    with pytest.raises(InputError) as caught:
        await identities(registry, None if pinned else Owner()).approve(WHO)
    assert all(caught.value.diagnostics())
