"""One commune's bridges on neighbours in memory, with the real filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pytest

from bridges.acceptance import Acceptance
from bridges.carrier import Carrier
from bridges.departure import Departures
from bridges.enclosing import Enclosing
from bridges.feedback import Feedback
from bridges.help import Help
from bridges.linking import Linking
from bridges.names import Names
from bridges.ports import Language
from bridges.to_authority import ToAuthority
from bridges.to_sectors import ToSectors
from pc_matrix.language import load
from policies.terms import EventId, Message
from tests.fakes import commune as c
from tests.fakes.ledger import FakeLedger
from tests.fakes.mandates import FakeMandates, FakePrivateRooms
from tests.fakes.world import FakeClock, FakeFingerprint, FakePictures, FakeReader, FakeRooms


@dataclass
class World:
    rooms: FakeRooms
    reader: FakeReader
    ledger: FakeLedger
    clock: FakeClock
    carrier: Carrier
    private: FakePrivateRooms
    mandates: FakeMandates
    enclosing: Enclosing
    pictures: FakePictures

    def said_by_resident(self, text: str, event_id: EventId = c.MESSAGE_ID) -> Message:
        message = c.message(text, event_id=event_id)
        self.reader.holds(message)
        return message


@pytest.fixture(scope="session")
def language() -> Language:
    return load()


@pytest.fixture
def world(language: Language) -> World:
    rooms, reader, clock = FakeRooms(), FakeReader(), FakeClock()
    ledger, private = FakeLedger(clock), FakePrivateRooms()
    mandates, pictures = FakeMandates(clock), FakePictures()
    enclosing = Enclosing(pictures, rooms, ledger)
    carrier = Carrier(
        ToAuthority(rooms, reader, ledger, language, FakeFingerprint(), clock, enclosing),
        ToSectors(rooms, reader, ledger, clock, lambda _room: 7),
        Feedback(rooms, reader, ledger, clock),
        Help(rooms, clock),
        Acceptance(rooms, mandates, clock),
        Departures(rooms, reader, private, mandates, clock),
        cast(Linking, None),
        Names(rooms, reader, ledger),
    )
    return World(rooms, reader, ledger, clock, carrier, private, mandates, enclosing, pictures)
