"""Changes that must not change a verdict, and the one that must."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.denunciation.verdict import Decision, Rule
from tests.language.corpus import Case, cases, plain
from tests.language.decided import decided, stops
from tests.language.still_wrong import known

ACCUSING = [
    (Rule.PERSON, "Fabrice siphonne les réservoirs du dépôt."),
    (Rule.PHONE, "Le dealer c'est le 06 11 22 33 44."),
    (Rule.ACCOUNT, "Le compte @casse_tout59 vend des mortiers."),
    (Rule.KIN_OF, "Le neveu du garagiste vole des roues."),
    (Rule.OWN_RELATION, "Mon gendre vole dans mon sac."),
    (Rule.NEIGHBOUR, "Ma voisine de palier insulte tout le monde."),
    (Rule.DWELLING, "Les gens du dessus jettent leurs ordures."),
    (Rule.JOB, "L'apprenti du garage trafique des compteurs."),
    (Rule.OFFICIAL, "Le brigadier Vasseur a volé le scooter saisi."),
    (Rule.DEED, "Mme Rivière frappe les enfants."),
    (Rule.SUSPICION, "Je suis sûr que c'est Tony pour la vitre."),
    (Rule.CHECK_ON, "Allez voir dans le garage de M. Lefort."),
    (Rule.CHARACTER, "Nadia est une voleuse."),
    (Rule.WAY_OF_LIFE, "Mme Renard vit du RSA."),
    (Rule.IRONY, "Bravo à Hervé pour ses poubelles devant ma porte."),
    (Rule.GROUP, "Les Roumains volent tout."),
    (Rule.GROUP, "Qu'ils rentrent chez eux avec leur religion."),
]


@pytest.mark.parametrize(("rule", "text"), ACCUSING)
def test_what_accuses_is_returned_with_its_rule(rule: Rule, text: str) -> None:
    verdict = decided(text)
    assert verdict.decision is Decision.RETURN
    assert rule in {f.rule for f in verdict.findings}
    assert verdict.text == ""


NAMES = (
    "Martin",
    "Nguyen",
    "Benali",
    "Da Silva",
    "Yilmaz",
    "Le Goff",
    "Zhang",
    "Kowalski",
    "Popescu",
    "Sivakumar",
    "Traoré",
    "Ferreira",
    "Okafor",
    "O'Brien",
    "Petit",
    "N'Diaye",
)
SAID_OF = (
    ("M. {} a été cambriolé hier soir.", Decision.REDACT),
    ("La voiture de Mme {} a été rayée rue du Lac.", Decision.REDACT),
    ("Madame {} a vu deux hommes cagoulés.", Decision.REDACT),
    ("Tentative d'effraction chez M. {} vers 15 h.", Decision.REDACT),
    ("Merci à M. {} qui a prévenu les pompiers.", Decision.REDACT),
    ("M. {} vole de l'essence au dépôt.", Decision.RETURN),
    ("Le fils {} a cassé la vitre de l'abribus.", Decision.RETURN),
    ("Chez les {}, ça trafique toute la nuit.", Decision.RETURN),
    ("Allez voir chez Mme {}, c'est louche.", Decision.RETURN),
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("sentence", "decision"), SAID_OF)
def test_the_verdict_does_not_depend_on_where_a_name_comes_from(
    sentence: str, decision: Decision, name: str
) -> None:
    for text in (sentence.format(name), plain(sentence.format(name))):
        verdict = decided(text)
        assert verdict.decision is decision, text
        assert plain(name).split()[-1] not in plain(verdict.text)


WRONG = {wrong.text for wrong in known()}
WRITTEN = tuple(
    c
    for f in ("dev_relay.tsv", "dev_redact.tsv", "dev_return.tsv")
    for c in cases(f)
    if c.text not in WRONG
)
RELAYS = tuple(c for c in WRITTEN if c.decision is Decision.RELAY)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(WRITTEN), st.sampled_from([str.upper, str.lower, plain]))
def test_case_and_accents_change_nothing(case: Case, written: Callable[[str], str]) -> None:
    assert decided(written(case.text)).decision is case.decision


POLITE = ("Bonjour à tous. ", "Bonsoir, pour information : ", "Message du secteur nord. ")


def with_politeness(case: Case) -> list[str]:
    after = f"{case.text.rstrip('.')}. Merci et bonne journée."
    return [after, *(polite + case.text for polite in POLITE)]


def test_politeness_lets_no_denunciation_through() -> None:
    denunciations = [c for c in WRITTEN if c.decision is Decision.RETURN]
    assert len(denunciations) > 100
    polite = [text for case in denunciations for text in with_politeness(case)]
    assert [text for text in polite if not stops(text)] == []


def test_politeness_seldom_changes_what_may_leave() -> None:
    cases = [
        c
        for c in WRITTEN
        if c.decision is not Decision.RETURN and c.phenomenon not in ("self_id", "greeting")
    ]
    polite = [(c.decision, text) for c in cases for text in with_politeness(c)]
    other = [t for d, t in polite if decided(t).decision not in (d, Decision.HOLD)]
    assert len(other) <= 0.015 * len(polite), other


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(RELAYS), st.sampled_from(NAMES), st.booleans())
def test_an_accusation_added_to_a_fact_returns_it(case: Case, name: str, first: bool) -> None:
    accusation = f"M. {name} vole des vélos."
    text = f"{accusation} {case.text}" if first else f"{case.text.rstrip('.')}. {accusation}"
    assert decided(text).decision is Decision.RETURN
