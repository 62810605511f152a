"""A desk with a clock, and phones that speak to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pc_matrix.homeserver.verification.desk import VerificationDesk
from pc_matrix.homeserver.verification.values import (
    Effect,
    Ended,
    EndReason,
    OwnKeys,
    Received,
    SendInRoom,
    SendToDevice,
    Show,
    Side,
    Stage,
    TheirKeys,
    Verified,
)
from tests.homeserver.verification.phone import Content, Phone, b64

OWN = OwnKeys(
    user_id="@bot:ex.test",
    device_id="BOT",
    ed25519=b64(hashlib.sha256(b"bot").digest()),
    master_key=b64(hashlib.sha256(b"bot master").digest()),
)
OWN_KEYS = {f"ed25519:{OWN.device_id}": OWN.ed25519, f"ed25519:{OWN.master_key}": OWN.master_key}
BEGUN = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
Sent = SendToDevice | SendInRoom


def keys_of(phone: Phone) -> TheirKeys:
    return TheirKeys(phone.master_key, {phone.device_id: phone.ed25519, "OTHER": "b3RoZXI"})


def in_room(flow_id: str = "$request") -> Phone:
    return Phone(room_id="!direct:ex.test", flow_id=flow_id)


class Table:
    def __init__(
        self, may_verify: Callable[[str], bool] = lambda _: True, own: OwnKeys = OWN
    ) -> None:
        self.desk = VerificationDesk(own, may_verify)
        self.now = BEGUN

    def ms(self) -> int:
        return int(self.now.timestamp() * 1000)

    def hear(
        self,
        phone: Phone,
        kind: str,
        content: Any,
        keys: TheirKeys | None = None,
        device_id: str = "",
        sent_at: datetime | None = None,
    ) -> tuple[Effect, ...]:
        """The desk's effects on an event of the phone's, ``kind`` being the end of its type."""
        is_room_request = kind == "request" and phone.room_id
        received = Received(
            sender=phone.user_id,
            flow_id=phone.flow_id,
            room_id=phone.room_id,
            type="m.room.message" if is_room_request else f"m.key.verification.{kind}",
            content=content,
            device_id=device_id,
            sent_at=self.now if sent_at is None else sent_at,
        )
        return self.desk.receive(received, keys or keys_of(phone), self.now)

    def request(self, phone: Phone, **changed: Any) -> tuple[Effect, ...]:
        return self.hear(phone, "request", phone.request(self.ms(), **changed))

    def ready(self, phone: Phone) -> Content:
        return content_of(only(self.request(phone)), "ready")

    def accepted(self, phone: Phone, **changed: Any) -> None:
        self.ready(phone)
        accept = only(self.hear(phone, "start", phone.start(**changed)))
        phone.hear_accept(content_of(accept, "accept"))

    def shown(self, phone: Phone, **changed: Any) -> Show:
        """Up to the codes, which the phone sees too."""
        self.accepted(phone, **changed)
        key, show = self.hear(phone, "key", phone.key())
        phone.hear_key(content_of(key, "key"))
        assert isinstance(show, Show)
        return show

    def confirmed(self, phone: Phone) -> Content:
        """Up to our administrator's yes; the phone's is not there yet."""
        self.shown(phone)
        return content_of(only(self.desk.confirm(phone.flow_id, self.now)), "mac")

    def finishing(self, phone: Phone) -> None:
        self.confirmed(phone)
        content_of(only(self.hear(phone, "mac", phone.mac())), "done")

    def verified(self, phone: Phone) -> Verified:
        self.finishing(phone)
        effect = only(self.hear(phone, "done", phone.done()))
        assert isinstance(effect, Verified)
        return effect

    def stage(self) -> Stage:
        (live,) = self.desk.live()
        return live.stage

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


def only(effects: tuple[Effect, ...]) -> Effect:
    assert len(effects) == 1, effects
    return effects[0]


def content_of(effect: Effect, kind: str) -> Content:
    """What is sent, the type being the expected one."""
    assert isinstance(effect, Sent)
    assert effect.type == f"m.key.verification.{kind}"
    return effect.content


def is_cancelled(effects: tuple[Effect, ...], phone: Phone, reason: EndReason) -> bool:
    """Whether the desk gave up, with this code, said it to the phone and told its caller."""
    sent, ended = effects
    cancel = content_of(sent, "cancel")
    assert cancel["reason"]
    assert cancel["code"] == reason.value
    return ended == Ended(phone.flow_id, phone.user_id, reason, Side.US)
