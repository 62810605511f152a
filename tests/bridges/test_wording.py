"""Every text in both languages, with the same blanks; and notices that Element shows well."""

from __future__ import annotations

import ast
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import pytest

import bridges.wording
from bridges.wording import advice, bulletin, relay, welcome
from bridges.wording.catalogue import LANGUAGES, MissingTextError, keys, placeholders, text
from bridges.wording.dates import moment
from bridges.wording.notice import Bullets, Paragraph, Quote, Title, notice
from policies.broadcast import Bulletin
from policies.certificates import CertificateFault, Expiry
from policies.charter import Asked
from policies.denunciation.verdict import Rule
from policies.emergency import Emergency
from policies.history import Way
from policies.refusal import Refusal
from policies.reports import ReportState
from policies.steps import Standing, StepKind
from policies.terms import CHARTER_VERSION, Category, Person
from tests.fakes import commune as c

BULLETIN = Bulletin(c.commune().authorities[0], "x", (c.CENTRE,), (c.CENTRE_ROOM,))


def test_both_catalogues_have_the_same_keys() -> None:
    french, english = (keys(language) for language in LANGUAGES)
    assert french == english
    assert len(french) > 60


@pytest.mark.parametrize("key", sorted(keys("fr")))
def test_both_texts_have_the_same_blanks_and_words(key: str) -> None:
    assert placeholders("fr", key) == placeholders("en", key)
    assert all(
        text(language, key, **dict.fromkeys(placeholders("fr", key), "x")).strip()
        for language in LANGUAGES
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("prefix", "members"),
    [
        ("refusal", Refusal),
        ("category", Category),
        ("rule", Rule),
        ("emergency", Emergency),
        ("certificate", CertificateFault),
        ("certificate", Expiry),
        ("history", StepKind),
        ("history", Way),
    ],
)
def test_every_member_has_its_text(language: str, prefix: str, members: type[StrEnum]) -> None:
    missing = [m.value for m in members if f"{prefix}.{m.value}" not in keys(language)]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ReportState)
def test_every_state_of_a_report_can_be_told(language: str, state: ReportState) -> None:
    """``!rapport`` may ask for any of them; what left stands with its authorities, too."""
    left = (ReportState.SENT, ReportState.UNCERTAIN)
    stands = [f".{s.name.lower().replace('_', '-')}" for s in Standing] if state in left else [""]
    assert {f"state.{state.value}{one}" for one in stands} <= keys(language)


def test_every_key_in_the_code_has_a_text() -> None:
    """The literal keys in the wording's own sources, found in their syntax trees."""
    folder = Path(bridges.wording.__file__).parent
    used = {
        node.args[1].value
        for source in folder.glob("*.py")
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "text"
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
    }
    assert len(used) > 20
    assert used <= keys("fr")


NUMBERS = {
    Emergency.SUICIDE: ("15", "3114"),
    Emergency.CHILD: ("119",),
    Emergency.PARTNER: ("3919",),
    Emergency.FRAIL: ("3977",),
    Emergency.THREAT: ("17",),
    Emergency.MEDICAL: ("15",),
    Emergency.NOW: ("17",),
    Emergency.FIRE: ("18",),
}
NOT_FOR_THE_POLICE = (Emergency.MEDICAL, Emergency.FIRE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("which", Emergency)
def test_112_and_114_stand_in_the_sentence_of_every_number(language: str, which: Emergency) -> None:
    sentence = text(language, f"emergency.{which.value}")
    assert ". " not in sentence
    assert "? " not in sentence
    everywhere = ("112", "114") if which in NOT_FOR_THE_POLICE else ("17", "112", "114")
    assert {*everywhere, *NUMBERS[which]} <= set(re.findall(r"\d+", sentence))


def test_an_unknown_key_is_our_mistake() -> None:
    with pytest.raises(MissingTextError):
        text("fr", "no.such.key")


def test_an_unknown_language_is_french() -> None:
    assert text("xx", "declined.body") == text("fr", "declined.body")


def test_blocks_in_plain_and_html() -> None:
    made = notice(
        Title("A & B"),
        Paragraph("un\ndeux"),
        Quote("<i>x</i>\ny"),
        Bullets(("a", "b")),
        mentions=(c.REFERENT,),
    )
    assert made.body == "A & B\nun\ndeux\n> <i>x</i>\n> y\n• a\n• b"
    assert made.html == (
        "<p><strong>A &amp; B</strong></p><p>un<br>deux</p>"
        "<blockquote><p>&lt;i&gt;x&lt;/i&gt;<br>y</p></blockquote><ul><li>a</li><li>b</li></ul>"
    )
    assert made.mentions == (c.REFERENT,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_charter_is_short_and_names_the_commune(language: str) -> None:
    made = welcome.charter(language, "Saint-Exemple")
    assert "Saint-Exemple" in made.body
    assert "17" in made.body
    assert len(made.body) < 1200


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_does_without_reactions_is_asked_for_none(language: str) -> None:
    person = Person(c.REFERENT, "Hélène", language)
    facts = relay.ReportFacts("2026-0001", Category.OTHER, "Gare", "Hélène", c.NOW, "Europe/Paris")
    asked = "agissez" if language == "fr" else "eact"
    for by_reaction in (True, False):
        shown = bulletin.Facts(1, ("x",), 2, by_reaction=by_reaction)
        made = (
            advice.preview(person, "x", (), by_reaction=by_reaction),
            relay.report(language, replace(facts, by_reaction=by_reaction), "x"),
            bulletin.preview(person, BULLETIN, shown, (), language),
            welcome.referent_help(person, by_reaction=by_reaction),
        )
        assert [asked in notice.body for notice in made] == [by_reaction] * 4


def test_moments_are_the_communes_own() -> None:
    assert moment("fr", c.NOW, "Europe/Paris") == "23 novembre 2026, 13:00"
    assert moment("en", c.NOW, "America/Cayenne") == "November 23, 2026, 09:00"


def test_a_charter_with_other_words_has_another_version() -> None:
    """When this fails: a new ``CHARTER_VERSION``, which asks everybody again, and a new digest."""
    words = "\n".join(welcome.charter(language, "X").body for language in LANGUAGES)
    digest = hashlib.sha256(words.encode()).hexdigest()[:16]
    assert (CHARTER_VERSION, digest) == ("1", "419643a1bded97e9")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", Asked)
@pytest.mark.parametrize("by_reaction", [True, False])
def test_who_is_asked_is_told_how_to_accept(language: str, why: Asked, by_reaction: bool) -> None:
    commune = replace(c.commune(), flag_by_reaction=by_reaction)
    made = welcome.invitation(Person(c.RESIDENT, "Alice", language), commune, why)
    assert "✅" in made.body
    assert ("eact" in made.body or "éagissez" in made.body) is by_reaction
    assert welcome.charter(language, commune.name).body in made.body


def test_who_is_asked_again_hears_until_when() -> None:
    dated = replace(c.commune(), charter_deadline=datetime(2027, 1, 31, 23, tzinfo=UTC))
    person = Person(c.RESIDENT, "Alice")
    assert "31 janvier 2027" in welcome.invitation(person, dated, Asked.AGAIN).body
    assert "31 janvier 2027" not in welcome.invitation(person, dated, Asked.FIRST).body
