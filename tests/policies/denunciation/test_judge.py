"""Every way through the judgement, on analyses made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.denunciation import evidence as evidence_module
from policies.denunciation.analysis import Analysis, EntityKind
from policies.denunciation.cues import Reason
from policies.denunciation.judge import (
    CONTESTED,
    DOUBTED,
    DOUBTED_CONTACT,
    HELD,
    MASKED,
    RETURNED,
    judge,
    of_denunciation,
)
from policies.denunciation.verdict import Decision, Finding, Rule, Verdict
from tests.policies.denunciation.made import Likely, Said, Span, made

RELAY, REDACT, HOLD, RETURN = Decision.RELAY, Decision.REDACT, Decision.HOLD, Decision.RETURN
KARIM: Sequence[Span] = [(EntityKind.PERSON, 0, 1)]
SURE = Said("Karim", accused=1.0)
"""A word that is surely the accused's: the denunciation's likelihood then counts whole."""


def told(analysis: Analysis, verdict: Verdict) -> list[tuple[str, str]]:
    return [(f.rule.value, analysis.text[f.start : f.end]) for f in verdict.findings]


def of(denunciation: float, redact: float = 0.0) -> Likely:
    """``redact`` is the share of the rest."""
    rest = 1 - denunciation
    return (rest * (1 - redact), rest * redact, denunciation)


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> list[Reason]:
    """What the rules weigh every person with."""
    given: list[Reason] = []
    monkeypatch.setattr(evidence_module, "reasons", lambda analysis, entity: list(given))
    return given


ACCUSING = Reason(3.0, Rule.DEED, 1, 2)
CLEARING = Reason(-3.0, Rule.DOUBT, 0, 1)


# --- nobody read it: the rules decide


@dataclass(frozen=True)
class ByRules:
    weight: float
    decision: Decision
    text: str
    findings: list[tuple[str, str]]


BY_RULES = [
    ByRules(3.0, RETURN, "", [("person", "Karim"), ("deed", "vole")]),
    ByRules(0.0, HOLD, "[personne] vole", [("person", "Karim"), ("doubt", "Karim")]),
    ByRules(-3.0, REDACT, "[personne] vole", [("person", "Karim")]),
]


@pytest.mark.parametrize("case", BY_RULES, ids=lambda c: c.decision.value)
def test_without_a_reader_the_rules_decide(rules: list[Reason], case: ByRules) -> None:
    rules.append(Reason(case.weight, Rule.DEED, 1, 2))
    analysis = made("Karim", "vole", spans=KARIM)
    verdict = judge(analysis)
    assert (verdict.decision, verdict.text) == (case.decision, case.text)
    assert told(analysis, verdict) == case.findings


def test_without_a_reader_and_without_anybody_it_is_relayed() -> None:
    assert judge(made("Un", "Fourgon")) == Verdict(RELAY, "Un Fourgon")


@pytest.mark.parametrize("likely", [None, of(0.0), of(0.99)])
def test_what_cannot_be_read_is_held_whoever_read_it(likely: Likely | None) -> None:
    analysis = replace(made(SURE, "vole", likely=likely), readable=False)
    assert judge(analysis) == Verdict(HOLD, "", (Finding(Rule.UNREADABLE, 0, 10),))


# --- how likely a denunciation is


@pytest.mark.parametrize(
    ("accused", "likelihood"), [((), 0.56), ((0.0,), 0.56), ((0.2, 1.0), 0.8), ((0.5,), 0.68)]
)
def test_a_denunciation_of_nobody_in_particular_is_less_likely(
    accused: tuple[float, ...], likelihood: float
) -> None:
    analysis = made(*(Said("mot", accused=a) for a in accused), likely=of(0.8))
    assert analysis.leaning is not None
    assert of_denunciation(analysis.leaning) == pytest.approx(likelihood)


@pytest.mark.parametrize(
    ("denunciation", "decision"),
    [
        (1.0, RETURN),
        (RETURNED, RETURN),
        (RETURNED - 0.01, HOLD),
        (HELD, HOLD),
        (HELD - 0.01, RELAY),
        (CONTESTED, RELAY),
        (0.0, RELAY),
    ],
)
def test_the_likelihood_decides_where_the_rules_find_nobody(
    denunciation: float, decision: Decision
) -> None:
    assert judge(made(SURE, "vole", likely=of(denunciation))).decision is decision


@pytest.mark.parametrize(
    ("denunciation", "decision"),
    [
        (RETURNED, RETURN),
        (RETURNED - 0.01, HOLD),
        (HELD - 0.01, HOLD),
        (CONTESTED, HOLD),
        (CONTESTED - 0.01, RELAY),
        (0.0, RELAY),
    ],
)
def test_where_the_rules_accuse_less_is_enough_to_ask(
    rules: list[Reason], denunciation: float, decision: Decision
) -> None:
    rules.append(ACCUSING)
    assert judge(made(SURE, "vole", spans=KARIM, likely=of(denunciation))).decision is decision


def test_what_the_rules_hold_against_a_community_is_always_asked() -> None:
    against_all = made(Said("tous", tags=frozenset({"generality_hard"})), likely=of(0.0))
    assert judge(against_all).decision is HOLD


def test_what_the_rules_only_doubt_is_left_to_the_reader(rules: list[Reason]) -> None:
    analysis = made("Karim", "dort", spans=KARIM, likely=of(HELD - 0.01, redact=0.9))
    assert judge(replace(analysis, leaning=None)).decision is HOLD
    assert judge(analysis).decision is REDACT


# --- RETURN: nothing leaves, and why


def test_a_return_is_explained_by_the_rules_where_they_accuse(rules: list[Reason]) -> None:
    rules.append(ACCUSING)
    analysis = made(SURE, Said("vole", against=2.0), spans=KARIM, likely=of(0.9))
    verdict = judge(analysis)
    assert (verdict.decision, verdict.text) == (RETURN, "")
    assert told(analysis, verdict) == [("person", "Karim"), ("deed", "vole")]


def test_where_the_rules_say_who_and_not_what_the_reader_adds_it(rules: list[Reason]) -> None:
    rules += [Reason(0.5, Rule.DEED, 1, 2), Reason(0.6, Rule.SUSPICION, 1, 2)]
    analysis = made(SURE, Said("vole", against=2.0), spans=KARIM, likely=of(0.9))
    assert told(analysis, judge(analysis)) == [("person", "Karim"), ("reproach", "vole")]


def test_where_the_rules_see_nothing_the_reader_explains(rules: list[Reason]) -> None:
    rules.append(CLEARING)
    analysis = made(
        SURE, "et", Said("lulu", accused=0.9), Said("volent", against=2.0),
        spans=KARIM, likely=of(0.9),
    )  # fmt: skip
    assert told(analysis, judge(analysis)) == [
        ("person", "Karim"), ("designated", "lulu"), ("reproach", "volent"),
    ]  # fmt: skip


def test_a_return_without_a_word_of_reproach_says_who() -> None:
    analysis = made(SURE, "dort", likely=of(0.9))
    assert told(analysis, judge(analysis)) == [("designated", "Karim")]


def test_a_finding_is_told_once(rules: list[Reason]) -> None:
    rules += [ACCUSING, ACCUSING]
    analysis = made(SURE, "vole", spans=KARIM, likely=of(0.9))
    assert told(analysis, judge(analysis)) == [("person", "Karim"), ("deed", "vole")]


# --- HOLD: a human sees the masked text, and why


def test_what_is_held_masks_the_accused_too_and_says_why() -> None:
    analysis = made(
        Said("Lulu", accused=0.9), "dort", "chez", "Karim",
        spans=[(EntityKind.PERSON, 3, 4)], likely=of(0.3),
    )  # fmt: skip
    verdict = judge(analysis)
    assert verdict.text == "[personne] dort chez [personne]"
    assert told(analysis, verdict) == [
        ("person", "Karim"), ("doubt", "Karim"), ("person", "Lulu"),
    ]  # fmt: skip


def test_the_rules_reasons_come_first_in_a_doubt(rules: list[Reason]) -> None:
    rules.append(ACCUSING)
    analysis = made(SURE, "vole", spans=KARIM, likely=of(0.3))
    verdict = judge(analysis)
    assert verdict.text == "[personne] vole"
    assert told(analysis, verdict) == [("person", "Karim"), ("deed", "vole"), ("doubt", "Karim")]


def test_where_the_rules_see_nothing_the_readers_words_are_in_doubt() -> None:
    analysis = made(Said("lulu", accused=0.9), "dort", likely=of(0.3))
    assert told(analysis, judge(analysis)) == [
        ("designated", "lulu"), ("doubt", "lulu"), ("person", "lulu"),
    ]  # fmt: skip


def test_a_doubt_about_signs_alone_is_about_all_of_them() -> None:
    verdict = judge(made("!", "?", likely=of(0.3)))
    assert verdict == Verdict(HOLD, "! ?", (Finding(Rule.DOUBT, 0, 3),))


# --- no denunciation: masked or relayed


@pytest.mark.parametrize(
    ("redact", "decision"),
    [
        (1.0, REDACT),
        (MASKED + 0.01, REDACT),
        (MASKED - 0.01, HOLD),
        (DOUBTED + 0.01, HOLD),
        (DOUBTED - 0.01, RELAY),
        (0.0, RELAY),
    ],
)
def test_a_name_is_masked_held_or_left_by_how_likely_it_is_somebodys(
    redact: float, decision: Decision
) -> None:
    verdict = judge(made("Karim", "dort", spans=KARIM, likely=of(0.0, redact)))
    assert verdict.decision is decision
    assert verdict.text == ("Karim dort" if decision is RELAY else "[personne] dort")


@pytest.mark.parametrize("kind", [EntityKind.PHONE, EntityKind.EMAIL])
@pytest.mark.parametrize(
    ("redact", "decision"),
    [(DOUBTED_CONTACT + 0.005, HOLD), (DOUBTED_CONTACT - 0.005, RELAY)],
)
def test_whose_number_it_is_is_asked_at_the_least_doubt(
    kind: EntityKind, redact: float, decision: Decision
) -> None:
    number = Said("0612345678", free=0.9, third=0.05)
    verdict = judge(made("appelez", number, spans=[(kind, 1, 2)], likely=of(0.0, redact)))
    assert verdict.decision is decision


def test_what_is_masked_is_told() -> None:
    analysis = made("Karim", "et", Said("12", third=0.5), spans=KARIM, likely=of(0.0, redact=0.9))
    verdict = judge(analysis)
    assert verdict.text == "[personne] et [adresse]"
    assert told(analysis, verdict) == [("person", "Karim"), ("address", "12")]


@pytest.mark.parametrize(
    ("redact", "third", "text"),
    [
        (MASKED + 0.01, 0.2, "vu [personne]"),
        (MASKED - 0.01, 0.2, "vu nanard"),
        (MASKED + 0.01, 0.05, "vu nanard"),  # no word may name anybody
    ],
)
def test_where_somebody_is_surely_named_the_likeliest_word_is_masked(
    redact: float, third: float, text: str
) -> None:
    verdict = judge(made("vu", Said("nanard", third=third), likely=of(0.0, redact)))
    assert verdict.text == text
    assert verdict.decision is (RELAY if text == "vu nanard" else REDACT)


def test_a_name_let_go_counts_as_none() -> None:
    let_go = made(Said("Rose", thing=0.9), "dort", spans=KARIM, likely=of(0.0, redact=0.3))
    assert judge(let_go) == Verdict(RELAY, "Rose dort")


def test_where_neither_is_likely_it_is_relayed() -> None:
    assert judge(made("Karim", spans=KARIM, likely=(0.0, 0.0, 0.0))).decision is RELAY


# --- whatever the reader says


SHARE = st.floats(0, 1, allow_nan=False)


@st.composite
def messages(draw: st.DrawFn) -> Analysis:
    """Any words, any mentions, any leaning."""
    count = draw(st.integers(1, 6))
    words = [
        Said(
            draw(st.sampled_from(["Karim", "vole", "12", ".", "phone"])),
            accused=draw(SHARE) / 4,
            third=draw(SHARE) / 4,
            thing=draw(SHARE) / 4,
            free=draw(SHARE) / 4,
            against=draw(st.floats(-3, 3)),
        )
        for _ in range(count)
    ]
    kinds = [k for k in EntityKind if k is not EntityKind.UNKNOWN]
    spans = [(draw(st.sampled_from(kinds)), i, i + 1) for i in range(count) if draw(st.booleans())]
    denunciation = draw(SHARE)
    return made(*words, spans=spans, likely=of(denunciation, draw(SHARE)), names="karim")


@given(messages())
def test_whatever_was_read_the_verdict_is_whole(analysis: Analysis) -> None:
    verdict = judge(analysis)
    match verdict.decision:
        case Decision.RELAY:
            assert verdict == Verdict(RELAY, analysis.text)
        case Decision.RETURN:
            assert verdict.text == ""
        case Decision.HOLD | Decision.REDACT:
            assert verdict.findings
    for finding in verdict.findings:
        assert 0 <= finding.start < finding.end <= len(analysis.text)


@given(messages(), SHARE)
def test_what_is_likelier_to_denounce_never_leaves_more_easily(
    analysis: Analysis, more: float
) -> None:
    assert analysis.leaning is not None
    leaning = analysis.leaning
    rest = 1 - leaning.denunciation
    grown = leaning.denunciation + rest * more
    scale = (1 - grown) / rest if rest else 0.0
    likelier = replace(
        analysis,
        leaning=replace(
            leaning,
            relay=leaning.relay * scale,
            redact=leaning.redact * scale,
            denunciation=grown,
        ),
    )
    order = [RELAY, REDACT, HOLD, RETURN]
    assert order.index(judge(likelier).decision) >= order.index(judge(analysis).decision)
