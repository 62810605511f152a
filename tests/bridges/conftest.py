"""One commune's bridges on neighbours in memory, with the real filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pytest

from bridges.acceptance import Acceptance
from bridges.answers import Answers
from bridges.bulletin_desk import BulletinDesk
from bridges.bulletin_ports import RoomFault
from bridges.bulletin_reading import BulletinReading
from bridges.carrier import Carrier
from bridges.changes import Changes
from bridges.composing import Composing
from bridges.copies import Copies
from bridges.departure import Departures
from bridges.enclosing import Enclosing
from bridges.feedback import Feedback
from bridges.guided import Guided
from bridges.guided_changes import GuidedChanges
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


class ClosedError(Exception):
    """One room refuses us."""


def fault(error: BaseException) -> RoomFault | None:
    return RoomFault.AWAY if isinstance(error, ClosedError) else None


@dataclass
class World:
    rooms: FakeRooms
    reader: FakeReader
    ledger: FakeLedger
    clock: FakeClock
    carrier: Carrier
    private: FakePrivateRooms
    mandates: FakeMandates
    spreading: BulletinDesk
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
    enclosing, composing = (
        Enclosing(pictures, rooms, ledger, FakeFingerprint()),
        Composing(reader, ledger),
    )
    reading = BulletinReading(reader, language, FakeFingerprint(), clock)
    spreading = BulletinDesk(rooms, ledger, reading, fault, clock)
    fingerprint, changed = FakeFingerprint(), FakeMailChanges()
    to_authority = ToAuthority(
        rooms, reader, ledger, language, fingerprint, clock, enclosing, composing
    )
    copies, help_ = Copies(rooms, rooms, ledger, clock), Help(rooms, reader, private, clock)
    judging = Judging(reader, ledger, language, composing)
    changes = Changes(
        rooms,
        rooms,
        ledger,
        judging,
        to_authority,
        Rewording(rooms, copies, ledger, judging, fingerprint, clock, changed, enclosing),
        Withdrawals(rooms, copies, ledger, changed, clock, to_authority.set_free),
        clock,
    )
    carrier = Carrier(
        to_authority,
        ToSectors(rooms, reader, ledger, reading, clock, lambda _room: 7),
        Feedback(rooms, ledger, clock),
        help_,
        Acceptance(rooms, mandates, clock),
        Departures(rooms, reader, private, mandates, clock),
        cast(Linking, None),
        Names(rooms, reader, ledger),
        changes,
        Answers(rooms, reader, ledger, clock),
        Histories(rooms, reader, ledger, clock),
        Guided(rooms, reader, ledger, language, to_authority, help_, clock, pictures),
        GuidedChanges(changes, rooms, ledger, clock),
    )
    return World(
        rooms,
        reader,
        ledger,
        clock,
        carrier,
        private,
        mandates,
        spreading,
        enclosing,
        pictures,
        changed,
    )
