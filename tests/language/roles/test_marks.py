"""What the network is told of a word, and above all what it is never told: a name's letters."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pc_matrix.language import load
from pc_matrix.language.resources import load_resources
from pc_matrix.language.roles.marks import ASIDE, NAME, NUMBER, Marked, marked
from policies.denunciation.analysis import EntityKind
from tests.policies.denunciation.made import made

KNOWN = load_resources()

FIRST = (
    "Karim", "Léa", "Mohamed", "Gwenaël", "Ana", "Minh", "Fatou", "Jean-Pierre", "Ewa", "Iñaki",
    "Yasmina", "Kévin",
)  # fmt: skip
LAST = (
    "Martin", "Nguyen", "Benali", "Yilmaz", "Kowalski", "Popescu", "Traoré", "Ferreira", "Okafor",
    "Kermarrec", "N'Diaye", "Etcheverry", "Sivakumar", "Zhang",
)  # fmt: skip
OF_TWO = ("Da Silva", "Le Goff", "Ben Salah", "Dos Santos", "Le Gall")
SENTENCES = (
    "M. {} a été cambriolé hier soir rue Pasteur.",
    "Mme {} vole des vélos devant la gare !",
    "C'est encore {} qui a cassé la vitre de l'abribus.",
    "Tentative d'effraction chez M. {} vers 15 h.",
    "Allez voir chez Mme {}, c'est louche.",
    "Merci à M. {} d'avoir prévenu les pompiers.",
    "La voiture de Mme {} a été rayée.",
    "Madame {} a vu deux hommes cagoulés au 12 rue du Lac.",
    "le petit {} du 3 fume devant l'école",
    "monsieur {} est en conflit avec monsieur {}",
)
names = st.one_of(
    st.sampled_from(LAST),
    st.builds("{} {}".format, st.sampled_from(FIRST), st.sampled_from(LAST)),
    st.sampled_from(OF_TWO),
)


def told(text: str) -> list[Marked]:
    return marked(load().analyse(text), KNOWN)


def finds(text: str, name: str) -> bool:
    """Whether the rules take exactly ``name`` for somebody, wherever it stands."""
    found = [
        text[e.start : e.end] for e in load().analyse(text).entities if e.kind is EntityKind.PERSON
    ]
    return found == [name] * text.count(name)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SENTENCES), names, names)
def test_two_names_of_any_origin_are_told_alike(sentence: str, one: str, other: str) -> None:
    texts = [sentence.replace("{}", name) for name in (one, other)]
    assume(finds(texts[0], one) and finds(texts[1], other))
    first, second = map(told, texts)
    assume(len(first) == len(second))  # a name of two words is two words
    assert first == second


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SENTENCES), names)
def test_of_a_name_neither_its_letters_nor_how_common_it_is_are_told(
    sentence: str, name: str
) -> None:
    text = sentence.replace("{}", name)
    assume(finds(text, name))
    named = [w for w in told(text) if w.form == NAME]
    assert named
    for word in named:
        assert word.letters == ""
        assert not {m for m in word.marks if m[:2] in ("fn", "sn", "fr", "f:", "t:")}
        assert not word.marks & {"cap", "cap0", "commune", "respelt", "short", "neutral"}


@pytest.mark.parametrize("name", [*LAST, *OF_TWO])
def test_the_names_tried_are_found_after_a_title(name: str) -> None:
    """Otherwise the two properties above would say nothing."""
    assert finds(f"M. {name} a été cambriolé hier soir rue Pasteur.", name)


@pytest.mark.parametrize("kind", [EntityKind.PERSON, EntityKind.OFFICIAL])
def test_every_word_of_a_name_is_the_same_placeholder(kind: EntityKind) -> None:
    analysis = made("vu", "Karim", "Benali", spans=[(kind, 1, 3)])
    seen, first, second = marked(analysis, KNOWN)
    assert (seen.form, seen.letters) == ("vu", "vu")
    assert (first.form, first.letters) == (second.form, second.letters) == (NAME, "")
    assert f"E:{kind.value}:B" in first.marks
    assert f"E:{kind.value}:I" in second.marks


@pytest.mark.parametrize(
    "kind", [k for k in EntityKind if k not in (EntityKind.PERSON, EntityKind.OFFICIAL)]
)
def test_other_mentions_keep_their_words(kind: EntityKind) -> None:
    first, second = marked(made("le", "fils", spans=[(kind, 0, 2)]), KNOWN)
    assert (first.form, second.form) == ("le", "fils")
    assert f"E:{kind.value}:B" in first.marks
    assert f"E:{kind.value}:I" in second.marks


@pytest.mark.parametrize(
    ("other", "form"), [("@benali62", "@martin62"), ("k.benali@x.fr", "j.martin@x.fr"),
                        ("06 11 22 33 44", "07 99 88 77 66")],
)  # fmt: skip
def test_an_account_a_mail_and_a_number_are_told_alike(other: str, form: str) -> None:
    one, two = (told(f"Écrivez à {who}, il vend des vélos volés.") for who in (other, form))
    assert one == two


@pytest.mark.parametrize(
    ("number", "size"), [("3", "num1"), ("12", "num2"), ("1234", "num4"), ("123456789", "num5")]
)
def test_a_number_is_told_by_its_length(number: str, size: str) -> None:
    (word,) = marked(made(number), KNOWN)
    assert word == Marked(NUMBER, "", frozenset({size}))


def test_a_sign_is_told_as_it_is() -> None:
    (word,) = marked(made("!"), KNOWN)
    assert word == Marked("!", "", frozenset())


def marks(text: str) -> list[frozenset[str]]:
    return [word.marks for word in told(text)]


def test_a_capital_is_told_and_whether_it_opens_a_sentence() -> None:
    first, _, second, _, third = marks("Fourgon vers Fourgon. Fourgon")
    assert {"cap", "cap0"} <= first
    assert "cap" in second
    assert "cap0" not in second
    assert {"cap", "cap0"} <= third
    assert not any({"cap", "cap0"} & word for word in marks("fourgon vers fourgon"))


def test_capitals_say_nothing_where_all_is_shouted() -> None:
    shouted = marks("UN FOURGON BLANC")
    assert all("up" in word for word in shouted)
    assert not any({"cap", "cap0"} & word for word in shouted)
    assert not any("up" in word for word in marks("Un fourgon blanc"))


def test_how_a_word_was_meant_and_how_common_it_is_are_told() -> None:
    respelt = {w.form: w for w in told("jai vu la voitur rue Pasteur a Lille")}
    assert "respelt" in respelt["voiture"].marks
    assert respelt["voiture"].letters == "voitur"
    assert "short" in respelt["la"].marks
    assert "neutral" in respelt["pasteur"].marks
    assert "commune" in respelt["lille"].marks
    assert any(m.startswith("f:N") for m in respelt["voiture"].marks)
    assert {m[:2] for m in respelt["voiture"].marks} >= {"fn", "sn", "fr"}


def test_what_the_rules_make_of_a_person_is_told() -> None:
    against = told("Karim vole des vélos.")
    assert {"E:person:B", "R+"} <= against[0].marks
    assert "W+deed" in against[1].marks
    cleared = told("Karim a été volé.")
    assert "R-" in cleared[0].marks
    assert any("W-deed" in word.marks for word in cleared)


def test_a_group_is_told_without_being_weighed() -> None:
    group = next(w for w in told("Les Roms volent tout.") if w.form.startswith("rom"))
    assert "E:group:B" in group.marks
    assert not any(m.startswith(("R", "W")) for m in group.marks - {"R0"})


def test_nothing_is_told_of_nothing() -> None:
    assert told("") == []


def test_a_link_that_is_nobodys_page_is_read_as_a_pause() -> None:
    pages = ("https://exemple.fr/photo", "https://facebook.com/karim.benali.37")
    aside, page = (marked(load().by_rules(f"voir {at}"), load_resources())[-1] for at in pages)
    assert aside == Marked(ASIDE, "", frozenset())
    assert page.form == "account" or any(m.startswith("E:account") for m in page.marks)
