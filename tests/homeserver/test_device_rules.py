"""Rooms that demand approval, the bot's own account, keys claimed twice, and what is reported."""

from __future__ import annotations

from pc_matrix.homeserver.device_lists import read
from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.signing import SigningKey
from pc_matrix.homeserver.trust import DeviceBook, OwnIdentity
from policies.pinning import IdentityNews, NewsKind, PinRule
from policies.terms import SenderTrust, UserId
from policies.trust import DeviceTrust
from tests.homeserver.test_device_book import USER, FakePins, FakeServer, Owner, book

WHO = UserId(USER)
OTHER = "@other:ex.test"


def together(*answers: Json) -> Json:
    merged: Json = {}
    for answer in answers:
        for part, users in answer.items():
            merged.setdefault(part, {}).update(users)
    return merged


async def test_a_first_use_counts_only_where_no_approval_is_demanded() -> None:
    owner = Owner()
    devices, server, pins = book(owner.answer())
    keys = owner.device_keys()["keys"]
    sender = (USER, keys["curve25519:PHONE"], keys["ed25519:PHONE"])
    assert await devices.trusted([USER], PinRule.APPROVAL) == frozenset()
    assert pins.known == {USER: owner.master.public}
    assert len(await devices.trusted([USER])) == 1
    assert await devices.sender_trust(*sender) is SenderTrust.SIGNED
    waiting = await devices.sender_trust(*sender, PinRule.APPROVAL)
    assert waiting is SenderTrust.IDENTITY_CHANGED
    (excluded,) = await devices.excluded([USER], PinRule.APPROVAL)
    assert (excluded.device_id, excluded.verdict) == ("PHONE", DeviceTrust.AWAITING_APPROVAL)
    assert excluded.curve25519 == keys["curve25519:PHONE"]
    pins.by_hand.add(USER)
    assert len(await devices.trusted([USER], PinRule.APPROVAL)) == 1
    assert await devices.excluded([USER], PinRule.APPROVAL) == frozenset()
    assert await devices.sender_trust(*sender, PinRule.APPROVAL) is SenderTrust.SIGNED
    assert server.asked == 1


async def test_an_approval_counts_at_once_and_asks_nobody() -> None:
    owner, pins = Owner(), FakePins(**{USER: "ANOTHER"})
    devices, server, _ = book(owner.answer(), pins)
    for _ in range(20):
        assert await devices.trusted([USER]) == frozenset()
    pins.known[USER] = owner.master.public
    assert len(await devices.trusted([USER])) == 1
    pins.known[USER] = "ANOTHER"  # an administrator approved a newer identity than we have seen
    assert await devices.trusted([USER]) == frozenset()
    assert server.asked == 1


async def test_a_pin_that_is_declined_is_not_reported_as_made() -> None:
    class Declining(FakePins):
        def pin(self, user_id: str, master_key: str) -> None:
            return

    devices, _, _ = book(Owner().answer(), Declining())
    assert len(await devices.trusted([USER])) == 1
    assert devices.drain_news() == ()


async def test_a_pin_made_by_somebody_else_meanwhile_wins() -> None:
    class Raced(FakePins):
        def pin(self, user_id: str, master_key: str) -> None:
            self.known[user_id] = "APPROVED MEANWHILE"

    devices, _, _ = book(Owner().answer(), Raced())
    assert await devices.trusted([USER]) == frozenset()


def own_book(owner: Owner, key: str) -> tuple[DeviceBook, FakePins]:
    pins = FakePins()
    server = FakeServer(owner.answer())
    return DeviceBook(server, pins, OwnIdentity(USER, key)), pins  # type: ignore[arg-type]


async def test_a_ghost_on_the_bots_own_account_gets_nothing() -> None:
    mine = Owner()
    answer = mine.answer()
    answer["device_keys"][USER]["GHOST"] = mine.device_keys("GHOST", SigningKey(b"9" * 32))
    server, pins = FakeServer(answer), FakePins()
    own = OwnIdentity(USER, mine.master.public)
    devices = DeviceBook(server, pins, own)  # type: ignore[arg-type]
    for rule in PinRule:
        assert {d.device_id for d in await devices.trusted([USER], rule)} == {"PHONE"}
    assert pins.known == {}


async def test_the_bots_own_account_is_never_pinned_at_first_use() -> None:
    for known, told in ((Owner().master.public, [NewsKind.CHANGED]), ("", [])):
        devices, pins = own_book(Owner(salt=40), known)
        assert await devices.trusted([USER]) == frozenset()
        assert pins.known == {}
        assert [news.kind for news in devices.drain_news()] == told


async def test_of_two_devices_that_claim_one_key_neither_counts() -> None:
    good, thief = Owner(), Owner(40, OTHER)
    third = Owner(80, "@third:ex.test", b"t" * 32)
    answer = together(good.answer(), thief.answer(), third.answer())
    devices, _, _ = book(answer)
    found = await devices.trusted([USER, OTHER, third.user])
    assert {d.user_id for d in found} == {third.user}
    excluded = await devices.excluded([USER, OTHER, third.user])
    assert {(e.user_id, e.verdict) for e in excluded} == {
        (USER, DeviceTrust.DUPLICATE),
        (OTHER, DeviceTrust.DUPLICATE),
    }


async def test_a_ghost_that_claims_a_good_devices_key_harms_nobody() -> None:
    owner = Owner()
    answer = owner.answer()
    answer["device_keys"][USER]["GHOST"] = owner.device_keys("GHOST", SigningKey(b"9" * 32))
    devices, _, _ = book(answer)
    assert {d.device_id for d in await devices.trusted([USER])} == {"PHONE"}


async def test_a_claim_ends_with_its_device() -> None:
    good, thief = Owner(), Owner(40, OTHER)
    devices, server, _ = book(together(good.answer(), thief.answer()))
    assert await devices.trusted([USER, OTHER]) == frozenset()
    server.answer = together(good.answer(), Owner(40, OTHER, b"d" * 32).answer())
    devices.forget([OTHER])
    assert {d.user_id for d in await devices.trusted([USER, OTHER])} == {USER, OTHER}


async def test_what_happens_to_an_identity_is_reported_once() -> None:
    old, new, newer = Owner(), Owner(40), Owner(80)
    key, other, third = (o.master.public for o in (old, new, newer))
    devices, server, pins = book(old.answer())

    async def look(answer: Json) -> tuple[IdentityNews, ...]:
        server.answer = answer
        devices.forget([USER])
        for rule in (*PinRule, *PinRule):
            await devices.trusted([USER], rule)
        return devices.drain_news()

    first = IdentityNews(WHO, NewsKind.FIRST_SEEN, key, key)
    assert await look(old.answer()) == (first, IdentityNews(WHO, NewsKind.AWAITING, key, key))
    assert await look(old.answer()) == ()
    assert await look(new.answer()) == (IdentityNews(WHO, NewsKind.CHANGED, key, other),)
    assert await look(new.answer()) == ()
    assert await look(newer.answer()) == (IdentityNews(WHO, NewsKind.CHANGED, key, third),)
    assert await look({}) == (IdentityNews(WHO, NewsKind.GONE, key, ""),)
    broken = old.answer()
    del broken["self_signing_keys"]
    assert await look(broken) == (IdentityNews(WHO, NewsKind.BROKEN, key, key),)
    assert await look(old.answer()) == ()
    assert await look(new.answer()) == (IdentityNews(WHO, NewsKind.CHANGED, key, other),)
    pins.known[USER] = other
    pins.by_hand.add(USER)
    assert await look(new.answer()) == ()


async def test_a_changed_identity_without_devices_is_seen_too() -> None:
    answer = Owner().answer()
    answer["device_keys"][USER] = {}
    devices, _, _ = book(answer, FakePins(**{USER: "ANOTHER"}))
    assert await devices.sender_trust(USER, "c", "e") is SenderTrust.IDENTITY_CHANGED
    assert [n.kind for n in devices.drain_news()] == [NewsKind.CHANGED]


async def test_a_change_that_comes_back_after_it_was_over_is_reported_again() -> None:
    old, new = Owner(), Owner(40)
    devices, server, _ = book(old.answer())
    kinds = []
    for answer in (old.answer(), new.answer(), old.answer(), new.answer()):
        server.answer = answer
        devices.forget([USER])
        await devices.trusted([USER])
        kinds.append([news.kind for news in devices.drain_news()])
    assert kinds == [[NewsKind.FIRST_SEEN], [NewsKind.CHANGED], [], [NewsKind.CHANGED]]


def test_a_self_signing_key_that_is_not_signed_signs_nothing() -> None:
    answer = Owner().answer()
    assert [f.signed_by_owner for _, f in read(USER, answer).devices] == [True]
    del answer["self_signing_keys"][USER]["signatures"]
    assert [f.signed_by_owner for _, f in read(USER, answer).devices] == [False]


async def test_a_stranger_who_claims_an_officers_key_puts_out_himself_alone() -> None:
    class OfRegistry(FakePins):
        def pin(self, user_id: str, master_key: str) -> None:
            if user_id == USER:
                self.known[user_id] = master_key

    officer, stranger = Owner(), Owner(40, OTHER)
    server = FakeServer(together(officer.answer(), stranger.answer()))
    for order in ([USER, OTHER], [OTHER, USER]):
        devices = DeviceBook(server, OfRegistry())  # type: ignore[arg-type]
        for user in order:
            await devices.trusted([user])
        assert {d.user_id for d in await devices.trusted([USER, OTHER])} == {USER}
        assert (await devices.devices_of(OTHER)).others == {"PHONE": DeviceTrust.DUPLICATE}


async def test_a_claim_of_a_changed_identity_is_none_until_it_is_approved() -> None:
    officer, other = Owner(), Owner(40, OTHER)
    pins = FakePins(**{OTHER: "ANOTHER"})
    devices, _, _ = book(together(officer.answer(), other.answer()), pins)
    assert {d.user_id for d in await devices.trusted([USER, OTHER])} == {USER}
    pins.known[OTHER] = other.master.public
    assert await devices.trusted([USER, OTHER]) == frozenset()


async def test_a_resident_who_names_an_officers_key_puts_out_himself_alone() -> None:
    """Both are of the registry; the officer was pinned earlier, or a human vouched for him."""
    officer, resident = Owner(), Owner(40, OTHER)
    pins = FakePins()
    pins.since = {USER: 1.0, OTHER: 2.0}
    devices, _, _ = book(together(officer.answer(), resident.answer()), pins)
    assert {d.user_id for d in await devices.trusted([USER, OTHER])} == {USER}
    assert (await devices.devices_of(OTHER)).others == {"PHONE": DeviceTrust.DUPLICATE}
    pins.since = {USER: 2.0, OTHER: 1.0}
    assert {d.user_id for d in await devices.trusted([USER, OTHER])} == {OTHER}
    pins.by_hand.add(USER)
    assert {d.user_id for d in await devices.trusted([USER, OTHER])} == {USER}
