"""What the commune's book keeps of a verification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pc_matrix.book import Book
from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.pinning import IdentityNews, NewsKind, Pin, PinOrigin
from policies.verification import Outcome, Verification
from tests.fakes import commune as c
from tests.fakes.world import FakeClock

ROW = Verification(c.OFFICER, "$flow", "!private", c.NOW)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    url = f"sqlite:///{tmp_path / 'registry.db'}"
    with Registry.open(url, Vault(b"k" * 32)) as opened:
        opened.declare(c.commune(), c.NOW)
        yield opened


def test_a_verified_identity_counts_at_once_and_settles_what_was_noticed(
    registry: Registry,
) -> None:
    book = Book(registry, c.commune(), FakeClock())
    registry.set_pin(c.CODE, c.OFFICER, "OLD", c.START)
    changed = IdentityNews(c.OFFICER, NewsKind.CHANGED, "OLD", "NEW")
    book.note_identity(changed)
    assert (book.pinned(c.OFFICER), book.approved(c.OFFICER)) == ("OLD", False)
    book.pin_verified(c.OFFICER, "NEW")
    assert (book.pinned(c.OFFICER), book.approved(c.OFFICER)) == ("NEW", True)
    assert registry.pins(c.CODE) == {c.OFFICER: Pin("NEW", PinOrigin.VERIFIED, c.NOW)}
    assert book.untold_identities() == []
    awaiting = replace(changed, kind=NewsKind.AWAITING)
    assert not any(book.note_identity(late) for late in (changed, awaiting))
    assert book.untold_identities() == []
    broken, again = replace(changed, kind=NewsKind.BROKEN), replace(changed, current="THIRD")
    assert all(book.note_identity(news) for news in (broken, again))


def test_a_first_use_settles_nothing(registry: Registry) -> None:
    book = Book(registry, c.commune(), FakeClock())
    registry.set_pin(c.CODE, c.OFFICER, "KEY", c.START)
    assert book.note_identity(IdentityNews(c.OFFICER, NewsKind.AWAITING, "KEY", "KEY"))


def test_an_end_is_in_the_audit_and_nowhere_else(registry: Registry) -> None:
    book = Book(registry, c.commune(), FakeClock())
    book.set_verification(ROW)
    assert book.verifications() == [ROW]
    book.end_verification(c.OFFICER, "$flow", Outcome.MISMATCH)
    assert book.verifications() == []
    (row,) = registry.audits(c.CODE, action="verification.")
    assert (row.action, row.subject, row.note) == ("verification.mismatch", c.OFFICER, "$flow")
