"""No authority is ever sent a plate that it may not see, however the plate is written."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridges.ports import Language
from pc_matrix.language import load
from policies.denunciation.analysis import Analysis, Token
from policies.denunciation.judge import judge
from policies.details import Detail
from policies.enclosures import Enclosure
from policies.need_to_know import (
    PLATE,
    AuthorityKind,
    Leaving,
    enclosures_for,
    kind_of,
    leaving,
    sees_by_default,
    with_photos,
)
from policies.pictures import Picture
from policies.plates import plates, without_plates
from policies.positions import Position
from tests.fakes import commune as c

LANGUAGE: Language = load()
SEEING = c.commune().authorities[0]
BLIND = replace(SEEING, code=c.MAIRIE, name="Mairie", sees=frozenset())


def masked(text: str) -> str:
    return leaving(LANGUAGE.analyse(text)).to(BLIND)


@pytest.mark.parametrize(
    "plate",
    [
        "BX-640-JM", "bx 640 jm", "bx640jm", "BX.640.JM", "BX_640_JM", "BX–640–JM", "Bx/640/Jm",
        "B X 6 4 0 J M", "bx 6 4 0 jm", "B.X.-6.4.0-J.M", "BX\n640\nJM", "BX 64O JM",
        "𝐁𝐗-640-JM", "ВХ-640-ЈМ", "1234 AB 59", "1234ab59", "123-ABC-2A", "45 ABC 75",
        "bravo xray 640 juliette mike", "Bravo X-ray six cent quarante Juliette Mike",
        "BX six cent quarante JM", "bx-six-quatre-zéro-jm", "BX quatre-vingt-deux trois JM",
        "BX cent vingt et un JM", "BX soixante-dix-sept quatre JM", "BX vingt-deux tiret six JM",
        "Berthe Xavier 6 4 0 Joseph Marcel", "BX cent JM", "BX deux cents JM", "BX zéro dix JM",
    ],
)  # fmt: skip
def test_a_plate_in_any_spelling_is_masked(plate: str) -> None:
    said = f"Un fourgon blanc, {plate}, devant l'école."
    assert masked(said) == f"Un fourgon blanc, {PLATE}, devant l'école."
    assert leaving(LANGUAGE.analyse(said)).to(SEEING) == said


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("plaque belge 1-ABC-234 devant", f"plaque belge {PLATE} devant"),
        ("immatriculé B MW 1234.", f"immatriculé B {PLATE}."),
        ("plaque commençant par AB 12", f"plaque commençant par {PLATE}"),
        ("la plaque finit par 640 JM", f"la plaque finit par {PLATE}"),
        ("plaque : AB 12 et le 3 mai", f"plaque : {PLATE} et le 3 mai"),
    ],
)
def test_what_is_called_a_plate_is_one(said: str, left: str) -> None:
    assert masked(said) == left


@pytest.mark.parametrize(
    "said",
    [
        "Appelez le 112 ou le 17.", "À moins de 100 km d'ici.", "Entre 20 ou 30 personnes.",
        "Il y a 100 m à droite.", "De 10h30 à 12h45, le 12 mai 2026.", "Le 15 et le 20 au matin.",
        "En 206 grise sur la RD 915.", "La rue du 8 mai 45.", "06 12 34 56 78",
        "De 100 à 120 kg.", "Immatriculé dans le 59.", "Une plaque d'égout au 12 rue Basse.",
        "La plaque du 3 au 12 mai.", "Bravo à tous les six !", "Pierre et Louis, 12 ans.",
        "de six cent quarante km", "Victor a vu deux motos, hôtel complet.", "",
    ],
)  # fmt: skip
def test_sentences_stay_as_they_are(said: str) -> None:
    assert masked(said) == said


LETTERS = st.text(st.sampled_from("ABCDEFGHJKLMNPQRSTVWXYZ"), min_size=2, max_size=2)
DIGITS = st.integers(0, 999).map("{:03d}".format)
GAPS = st.sampled_from(["", " ", "-", ".", "/", " - ", "_", "–", "\u00a0", "·"])
ACCUSED = st.sampled_from(["", "Mme Souad Kaddouri a vu ça. ", "Appelez le 06 12 34 56 78. "])


@example("AL", "000", "AA", " - ", " ", "Mme Souad Kaddouri a vu ça. ")
@given(LETTERS, DIGITS, LETTERS, GAPS, GAPS, ACCUSED)
def test_no_destination_ever_gets_a_plate_it_may_not_see(
    first: str, number: str, last: str, one: str, other: str, before: str
) -> None:
    """Nor the half of it: the filter may take some letters for a name, and mask them."""
    said = f"{before}Un fourgon {first}{one}{number}{other}{last} tourne depuis ce matin."
    verdict = judge(LANGUAGE.analyse(said))
    outgoing = leaving(LANGUAGE.analyse(verdict.text))
    assert outgoing.to(SEEING) == verdict.text
    signs = re.sub(r"[\W_]", "", outgoing.to(BLIND))
    assert f"{first}{number}" not in signs
    assert f"{number}{last}" not in signs


@given(st.text())
def test_spans_are_in_order_apart_and_inside(text: str) -> None:
    found = plates(Analysis(text, (), ()))
    assert all(start < end for start, end in found)
    assert all(a[1] < b[0] for a, b in pairwise(found))
    assert all(start >= 0 and end <= len(text) for start, end in found)
    assert without_plates(text, (), PLATE) == text


def test_what_the_language_part_reads_as_a_plate_is_one_unless_it_is_a_sentence() -> None:
    def read(text: str) -> tuple[tuple[int, int], ...]:
        return plates(Analysis(text, (Token(0, len(text), "plate"),), ()))

    assert read("zz:zz") == ((0, 5),)
    assert read("le 112 ou") == ()
    assert plates(Analysis("zz:zz", (Token(0, 5, "word"),), ())) == ()


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("gendarmerie", "X", AuthorityKind.GENDARMERIE),
        ("police-municipale", "X", AuthorityKind.POLICE),
        ("x", "Mairie de Saint-Exemple", AuthorityKind.MAIRIE),
        ("x", "GENDARMERIE nationale", AuthorityKind.GENDARMERIE),
        ("x", "Bailleur", AuthorityKind.OTHER),
    ],
)
def test_what_an_authority_is(code: str, name: str, kind: AuthorityKind) -> None:
    assert kind_of(code, name) is kind


def test_only_the_forces_see_plates_unless_the_file_says_so() -> None:
    seeing = {kind for kind in AuthorityKind if Detail.PLATE in sees_by_default(kind)}
    assert seeing == {AuthorityKind.GENDARMERIE, AuthorityKind.POLICE}
    assert sees_by_default(AuthorityKind.OTHER) == frozenset()


def test_who_sees_less_is_named_and_nothing_is_printed() -> None:
    found = Leaving("BX-640-JM", ((0, 9),))
    assert found.masked_for((SEEING, BLIND)) == (BLIND,)
    assert Leaving("rien", ()).masked_for((SEEING, BLIND)) == ()
    assert "640" not in repr(found)


def test_photos_go_to_who_sees_plates_and_places_to_all() -> None:
    photo = Enclosure(Picture(b"x", 1, 1), "photo")
    place = Enclosure(Position(48.1, 2.3), "place")
    assert enclosures_for(SEEING, (photo, place)) == (photo, place)
    assert enclosures_for(BLIND, (photo, place)) == (place,)
    assert enclosures_for(BLIND, ()) == ()


@pytest.mark.parametrize(
    ("sees", "photos", "expected"),
    [
        ({Detail.PLATE}, None, True),
        ({Detail.RESIDENT}, None, False),
        ({Detail.RESIDENT, Detail.PHOTO}, None, False),
        (set(), True, True),
        (set(Detail), False, False),
    ],
)
def test_the_communes_file_has_the_last_word_on_photos(
    sees: set[Detail], photos: bool | None, expected: bool
) -> None:
    found = with_photos(frozenset(sees), photos)
    assert (Detail.PHOTO in found) is expected
    assert found - {Detail.PHOTO} == sees - {Detail.PHOTO}


@pytest.mark.parametrize("kind", AuthorityKind)
def test_by_default_photos_are_seen_as_plates_are(kind: AuthorityKind) -> None:
    sees = sees_by_default(kind)
    assert with_photos(sees, None) == sees
