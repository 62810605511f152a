"""What stands in a name's place, and that it stands wherever the name does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies.denunciation.analysis import EntityKind
from policies.denunciation.identity import named
from policies.denunciation.masking import masked
from tests.policies.denunciation.made import Said, Span, made

PERSON, EMAIL = EntityKind.PERSON, EntityKind.EMAIL


def mask(*words: Said | str, spans: list[Span], names: str = "") -> str:
    analysis = made(*words, spans=spans, names=names)
    return masked(analysis, named(analysis))


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        (EntityKind.PERSON, "[personne]"),
        (EntityKind.PHONE, "[téléphone]"),
        (EntityKind.EMAIL, "[courriel]"),
        (EntityKind.ADDRESS, "[adresse]"),
        (EntityKind.ACCOUNT, "[compte]"),
    ],
)
def test_each_kind_has_its_label(kind: EntityKind, label: str) -> None:
    assert mask("vu", "Karim", "hier", spans=[(kind, 1, 2)]) == f"vu {label} hier"


def test_every_kind_that_names_has_a_label() -> None:
    for kind in EntityKind:
        if kind.names:
            assert mask("quoi", spans=[(kind, 0, 1)]).startswith("[")


def test_nothing_to_mask_leaves_the_text() -> None:
    assert mask("Un", "fourgon", "blanc", spans=[]) == "Un fourgon blanc"


def test_neighbours_are_masked_apart() -> None:
    spans = [(PERSON, 0, 1), (EMAIL, 1, 2)]
    assert mask("Karim", "k@x.fr", spans=spans) == "[personne] [courriel]"


def test_a_name_is_masked_wherever_it_stands_in_any_case_and_spelling() -> None:
    said = mask(
        "Karim",
        "Petit",
        "et",
        "KARIM",
        "ou",
        Said("qarim", form="karim"),
        "dit",
        "petit",
        spans=[(PERSON, 0, 2)],
        names="karim petit",
    )
    assert said == "[personne] et [personne] ou [personne] dit [personne]"


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (["karimbenali"], "[personne]"),  # in a longer word
        (["benalikarim"], "[personne]"),
        (["kkarimm"], "[personne]"),
        (["karims"], "[personne]"),
        (["karimx"], "[personne]"),
        (["avec.karim"], "[personne]"),
        (["karima"], "[personne]"),  # better too much
        (["karton"], "karton"),
        (["kar"], "kar"),
        (["k", "a", "r", "i", "m"], "[personne]"),  # in pieces
        (["k", ".", "a", "-", "r", "i", "m", "!"], "[personne] !"),
        (["ka", "rim"], "[personne]"),
        (["k", "a", "r", "t"], "k a r t"),
        (["k", "a", "r", "i"], "k a r i"),
        ([".", "k"], ". k"),
    ],
)
def test_a_name_in_a_longer_word_or_in_pieces_is_masked(words: list[str], left: str) -> None:
    said = mask("Karim", "puis", *words, spans=[(PERSON, 0, 1)], names="karim")
    assert said == f"[personne] puis {left}"


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("https://exemple.fr/karim", "[personne]"),
        ("https://karim.exemple.fr/page", "https://karim.exemple.fr/page"),  # a host is nobody's
        ("https://karim.fr", "[personne]"),
    ],
)
def test_a_name_in_the_page_of_an_address_is_masked(address: str, left: str) -> None:
    said = mask("Karim", "voir", address, spans=[(PERSON, 0, 1)], names="karim")
    assert said == f"[personne] voir {left}"


def test_a_word_of_the_dictionary_is_no_misspelt_name_but_its_plural_may_be_one() -> None:
    roses, rosier = (Said(word, flags="N") for word in ("roses", "rosier"))
    said = mask("Rose", "et", roses, "ou", rosier, spans=[(PERSON, 0, 1)], names="rose")
    assert said == "[personne] et [personne] ou rosier"


def test_the_parts_of_a_name_are_one_mask_however_they_are_joined() -> None:
    spans = [(PERSON, 0, 1), (PERSON, 1, 2)]
    assert mask("Karim", "Benali", "dort", spans=spans) == "[personne] dort"


def test_only_forms_that_name_somebody_are_masked_elsewhere() -> None:
    said = mask("Jojo", "des", "Bois", "des", "jojo", spans=[(PERSON, 0, 3)], names="jojo bois")
    assert said == "[personne] des [personne]"


def test_a_name_that_no_list_has_is_masked_wherever_it_stands() -> None:
    said = mask("Zbornak", "le", "dit", ",", "Zbornak", "le", "sait", spans=[(PERSON, 0, 2)])
    assert said == "[personne] dit , [personne] le sait"


def test_a_common_word_taken_for_a_name_is_masked_there_alone() -> None:
    words = (Said("barman", flags="N") for _ in range(2))
    said = mask(next(words), "du", "bar", "et", next(words), spans=[(PERSON, 0, 1)])
    assert said == "[personne] du bar et barman"


def test_what_names_somebody_else_is_not_masked_by_itself() -> None:
    assert mask("Karim", "Rose", spans=[(PERSON, 0, 1)], names="karim rose") == "[personne] Rose"


def test_a_mail_is_no_persons_form() -> None:
    assert mask("karim", "karim", spans=[(EMAIL, 0, 1)], names="karim") == "[courriel] karim"


def test_a_name_within_another_mask_is_masked_once() -> None:
    spans = [(EMAIL, 0, 2), (PERSON, 1, 2)]
    said = mask("petit", "karim", "et", "karim", spans=spans, names="karim")
    assert said == "[courriel] et [personne]"


def test_the_signs_and_spaces_around_a_mask_stay() -> None:
    assert mask("(", "Karim", ")", "!", spans=[(PERSON, 1, 2)]) == "( [personne] ) !"


def test_the_parts_of_one_name_have_one_mask() -> None:
    spans = [(PERSON, 1, 2), (PERSON, 2, 3), (PERSON, 4, 5)]
    said = mask("M.", "Le", "Goff", "et", "Karim", spans=spans)
    assert said == "M. [personne] et [personne]"


@pytest.mark.parametrize(
    "again",
    [
        "Benalis",
        "kkarim",
        "karimm",
        "karimbenali",
        "@karim_b",
        "k.benali@x.fr",
        "https://x.fr/karim",
        "benali59",
        "83na11",
    ],
)
def test_a_name_inside_another_word_is_masked_with_it(again: str) -> None:
    said = mask("Karim", "Benali", "dit", again, spans=[(PERSON, 0, 2)], names="karim benali")
    assert said == "[personne] dit [personne]"


@pytest.mark.parametrize(
    "pieces", [["ka", "rim"], ["k", "a", "r", "i", "m"], ["ka", "-", "rim"], ["kar", "*", "rim"]]
)
def test_a_name_in_pieces_is_masked(pieces: list[str]) -> None:
    said = mask("Karim", "dit", *pieces, "oui", spans=[(PERSON, 0, 1)], names="karim")
    assert said == "[personne] dit [personne] oui"


@pytest.mark.parametrize(
    "other",
    [["ka", "va"], ["karaté"], ["karibou"], ["https://karim.fr/vol"], ["ka", "\n", "rim"], ["ali"]],
)
def test_what_only_begins_like_a_name_stays(other: list[str]) -> None:
    said = mask("Karim", "Ali", "dit", *other, spans=[(PERSON, 0, 1)], names="karim")
    assert said == f"[personne] Ali dit {' '.join(other)}"


def test_a_word_of_the_dictionary_is_no_misspelt_name() -> None:
    words = (Said("comme"), Said("anne"), Said("annes"), Said("du"), Said("pont"))
    analysis = made(
        "Côme", "Anne", "Dupont", *words, spans=[(PERSON, 0, 3)], names="come anne dupont"
    )
    flagged = replace(
        analysis,
        tokens=(
            *analysis.tokens[:3],
            *(replace(t, flags="N") for t in analysis.tokens[3:]),
        ),
    )
    assert masked(flagged, named(flagged)) == "[personne] comme [personne] du pont"
