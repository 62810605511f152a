"""An attacker's spelling buys no relay, and takes no fact away."""

from __future__ import annotations

import json
from random import Random

import pytest

from policies.denunciation.verdict import Decision
from tests.language.attacks import ATTACKS, MAIL_ATTACKS, PHONE_ATTACKS, Attack, in_words
from tests.language.corpus import FOLDER
from tests.language.leaks import RULES, WRITERS, decided, leaks, messages

MOST = 0.015
"""The share of messages that an attack may get through, for every one that is not below."""
KNOWN = {
    "broken by a space": 0.14, "broken by a blank": 0.12, "broken by an emoji": 0.14,
    "broken by a mark": 0.06, "doubled": 0.06, "all leet": 0.05, "leet digits": 0.04,
    "leet signs": 0.03, "quoted": 0.045, "markdown": 0.035, "spaced": 0.03, "wide spaced": 0.03,
    "emoji": 0.03, "emoji joined": 0.035, "alternating": 0.035, "flipped": 0.02,
    "armenian": 0.02,
}  # fmt: skip
"""What still gets through, measured: pieces that are words by themselves (*du mont*), digits that
can be several letters, names that are words and lose their capital. It must not grow."""
WHOLE = {
    "all leet": 0.08,
    "leet signs": 0.075,
    "leet digits": 0.05,
    "doubled": 0.08,
    "flipped": 0.03,
}
"""The same where every word of the message is attacked."""


def ceiling(attack: Attack) -> float:
    return KNOWN.get(attack.name, MOST)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_a_name_in_disguise_is_not_relayed(attack: Attack) -> None:
    tried, through = leaks(attack, "names", messages()[::9])
    assert tried > 40
    assert len(through) <= 1 + 1.5 * ceiling(attack) * tried, through[:5]


@pytest.mark.soak
@pytest.mark.parametrize("target", ["names", "deeds", "whole"])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_no_part_of_a_message_in_disguise_is_relayed(attack: Attack, target: str) -> None:
    tried, through = leaks(attack, target, messages())
    share = len(through) / tried
    print(f"\n{attack.name:24} {target:6} {tried:5} messages, {share:6.1%} got through")
    most = max(ceiling(attack), WHOLE.get(attack.name, 0.0) if target == "whole" else 0.0)
    assert share <= most, through[:5]


NUMBERS = ("06 12 34 56 78", "07 81 92 70 16", "04 68 00 21 95")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("attack", PHONE_ATTACKS, ids=lambda attack: attack.name)
def test_a_phone_is_masked_however_it_is_said(attack: Attack, number: str) -> None:
    said = attack.rewrite(number, Random(1))
    _, verdict = decided(f"La victime est joignable au {said} depuis hier, vers 15 h.")
    assert verdict.decision is Decision.REDACT
    assert verdict.text == "La victime est joignable au [téléphone] depuis hier, vers 15 h."


@pytest.mark.parametrize("attack", MAIL_ATTACKS, ids=lambda attack: attack.name)
def test_an_address_is_masked_however_it_is_said(attack: Attack) -> None:
    said = attack.rewrite("karim.benali@orange.fr", Random(1))
    _, verdict = decided(f"La victime répond à {said} tous les soirs.")
    assert verdict.text == "La victime répond à [courriel] tous les soirs."


@pytest.mark.parametrize("number", [2, 7, 12, 21, 45, 60, 71, 77, 80, 81, 92, 99])
def test_a_house_number_in_letters_is_a_house_number(number: int) -> None:
    _, verdict = decided(f"Cambriolage au {in_words(number)} rue des Lilas cette nuit.")
    assert verdict.text == "Cambriolage au [adresse] rue des Lilas cette nuit."
    _, verdict = decided(f"Mon voisin du {in_words(number)} vole des vélos.")
    assert verdict.decision is Decision.RETURN


@pytest.mark.parametrize(
    "fact",
    [
        "Fourgon AB-123-CD vers 22h30, deux hommes, trente euros volés.",
        "Vol de deux vélos, six pneus et douze bouteilles ; zéro témoin, quatre voitures abîmées.",
        "Dépôt sauvage : 2 m3 de gravats, 15 sacs, un canapé, sur la D35 et la RN7.",
        "Marché de 8h30 à 12h30, du 01/02 au 15/03/2025, deux rues fermées.",
        "Peugeot 206, 4x4 noir, C4 grise, plaque 1234 AB 59, un T-shirt, 3 ou 4 jeunes.",
        "Rendez-vous au deux pièces du rez-de-chaussée, tee-shirts et pique-nique fournis.",
        "Il y a à l'école, à 4 h 20, un 4e étage, la 2e porte, la 1ère rue et 100 € perdus.",
        "Chat perdu 🐱🐱 allez les bleus 🇫🇷 merci 👍🏽",
    ],
)
def test_facts_are_no_disguise(fact: str) -> None:
    _, verdict = decided(fact)
    assert (verdict.decision, verdict.text) == (Decision.RELAY, fact)


FACTS = tuple(
    message
    for writer in WRITERS
    for line in (FOLDER / "corpus" / f"{writer}.jsonl").read_text("utf-8").splitlines()
    if (message := json.loads(line)).get("must_keep")
)


@pytest.mark.parametrize("name", ["zero-width", "bold", "cyrillic", "dotted", "spaced", "markdown"])
def test_a_disguise_takes_no_fact_away(name: str) -> None:
    attack = next(a for a in ATTACKS if a.name == name)
    lost = []
    for message in FACTS:
        analysis, plain = decided(message["text"])
        kept = [fact for fact in message["must_keep"] if fact in plain.text]
        parts, at = [], 0
        for first, last in ((e.start, e.end) for e in analysis.entities if e.kind == "person"):
            name_ = message["text"][first:last]
            if first >= at and not any(fact in message["text"][first:last] for fact in kept):
                parts += [message["text"][at:first], attack.rewrite(name_, Random(1))]
                at = last
        verdict = decided("".join(parts) + message["text"][at:])[1]
        lost += [f for f in kept if verdict.text and f not in verdict.text]
    assert len(lost) <= len(FACTS) * 0.01, lost


@pytest.mark.parametrize(
    "text",
    [
        "Каrиm vole des scooters",
        "ɯıɹɐʞ vole des scooters",
        "K\u0363r\u0365m vole",
        "k a r i m v o l e t o u s l e s s c o o t e r s d u q u a r t i e r",
        "#karimbenalivoletouslesscootersduquartier",
        "prx vlz dlv scx zrk tpl wxc",
    ],
)
def test_a_puzzle_is_held_and_none_of_it_would_leave(text: str) -> None:
    analysis, verdict = decided(text)
    assert not analysis.readable
    assert (verdict.decision, verdict.text) == (Decision.HOLD, "")


def test_tokens_in_disguise_are_found_where_they_were_written() -> None:
    text = "Voilà : M. **K**arim B.e.n.a.l.i, zéro six douze trente-quatre 56 78, a vu l'𝐚𝐮𝐝𝐢."
    spans = {e.kind.value: text[e.start : e.end] for e in RULES.by_rules(text).entities}
    assert spans["person"] == "K**arim B.e.n.a.l.i"
    assert spans["phone"] == "zéro six douze trente-quatre 56 78"
