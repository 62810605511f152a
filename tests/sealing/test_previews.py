"""A preview that waits for its tap across a rotation: shown again, never sent unseen.

The ledger holds a digest of what was shown, keyed by the master key; of the text, which it does not
hold, no other digest can be made.
"""

from __future__ import annotations

from bridges.enclosing import Enclosing
from bridges.outcome import Awaiting, Relayed
from bridges.ports import Language
from bridges.to_authority import ToAuthority
from pc_matrix.house import VaultFingerprint
from pc_matrix.language import load
from pc_matrix.vault import Vault
from policies.terms import Answer, EventId
from tests.fakes import commune as c
from tests.fakes.ledger import FakeLedger
from tests.fakes.world import FakeClock, FakePictures, FakeReader, FakeRooms
from tests.sealing.homes import NEW, OLD

VICTIM = "Mme Souad Kaddouri a été abordée par deux faux employés du gaz."
PRIVATE = c.private_room(c.REFERENT)
AUTHORITIES = (c.GENDARMERIE_ROOM, c.POLICE_ROOM, c.MAIRIE_ROOM)


async def test_a_preview_from_before_a_rotation_is_shown_again() -> None:
    rooms, reader, clock = FakeRooms(), FakeReader(), FakeClock()
    ledger, language = FakeLedger(clock), load()

    def bridge(key: bytes, spoken: Language = language) -> ToAuthority:
        fingerprint = VaultFingerprint(Vault(key))
        enclosing = Enclosing(FakePictures(), rooms, ledger, fingerprint)
        return ToAuthority(rooms, reader, ledger, spoken, fingerprint, clock, enclosing)

    def tap(name: str) -> Answer:
        shown = ledger.reports[1].preview_event
        assert shown is not None
        return Answer(EventId(name), PRIVATE, c.REFERENT, shown, send=True)

    reader.holds(c.message(VICTIM))
    assert await bridge(OLD).carry(c.flag(), c.directory()) == Awaiting()
    assert await bridge(NEW).answer(tap("$tap"), c.directory()) == Awaiting()
    first, second = rooms.to(PRIVATE)
    assert first == second
    assert not any(rooms.to(room) for room in AUTHORITIES)
    outcome = await bridge(NEW).answer(tap("$again"), c.directory())
    assert outcome == Relayed("2026-0001", 3)
