"""What arrives about verifications, and what the homeserver says of keys, as the desk reads them.

Element (matrix-js-sdk 43) asks and answers in the clear in encrypted rooms, other clients encrypt:
both are taken as they come. Nothing rests on who could read or forge these events: the commitment
binds both sides before the codes are known, and two people compare them outside of Matrix.
"""

from __future__ import annotations

import re

from pc_matrix.homeserver.crypto.to_device import ToDeviceEvent
from pc_matrix.homeserver.device_lists import Device, SeenUser
from pc_matrix.homeserver.room_events import Ciphertext, RoomEvent
from pc_matrix.homeserver.shapes import string
from pc_matrix.homeserver.verification.values import Received, TheirKeys
from policies.trust import DeviceTrust, judge

PREFIX = "m.key.verification."
_ID = re.compile(r"[\x21-\x7e]{1,255}")  # any Matrix identifier; goes into the registry and audit


def is_request(event: RoomEvent) -> bool:
    """Whether a room's message asks for a verification."""
    asks = string(event.content, "msgtype") == f"{PREFIX}request"
    return event.type == "m.room.message" and asks


def from_device(event: ToDeviceEvent) -> Received | None:
    """A message from device to device, ``None`` when it is none of verification."""
    flow_id = string(event.content, "transaction_id")
    if not event.type.startswith(PREFIX) or not _ID.fullmatch(flow_id):
        return None
    return Received(event.sender, flow_id, "", event.type, event.content)


def from_room(event: RoomEvent) -> Received | None:
    """An event of a room, ``None`` when it is none of verification.

    A request's flow is named by its own event id, everything after it refers to that one
    (specification, "Key verification framework").
    """
    if is_request(event):
        flow_id = event.event_id
    elif event.type.startswith(PREFIX):
        flow_id = _referred_to(event)
    else:
        return None
    if not _ID.fullmatch(flow_id):
        return None
    return Received(
        event.sender, flow_id, event.room_id, event.type, event.content, "", event.sent_at
    )


def _referred_to(event: RoomEvent) -> str:
    if string(event.content, "m.relates_to", "rel_type") != "m.reference":
        return ""
    return string(event.content, "m.relates_to", "event_id")


def their_keys(seen: SeenUser | None) -> TheirKeys:
    """The keys that a verification may be about; none of somebody whose server did not answer.

    Only devices that their owner's identity of today signed: what is verified is that identity,
    and a ghost, logged in with a stolen password, opens no flow in its name.
    """
    if seen is None or not seen.identity.is_whole:
        return TheirKeys("", {})
    devices = {device.device_id: device.ed25519 for device in signed(seen)}
    return TheirKeys(seen.identity.master_key, devices)


def signed(seen: SeenUser) -> frozenset[Device]:
    """The devices that are good under the identity which the server gives today, pinned or not."""
    return frozenset(
        device
        for device, facts in seen.devices
        if judge(facts, seen.identity, None) is DeviceTrust.TRUSTED
    )


def sealed_by(ciphertext: Ciphertext | None, seen: SeenUser | None) -> str:
    """The id of the device that sealed an event; empty for a plain one, or an unknown device."""
    if ciphertext is None or seen is None:
        return ""
    keys = (ciphertext.sender_key, ciphertext.claimed_ed25519)
    found = (d.device_id for d, _facts in seen.devices if (d.curve25519, d.ed25519) == keys)
    return next(found, "")
