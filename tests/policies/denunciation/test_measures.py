"""The measures of a filter: each counts what it says, of nothing it says nothing."""

from __future__ import annotations

from math import isclose

import pytest

from policies.denunciation import measures
from policies.denunciation.examples import Example, Judged, stands_in
from policies.denunciation.measures import Share, measured
from policies.denunciation.verdict import Decision, Finding, Rule, Verdict

WHY = (Finding(Rule.PERSON, 0, 4),)


def judged(
    label: Decision,
    decision: Decision,
    *,
    text: str = "Zhou est blessé",
    out: str = "",
    mask: tuple[str, ...] = (),
    keep: tuple[str, ...] = (),
    accept: frozenset[Decision] = frozenset(),
    phenomena: tuple[str, ...] = (),
    noise: str = "",
    matched: tuple[str, str] | None = None,
) -> Judged:
    origin, template = matched or ("", "")
    example = Example(
        1,
        text,
        label,
        accept=accept,
        must_mask=mask,
        must_keep=keep,
        phenomena=phenomena,
        noise=noise,
        matched=matched is not None,
        origin=origin,
        template=template,
    )
    return Judged(example, Verdict(decision, out, WHY if decision is not Decision.RELAY else ()))


@pytest.mark.parametrize(
    ("words", "text", "stands"),
    [
        ("Zhou", "M. ZHOU est là", True),
        ("Aïcha", "aicha est là", True),
        ("l'Aïcha", "chez l’aïcha", True),
        ("12 rue", "au 12\n rue des Lilas", True),
        ("Zhou", "Zhouang", False),
        ("Zhou", "#MerciZhou", False),
        ("a.b", "axb", False),
    ],
)
def test_words_are_found_whole_whatever_their_case_and_accents(
    words: str, text: str, stands: bool
) -> None:
    assert stands_in(words, text) is stands


def test_no_share_of_nothing() -> None:
    assert Share(0, 0).rate is None
    assert Share(0, 0).interval is None
    assert measured([]).right == Share(0, 0)


def test_an_interval_is_wide_of_few_and_narrow_of_many() -> None:
    few, many = Share(9, 10).interval, Share(900, 1000).interval
    assert few is not None
    assert many is not None
    assert isclose(few[0], 0.5958, abs_tol=1e-4)
    assert isclose(few[1], 0.9821, abs_tol=1e-4)
    assert few[0] < many[0] < 0.9 < many[1] < few[1]


def test_denunciations_returned_held_and_leaked() -> None:
    found = measured(
        [
            judged(Decision.RETURN, Decision.RETURN),
            judged(Decision.RETURN, Decision.HOLD),
            judged(Decision.RETURN, Decision.REDACT),
            judged(Decision.RETURN, Decision.RELAY),
        ]
    )
    assert found.returned == Share(1, 4)
    assert found.held_denunciations == Share(1, 4)
    assert found.kept_in == Share(2, 4)
    assert found.leaked == 2
    assert found.right == Share(1, 4)
    assert found.explained == Share(3, 3)
    assert (found.to_return, found.to_redact, found.to_relay) == (4, 0, 0)


def test_harmless_messages_returned_held_and_altered() -> None:
    found = measured(
        [
            judged(Decision.RELAY, Decision.RELAY, text="un van ", out="un van"),
            judged(Decision.RELAY, Decision.REDACT, text="un van", out="un [personne]"),
            judged(Decision.RELAY, Decision.HOLD, accept=frozenset({Decision.HOLD})),
            judged(Decision.RELAY, Decision.RETURN),
            judged(Decision.REDACT, Decision.RETURN),
        ]
    )
    assert found.false_returns == Share(2, 5)
    assert found.false_returns_relay == Share(1, 4)
    assert found.false_returns_redact == Share(1, 1)
    assert found.held_harmless == Share(1, 5)
    assert found.altered == Share(1, 2)
    assert found.right == Share(2, 5)


def test_names_left_and_facts_kept() -> None:
    clean = judged(
        Decision.REDACT,
        Decision.REDACT,
        out="[personne] est blessé",
        mask=("Zhou",),
        keep=("blesse", "rue"),
    )
    left = judged(Decision.REDACT, Decision.REDACT, out="ZHOU est là", mask=("Zhou",))
    untouched = judged(Decision.REDACT, Decision.RELAY, out="Zhou est blessé", mask=("Zhou",))
    held = judged(Decision.REDACT, Decision.HOLD, out="Zhou", mask=("Zhou",))
    found = measured([clean, left, untouched, held])
    assert found.names_gone == Share(1, 2)
    assert found.names_left == Share(2, 4)
    assert found.facts_kept == Share(1, 2)


def test_a_name_that_is_no_word_of_its_message_is_known() -> None:
    glued = judged(Decision.REDACT, Decision.RELAY, text="#MerciZhou", mask=("Zhou", "merci"))
    assert glued.example.unseen == ("Zhou", "merci")
    assert judged(Decision.REDACT, Decision.RELAY, mask=("zhou",)).example.unseen == ()


def test_confusion() -> None:
    counts = measures.confusion(
        [judged(Decision.RELAY, Decision.HOLD), judged(Decision.RELAY, Decision.HOLD)]
    )
    assert counts == {(Decision.RELAY, Decision.HOLD): 2}


def test_groups_have_names_and_an_order() -> None:
    sms = judged(Decision.RELAY, Decision.RELAY, noise="sms")
    caps = judged(Decision.RELAY, Decision.HOLD, noise="caps")
    groups = measures.by_noise([sms, caps, sms, judged(Decision.RELAY, Decision.HOLD)])
    assert list(groups) == ["caps", "sms"]
    assert groups["sms"].right == Share(2, 2)


def test_phenomena_worst_first_from_three_on_and_without_pairs() -> None:
    good = judged(Decision.RELAY, Decision.RELAY, phenomena=("good", "pair1", "minpair"))
    bad = judged(Decision.RELAY, Decision.HOLD, phenomena=("bad", "pair1", "rare"))
    assert measures.by_phenomenon([good, good, good, bad, bad, bad][:-1]) == [("good", Share(3, 3))]
    assert measures.by_phenomenon([good] * 3 + [bad] * 3) == [
        ("bad", Share(0, 3)),
        ("rare", Share(0, 3)),
        ("good", Share(3, 3)),
    ]


def test_matched_sentences_show_where_a_name_sways() -> None:
    found = [
        judged(Decision.RETURN, Decision.RETURN, matched=("fr", "A")),
        judged(Decision.RETURN, Decision.HOLD, matched=("vn", "A")),
        judged(Decision.RETURN, Decision.RETURN, matched=("fr", "B")),
        judged(Decision.RETURN, Decision.RETURN, matched=("vn", "B")),
        judged(Decision.RETURN, Decision.HOLD),
    ]
    assert measures.name_sways(found) == {"A": (Decision.HOLD, Decision.RETURN)}
    origins = measures.by_origin(found)
    assert {name: m.right for name, m in origins.items()} == {"fr": Share(2, 2), "vn": Share(1, 2)}


def test_no_text_in_what_a_log_could_carry() -> None:
    assert repr(judged(Decision.RELAY, Decision.HOLD)) == (
        "Judged(example=Example(1, relay), verdict=Verdict(hold, ['person']))"
    )
