"""What people type: names, categories, report numbers and addressees, with and without accents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.commands import (
    _NAMES,
    _TWO_WORDS,
    CAREFUL,
    CommandName,
    Numbered,
    Spoken,
    bulletin_number,
    category,
    lets_name,
    numbered,
    spoken,
    urgent,
    without_bang,
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
        ("!sginaler", Spoken(CommandName.FLAG, "")),
        ("Bonjour !signaler", None),
        ("!", None),
        ("!!!", None),
        ("", None),
    ],
)
def test_spoken(text: str, expected: Spoken | None) -> None:
    assert spoken(text) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("!signlaer véhicule", Spoken(CommandName.FLAG, "véhicule")),
        ("!signalr", Spoken(CommandName.FLAG, "")),
        ("!sgnaller urgent", Spoken(CommandName.FLAG, "urgent")),
        ("!repondr 2026-0042 merci", Spoken(CommandName.REPLY, "2026-0042 merci")),
        ("!répnodre 2026-0042 merci", Spoken(CommandName.REPLY, "2026-0042 merci")),
        ("!rappotr 2026-0042", Spoken(CommandName.HISTORY, "2026-0042")),
        ("!mes signalement", Spoken(CommandName.MINE, "")),
        ("!mes-sinalements", Spoken(CommandName.MINE, "")),
        ("!aidr", Spoken(CommandName.HELP, "")),
        ("!acepter", Spoken(CommandName.ACCEPT, "")),
        ("! signaler véhicule", Spoken(CommandName.FLAG, "véhicule")),
        ("! aide", Spoken(CommandName.HELP, "")),
        ("!!signaler", Spoken(CommandName.FLAG, "")),
        ("!\u00a0signaler", Spoken(CommandName.FLAG, "")),
        ("\uff01signaler", Spoken(CommandName.FLAG, "")),
        ("!\uff53\uff49\uff47\uff4e\uff41\uff4c\uff45\uff52", Spoken(CommandName.FLAG, "")),
        ("!Signaler:", Spoken(CommandName.FLAG, "")),
    ],
)
def test_what_is_plainly_meant_is_understood(typed: str, expected: Spoken) -> None:
    assert spoken(typed) == expected


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("!retier 12", CommandName.WITHDRAW),
        ("!quiter", CommandName.LEAVE),
        ("!difuser tous : bonjour", CommandName.BROADCAST),
        ("!diffuesr tous : bonjour", CommandName.BROADCAST),
        ("!sans-suitte 2026-0042", CommandName.DROP),
        ("!sans suit 2026-0042", CommandName.DROP),
        ("!clasesr 2026-0042", CommandName.DROP),
        ("!mon-non", CommandName.NAME),
    ],
)
def test_what_does_harm_is_never_done_on_a_guess(typed: str, meant: CommandName) -> None:
    said = spoken(typed)
    assert said is not None
    assert (said.name, said.meant) == (CommandName.UNKNOWN, meant)


@pytest.mark.parametrize("name", CommandName)
def test_whatever_is_guessed_does_no_harm(name: CommandName) -> None:
    """Every way to write a command with one letter less: it, or nothing, or a question."""
    words = [word for word, known in _NAMES.items() if known is name and word not in _TWO_WORDS]
    for word in words:
        for i in range(len(word)):
            typed = word[:i] + word[i + 1 :]
            said = spoken(f"!{typed}")
            if said is None or typed in _NAMES:
                continue
            assert said.name not in CAREFUL
            assert said.name in (name, CommandName.UNKNOWN)


@pytest.mark.parametrize(
    "typed",
    ["!line", "!bonjour", "!xyz", "!mes amis", "!sans doute", "!san", "!réunion demain", "!a"],
)
def test_what_could_be_several_or_none_is_not_guessed(typed: str) -> None:
    said = spoken(typed)
    assert said is not None
    assert (said.name, said.meant) == (CommandName.UNKNOWN, None)


@pytest.mark.parametrize(
    "text",
    [
        "! Attention au chien",
        "! Rapport de la réunion",
        "! Sans doute un chat",
        "! signalr",
        "! ",
        "!!",
        "!1 fourgon",
        "\uff01\uff01",
    ],
)
def test_an_exclamation_is_no_command(text: str) -> None:
    assert spoken(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("signaler", Spoken(CommandName.FLAG, "")),
        ("Signaler", Spoken(CommandName.FLAG, "")),
        ("signaler véhicule", Spoken(CommandName.FLAG, "véhicule")),
        ("Signaler : urgent", Spoken(CommandName.FLAG, "urgent")),
        ("signaler cambriolage urgent", Spoken(CommandName.FLAG, "cambriolage urgent")),
        ("signaler quoi ?", None),
        ("il faut signaler", None),
        ("signaler la voiture à la mairie demain", None),
        ("signalr", None),
        ("signal", None),
        ("", None),
    ],
)
def test_without_its_sign_only_what_says_nothing_else(text: str, expected: Spoken | None) -> None:
    assert without_bang(text) == expected


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
