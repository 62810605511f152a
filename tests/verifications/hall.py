"""A bot with an officer's phone at the other end: the real desk, line and registry in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bridges.verifications import VerificationNews
from pc_matrix.homeserver.batch import Batch
from pc_matrix.homeserver.crypto.to_device import ToDeviceEvent
from pc_matrix.homeserver.device_lists import Device, SeenUser
from pc_matrix.homeserver.incidents import Incidents
from pc_matrix.homeserver.room_events import Ciphertext, RoomEvent
from pc_matrix.homeserver.verification.values import OwnKeys, SendInRoom, SendToDevice
from pc_matrix.verifications import Verifications
from policies.terms import Directory, UserId
from policies.trust import DeviceFacts, IdentityFacts, KeyFacts
from policies.verification import Comparison, Outcome, Stage, Verification
from tests.fakes import commune as c
from tests.fakes.world import FakeClock, FakeRooms
from tests.homeserver.verification.phone import Content, Phone
from tests.homeserver.verification.table import OWN

SOUND = KeyFacts("SELF", names_owner=True, names_usage=True)
GOOD = DeviceFacts(names_itself=True, signed_by_itself=True, signed_by_owner=True)
BOT = replace(OWN, user_id=c.BOT)
PRIVATE = c.private_room(c.OFFICER)


def seen(phone: Phone, facts: DeviceFacts = GOOD) -> SeenUser:
    """What an honest server says of the phone's owner."""
    master = KeyFacts(phone.master_key, names_owner=True, names_usage=True)
    device = Device(phone.user_id, phone.device_id, phone.ed25519, "curve")
    return SeenUser(IdentityFacts(master, SOUND, is_signed=True), ((device, facts),))


@dataclass
class FakeLine:
    """``Line``: what was sent, each transaction once; ``troubles`` are raised first, one a call."""

    own: OwnKeys = BOT
    known: dict[str, SeenUser] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent: list[SendToDevice | SendInRoom] = field(default_factory=list)
    sealed: list[bool] = field(default_factory=list)
    txns: set[str] = field(default_factory=set)
    troubles: list[Exception] = field(default_factory=list)

    async def keys_of(self, user_id: str) -> SeenUser | None:
        self.asked.append(user_id)
        return self.known.get(user_id)

    async def to_device(self, effect: SendToDevice, txn: str) -> None:
        self._send(effect, txn, is_sealed=False)

    async def in_room(self, effect: SendInRoom, txn: str, readers: SeenUser | None) -> None:
        self._send(effect, txn, is_sealed=readers is not None)

    def _send(self, effect: SendToDevice | SendInRoom, txn: str, *, is_sealed: bool) -> None:
        if txn not in self.txns:
            self.txns.add(txn)
            self.sent.append(effect)
            self.sealed.append(is_sealed)
        if self.troubles:
            raise self.troubles.pop(0)


@dataclass
class FakeLedger:
    """``Ledger``: rows by person, pins, and how things ended."""

    people: Directory = field(default_factory=c.directory)
    rows: dict[str, Verification] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=dict)
    ended: list[tuple[str, str, Outcome]] = field(default_factory=list)

    def directory(self) -> Directory:
        return self.people

    def verifications(self) -> list[Verification]:
        return list(self.rows.values())

    def set_verification(self, found: Verification) -> None:
        self.rows[found.user_id] = found

    def pin_verified(self, user_id: UserId, master_key: str) -> None:
        self.pins[user_id] = master_key

    def end_verification(self, user_id: UserId, flow_id: str, outcome: Outcome) -> None:
        self.ended.append((user_id, flow_id, outcome))
        if user_id in self.rows and self.rows[user_id].flow_id == flow_id:
            del self.rows[user_id]

    def answers(self, user_id: str, comparison: Comparison) -> None:
        self.rows[user_id] = replace(self.rows[user_id], comparison=comparison)


class Hall:
    """The bot's verifications, and whoever calls."""

    def __init__(self) -> None:
        self.line, self.ledger, self.rooms = FakeLine(), FakeLedger(), FakeRooms()
        self.clock, self.incidents = FakeClock(), Incidents()
        self.restart()

    def restart(self) -> None:
        """Another process on the same registry."""
        news = VerificationNews(self.rooms, self.clock)
        self.bot = Verifications(self.line, self.ledger, news, self.incidents, self.clock)

    def phone(self, user_id: str = c.OFFICER, room_id: str = PRIVATE, **how: Any) -> Phone:
        """A phone whose keys the server knows."""
        phone = Phone(user_id, "PHONE", room_id, **how)
        phone.bot = (BOT.user_id, BOT.device_id)
        self.line.known[user_id] = seen(phone)
        return phone

    async def hears(
        self, phone: Phone, kind: str, content: Content, *, sealed_by: str | None = None
    ) -> list[str]:
        """The bot takes one event of the phone's; what it sent then, as the ends of types."""
        self.bot.hear(self.batch(phone, kind, content, sealed_by=sealed_by))
        return await self.turns()

    async def turns(self) -> list[str]:
        before = len(self.line.sent)
        await self.bot.step()
        return kinds(self.line.sent[before:])

    def batch(
        self, phone: Phone, kind: str, content: Content, *, sealed_by: str | None = None
    ) -> Batch:
        full = f"m.key.verification.{kind}"
        if not phone.room_id:
            return Batch("s", to_device=(ToDeviceEvent(phone.user_id, full, content),))
        is_request = kind == "request"
        event = RoomEvent(
            phone.flow_id if is_request else f"${kind}",
            phone.room_id,
            phone.user_id,
            self.clock.now(),
            "m.room.message" if is_request else full,
            content,
            ciphertext=None if sealed_by is None else Ciphertext("curve", sealed_by),
        )
        return Batch("s", events=(event,))

    async def request(self, phone: Phone, *, sealed_by: str | None = None) -> list[str]:
        ms = int(self.clock.now().timestamp() * 1000)
        return await self.hears(phone, "request", phone.request(ms), sealed_by=sealed_by)

    async def shown(self, phone: Phone) -> Verification:
        """Up to the codes on both sides."""
        assert await self.request(phone) == ["ready"]
        assert await self.hears(phone, "start", phone.start()) == ["accept"]
        phone.hear_accept(self.last())
        assert await self.hears(phone, "key", phone.key()) == ["key"]
        phone.hear_key(self.last())
        row = self.ledger.rows[phone.user_id]
        assert row.stage is Stage.SHOWN
        assert (row.emoji, row.decimals) == (phone.emoji(), phone.decimals())
        return row

    def last(self) -> Content:
        return dict(self.line.sent[-1].content)

    def outcomes(self) -> list[Outcome]:
        return [outcome for _user, _flow, outcome in self.ledger.ended]


def kinds(sent: Sequence[SendToDevice | SendInRoom]) -> list[str]:
    return [effect.type.rpartition(".")[2] for effect in sent]
