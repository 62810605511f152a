"""The number to call first: who is in danger, and what only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridges.ports import Language
from pc_matrix.language import load
from policies.denunciation.analysis import Analysis, Token
from policies.emergency import Emergency, emergency
from tests.policies.denunciation.corpus import without_accents

TABLE = Path(__file__).parents[1] / "cases" / "danger" / "messages.tsv"
CASES = [
    (want, text)
    for want, _, text in (
        line.partition("\t")
        for line in TABLE.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    )
]


@pytest.fixture(scope="module")
def language() -> Language:
    return load()


def called(language: Language, text: str) -> str:
    which = emergency(language.analyse(text))
    return which.value if which is not None else "none"


@pytest.mark.parametrize(("want", "text"), CASES, ids=[text for _, text in CASES])
def test_the_call_that_a_message_asks_for(language: Language, want: str, text: str) -> None:
    assert called(language, text) == want


def test_the_table_is_large_and_has_every_call() -> None:
    wanted = [want for want, _ in CASES]
    assert len(wanted) >= 120
    seen_at_once = {Emergency.NOW, Emergency.FIRE}  # tests/policies/test_at_once.py
    assert all(wanted.count(call.value) >= 8 for call in set(Emergency) - seen_at_once)
    assert wanted.count("none") >= 50


@pytest.mark.parametrize("spelling", [str.upper, str.lower, without_accents])
def test_capitals_and_accents_hardly_matter(language: Language, spelling: object) -> None:
    assert callable(spelling)
    missed = [
        text
        for want, text in CASES
        if want != "none" and emergency(language.analyse(spelling(text))) is None
    ]
    false = [
        text
        for want, text in CASES
        if want == "none" and emergency(language.analyse(spelling(text))) is not None
    ]
    assert len(missed) <= 2
    assert len(false) <= 3


MORE = {
    "il ne tape pas sa femme": "none",
    "sa femme, il la frappe pas": "none",
    "faut enfermer la petite dame": "none",
    "Un coup de feu ? non, un pétard": "none",
    "des coups de feu ou des pétards rue Haute": "threat",
    "il veut se pendre": "suicide",
    "suicide politique du maire": "none",
    "Il va se jeter du toit": "suicide",
    "il ne veut pas sauter du toit": "none",
    "il n'a pas envie de mourir": "none",
    "aucun malaise chez les voisins, pas de malaise cardiaque": "none",
    "Un homme fait un malaise, les pompiers sont là": "none",
    "il a sorti une carabine pour le chien": "none",
    "un chasseur passe avec un fusil et un homme": "none",
    "mon père a bu, il cogne": "child",
    "il l'a frappée": "threat",
    "la frappe du joueur": "none",
    "un bleu de travail volé": "none",
    "un blouson, des bleus, un vol": "none",
    "elle a des bleus sur les bras, mamie": "frail",
    "seul dans la voiture": "none",
    "mon voisin de 40 ans frappe sa femme": "partner",
    "sa femme a 40 ans, il la frappe": "partner",
    "ça cogne chez le bébé": "child",
    "pas de cris de femme": "none",
    "il appelle à l'aide": "threat",
    "à l'aide d'une pince, ils crient": "none",
    "je vais le fumer": "none",
    "il veut tuer": "none",
}


@pytest.mark.parametrize(("text", "want"), MORE.items(), ids=MORE)
def test_near_misses(language: Language, text: str, want: str) -> None:
    assert called(language, text) == want


def test_nothing_said_is_no_danger() -> None:
    assert emergency(Analysis("", (), ())) is None


@pytest.mark.parametrize("tag", ["danger_over", "danger_story", "danger_past"])
def test_what_is_over_or_told_is_no_danger(tag: str) -> None:
    said = Token(0, 1, "x", tags=frozenset({"danger_threat"}))
    context = Token(2, 3, "y", tags=frozenset({tag}))
    assert emergency(Analysis("x y", (said,), ())) is Emergency.THREAT
    assert emergency(Analysis("x y", (said, context), ())) is None


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("danger_threat", None),
        ("danger_medical", None),
        ("danger_suicide", Emergency.SUICIDE),
        ("danger_hurt", Emergency.THREAT),
    ],
)
def test_help_that_is_there_settles_no_violence_at_home(
    tag: str, expected: Emergency | None
) -> None:
    said = Token(0, 1, "x", tags=frozenset({tag}))
    helped = Token(2, 3, "y", tags=frozenset({"danger_helped"}))
    assert emergency(Analysis("x y", (said, helped), ())) is expected
