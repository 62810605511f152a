"""Which devices of a person count: the ones that get room keys and are listened to.

Specification: client-server API, "Cross-signing". The signatures are checked by
``pc_matrix.homeserver``; what follows from them is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DeviceTrust(StrEnum):
    """What a device is worth. Only ``TRUSTED`` gets keys and is listened to."""

    TRUSTED = "trusted"
    NO_IDENTITY = "no-identity"
    """Its owner has no cross-signing identity, so nobody vouches for it."""
    IDENTITY_CHANGED = "identity-changed"
    """Its owner's identity is not the pinned one; a human has to approve it."""
    BROKEN_IDENTITY = "broken-identity"
    """The self-signing key is not signed by the master key."""
    NOT_SIGNED_BY_OWNER = "not-signed-by-owner"
    NOT_SELF_SIGNED = "not-self-signed"
    """It did not sign its own keys, or claims to be another user's or another device."""


@dataclass(frozen=True, slots=True)
class IdentityFacts:
    """What was seen of a person's identity; ``master_key`` is empty when he has none."""

    master_key: str
    self_signing_is_signed: bool


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What was seen of a device: does it name itself right, and whose signatures hold?"""

    names_itself: bool
    signed_by_itself: bool
    signed_by_owner: bool


def judge(device: DeviceFacts, identity: IdentityFacts, pinned: str | None) -> DeviceTrust:
    """What ``device`` is worth, given its owner's ``identity`` and the ``pinned`` master key.

    ``pinned`` is ``None`` for a person met for the first time, whose identity the caller pins.
    """
    if not identity.master_key:
        return DeviceTrust.NO_IDENTITY
    if pinned is not None and pinned != identity.master_key:
        return DeviceTrust.IDENTITY_CHANGED
    if not identity.self_signing_is_signed:
        return DeviceTrust.BROKEN_IDENTITY
    if not device.signed_by_owner:
        return DeviceTrust.NOT_SIGNED_BY_OWNER
    if not (device.names_itself and device.signed_by_itself):
        return DeviceTrust.NOT_SELF_SIGNED
    return DeviceTrust.TRUSTED
