"""What a device is worth, one row a verdict."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from policies.pinning import Pin, PinOrigin, PinRule
from policies.trust import (
    DeviceFacts,
    DeviceTrust,
    IdentityFacts,
    KeyFacts,
    WithheldCode,
    duplicates,
    judge,
    withheld_code,
)

GOOD = DeviceFacts(names_itself=True, signed_by_itself=True, signed_by_owner=True)
MASTER = KeyFacts("MASTER", names_owner=True, names_usage=True)
SELF_SIGNING = KeyFacts("SELF", names_owner=True, names_usage=True)
WHO = IdentityFacts(MASTER, SELF_SIGNING, is_signed=True)
PIN = Pin("MASTER")
APPROVED, VERIFIED = Pin("MASTER", PinOrigin.APPROVED), Pin("MASTER", PinOrigin.VERIFIED)
BROKEN = DeviceTrust.BROKEN_IDENTITY


@pytest.mark.parametrize(
    ("identity", "pin", "expected"),
    [
        (WHO, None, DeviceTrust.TRUSTED),
        (WHO, PIN, DeviceTrust.TRUSTED),
        (WHO, Pin("OTHER"), DeviceTrust.IDENTITY_CHANGED),
        (WHO, Pin("OTHER", PinOrigin.VERIFIED), DeviceTrust.IDENTITY_CHANGED),
        (WHO, Pin(""), DeviceTrust.IDENTITY_CHANGED),  # an own account whose key is not known
        (IdentityFacts(), None, DeviceTrust.NO_IDENTITY),
        (replace(WHO, master=KeyFacts()), PIN, DeviceTrust.NO_IDENTITY),
        (replace(WHO, master=replace(MASTER, names_owner=False)), PIN, BROKEN),
        (replace(WHO, master=replace(MASTER, names_usage=False)), PIN, BROKEN),
        (replace(WHO, self_signing=KeyFacts()), PIN, BROKEN),
        (replace(WHO, self_signing=replace(SELF_SIGNING, names_owner=False)), None, BROKEN),
        (replace(WHO, self_signing=replace(SELF_SIGNING, names_usage=False)), None, BROKEN),
        (replace(WHO, is_signed=False), None, BROKEN),
    ],
)
def test_identities(identity: IdentityFacts, pin: Pin | None, expected: DeviceTrust) -> None:
    assert judge(GOOD, identity, pin) is expected
    assert identity.is_whole is (expected is not BROKEN)


def test_a_misnamed_master_key_is_nobodys() -> None:
    assert WHO.master_key == "MASTER"
    assert replace(WHO, master=replace(MASTER, names_owner=False)).master_key == ""


@pytest.mark.parametrize(
    ("pin", "expected"),
    [
        (None, DeviceTrust.AWAITING_APPROVAL),
        (PIN, DeviceTrust.AWAITING_APPROVAL),
        (APPROVED, DeviceTrust.TRUSTED),
        (VERIFIED, DeviceTrust.TRUSTED),
        (Pin("OTHER", PinOrigin.APPROVED), DeviceTrust.IDENTITY_CHANGED),
    ],
)
def test_where_approval_is_demanded(pin: Pin | None, expected: DeviceTrust) -> None:
    assert judge(GOOD, WHO, pin, PinRule.APPROVAL) is expected


def test_a_ghost_does_not_wait_for_approval_but_stays_a_ghost() -> None:
    ghost = replace(GOOD, signed_by_owner=False)
    verdict = judge(ghost, WHO, PIN, PinRule.APPROVAL)
    assert verdict is DeviceTrust.NOT_SIGNED_BY_OWNER


def test_a_device_needs_all_four_facts() -> None:
    trusted = [
        facts
        for facts in itertools.product((True, False), repeat=4)
        if judge(DeviceFacts(*facts), WHO, PIN) is DeviceTrust.TRUSTED
    ]
    assert trusted == [(True, True, True, True)]


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        (replace(GOOD, signed_by_owner=False), DeviceTrust.NOT_SIGNED_BY_OWNER),
        (replace(GOOD, names_itself=False), DeviceTrust.MISNAMED),
        (replace(GOOD, signed_by_itself=False), DeviceTrust.NOT_SELF_SIGNED),
        (replace(GOOD, speaks=False), DeviceTrust.NO_ALGORITHM),
    ],
)
def test_what_is_wrong_is_told_apart(device: DeviceFacts, expected: DeviceTrust) -> None:
    assert judge(device, WHO, None) is expected


def test_neither_of_two_devices_with_one_key_counts() -> None:
    claims = {"a": ("c:1", "e:1"), "b": ("c:1", "e:2"), "c": ("c:3", "e:3"), "d": ("c:4", "e:3")}
    equal = dict.fromkeys("abcd", (True, 1.0))
    assert duplicates(claims, equal) == {"a", "b", "c", "d"}
    assert duplicates({**claims, "b": ("c:9", "e:2")}, equal) == {"c", "d"}
    assert duplicates({"a": ("c:1", "e:1")}, equal) == frozenset()
    assert duplicates({"a": ("c:1", "c:1")}, equal) == frozenset()


def test_of_two_that_claim_a_key_the_first_keeps_it() -> None:
    claims = {"a": ("c:1", "e:1"), "b": ("c:1", "e:2"), "c": ("c:1", "e:3")}
    by_time = {"a": (True, 1.0), "b": (True, 2.0), "c": (True, 3.0)}
    assert duplicates(claims, by_time) == {"b", "c"}
    assert duplicates(claims, {**by_time, "c": (False, 3.0)}) == {"a", "b"}
    assert duplicates(claims, {**by_time, "b": (True, 1.0)}) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (DeviceTrust.TRUSTED, WithheldCode.NO_OLM),
        (DeviceTrust.NO_ALGORITHM, WithheldCode.NO_OLM),
        (DeviceTrust.NO_IDENTITY, WithheldCode.UNVERIFIED),
        (DeviceTrust.IDENTITY_CHANGED, WithheldCode.UNVERIFIED),
        (DeviceTrust.AWAITING_APPROVAL, WithheldCode.UNVERIFIED),
        (DeviceTrust.BROKEN_IDENTITY, WithheldCode.UNVERIFIED),
        (DeviceTrust.NOT_SIGNED_BY_OWNER, WithheldCode.UNVERIFIED),
        (DeviceTrust.MISNAMED, WithheldCode.BLACKLISTED),
        (DeviceTrust.NOT_SELF_SIGNED, WithheldCode.BLACKLISTED),
        (DeviceTrust.DUPLICATE, WithheldCode.BLACKLISTED),
    ],
)
def test_the_code_of_each_verdict(verdict: DeviceTrust, code: WithheldCode) -> None:
    assert withheld_code(verdict) is code


def test_every_verdict_has_a_code_of_the_specification() -> None:
    assert {withheld_code(v) for v in DeviceTrust} < set(WithheldCode)
    assert all(code.startswith("m.") for code in WithheldCode)
