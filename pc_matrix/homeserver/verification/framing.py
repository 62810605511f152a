"""How a verification's events are addressed: to one device, or into the room it began in."""

from __future__ import annotations

from dataclasses import dataclass

from pc_matrix.homeserver.answers import Json
from pc_matrix.homeserver.verification.messages import PREFIX
from pc_matrix.homeserver.verification.values import EndReason, SendInRoom, SendToDevice

_REASONS = {
    EndReason.USER: "The verification was cancelled.",
    EndReason.TIMEOUT: "The verification timed out.",
    EndReason.UNKNOWN_TRANSACTION: "The transaction is not known.",
    EndReason.UNKNOWN_METHOD: "No method in common.",
    EndReason.UNEXPECTED_MESSAGE: "The message was not expected.",
    EndReason.KEY_MISMATCH: "The keys do not match.",
    EndReason.INVALID_MESSAGE: "The message was invalid.",
    EndReason.MISMATCHED_SAS: "The codes do not match.",
}


@dataclass(frozen=True, slots=True)
class Address:
    """The other end of a flow; ``room_id`` is empty for to-device."""

    user_id: str
    device_id: str
    room_id: str
    flow_id: str

    def send(self, kind: str, content: Json) -> SendToDevice | SendInRoom:
        """An event of this flow, ``kind`` being the last part of its type."""
        if self.room_id:
            relation = {"rel_type": "m.reference", "event_id": self.flow_id}
            return SendInRoom(self.room_id, PREFIX + kind, {**content, "m.relates_to": relation})
        framed = {**content, "transaction_id": self.flow_id}
        return SendToDevice(self.user_id, (self.device_id,), PREFIX + kind, framed)

    def cancel(self, reason: EndReason) -> SendToDevice | SendInRoom:
        """The event that ends this flow; the text is for clients that do not know the code."""
        return self.send("cancel", {"code": reason.value, "reason": _REASONS[reason]})
