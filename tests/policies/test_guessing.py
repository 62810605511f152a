"""What a message is about by its words: rather nothing than wrong."""

from __future__ import annotations

import pytest

from bridges.ports import Language
from pc_matrix.language import load
from policies.emergency import Emergency
from policies.guessing import guess, in_danger
from policies.terms import Category


@pytest.fixture(scope="module")
def language() -> Language:
    return load()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("La maison du coin a été cambriolée, porte forcée.", Category.BURGLARY),
        ("Deux vélos ont été volés devant la gare cette nuit.", Category.BURGLARY),
        ("Cambriolage cette nuit, un fourgon blanc tournait avant.", Category.BURGLARY),
        ("Un fourgon blanc tourne depuis ce matin.", Category.SUSPICIOUS_VEHICLE),
        ("ya une camionete blanche qui rode dvt lecole", Category.SUSPICIOUS_VEHICLE),
        ("Clio suspecte, plaque BX-640-JM.", Category.SUSPICIOUS_VEHICLE),
        ("Un rôdeur dans les jardins.", Category.SUSPICIOUS_BEHAVIOUR),
        ("Un homme louche regarde par-dessus les haies.", Category.SUSPICIOUS_BEHAVIOUR),
        ("Deux faux agents du gaz sonnent aux portes.", Category.ABUSIVE_CANVASSING),
        ("Un démarcheur insistant fait le quartier en camionnette.", Category.ABUSIVE_CANVASSING),
        ("Dépôt sauvage au bout du chemin.", Category.INCIVILITY),
        ("Le mur du cimetière est tagué.", Category.INCIVILITY),
        ("Les poubelles ont été renversées place du marché.", Category.INCIVILITY),
        ("Une dame désorientée marche en chemise de nuit.", Category.VULNERABLE_PERSON),
        ("Un enfant a disparu près de l'étang.", Category.VULNERABLE_PERSON),
        ("Je n'accuse personne, mais la mallette a disparu.", None),
        ("Il se passe quelque chose de bizarre.", None),
        ("La voiture se gare sur le passage piéton.", None),
        ("Notre chat a disparu.", None),
        ("Un rôdeur et un dépôt sauvage, le même soir.", None),
        ("Le fourgon. Plus loin, rien ne tourne.", None),
        ("", None),
    ],
)
def test_guess(language: Language, text: str, expected: Category | None) -> None:
    assert guess(language.analyse(text)) is expected


def test_whoever_is_in_danger_has_a_category() -> None:
    likely = {call: in_danger(call) for call in Emergency}
    for call in (Emergency.NOW, Emergency.THREAT):
        assert likely.pop(call) is Category.SUSPICIOUS_BEHAVIOUR
    assert set(likely.values()) == {Category.VULNERABLE_PERSON}
