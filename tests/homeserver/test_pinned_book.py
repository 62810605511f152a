"""The pins of the registry as the session reads them, and what it noticed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pc_matrix.book import Book
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.pinning import IdentityNews, NewsKind, PinOrigin
from policies.terms import Person
from tests.fakes import commune as c
from tests.fakes.world import FakeClock

CHANGED = IdentityNews(c.RESIDENT, NewsKind.CHANGED, "key1", "key2")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", Vault(b"k" * 32)) as opened:
        opened.add_person(c.CODE, Person(c.RESIDENT, "Alice"))
        yield opened


def test_a_first_use_is_pinned_once_and_is_no_approval(registry: Registry) -> None:
    book = Book(registry, c.commune(), FakeClock())
    assert (book.pinned(c.RESIDENT), book.approved(c.RESIDENT)) == (None, False)
    book.pin(c.RESIDENT, "key1")
    book.pin(c.RESIDENT, "key2")
    assert (book.pinned(c.RESIDENT), book.approved(c.RESIDENT)) == ("key1", False)
    assert [a.action for a in registry.audits(c.CODE)] == ["identity.pinned"]


def test_strangers_do_not_fill_the_registry(registry: Registry) -> None:
    book = Book(registry, c.commune(), FakeClock())
    book.pin(c.STRANGER, "key")
    assert book.pinned(c.STRANGER) is None
    assert registry.pins(c.CODE) == {}
    assert registry.audits(c.CODE) == []


def test_an_approval_by_another_process_counts_a_second_later(registry: Registry) -> None:
    clock = FakeClock()
    book = Book(registry, c.commune(), clock)
    book.pin(c.RESIDENT, "key1")
    assert book.pinned(c.RESIDENT) == "key1"
    registry.set_pin(c.CODE, c.RESIDENT, "key2", c.NOW, PinOrigin.APPROVED)
    clock.at += timedelta(seconds=1)
    assert (book.pinned(c.RESIDENT), book.approved(c.RESIDENT)) == ("key2", True)


def test_a_clock_put_back_does_not_freeze_the_pins(registry: Registry) -> None:
    clock = FakeClock()
    book = Book(registry, c.commune(), clock)
    assert book.pinned(c.RESIDENT) is None
    registry.set_pin(c.CODE, c.RESIDENT, "key", c.NOW)
    clock.at -= timedelta(days=1)
    assert book.pinned(c.RESIDENT) == "key"


def test_news_are_audited_once_and_untold_until_told(registry: Registry) -> None:
    book = Book(registry, c.commune(), FakeClock())
    assert book.note_identity(CHANGED)
    assert not Book(registry, c.commune(), FakeClock()).note_identity(CHANGED)
    assert [a.action for a in registry.audits(c.CODE)] == ["identity.changed"]
    assert book.untold_identities() == [CHANGED]
    book.identity_told(CHANGED)
    assert book.untold_identities() == []
    assert book.identity_told_today(c.RESIDENT) == 1
