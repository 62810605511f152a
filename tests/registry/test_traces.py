from __future__ import annotations

from datetime import timedelta

from pc_matrix.registry import Audit, Registry
from policies.pinning import IdentityNews, NewsKind, Pin, PinOrigin
from policies.terms import UserId
from tests.registry.conftest import CODE, NOW, OTHER

ANNE, BORIS = UserId("@anne:s.test"), UserId("@boris:s.test")
LATER = NOW + timedelta(hours=1)


def test_pins(registry: Registry) -> None:
    assert registry.pin(CODE, ANNE) is None
    registry.set_pin(CODE, ANNE, "key1", NOW)
    registry.set_pin(CODE, ANNE, "key2", NOW)
    assert registry.pin(CODE, ANNE) == "key2"
    assert registry.pins(CODE) == {ANNE: Pin("key2", PinOrigin.FIRST_USE, NOW)}
    registry.set_pin(CODE, ANNE, "key3", LATER, PinOrigin.VERIFIED)
    assert registry.pins(CODE) == {ANNE: Pin("key3", PinOrigin.VERIFIED, LATER)}
    assert registry.pins(OTHER) == {}


def test_a_first_use_replaces_no_pin(registry: Registry) -> None:
    assert registry.pin_first(CODE, ANNE, "key1", NOW)
    registry.set_pin(CODE, ANNE, "key2", NOW, PinOrigin.APPROVED)
    assert not registry.pin_first(CODE, ANNE, "key3", LATER)
    assert registry.pins(CODE) == {ANNE: Pin("key2", PinOrigin.APPROVED, NOW)}


def test_news_of_an_identity_are_kept_once_until_a_pin_settles_them(registry: Registry) -> None:
    changed = IdentityNews(ANNE, NewsKind.CHANGED, "key1", "key2")
    again = IdentityNews(ANNE, NewsKind.CHANGED, "key1", "key3")
    gone = IdentityNews(BORIS, NewsKind.GONE, "key1", "")
    assert registry.note_identity(CODE, changed, NOW)
    assert not registry.note_identity(CODE, changed, LATER)
    registry.identity_told(CODE, changed, LATER)
    assert registry.note_identity(CODE, again, LATER)
    assert registry.note_identity(CODE, gone, LATER)
    assert registry.note_identity(OTHER, changed, LATER)
    assert registry.identity_news(CODE) == [(changed, NOW), (again, LATER), (gone, LATER)]
    assert registry.identity_news(CODE, untold=True) == [(again, LATER), (gone, LATER)]
    assert registry.identity_told_since(CODE, ANNE, NOW) == 1
    assert registry.identity_told_since(CODE, ANNE, LATER + timedelta(seconds=1)) == 0
    registry.set_pin(CODE, ANNE, "key2", LATER)
    assert registry.identity_news(CODE) == [(gone, LATER)]
    assert registry.identity_news(OTHER) == [(changed, LATER)]


def test_the_audit_gives_the_newest_first(registry: Registry) -> None:
    for n in range(3):
        registry.audit(CODE, NOW, "appoint", f"@p{n}:s.test", actor="cli", note="referent")
    registry.audit(OTHER, NOW, "revoke", "@x:s.test")
    assert [a.subject for a in registry.audits(CODE, 2)] == ["@p2:s.test", "@p1:s.test"]
    assert registry.audits(OTHER) == [Audit(NOW, "revoke", "@x:s.test", "", "")]


def test_who_changes_his_keys_without_end_leaves_one_row(registry: Registry) -> None:
    news = [IdentityNews(ANNE, NewsKind.CHANGED, "OLD", f"KEY{i}") for i in range(5)]
    assert [registry.note_identity(CODE, item, NOW) for item in news] == [True, *[False] * 4]
    assert registry.identity_news(CODE) == [(news[-1], NOW)]
    registry.identity_told(CODE, news[-1], NOW)
    assert registry.note_identity(CODE, news[0], LATER)
    assert [item for item, _at in registry.identity_news(CODE)] == [news[-1], news[0]]
