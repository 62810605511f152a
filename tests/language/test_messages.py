"""Every written message gets the decision that the rules ask for, however it is written."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pc_matrix.language import French
from policies.denunciation.judge import judge
from tests.language.corpus import FILES, Case, cases, plain

ALL = tuple(case for file in FILES for case in cases(file))

STILL_WRONG = frozenset(
    {
        "La fleuriste signale que la vitrine de Flor'Anne est fissurée.",
        "Les deux gars qui refont le toit de M. Pereira ne sont pas déclarés.",
        "Le 4x4 du maire stationne sur la place handicapé.",
        "el recoi d hom tte la nuit la voisine du 1er",
        "Le couple qui vient d'emménager au 6 élève des chiens de combat.",
    }
)
"""What the filter is known to get wrong; it must not grow."""


def as_written(text: str) -> str:
    return text


def shouted(text: str) -> str:
    return plain(text).upper()


@pytest.mark.parametrize("written", [as_written, plain, shouted])
@pytest.mark.parametrize("case", ALL, ids=lambda case: case.text[:40])
def test_a_message_is_decided_as_the_rules_say(
    french: French, case: Case, written: Callable[[str], str]
) -> None:
    if case.text in STILL_WRONG:
        pytest.skip("known to be wrong")
    verdict = judge(french.analyse(written(case.text)))
    assert verdict.decision is case.decision
    left = plain(verdict.text)
    for name in case.masked:
        assert not re.search(rf"(?<!\w){re.escape(plain(name))}(?!\w)", left)


def test_what_is_known_to_be_wrong_is_still_wrong(french: French) -> None:
    wrong = {c.text for c in ALL if judge(french.analyse(c.text)).decision is not c.decision}
    assert wrong == STILL_WRONG
