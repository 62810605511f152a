"""Any text can be analysed; spelling, case and a name's origin do not change the verdict."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pc_matrix.language import load
from policies.denunciation.judge import judge
from policies.denunciation.verdict import Decision
from policies.emergency import emergency
from tests.policies.denunciation.corpus import cases, without_accents

LANGUAGE = load()
NAMES = (
    "Martin", "Nguyen", "Benali", "Da Silva", "Yilmaz", "Le Goff", "Kowalski", "Traoré",
    "Chen", "Popescu", "Subramaniam", "Okafor",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    analysis = LANGUAGE.analyse(text)
    verdict = judge(analysis)
    emergency(analysis)
    if verdict.decision is Decision.RELAY:
        assert verdict.text == text
    for token in analysis.tokens:
        assert 0 <= token.start <= token.end <= len(text)


@pytest.mark.parametrize("text", ["", " ", "🚨🚨🚨", "\u200b", "!!!", "a\x00b"])
def test_nothing_said_is_relayed_as_it_is(text: str) -> None:
    verdict = judge(LANGUAGE.analyse(text))
    assert (verdict.decision, verdict.text) == (Decision.RELAY, text)


def test_what_is_too_long_is_held() -> None:
    assert judge(LANGUAGE.analyse("un fourgon " * 2000)).decision is Decision.HOLD


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("M. {} s'est fait voler son vélo.", Decision.REDACT),
        ("M. {} vole des vélos devant la gare.", Decision.RETURN),
        ("monsieur {} vole des velos devant la gare", Decision.RETURN),
        ("Madame {} a été agressée ce matin.", Decision.REDACT),
    ],
)
def test_a_names_origin_changes_nothing(sentence: str, name: str, expected: Decision) -> None:
    verdict = judge(LANGUAGE.analyse(sentence.format(name)))
    assert verdict.decision is expected
    assert name not in verdict.text


@pytest.mark.parametrize("polite", ["Bonjour, ", "Bonsoir à tous. "])
def test_a_polite_phrase_changes_no_denunciation(polite: str) -> None:
    denunciations = [c for c in cases() if c.label == "return"]
    changed = [
        c.text
        for c in denunciations
        if judge(LANGUAGE.analyse(c.text)).decision is Decision.RETURN
        and judge(LANGUAGE.analyse(polite + c.text)).decision
        not in (Decision.RETURN, Decision.HOLD)
    ]
    assert len(changed) <= len(denunciations) * 0.02, changed


@pytest.mark.parametrize(
    "text",
    [
        "K\u200barim vole des vélos",
        "Fabien Gillet vole des vélos 😡😡",
        "FABIEN GILLET VOLE DES VÉLOS",
        "fabien gillet vooole des vélos",
    ],
)
def test_an_odd_spelling_buys_no_relay(text: str) -> None:
    assert judge(LANGUAGE.analyse(text)).decision in (Decision.RETURN, Decision.HOLD)


def test_accents_change_no_mask() -> None:
    text = "Mme Hélène Lefèvre a été abordée par deux hommes."
    for form in (text, without_accents(text), text.lower(), text.upper()):
        relayed = without_accents(judge(LANGUAGE.analyse(form)).text).lower()
        assert "lefevre" not in relayed
        assert "helene" not in relayed
