"""A changed identity: seen in the list, approved by a human, and nothing pinned without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pc_matrix.errors import InputError
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.signing import SigningKey
from pc_matrix.identities import Identities, is_fingerprint_of
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.pinning import IdentityNews, NewsKind, Pin, PinOrigin, Standing
from policies.terms import Person, Role, RoomKind, UserId
from tests.fakes import commune as c
from tests.fakes.world import FakeClock
from tests.homeserver.test_device_book import USER, FakeServer, Owner

WHO = UserId(USER)
STRICT = replace(c.commune(), approval=frozenset({RoomKind.AUTHORITY}))
OLD, NEW = Owner(), Owner(salt=40)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", Vault(b"k" * 32)) as opened:
        yield opened


def identities(registry: Registry, answer: Json) -> tuple[Identities, FakeServer]:
    server = FakeServer(answer)
    return Identities(registry, STRICT, server, FakeClock()), server  # type: ignore[arg-type]


def appoint(registry: Registry) -> None:
    registry.declare(STRICT, c.START)
    registry.add_person(c.CODE, Person(WHO, "Agent Dupont"))
    registry.add_mandate(c.CODE, c.mandate(WHO, Role.OFFICER, c.GENDARMERIE))


def broken() -> Json:
    answer = OLD.answer()
    del answer["self_signing_keys"]
    return answer


@pytest.mark.parametrize(
    ("answer", "standing", "counting"),
    [
        (OLD.answer(), Standing.SAME, 1),
        (NEW.answer(), Standing.CHANGED, 0),
        ({}, Standing.GONE, 0),
        (broken(), Standing.BROKEN, 0),
        ({**OLD.answer(), "failures": {"ex.test": {}}}, None, 0),
    ],
)
async def test_the_list_says_what_changed(
    registry: Registry, answer: Json, standing: Standing | None, counting: int
) -> None:
    registry.set_pin(c.CODE, WHO, OLD.master.public, c.NOW, PinOrigin.APPROVED)
    (found,) = await identities(registry, answer)[0].all()
    assert (found.user_id, found.standing, found.counting) == (WHO, standing, counting)
    assert not found.needs_a_human  # he holds no mandate (any more)
    appoint(registry)
    (found,) = await identities(registry, answer)[0].all()
    assert (found.name, found.roles) == ("Agent Dupont", (Role.OFFICER,))
    assert found.needs_a_human is (standing not in (Standing.SAME, None))


async def test_the_list_asks_for_everybody_at_once_and_writes_nothing(registry: Registry) -> None:
    for n in range(100):
        registry.set_pin(c.CODE, UserId(f"@u{n}:ex.test"), "key", c.NOW)
    listing, server = identities(registry, {})
    assert len(await listing.all()) == 100
    assert server.asked == 1
    assert registry.audits(c.CODE) == []


async def test_the_list_shows_who_waits_ghosts_and_since_when(registry: Registry) -> None:
    appoint(registry)
    answer = OLD.answer()
    answer["device_keys"][USER]["GHOST"] = OLD.device_keys("GHOST", SigningKey(b"9" * 32))
    (found,) = await identities(registry, answer)[0].all()
    assert (found.standing, found.awaits_approval) == (Standing.NEW, True)
    assert (found.needs_a_human, found.counting, found.unsigned) == (True, 1, 1)
    key, since = OLD.master.public, c.NOW - timedelta(hours=3)
    registry.set_pin(c.CODE, WHO, key, c.NOW)
    registry.note_identity(c.CODE, IdentityNews(WHO, NewsKind.AWAITING, key, key), since)
    (found,) = await identities(registry, answer)[0].all()
    assert (found.standing, found.awaits_approval, found.noticed_at) == (
        Standing.SAME,
        True,
        since,
    )
    registry.set_pin(c.CODE, WHO, key, c.NOW, PinOrigin.VERIFIED)
    (found,) = await identities(registry, answer)[0].all()
    assert (found.awaits_approval, found.needs_a_human, found.noticed_at) == (False, False, None)


async def test_approval_pins_what_was_shown_and_leaves_a_trace(registry: Registry) -> None:
    registry.set_pin(c.CODE, WHO, OLD.master.public, c.NOW)
    people, server = identities(registry, NEW.answer())
    shown = await people.of(WHO)
    server.answer = Owner(salt=80).answer()  # a server that swaps the key while people compare
    people.approve(shown)
    assert registry.pins(c.CODE) == {WHO: Pin(NEW.master.public, PinOrigin.APPROVED, c.NOW)}
    assert [a.action for a in registry.audits(c.CODE)] == ["identity.approved"]
    assert (await people.of(WHO)).standing is Standing.CHANGED


async def test_somebody_may_be_approved_before_he_is_met(registry: Registry) -> None:
    appoint(registry)
    people, _ = identities(registry, NEW.answer())
    people.approve(await people.of(WHO))
    assert registry.pins(c.CODE)[WHO].origin is PinOrigin.APPROVED
    people.approve(await people.of(WHO))
    actions = [a.action for a in registry.audits(c.CODE)]
    assert actions.count("identity.approved") == 1


async def test_approving_takes_nothing_from_a_verified_identity(registry: Registry) -> None:
    registry.set_pin(c.CODE, WHO, OLD.master.public, c.NOW, PinOrigin.VERIFIED)
    people, _ = identities(registry, OLD.answer())
    people.approve(await people.of(WHO))
    assert registry.pins(c.CODE)[WHO].origin is PinOrigin.VERIFIED


@pytest.mark.parametrize(
    ("is_pinned", "answer"),
    [
        (False, NEW.answer()),
        (True, {}),
        (True, broken()),
        (True, {"failures": {"ex.test": {}}}),
    ],
)
async def test_there_is_nothing_to_approve(
    registry: Registry, answer: Json, *, is_pinned: bool
) -> None:
    if is_pinned:
        registry.set_pin(c.CODE, WHO, OLD.master.public, c.NOW)
    with pytest.raises(InputError) as caught:
        await identities(registry, answer)[0].of(WHO)
    assert all(caught.value.diagnostics())


@pytest.mark.parametrize(
    ("given", "is_it"),
    [
        ("abcdefgh", True),
        ("abcd efgh", True),
        ("abcdefghij", True),
        ("abcdefg", False),
        ("abcdefgX", False),
        ("", False),
        ("abcdefghijk", False),
    ],
)
def test_a_fingerprint_needs_eight_characters(given: str, *, is_it: bool) -> None:
    assert is_fingerprint_of(given, "abcdefghij") is is_it
