"""What a device is worth, one row a verdict."""

from __future__ import annotations

import itertools

import pytest

from policies.trust import DeviceFacts, DeviceTrust, IdentityFacts, judge

GOOD = DeviceFacts(names_itself=True, signed_by_itself=True, signed_by_owner=True)
WHO = IdentityFacts("MASTER", self_signing_is_signed=True)


@pytest.mark.parametrize(
    ("device", "identity", "pinned", "expected"),
    [
        (GOOD, WHO, None, DeviceTrust.TRUSTED),
        (GOOD, WHO, "MASTER", DeviceTrust.TRUSTED),
        (GOOD, WHO, "OTHER", DeviceTrust.IDENTITY_CHANGED),
        (GOOD, IdentityFacts("", self_signing_is_signed=False), None, DeviceTrust.NO_IDENTITY),
        (GOOD, IdentityFacts("", self_signing_is_signed=True), "MASTER", DeviceTrust.NO_IDENTITY),
        (
            GOOD,
            IdentityFacts("MASTER", self_signing_is_signed=False),
            None,
            DeviceTrust.BROKEN_IDENTITY,
        ),
    ],
)
def test_identities(
    device: DeviceFacts, identity: IdentityFacts, pinned: str | None, expected: DeviceTrust
) -> None:
    assert judge(device, identity, pinned) is expected


def test_a_device_needs_all_three_facts() -> None:
    trusted = [
        facts
        for facts in itertools.product((True, False), repeat=3)
        if judge(DeviceFacts(*facts), WHO, "MASTER") is DeviceTrust.TRUSTED
    ]
    assert trusted == [(True, True, True)]


def test_a_ghost_is_told_from_a_broken_device() -> None:
    ghost = DeviceFacts(names_itself=True, signed_by_itself=True, signed_by_owner=False)
    broken = DeviceFacts(names_itself=True, signed_by_itself=False, signed_by_owner=True)
    assert judge(ghost, WHO, None) is DeviceTrust.NOT_SIGNED_BY_OWNER
    assert judge(broken, WHO, None) is DeviceTrust.NOT_SELF_SIGNED
