"""From weighed reasons to findings: what accuses, what is doubtful, what only names somebody."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from policies.denunciation import evidence as module
from policies.denunciation.analysis import Analysis, Entity, EntityKind
from policies.denunciation.cues import Reason
from policies.denunciation.evidence import evidence
from policies.denunciation.verdict import Finding, Rule
from tests.policies.denunciation.made import Said, made

KINDS = [k for k in EntityKind if k not in (EntityKind.GROUP, EntityKind.UNKNOWN)]
NAMING = [k for k in KINDS if k.names]
DESCRIBING = [k for k in KINDS if not k.names]
SLOW = (EntityKind.OWN_RELATION, EntityKind.OFFICIAL)
"""Mentions of whom more is needed: one speaks ill of one's own, and officials act all day."""


@pytest.fixture
def weights(monkeypatch: pytest.MonkeyPatch) -> list[Reason]:
    """What every person is weighed with from now on."""
    given: list[Reason] = []
    monkeypatch.setattr(module, "reasons", lambda analysis, entity: list(given))
    return given


def told(analysis: Analysis, findings: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(f.rule.value, analysis.text[f.start : f.end]) for f in findings]


def vole(kind: EntityKind) -> Analysis:
    return made("le", "fils", "vole", spans=[(kind, 0, 2)])


def deed(weight: float) -> Reason:
    return Reason(weight, Rule.DEED, 2, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_who_is_accused_is_told_with_what_is_said_of_him(
    weights: list[Reason], kind: EntityKind
) -> None:
    weights.append(deed(3.0))
    analysis = vole(kind)
    found = evidence(analysis)
    assert told(analysis, found.accusing) == [(kind.value, "le fils"), ("deed", "vole")]
    assert found.doubtful == []
    assert bool(found.naming) is kind.names


@pytest.mark.parametrize(
    ("kind", "least"),
    [(k, 1.0) for k in NAMING] + [(k, 2.0 if k in SLOW else 1.5) for k in DESCRIBING],
)
def test_each_kind_has_its_threshold(weights: list[Reason], kind: EntityKind, least: float) -> None:
    weights.append(deed(least))
    assert evidence(vole(kind)).accusing
    weights[:] = [deed(least - 0.1)]
    assert not evidence(vole(kind)).accusing


@pytest.mark.parametrize("kind", NAMING)
@pytest.mark.parametrize(("weight", "doubts"), [(0.9, True), (-0.9, True), (-1.0, False)])
def test_a_name_is_doubtful_unless_it_is_plainly_clear(
    weights: list[Reason], kind: EntityKind, weight: float, doubts: bool
) -> None:
    weights.append(deed(weight))
    analysis = vole(kind)
    found = evidence(analysis)
    assert found.accusing == []
    assert told(analysis, found.naming) == [(kind.value, "le fils")]
    both = [(kind.value, "le fils"), ("doubt", "le fils")]
    assert told(analysis, found.doubtful) == (both if doubts else [])


@pytest.mark.parametrize("kind", DESCRIBING)
@pytest.mark.parametrize(("weight", "doubts"), [(1.0, True), (0.9, False), (-3.0, False)])
def test_who_is_only_described_is_doubtful_from_a_reproach_on(
    weights: list[Reason], kind: EntityKind, weight: float, doubts: bool
) -> None:
    weights.append(deed(weight))
    found = evidence(vole(kind))
    assert (found.accusing, found.naming) == ([], [])
    assert [f.rule for f in found.doubtful] == ([Rule(kind.value), Rule.DOUBT] if doubts else [])


def test_reasons_add_up_and_only_the_heavy_ones_are_told(weights: list[Reason]) -> None:
    weights += [deed(2.0), Reason(0.9, Rule.SUSPICION, 0, 1), Reason(-1.5, Rule.DOUBT, 0, 1)]
    analysis = vole(EntityKind.PERSON)
    assert told(analysis, evidence(analysis).accusing) == [("person", "le fils"), ("deed", "vole")]


def test_everybody_is_told_in_the_order_of_the_text(weights: list[Reason]) -> None:
    weights.append(Reason(3.0, Rule.DEED, 1, 2))
    analysis = made(
        "Karim", "vole", "nico", spans=[(EntityKind.PERSON, 0, 1), (EntityKind.ACCOUNT, 2, 3)]
    )
    rules = [f.rule.value for f in evidence(analysis).accusing]
    assert rules == ["person", "deed", "account", "deed"]


@pytest.mark.parametrize(
    ("weight", "accusing", "doubtful"),
    [(3.0, 1, 0), (2.0, 1, 0), (1.9, 0, 1), (1.0, 0, 1), (0.9, 0, 0), (0.0, 0, 0)],
)
def test_a_group_is_blamed_surely_perhaps_or_not(
    monkeypatch: pytest.MonkeyPatch, weight: float, accusing: int, doubtful: int
) -> None:
    monkeypatch.setattr(module, "blamed", lambda analysis, entity: weight)
    analysis = made("les", "Roms", "volent", spans=[(EntityKind.GROUP, 1, 2)])
    found = evidence(analysis)
    group = [("group", "Roms")]
    assert told(analysis, found.accusing) == group * accusing
    assert told(analysis, found.doubtful) == group * doubtful
    assert found.naming == []


def test_words_that_blame_whoever_is_meant_are_told_once() -> None:
    hard = frozenset({"generality_hard"})
    analysis = made(Said("chez-eux", tags=hard), "dehors", Said("rentrent", tags=hard))
    found = evidence(analysis)
    assert told(analysis, found.accusing) == [("group", "chez-eux")]
    assert (found.doubtful, found.naming) == ([], [])


def test_nobody_is_found_in_nothing() -> None:
    found = evidence(made("Un", "fourgon"))
    assert (found.accusing, found.doubtful, found.naming) == ([], [], [])


def test_evidence_is_not_shared_between_messages() -> None:
    person = Entity(EntityKind.PERSON, 0, 1, 0, 5)
    one = evidence(made("Karim", spans=[(person.kind, 0, 1)]))
    assert one.naming
    assert evidence(made("Un", "fourgon")).naming == []
