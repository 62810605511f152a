"""What goes into a verification desk and what comes out of it.

Specification: client-server API, "Key verification framework" and "Short Authentication String
(SAS) verification". Keys are in unpadded base64, a key id is ``ed25519:`` and a device id or a
master key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pc_matrix.homeserver.answers import Json


@dataclass(frozen=True, slots=True)
class TheirKeys:
    """What the homeserver says of a person today, each signature already checked by the caller.

    ``master_key`` is empty when there is none; ``devices`` maps device id to Ed25519 key and holds
    only devices whose self-signature holds.
    """

    master_key: str
    devices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """The bot's own account, device and keys; ``master_key`` is empty when it has no identity."""

    user_id: str
    device_id: str
    ed25519: str
    master_key: str


@dataclass(frozen=True, slots=True)
class Received:
    """One ``m.key.verification.*`` event, or the ``m.room.message`` that asks for one in a room.

    ``flow_id`` is the transaction id (to-device) or the event id of the request (in a room);
    ``room_id`` is empty for to-device. ``device_id`` names the device that encrypted an event of a
    room, where known. ``sent_at`` is an aware time, needed for a request in a room.
    """

    sender: str
    flow_id: str
    room_id: str
    type: str
    content: Json
    device_id: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Codes:
    """The short authentication string, which two people compare.

    ``emoji`` are seven numbers from 0 to 63, ``decimals`` three from 1000 to 9191. One of the two
    is empty when the other device does not show it: that one is not to be shown here either.
    """

    emoji: tuple[int, ...]
    decimals: tuple[int, ...]


class EndReason(StrEnum):
    """Why a verification ended without success: the specification's codes."""

    USER = "m.user"
    TIMEOUT = "m.timeout"
    UNKNOWN_TRANSACTION = "m.unknown_transaction"
    UNKNOWN_METHOD = "m.unknown_method"
    UNEXPECTED_MESSAGE = "m.unexpected_message"
    KEY_MISMATCH = "m.key_mismatch"
    USER_MISMATCH = "m.user_mismatch"
    INVALID_MESSAGE = "m.invalid_message"
    ACCEPTED = "m.accepted"
    """Another device took the request."""
    MISMATCHED_COMMITMENT = "m.mismatched_commitment"
    MISMATCHED_SAS = "m.mismatched_sas"
    OTHER = "other"
    """A code of theirs that the specification does not know; never sent."""


class Side(StrEnum):
    """Who ended a verification."""

    US = "us"
    THEM = "them"


class Stage(StrEnum):
    """How far a live verification has come."""

    READY = "ready"
    """We answered; their device has to choose the method."""
    COMMITTED = "committed"
    """We sent our commitment; their key is awaited."""
    COMPARING = "comparing"
    """The codes are shown; our administrator has to say whether they are the same."""
    CONFIRMED = "confirmed"
    """Our administrator said yes; the other person's answer is awaited."""
    FINISHING = "finishing"
    """Both proofs hold; the other device has to say that it is done."""


@dataclass(frozen=True, slots=True)
class SendToDevice:
    """Send ``content``, unencrypted, to these devices of a user; ``("*",)`` is all of them."""

    user_id: str
    device_ids: tuple[str, ...]
    type: str
    content: Json


@dataclass(frozen=True, slots=True)
class SendInRoom:
    """Send ``content`` into a room; its ``m.relates_to`` must stand in the clear part too."""

    room_id: str
    type: str
    content: Json


@dataclass(frozen=True, slots=True)
class Show:
    """The codes are known: two people compare them, then ``confirm`` or ``refuse`` is called."""

    flow_id: str
    user_id: str
    codes: Codes


@dataclass(frozen=True, slots=True)
class Verified:
    """Both sides proved their keys and said that they are done.

    ``verified_keys`` are the key ids that the other side proved, at least one. ``master_key`` is
    the person's master key **only if it is among them**, else empty: a device alone says nothing
    of the person's identity. ``device_id`` is the device that they used.
    """

    flow_id: str
    user_id: str
    device_id: str
    master_key: str
    verified_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """A verification that had been answered ended without success."""

    flow_id: str
    user_id: str
    reason: EndReason
    ended_by: Side


Effect = SendToDevice | SendInRoom | Show | Verified | Ended


@dataclass(frozen=True, slots=True)
class LiveFlow:
    """A verification under way; ``codes`` from ``COMPARING`` on, ``master_key`` is the claimed one.

    ``room_id`` is empty for to-device.
    """

    flow_id: str
    user_id: str
    device_id: str
    room_id: str
    stage: Stage
    codes: Codes | None
    master_key: str
    begun_at: datetime
