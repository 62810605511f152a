"""What the words of a message are marked with; spans may nest, overlap, be empty or repeat."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridges.wording.catalogue import LANGUAGES, keys
from pc_matrix.cli.check_marks import (
    Kind,
    headline,
    kind,
    lead,
    marks,
    masked_parts,
    notes_of,
    pieces,
    visible,
)
from pc_matrix.cli.checked import Checked
from policies.denunciation.verdict import Decision, Finding, Rule, Verdict
from policies.emergency import Emergency

TEXT = "c'est Tony qui va la tuer"


def checked(*findings: Finding, decision: Decision = Decision.RETURN, text: str = TEXT) -> Checked:
    return Checked(text, Verdict(decision, "", findings))


def plain(one: Checked) -> str:
    return "".join(
        "[" * len(p.opening) + p.text + "".join(f"]{m.note.number}" for m in p.closing)
        for p in pieces(one.text, marks(one))
    )


def test_nested_overlapping_and_empty_spans() -> None:
    assert plain(checked()) == TEXT
    nested = checked(Finding(Rule.DEED, 21, 25), Finding(Rule.SUSPICION, 15, 25))
    assert plain(nested) == "c'est Tony qui [va la [tuer]2]1"
    crossing = checked(Finding(Rule.PERSON, 6, 14), Finding(Rule.DEED, 11, 17))
    assert plain(crossing) == "c'est [Tony [qui]1 va]2 la tuer"
    empty = checked(Finding(Rule.DOUBT, 6, 6), Finding(Rule.PERSON, 6, 10))
    assert plain(empty) == "c'est []2[Tony]1 qui va la tuer"
    assert plain(checked(Finding(Rule.UNREADABLE, 0, 0), text="")) == "[]1"


def test_one_number_for_the_same_words_and_reasons() -> None:
    one = checked(
        Finding(Rule.PERSON, 0, 4), Finding(Rule.PERSON, 5, 9), Finding(Rule.DOUBT, 10, 14),
        text="Tony Tony Tony",
    )  # fmt: skip
    assert [mark.note.number for mark in marks(one)] == [1, 1, 2]
    assert len(notes_of(marks(one))) == 2


def test_two_reasons_on_the_same_words_are_one_note() -> None:
    one = checked(Finding(Rule.PERSON, 6, 10), Finding(Rule.DOUBT, 6, 10), decision=Decision.HOLD)
    (note,) = notes_of(marks(one))
    assert [m.kind for m in note.meanings] == [Kind.MASKED, Kind.DOUBT]
    assert note.kinds == (Kind.DOUBT, Kind.MASKED)
    assert all("« Tony »" in m.advice for m in note.meanings)
    assert [m.name for m in note.meanings] == ["Nom d'une personne", "Doute"]


def test_names_are_masked_only_where_something_leaves() -> None:
    assert kind(Rule.PHONE, Decision.RETURN) is Kind.WHO
    assert kind(Rule.PHONE, Decision.REDACT) is Kind.MASKED
    assert {kind(rule, Decision.HOLD) for rule in Rule} == set(Kind)


def test_what_could_not_be_read_is_told_as_such() -> None:
    whole = Finding(Rule.UNREADABLE, 0, len(TEXT))
    unread = checked(whole, decision=Decision.HOLD)
    assert headline(unread).startswith("NON VÉRIFIÉ")
    assert lead(unread).startswith("Rien :")
    doubt = Verdict(Decision.HOLD, "x", (Finding(Rule.DOUBT, 6, 10),))
    assert headline(Checked(TEXT, doubt)).startswith("À CONFIRMER")
    assert lead(Checked(TEXT, doubt)).startswith("Seulement si")


def test_nobody_is_told_to_leave_the_door_out_where_there_is_danger() -> None:
    found = (Finding(Rule.DWELLING, 6, 10), Finding(Rule.DEED, 15, 25))

    def advice(call: Emergency | None, decision: Decision) -> list[str]:
        one = Checked(TEXT, Verdict(decision, "", found), call)
        return [m.advice for note in notes_of(marks(one)) for m in note.meanings]

    calm, danger = advice(None, Decision.RETURN), advice(Emergency.CHILD, Decision.RETURN)
    assert "pas le logement" in calm[0]
    assert "trouver la porte" in danger[0]
    assert calm[1] == danger[1]
    assert advice(Emergency.CHILD, Decision.HOLD) == calm


def test_every_rule_and_kind_has_a_name_in_both_languages() -> None:
    wanted = {f"check.rule.{rule.value}" for rule in Rule}
    wanted |= {f"check.kind.{one.value}" for one in Kind}
    wanted |= {f"check.{decision.value}" for decision in Decision}
    wanted |= {f"rule.{rule.value}" for rule in Rule}
    for language in LANGUAGES:
        assert wanted <= keys(language)


@given(
    st.text(max_size=12).flatmap(
        lambda text: st.tuples(
            st.just(text),
            st.lists(
                st.tuples(
                    st.sampled_from(Rule), st.integers(0, len(text)), st.integers(0, len(text))
                ),
                max_size=5,
            ),
        )
    )
)
def test_no_letter_is_lost_or_doubled(drawn: tuple[str, list[tuple[Rule, int, int]]]) -> None:
    text, spans = drawn
    one = checked(*(Finding(r, min(a, b), max(a, b)) for r, a, b in spans), text=text)
    found, cut = marks(one), list(pieces(text, marks(one)))
    assert "".join(piece.text for piece in cut) == text
    for mark in found:
        assert sum(mark in piece.closing for piece in cut) == 1
        assert sum(mark in piece.opening for piece in cut) == 1
        covered = "".join(piece.text for piece in cut if mark in piece.marks)
        assert covered == text[mark.start : mark.end]


def test_masks_are_what_the_message_had_not() -> None:
    parts = list(masked_parts("Tony [photo] Max", "[personne] [photo] [personne]"))
    assert [part for part, is_mask in parts if is_mask] == ["[personne]", "[personne]"]
    assert "".join(part for part, _ in parts) == "[personne] [photo] [personne]"
    assert list(masked_parts("x", "")) == []
    assert [m for _, m in masked_parts("[personne] x", "[personne] x")] == [False, False]


def test_nothing_steers_a_screen() -> None:
    assert visible("a\x1b[31m\x07\x9b\u202eb\ud800\r\nc\td") == "a␛[31m␇��b�\nc\td"
    assert visible("👨\u200d👩 é") == "👨\u200d👩 é"
