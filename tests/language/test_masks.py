"""No name that is masked once is left elsewhere in the text, in any spelling."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.denunciation.verdict import Decision
from tests.language.attacks import ATTACKS, Attack, squashed
from tests.language.leaks import decided

GIVEN = ("Karim", "Sophie", "Léa", "Mehmet", "Bénédicte", "Thi", "Fatoumata", "Yann", "Jorge")
FAMILY = ("Benali", "Martin", "Kowalczyk", "Nguyen", "Diallo", "Le Goff", "Zylberstein", "Hoarau")
SAID = (
    "{first} {last} a été agressé par deux inconnus rue du Lac. {again} va mieux.",
    "La voiture de Mme {last} a été rayée vers 15 h. {again} n'a rien vu.",
    "Merci à {first} {last} ! Les pompiers ont ramené {again} chez lui à 22h30.",
    "Mme {last} et {first} ont vu un fourgon AB-123-CD. {again} a noté la plaque.",
)
LINKED = (
    "@{first}_{last}",
    "#{First}{Last}",
    "#{first}{last}",
    "{first}.{last}@orange.fr",
    "https://www.facebook.com/{first}.{last}",
    "instagram.com/{first}{last}59",
    "les {Last}s",
    "{LAST}",
    "{first}-{last}",
    "« {last} »",
)


def left(text: str, *names: str) -> list[str]:
    seen = squashed(text)
    return [n for n in names if len(squashed(n)) > 3 and squashed(n) in seen]


AGAIN = (
    st.sampled_from(SAID),
    st.sampled_from(GIVEN),
    st.sampled_from(FAMILY),
    st.sampled_from(ATTACKS),
    st.integers(0, 999),
)


@settings(max_examples=300, deadline=None)
@given(*AGAIN)
def test_a_masked_name_is_left_in_no_disguise(
    said: str, first: str, last: str, attack: Attack, seed: int
) -> None:
    _is_masked_again(said, first, last, attack, seed)


@pytest.mark.soak
@settings(max_examples=10_000, deadline=None)
@given(*AGAIN)
def test_a_masked_name_is_left_in_no_disguise_for_long(
    said: str, first: str, last: str, attack: Attack, seed: int
) -> None:
    _is_masked_again(said, first, last, attack, seed)


def _is_masked_again(said: str, first: str, last: str, attack: Attack, seed: int) -> None:
    random = Random(seed)
    again = " ".join(attack.rewrite(word, random) for word in last.split(" "))
    _, verdict = decided(said.format(first=first, last=last, again=again))
    assert verdict.decision is not Decision.RELAY
    assert not left(verdict.text, last), verdict.text


@pytest.mark.parametrize("linked", LINKED)
@settings(max_examples=40, deadline=None)
@given(st.sampled_from(SAID), st.sampled_from(GIVEN), st.sampled_from(FAMILY))
def test_a_masked_name_is_left_in_no_address(linked: str, said: str, first: str, last: str) -> None:
    bare = last.replace(" ", "")
    again = linked.format(
        first=squashed_ascii(first), last=squashed_ascii(bare), First=first, Last=bare,
        LAST=bare.upper(),
    )  # fmt: skip
    _, verdict = decided(said.format(first=first, last=last, again=again))
    assert verdict.decision is not Decision.RELAY
    assert not left(verdict.text, bare), verdict.text


def squashed_ascii(name: str) -> str:
    return name.lower().replace("é", "e")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(SAID), st.sampled_from(GIVEN), st.sampled_from(FAMILY))
def test_a_name_has_one_mask(said: str, first: str, last: str) -> None:
    _, verdict = decided(said.format(first=first, last=last, again="La victime"))
    assert "[personne] [personne]" not in verdict.text
    assert "[personne]-[personne]" not in verdict.text
