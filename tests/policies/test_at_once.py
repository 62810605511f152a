"""What reads as happening now at first sight, and what only uses the same words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.at_once import at_once
from policies.emergency import Emergency

CALLS = [
    (Emergency.NOW, "Un cambriolage est en cours au 12 rue des Lilas, ils sont encore dedans."),
    (Emergency.NOW, "Deux hommes cagoulés sont en train de forcer la porte du tabac"),
    (Emergency.NOW, "SCOOTER VOLÉ À L’INSTANT PLACE DE LA LOI, parti vers le Chesnay"),
    (Emergency.NOW, "Quelqu'un essaie d'entrer chez moi"),
    (Emergency.NOW, "On est cambriolés en ce moment !"),
    (Emergency.NOW, "Mon oncle vient de se faire agresser à l'arrêt"),
    (Emergency.NOW, "Il y a quelqu'un dans ma maison"),
    (Emergency.THREAT, "Au secours, il a un couteau"),
    (Emergency.THREAT, "à l'aide !!"),
    (Emergency.THREAT, "un type avec une machette place Carnot"),
    (Emergency.THREAT, "Coups de feu vers la tour, restez chez vous"),
    (Emergency.MEDICAL, "Une dame ne respire plus"),
    (Emergency.MEDICAL, "il est inconscient devant la pharmacie"),
    (Emergency.FIRE, "Il y a le feu à la maison du 8"),
    (Emergency.FIRE, "forte odeur de gaz dans le hall"),
    (Emergency.FIRE, "Accident grave au carrefour"),
]
QUIET = [
    "Un fourgon blanc tourne depuis ce matin.",
    "Hier un cambriolage était en cours quand le voisin est rentré.",
    "Fausse alerte, personne n'est en train de forcer la porte.",
    "Le gymnase est cassé, les travaux sont en cours de révision.",
    "Aucun coup de feu, seulement des pétards.",
    "Le poste de secours est ouvert.",
    "Le Secours populaire collecte des jouets.",
    "Un chien errant a égorgé deux poules.",
    "Exercice incendie en cours à l'école.",
    "",
]


@pytest.mark.parametrize(("call", "text"), CALLS, ids=[text for _, text in CALLS])
@pytest.mark.parametrize("spelling", [str, str.upper, str.lower])
def test_what_happens_now_is_seen_at_once(call: Emergency, text: str, spelling: type[str]) -> None:
    assert at_once(spelling(text)) is call


@pytest.mark.parametrize("text", QUIET)
def test_what_only_sounds_like_it_is_left_to_the_filter(text: str) -> None:
    assert at_once(text) is None


@pytest.mark.parametrize("before", [0, 5_000, 60_000])
def test_the_end_of_a_long_message_counts_too(before: int) -> None:
    assert at_once("bla " * (before // 4) + "au secours") is Emergency.THREAT


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    assert at_once(text) in {None, *Emergency}
