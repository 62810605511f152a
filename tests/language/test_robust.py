"""Any text at all: never an exception, never a silent change, never a name that is left."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pc_matrix.language import French, load
from policies.denunciation.analysis import Analysis, EntityKind
from policies.denunciation.identity import named
from policies.denunciation.judge import judge
from policies.denunciation.verdict import Decision, Rule, Verdict
from policies.emergency import emergency
from tests.language.corpus import FILES, cases, plain

TEXTS = tuple(case.text for file in FILES for case in cases(file))
PIECES = (
    "M. ",
    "« ",
    " », ",
    "chez ",
    "au 12 ",
    "rue ",
    "Karim ",
    "@x_1 ",
    "🚩",
    "\u200b",
    "\n",
    "c'est ",
    "les ",
    "qui ",
    " vole",
    "06 12 34 56 78",
    ".",
    "-",
    "a ",
    "é",
    "𝐊𝐚𝐫𝐢𝐦",
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_no_text_breaks_it(text: str) -> None:
    analysis = load().analyse(text)
    verdict = judge(analysis)
    emergency(analysis)
    if verdict.decision is Decision.RELAY:
        assert verdict.text == text
    if verdict.decision is Decision.RETURN:
        assert verdict.text == ""
    for finding in verdict.findings:
        assert 0 <= finding.start <= finding.end <= len(text)
    for token in analysis.tokens:
        assert 0 <= token.start < token.end <= len(text)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS))
def test_no_masked_name_is_left_in_any_spelling(one: str, other: str) -> None:
    text = f"{one} {other.upper()} {plain(one)}"
    analysis = load().analyse(text)
    verdict = judge(analysis)
    left = plain(verdict.text)
    for name in masked_names(analysis, verdict):
        assert not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", left)


def masked_names(analysis: Analysis, verdict: Verdict) -> set[str]:
    """The forms of the persons that ``verdict`` masks; a colour or a street is let go."""
    if verdict.decision in (Decision.RELAY, Decision.RETURN):
        return set()
    in_doubt = verdict.decision is Decision.HOLD
    persons = [n for n in named(analysis, and_accused=in_doubt) if n.kind is EntityKind.PERSON]
    said = {t.written for n in persons for t in analysis.tokens[n.first : n.last]}
    return said & analysis.names


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS))
def test_by_the_rules_alone_every_name_that_they_find_is_masked(one: str, other: str) -> None:
    analysis = load().by_rules(f"{one} {other.upper()} {plain(one)}")
    left = plain(judge(analysis).text)
    for name in analysis.names:
        assert not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", left)


@pytest.mark.parametrize("text", ["", " ", "\n", "🚒🔥🔥", "\u200b\u200b", "....", "🇫🇷"])
def test_a_text_without_words_is_relayed_as_it_is(french: French, text: str) -> None:
    verdict = judge(french.analyse(text))
    assert (verdict.decision, verdict.text) == (Decision.RELAY, text)


def test_a_message_that_is_too_long_is_held(french: French) -> None:
    verdict = judge(french.analyse("Un fourgon blanc. " * 1200))
    assert verdict.decision is Decision.HOLD
    assert [f.rule for f in verdict.findings] == [Rule.UNREADABLE]


@pytest.mark.parametrize(
    "name",
    [
        "K a r i m",
        "K.a.r.i.m",
        "K4rim",
        "Kaaariiim",
        "Kаrim",
        "K\u200barim",
        "𝐊𝐚𝐫𝐢𝐦",
        "ＫＡＲＩＭ",
        "KaRiM",
    ],
)
def test_a_disguised_name_is_a_name(french: French, name: str) -> None:
    assert judge(french.analyse(f"{name} vole les scooters.")).decision is Decision.RETURN
    verdict = judge(french.analyse(f"{name} a été agressé par deux inconnus."))
    assert verdict.decision is Decision.REDACT
    assert verdict.text == "[personne] a été agressé par deux inconnus."


def test_spans_are_those_of_the_original(french: French) -> None:
    text = "👋🏽 Œuvre volée chez M\u2019me ... non : Mme Kaddouri\u0301 a tout vu"
    (person,) = (e for e in french.analyse(text).entities if e.kind is EntityKind.PERSON)
    assert text[person.start : person.end] == "Kaddouri\u0301"


def test_a_message_takes_a_few_milliseconds(french: French) -> None:
    for text in TEXTS[:50]:
        judge(french.analyse(text))
    began = time.perf_counter()
    for text in TEXTS:
        judge(french.analyse(text))
    assert (time.perf_counter() - began) / len(TEXTS) < 0.02
