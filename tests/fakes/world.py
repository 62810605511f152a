"""The bridges' neighbours in memory: rooms that remember, a reader, a clock, a fingerprint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bridges.change_ports import Trace
from bridges.letter import Letter
from bridges.wording.notice import Notice
from policies.attachments import Attachment
from policies.certificates import Certificate, CertificateFault
from policies.mails import MailKind, MailOutcome
from policies.pictures import Picture
from policies.positions import Position
from policies.refusal import Refusal
from policies.reports import Report
from policies.terms import AuthorityCode, EventId, Message, RoomId, UserId
from tests.fakes import commune as c


class CrashError(Exception):
    """The process dies here."""


@dataclass
class Said:
    room_id: RoomId
    notice: Notice
    txn: str
    event_id: EventId


@dataclass
class Enclosed:
    room_id: RoomId
    enclosure: Picture | Position
    name: str
    answers: EventId | None


@dataclass
class FakePictures:
    """``Pictures`` that are what ``answer`` says."""

    answer: Picture | Refusal = field(default_factory=lambda: Picture(b"clean", 4, 3))
    asked: list[Attachment] = field(default_factory=list)

    async def cleaned(self, attachment: Attachment) -> Picture | Refusal:
        self.asked.append(attachment)
        return self.answer


@dataclass
class FakeRooms:
    """``RoomCorrector``, ``RoomCleaner`` and ``EnclosureSender`` that remember transactions.

    They can die before or after whatever is sent.
    """

    said: list[Said] = field(default_factory=list)
    enclosed: list[Enclosed] = field(default_factory=list)
    reactions: list[tuple[RoomId, EventId, str]] = field(default_factory=list)
    redacted: list[tuple[RoomId, EventId]] = field(default_factory=list)
    gone: dict[EventId, UserId] = field(default_factory=dict)
    """What others took away, and who had sent it."""
    relations: dict[EventId, list[tuple[str, EventId]]] = field(default_factory=dict)
    """By event: what the bot said in relation to it, and how."""
    barred: dict[RoomId, BaseException] = field(default_factory=dict)
    """Rooms that refuse everything, and how."""
    die_before: int = -1
    die_after: int = -1
    _sends: int = 0
    _known: dict[tuple[RoomId, str], EventId] = field(default_factory=dict)

    async def send(self, room_id: RoomId, notice: Notice, txn: str) -> EventId:
        self._step(self.die_before)
        self._enter(room_id)
        known = self._known.get((room_id, txn))
        if known is None:
            known = EventId(f"$said{len(self._known)}")
            self._known[room_id, txn] = known
            self.said.append(Said(room_id, notice, txn, known))
        self._step(self.die_after)
        self._sends += 1
        return known

    async def react(self, room_id: RoomId, event_id: EventId, key: str, txn: str) -> EventId:
        if (room_id, txn) not in self._known:
            self._known[room_id, txn] = EventId(f"$reaction{len(self.reactions)}")
            self.reactions.append((room_id, event_id, key))
            self._relate(event_id, "m.annotation", self._known[room_id, txn])
        return self._known[room_id, txn]

    async def say_in_thread(
        self, room_id: RoomId, root: EventId, notice: Notice, txn: str
    ) -> EventId:
        said = await self.send(room_id, notice, txn)
        self._relate(root, "m.thread", said)
        return said

    async def replace(
        self, room_id: RoomId, event_id: EventId, notice: Notice, txn: str
    ) -> EventId:
        said = await self.send(room_id, notice, txn)
        self._relate(event_id, "m.replace", said)
        return said

    def _relate(self, target: EventId, how: str, event_id: EventId) -> None:
        if (how, event_id) not in self.relations.setdefault(target, []):
            self.relations[target].append((how, event_id))

    async def look(self, room_id: RoomId, event_id: EventId) -> Trace | None:
        sender = self.gone.get(event_id)
        return None if sender is None else Trace(sender, is_gone=True)

    async def redact(self, room_id: RoomId, event_id: EventId, txn: str) -> None:
        self._step(self.die_before)
        self._enter(room_id)
        if (room_id, event_id) not in self.redacted:
            self.redacted.append((room_id, event_id))
        self._step(self.die_after)
        self._sends += 1

    async def said_about(self, room_id: RoomId, event_id: EventId) -> list[EventId]:
        related = [one for _, one in self.relations.get(event_id, [])]
        return [one for one in related if (room_id, one) not in self.redacted]

    def shown(self, room_id: RoomId) -> list[str]:
        """The bodies that are still to be read there, each message in its newest words."""
        alive = [s for s in self.said if (room_id, s.event_id) not in self.redacted]
        newest = {s.event_id: s for s in alive}
        replacing = set[EventId]()
        for target, related in self.relations.items():
            for how, event_id in related:
                if how == "m.replace" and event_id in newest:
                    replacing.add(event_id)
                    if target in newest:
                        newest[target] = newest[event_id]
        here = [s for s in alive if s.room_id == room_id and s.event_id not in replacing]
        return [newest[s.event_id].notice.body for s in here]

    def _enter(self, room_id: RoomId) -> None:
        if room_id in self.barred:
            raise self.barred[room_id]

    async def enclose(
        self,
        room_id: RoomId,
        enclosure: Picture | Position,
        name: str,
        txn: str,
        answers: EventId | None = None,
    ) -> EventId:
        self._step(self.die_before)
        known = self._known.get((room_id, txn))
        if known is None:
            known = EventId(f"$enclosed{len(self.enclosed)}")
            self._known[room_id, txn] = known
            self.enclosed.append(Enclosed(room_id, enclosure, name, answers))
            if answers is not None:  # it stands in the report's thread
                self.relations.setdefault(answers, []).append(("m.thread", known))
        self._step(self.die_after)
        self._sends += 1
        return known

    def _step(self, deadly: int) -> None:
        if self._sends == deadly:
            self.die_before = self.die_after = -1
            raise CrashError

    def to(self, room_id: RoomId) -> list[str]:
        """The bodies said in a room."""
        return [s.notice.body for s in self.said if s.room_id == room_id]

    def everywhere(self) -> str:
        return "\n".join(s.notice.body + s.notice.html for s in self.said)


@dataclass
class FakeReader:
    messages: dict[EventId, Message] = field(default_factory=dict)
    edited: dict[EventId, Message] = field(default_factory=dict)

    async def read(self, room_id: RoomId, event_id: EventId) -> Message | None:
        found = self.messages.get(event_id)
        return found if found is not None and found.room_id == room_id else None

    async def newest(self, room_id: RoomId, event_id: EventId) -> Message | None:
        return self.edited.get(event_id) or await self.read(room_id, event_id)

    def holds(self, *messages: Message) -> None:
        self.messages.update({m.event_id: m for m in messages})


@dataclass
class FakeMail:
    """``MailSender`` whose server does what ``outcomes`` say, in turn, then takes everything."""

    certificates: dict[AuthorityCode, Certificate | CertificateFault] = field(default_factory=dict)
    outcomes: list[MailOutcome] = field(default_factory=list)
    taken: list[Letter] = field(default_factory=list)
    tried: int = 0
    die_handing: bool = False

    def certificate(self, authority: AuthorityCode) -> Certificate | CertificateFault | None:
        return self.certificates.get(authority)

    async def send(self, letter: Letter, handing: Callable[[], None]) -> MailOutcome:
        self.tried += 1
        outcome = self.outcomes.pop(0) if self.outcomes else MailOutcome.TAKEN
        if outcome is not MailOutcome.AWAY:
            handing()
        if self.die_handing:
            self.die_handing = False
            raise CrashError
        if outcome is MailOutcome.TAKEN:
            self.taken.append(letter)
        return outcome


@dataclass
class FakeMailChanges:
    """``MailChanges`` that keeps what it was told, each once, as the ledger does."""

    told: list[tuple[EventId, MailKind]] = field(default_factory=list)

    def changed(self, report: Report, event_id: EventId, kind: MailKind) -> int:
        if (event_id, kind) not in self.told:
            self.told.append((event_id, kind))
        return 1


@dataclass
class FakeClock:
    at: datetime = c.NOW

    def now(self) -> datetime:
        return self.at


class FakeFingerprint:
    def of(self, text: str) -> str:
        return f"digest-{hash(text)}"
