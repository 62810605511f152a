"""What people type: names, categories, report numbers and addressees, with and without accents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.commands import (
    CommandName,
    Numbered,
    Spoken,
    bulletin_number,
    category,
    lets_name,
    numbered,
    spoken,
    urgent,
)
from policies.terms import Category


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!signaler", Spoken(CommandName.FLAG, "")),
        ("  !Signaler véhicule", Spoken(CommandName.FLAG, "véhicule")),
        ("!SIGNALER: cambriolage", Spoken(CommandName.FLAG, "cambriolage")),
        ("!répondre 2026-0042 merci", Spoken(CommandName.REPLY, "2026-0042 merci")),
        ("!repondre 2026-0042 merci", Spoken(CommandName.REPLY, "2026-0042 merci")),
        ("!diffuser tous  Attention.", Spoken(CommandName.BROADCAST, "tous  Attention.")),
        ("!retirer 12", Spoken(CommandName.WITHDRAW, "12")),
        ("!aide", Spoken(CommandName.HELP, "")),
        ("!sginaler", Spoken(CommandName.UNKNOWN, "")),
        ("Bonjour !signaler", None),
        ("!", None),
        ("!!!", None),
        ("", None),
    ],
)
def test_spoken(text: str, expected: Spoken | None) -> None:
    assert spoken(text) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("véhicule", Category.SUSPICIOUS_VEHICLE),
        ("vehicules suspects", Category.SUSPICIOUS_VEHICLE),
        ("Cambriolage", Category.BURGLARY),
        ("cambri", Category.BURGLARY),
        ("un démarcheur", Category.ABUSIVE_CANVASSING),
        ("incivilités", Category.INCIVILITY),
        ("personne vulnérable", Category.VULNERABLE_PERSON),
        ("autre", Category.OTHER),
        ("", None),
        ("bla", None),
    ],
)
def test_category(words: str, expected: Category | None) -> None:
    assert category(words) == expected


@pytest.mark.parametrize(
    ("rest", "allowed"),
    [("", True), ("oui", True), ("non", False), (": Non !", False), ("plus", False)],
)
def test_a_name_is_allowed_unless_no_is_said(rest: str, allowed: bool) -> None:
    assert lets_name(rest) is allowed


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("2026-0042 Une patrouille passe.", Numbered("2026-0042", "Une patrouille passe.")),
        ("2026-42 Merci", Numbered("2026-0042", "Merci")),
        ("«2026-0042» Merci", Numbered("2026-0042", "Merci")),
        ("2026-0042\nMerci\nà vous", Numbered("2026-0042", "Merci\nà vous")),
        ("2026-0042", Numbered("2026-0042", "")),
        ("2026-0042   ", Numbered("2026-0042", "")),
        ("42 Merci", Numbered("", "42 Merci")),
        ("merci beaucoup", Numbered("", "merci beaucoup")),
        ("", Numbered("", "")),
    ],
)
def test_numbered(rest: str, expected: Numbered) -> None:
    assert numbered(rest) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!sans-suite 2026-0042 vu", Spoken(CommandName.DROP, "2026-0042 vu")),
        ("!sans suite 2026-0042 vu", Spoken(CommandName.DROP, "2026-0042 vu")),
        ("!Sans‑Suite", Spoken(CommandName.DROP, "")),
        ("!sans_suite: vu", Spoken(CommandName.DROP, "vu")),
        ("!sans suite", Spoken(CommandName.DROP, "")),
        ("!sans rien", Spoken(CommandName.UNKNOWN, "rien")),
        ("!sans", Spoken(CommandName.UNKNOWN, "")),
        ("!mes signalements", Spoken(CommandName.MINE, "")),
        ("!mes-signalements", Spoken(CommandName.MINE, "")),
        ("!rapport 2026-0042", Spoken(CommandName.HISTORY, "2026-0042")),
        ("!repondre\n2026-0042 vu", Spoken(CommandName.REPLY, "2026-0042 vu")),
    ],
)
def test_what_is_said_of_reports(text: str, expected: Spoken) -> None:
    assert spoken(text) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [("urgent", True), ("cambriolage URGENT !", True), ("urgence", True), ("véhicule", False)],
)
def test_urgent(words: str, expected: bool) -> None:
    assert urgent(words) is expected


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("12", 12),
        ("n° 12", 12),
        ("N°7", 7),
        ("no 3", 3),
        ("", None),
        ("douze", None),
        ("1 2", None),
    ],
)
def test_bulletin_number(rest: str, expected: int | None) -> None:
    assert bulletin_number(rest) == expected


@given(st.text())
def test_nothing_that_is_typed_raises(text: str) -> None:
    spoken("!a" + text)
    category(text)
    numbered(text)
    urgent(text)
    bulletin_number(text)
