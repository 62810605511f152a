"""The keywords baseline: an honest opponent does what it promises."""

from __future__ import annotations

import json

import pytest

from baselines.keywords import decide
from baselines.lines import Answer, answers


@pytest.mark.parametrize(
    "text",
    [
        "M. Husson a volé un vélo.",
        "madame Husson deale devant l'école",
        "C'est Gaël Le-Perche qui tague l'abribus.",
        "Le fils du boucher casse tout.",
        "MON VOISIN A ENCORE INSULTÉ LE FACTEUR",
        "ma belle-sœur, menteuse",
    ],
)
def test_a_reproach_to_somebody_is_returned(text: str) -> None:
    answer = decide(text)
    assert (answer.decision, answer.text) == ("return", "")
    assert answer.rules[-1] == "accusation"


@pytest.mark.parametrize(
    ("text", "masked", "rules"),
    [
        ("M. Husson est tombé.", "M. [personne] est tombé.", ("person",)),
        (
            "Merci à Inès Duroc, et au 06 12 34 56 78.",
            "Merci à [personne], et au [téléphone].",
            ("person", "phone"),
        ),
        (
            "Mme Aïcha Kaddouri remercie Inès Duroc.",
            "Mme [personne] remercie [personne].",
            ("person",),
        ),
        ("Écrire à a.b@exemple.fr", "Écrire à [courriel]", ("email",)),
        ("Portable : +33 6 12.34.56.78", "Portable : [téléphone]", ("phone",)),
    ],
)
def test_a_name_a_phone_and_an_address_are_masked(
    text: str, masked: str, rules: tuple[str, ...]
) -> None:
    assert decide(text) == Answer("redact", masked, rules)


@pytest.mark.parametrize(
    "text",
    [
        "Deux hommes en scooter ont volé un vélo.",
        "Un fourgon blanc rue Victor Hugo, vitre cassée.",
        "Vitre cassée à l'école Jean Jaurès.",
        "Peugeot Boxer volé lundi.",
        "Coupure d'eau jeudi de 8 h à 12 h.",
    ],
)
def test_facts_pass_unchanged(text: str) -> None:
    assert decide(text) == Answer("relay", text)


def test_it_answers_json_lines_like_our_filter() -> None:
    asked = [json.dumps({"id": n, "text": "M. Husson est tombé.\n\u2028é"}) for n in (7, 8)]
    answered = [json.loads(line) for line in answers(asked, decide)]
    assert answered == [
        {
            "id": n,
            "decision": "redact",
            "text": "M. [personne] est tombé.\n\u2028é",
            "rules": ["person"],
        }
        for n in (7, 8)
    ]
