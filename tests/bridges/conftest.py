"""One commune's bridges on neighbours in memory, with the real filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pytest

from bridges.acceptance import Acceptance
from bridges.answers import Answers
from bridges.carrier import Carrier
from bridges.changes import Changes
from bridges.copies import Copies
from bridges.departure import Departures
from bridges.enclosing import Enclosing
from bridges.feedback import Feedback
from bridges.help import Help
from bridges.histories import Histories
from bridges.judging import Judging
from bridges.linking import Linking
from bridges.names import Names
from bridges.ports import Language
from bridges.rewording import Rewording
from bridges.to_authority import ToAuthority
from bridges.to_sectors import ToSectors
from bridges.withdrawals import Withdrawals
from pc_matrix.language import load
from policies.terms import EventId, Message
from tests.fakes import commune as c
from tests.fakes.ledger import FakeLedger
from tests.fakes.mandates import FakeMandates, FakePrivateRooms
from tests.fakes.world import (
    FakeClock,
    FakeFingerprint,
    FakeMailChanges,
    FakePictures,
    FakeReader,
    FakeRooms,
)


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
    mails: FakeMailChanges

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
    fingerprint, changed = FakeFingerprint(), FakeMailChanges()
    to_authority = ToAuthority(rooms, reader, ledger, language, fingerprint, clock, enclosing)
    copies, judging = Copies(rooms, rooms, ledger, clock), Judging(reader, ledger, language)
    carrier = Carrier(
        to_authority,
        ToSectors(rooms, reader, ledger, clock, lambda _room: 7),
        Feedback(rooms, ledger, clock),
        Help(rooms, clock),
        Acceptance(rooms, mandates, clock),
        Departures(rooms, reader, private, mandates, clock),
        cast(Linking, None),
        Names(rooms, reader, ledger),
        Changes(
            rooms,
            rooms,
            ledger,
            judging,
            to_authority,
            Rewording(rooms, copies, ledger, judging, fingerprint, clock, changed, enclosing),
            Withdrawals(rooms, copies, ledger, changed),
            clock,
        ),
        Answers(rooms, reader, ledger, clock),
        Histories(rooms, reader, ledger, clock),
    )
    return World(
        rooms, reader, ledger, clock, carrier, private, mandates, enclosing, pictures, changed
    )
