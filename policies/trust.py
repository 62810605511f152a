"""Which devices of a person count: the ones that get room keys and are listened to.

Specification: client-server API, "Cross-signing". The signatures are checked by
``pc_matrix.homeserver``; what follows from them is decided here. Under which rule an identity
itself counts is ``policies.pinning``'s.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar, assert_never

from policies.pinning import Pin, PinRule, Precedence, satisfies

_Device = TypeVar("_Device", bound=Hashable)


class DeviceTrust(StrEnum):
    """What a device is worth. Only ``TRUSTED`` gets keys and is listened to."""

    TRUSTED = "trusted"
    NO_IDENTITY = "no-identity"
    """Its owner has no cross-signing identity, so nobody vouches for it."""
    IDENTITY_CHANGED = "identity-changed"
    """Its owner's identity is not the pinned one; a human has to approve it."""
    AWAITING_APPROVAL = "awaiting-approval"
    """Its owner's identity was approved by nobody, and the room's kind demands it."""
    BROKEN_IDENTITY = "broken-identity"
    """Its owner's master or self-signing key names another user or usage, or the master key did
    not sign the self-signing key."""
    NOT_SIGNED_BY_OWNER = "not-signed-by-owner"
    """A ghost: whoever logged in on it does not hold its owner's identity."""
    MISNAMED = "misnamed"
    """Its keys claim to be another user's or another device's, or one of them is missing."""
    NOT_SELF_SIGNED = "not-self-signed"
    """It did not sign its own keys."""
    NO_ALGORITHM = "no-algorithm"
    """It does not speak both Olm and Megolm."""
    DUPLICATE = "duplicate"
    """Another device that is as good claims one of its two keys; neither counts."""


FORGED = frozenset(
    {
        DeviceTrust.BROKEN_IDENTITY,
        DeviceTrust.MISNAMED,
        DeviceTrust.NOT_SELF_SIGNED,
        DeviceTrust.DUPLICATE,
    }
)
"""What no honest client publishes."""


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What was seen of one cross-signing key object; ``public`` is empty when there is none."""

    public: str = ""
    names_owner: bool = False
    names_usage: bool = False

    @property
    def is_sound(self) -> bool:
        return bool(self.public) and self.names_owner and self.names_usage


@dataclass(frozen=True, slots=True)
class IdentityFacts:
    """What was seen of a person's identity; ``is_signed``: the master key signed the other."""

    master: KeyFacts = KeyFacts()
    self_signing: KeyFacts = KeyFacts()
    is_signed: bool = False

    @property
    def master_key(self) -> str:
        """The master key; empty when there is none, or none that is its owner's."""
        return self.master.public if self.master.is_sound else ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong with it; an identity that is not there is whole."""
        sound = self.master.is_sound and self.self_signing.is_sound and self.is_signed
        return sound or not self.master.public


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What was seen of a device: does it name itself right, and whose signatures hold?"""

    names_itself: bool
    signed_by_itself: bool
    signed_by_owner: bool
    speaks: bool = True
    """Whether it lists both algorithms of the scheme's rooms, Olm and Megolm."""


def judge(
    device: DeviceFacts,
    identity: IdentityFacts,
    pin: Pin | None,
    rule: PinRule = PinRule.FIRST_USE,
) -> DeviceTrust:
    """What ``device`` is worth in a room of ``rule``, given its owner's ``identity`` and ``pin``.

    ``pin`` is ``None`` for a person met for the first time, whose identity the caller pins. An
    own account's pin is its own master key, which nobody has to be asked for.
    """
    if not identity.master.public:
        return DeviceTrust.NO_IDENTITY
    if not identity.master.is_sound:
        return DeviceTrust.BROKEN_IDENTITY
    if pin is not None and pin.master_key != identity.master.public:
        return DeviceTrust.IDENTITY_CHANGED
    if not (identity.self_signing.is_sound and identity.is_signed):
        return DeviceTrust.BROKEN_IDENTITY
    verdict = _judge_alone(device)
    if verdict is DeviceTrust.TRUSTED and not satisfies(pin, rule):
        return DeviceTrust.AWAITING_APPROVAL
    return verdict


def _judge_alone(device: DeviceFacts) -> DeviceTrust:
    # A device's own faults first: keys that were tampered with also lose their owner's signature.
    if not device.names_itself:
        return DeviceTrust.MISNAMED
    if not device.signed_by_itself:
        return DeviceTrust.NOT_SELF_SIGNED
    if not device.signed_by_owner:
        return DeviceTrust.NOT_SIGNED_BY_OWNER
    return DeviceTrust.TRUSTED if device.speaks else DeviceTrust.NO_ALGORITHM


def duplicates(
    claims: Mapping[_Device, Iterable[str]], ranks: Mapping[_Device, Precedence]
) -> frozenset[_Device]:
    """The devices of ``claims`` (device → its public keys) that share a key with another one.

    The one that comes first by ``ranks`` alone keeps its key; of equals, none does. Give it only
    devices that are good in themselves: nobody proves that he holds the curve25519 key that he
    claims, and neither a ghost nor a resident may put out an officer's device by naming its key.
    """
    holders: dict[str, set[_Device]] = {}
    for device, keys in claims.items():
        for key in keys:
            holders.setdefault(key, set()).add(device)
    later: set[_Device] = set()
    for sharing in holders.values():
        first = _first(sharing, ranks)
        later |= sharing - first
    return frozenset(later)


def _first(sharing: set[_Device], ranks: Mapping[_Device, Precedence]) -> set[_Device]:
    """The one device that comes before all others; nothing when there are several."""
    best = min(ranks[device] for device in sharing)
    first = {device for device in sharing if ranks[device] == best}
    return first if len(first) == 1 else set()


class WithheldCode(StrEnum):
    """Why a device gets no room key (client-server API, "m.room_key.withheld")."""

    BLACKLISTED = "m.blacklisted"
    UNVERIFIED = "m.unverified"
    UNAUTHORISED = "m.unauthorised"
    """For people in the room whom the registry does not entitle to it, whatever their devices."""
    NO_OLM = "m.no_olm"


def withheld_code(verdict: DeviceTrust) -> WithheldCode:
    """What to tell a device of that worth when it gets no key.

    ``m.unverified`` is for what its owner or an administrator can put right by verifying;
    ``m.blacklisted`` for what no honest device is.
    """
    match verdict:
        case DeviceTrust.TRUSTED | DeviceTrust.NO_ALGORITHM:
            return WithheldCode.NO_OLM
        case DeviceTrust.MISNAMED | DeviceTrust.NOT_SELF_SIGNED | DeviceTrust.DUPLICATE:
            return WithheldCode.BLACKLISTED
        case (
            DeviceTrust.NO_IDENTITY
            | DeviceTrust.IDENTITY_CHANGED
            | DeviceTrust.AWAITING_APPROVAL
            | DeviceTrust.BROKEN_IDENTITY
            | DeviceTrust.NOT_SIGNED_BY_OWNER
        ):
            return WithheldCode.UNVERIFIED
        case _:  # pragma: no cover
            assert_never(verdict)
