"""A message's words: both of its forms, mentions as accounts, and what a human has to confirm."""

from __future__ import annotations

import pytest

from policies.denunciation.verdict import Decision, Finding, Rule, Verdict
from policies.formatted import Formatted
from policies.mentions import account, named
from policies.message_words import Words, careful, plain, whole
from tests.fakes import commune as c

VAN = "Un fourgon blanc tourne."
PILL = (("Alice", "@alice"), ("Alice Martin", "@martin"), ("\u200b", "@nobody"))


def rules(words: Words) -> list[Rule]:
    return [doubt.rule for doubt in words.doubts]


@pytest.mark.parametrize(
    ("body", "html"),
    [
        (VAN, VAN),
        ("Un **fourgon** _blanc_ tourne.", VAN),
        ("# Un fourgon\n\nblanc tourne.", VAN),
        ("* un\n* deux", "- un\n- deux"),
        ("1) un\n2) deux", "1. un\n2. deux"),
        ("> Un fourgon\n\nVu.", "> Un fourgon\nVu."),
        ("Un ~~bus~~ fourgon", "Un ~~bus~~ fourgon"),
        (r"5 \* 3", "5 * 3"),
        ("Le cafe\u0301", "Le café"),
        ("Un four\u200bgon", "Un fourgon"),
    ],
)
def test_two_forms_that_say_the_same_are_one(body: str, html: str) -> None:
    words = whole(c.message(body, formatted=Formatted(html)))
    assert words == Words(body.replace("\u200b", ""))


@pytest.mark.parametrize(
    ("body", "html"),
    [
        (VAN, "C'est Karim."),
        (VAN, f"{VAN} C'est Karim."),
        (f"{VAN} C'est Karim.", VAN),
        ("Il n'a pas volé.", "Il n'a ~~pas~~ volé."),
        ("Karim a volé", "> Karim a volé"),
        (VAN, ""),
        ("", VAN),
    ],
)
def test_two_forms_that_differ_are_both_there_and_shown(body: str, html: str) -> None:
    words = whole(c.message(body, formatted=Formatted(html)))
    assert words.text == "\n".join(part for part in (body, html) if part)
    assert rules(words) == [Rule.TWO_FORMS]


def test_a_message_of_one_form_is_its_body() -> None:
    assert whole(c.message(VAN)) == Words(VAN)


@pytest.mark.parametrize("text", [VAN, f"\u200b{VAN} https://ex.fr", "https://matrix.to/#/@a:b.fr"])
def test_a_text_is_a_message_of_one_form(text: str) -> None:
    assert plain(text) == whole(c.message(text))


def test_where_a_link_leads_is_said_once() -> None:
    link = "https://exemple.fr/karim"
    hidden = whole(c.message("Voyez ici.", formatted=Formatted("Voyez ici.", (link,))))
    assert hidden.text == f"Voyez ici.\n{link}"
    assert rules(hidden) == [Rule.TWO_FORMS, Rule.LINK]
    body = f"Voyez [ici]({link})."
    told = whole(c.message(body, formatted=Formatted("Voyez ici.", (link,))))
    assert told.text == body
    assert rules(told) == [Rule.LINK]


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("Voir https://exemple.fr/a puis", "https://exemple.fr/a"),
        ("Voir HTTP://EXEMPLE.FR", "HTTP://EXEMPLE.FR"),
        ("Voir www.exemple.fr", "www.exemple.fr"),
        ("Voir facebook.com/karim.b", "facebook.com/karim.b"),
    ],
)
def test_a_link_is_for_a_human(text: str, link: str) -> None:
    (doubt,) = whole(c.message(text)).doubts
    assert (doubt.rule, text[doubt.start : doubt.end]) == (Rule.LINK, link)


@pytest.mark.parametrize("text", ["et/ou, 12/14", "à 12.30/13.00", "a.b@mairie.fr", "rue.Voir là"])
def test_what_is_no_link_is_none(text: str) -> None:
    assert whole(c.message(text)).doubts == ()


def test_what_is_hidden_is_for_a_human() -> None:
    assert rules(whole(c.message(VAN, formatted=Formatted(VAN, hides=True)))) == [Rule.HIDDEN]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Alice : un fourgon.", "@alice : un fourgon."),
        ("Alice Martin, Alice et Alicette", "@martin, @alice et Alicette"),
        ("[Alice](https://matrix.to/#/@alice:ex.test) !", "@alice !"),
        ("Dites à https://matrix.to/#/@alice:ex.test?via=ex.test", "Dites à @alice"),
    ],
)
def test_who_is_mentioned_is_an_account_whatever_he_calls_himself(body: str, text: str) -> None:
    assert whole(c.message(body, formatted=Formatted(text, mentions=PILL))) == Words(text)


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("https://matrix.to/#/@alice:ex.test", "@alice"),
        (" HTTPS://MATRIX.TO/#/%40alice%3Aex.test?via=a ", "@alice"),
        ("matrix:u/alice:ex.test?action=chat", "@alice"),
        ("https://matrix.to/#/@a/b=c:ex.test", "@a-b-c"),
        ("https://matrix.to/#/!room:ex.test", ""),
        ("https://exemple.fr/@alice:b", ""),
        ("", ""),
    ],
)
def test_links_to_accounts(link: str, name: str) -> None:
    assert account(link) == name
    assert (named(link).strip() == name) is bool(name) or not link


FOUND = (Finding(Rule.PERSON, 0, 5),)
DOUBTFUL = Words(VAN, (Finding(Rule.LINK, 0, 2),))


@pytest.mark.parametrize(
    ("decision", "careful_decision"),
    [
        (Decision.RELAY, Decision.HOLD),
        (Decision.REDACT, Decision.REDACT),
        (Decision.HOLD, Decision.HOLD),
        (Decision.RETURN, Decision.RETURN),
    ],
)
def test_nothing_in_doubt_leaves_without_a_human(
    decision: Decision, careful_decision: Decision
) -> None:
    verdict = Verdict(decision, "x", FOUND)
    assert careful(verdict, Words(VAN)) == verdict
    made = careful(verdict, DOUBTFUL)
    assert (made.decision, made.text) == (careful_decision, "x")
    told = FOUND if decision is Decision.RETURN else DOUBTFUL.doubts + FOUND
    assert made.findings == told


def test_words_show_no_text() -> None:
    assert "fourgon" not in repr(DOUBTFUL) + repr(Formatted(VAN))
