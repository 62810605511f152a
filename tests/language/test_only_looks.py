"""What only looks like a person is nobody; a namesake of it is somebody."""

from __future__ import annotations

import pytest

from pc_matrix.language import French
from policies.denunciation.analysis import EntityKind

_NAMED = frozenset({EntityKind.PERSON, EntityKind.EMAIL})

NOBODY = [
    # brands
    "Perceuse Makita et visseuse Black & Decker volées",
    "Montre Swatch et casque Bose volés dans le vestiaire du centre Anatole France",
    "Sac Lancel, parfum Nina Ricci et un Louis Vuitton factice abandonnés près de la gare",
    "Trois parfums Dior volés chez Sephora",
    "Guitare Gibson et enceinte Marshall disparues du local",
    "la vitre du Kevin's Burger est cassée",
    "Vitre cassée chez Rapaud Optique cette nuit",
    "le resto chez tonton farid a été cambriolé",
    # historic names
    "tags sur les tennis Suzanne Lenglen",
    "accident o rond poin pierre mendes france",
    "Les boîtes aux lettres du hall Robert Schuman ont été forcées",
    "ACCIDENT CARREFOUR GENERAL LECLERC / PAUL BERT",
    "agression par 3 types a Charles de Gaulle (métro)",
    "Vélo volé devant l'amphi Louis Antoine",
    "la plak d jean moulin é cel d lucie aubrac taguées",
    "Ils ont tagué le buste d'Anne de Bretagne et celui de Jacques Cartier",
    "La statue de Duguesclin au Thabor a été taguée",
    "la cloche dédiée à Jean-Paul II a été volée",
    "Bagarre à Jean Jaurès, évitez le secteur",
    "bouchon vers Victor Hugo",
    # storms
    "avec Paul et Eunice (tempêtes) on a perdu des tuiles",
    "Après Louis, Nelson et Joachim, il reste trois peupliers",
    "Depuis Ciaran la toiture du gymnase fuit",
    # villages, quarters, roads
    "Des seringues sous le toboggan du parc des Lilattes",
    "Vol de vélo devant la piscine de Bréquigny",
    "Déviation, descendez à Cleunay",
    "bruit la nuit a Domarin",
    "cambriolage a la Bouexiere",
    "Merci aux pompiers de Maripasoula qui sont venus",
    "Accident sur la D137 ce matin",
    "la petite blanche du carrousel a disparu",
    # institutions and officials
    "Ecrivez à police.municipale@bourgoinjallieu.fr pour signaler",
    "Ecrivez à voirie@plouvenec.bzh",
    "Signalez à securite.tranquillite@agglo-sarlat.fr",
    "Le brigadier-chef Morvan est passé",
    "Madame Lebrun, directrice de l'école, demande la vigilance",
    "L'adjoint à la voirie, M. Seguen, demande de ne plus se garer",
    "le garde champêtre Morel a relevé la plaque",
]


@pytest.mark.parametrize("text", NOBODY)
def test_what_only_looks_like_a_person_is_nobody(french: French, text: str) -> None:
    assert [e for e in french.by_rules(text).entities if e.kind in _NAMED] == []


SOMEBODY = [
    ("Jules Ferry vole des vélos", "Jules Ferry"),
    ("Jean Moulin a été agressé hier soir", "Jean Moulin"),
    ("M. Jean Moulin s'est fait voler son vélo", "Jean Moulin"),
    ("le fils de Jean Moulin casse tout", "Jean Moulin"),
    ("c'est Jean Moulin qui a tagué le mur", "Jean Moulin"),
    ("chez Jean Moulin ça deale", "Jean Moulin"),
    ("J'ai vu Victor Hugo fracturer la porte", "Victor Hugo"),
    ("je soupçonne Pierre Legrand", "Pierre Legrand"),
    ("Appelez Jean Moulin au 06 39 98 56 78", "Jean Moulin"),
    ("le vélo de Jean Moulin a été volé", "Jean Moulin"),
    ("agressé par Paul Bert hier", "Paul Bert"),
    ("Ils ont volé le scooter à Jean Moulin", "Jean Moulin"),
    ("Merci à Jean Moulin pour son aide", "Jean Moulin"),
    ("Victor Hugo : voleur de vélos", "Victor Hugo"),
    ("la maison de Victor Hugo cambriolée", "Victor Hugo"),
    ("bagarre entre Jean Moulin et Karim", "Jean Moulin"),
    ("Franck Provost vole des vélos", "Franck Provost"),
    ("Paul Smith harcèle les filles", "Paul Smith"),
    ("Pierre Cardin, 43 ans, a été agressé", "Pierre Cardin"),
    ("Yves Rocher deale devant la gare", "Yves Rocher"),
    ("Mme Lancel a été cambriolée", "Lancel"),
    ("les Lancel volent le courant", "Lancel"),
    ("le fils Lancel a cassé la vitre", "Lancel"),
    ("Monsieur Decker a volé une perceuse", "Decker"),
    ("le sac de Bianchi a été volé", "Bianchi"),
    ("un sac, Bernard l'a pris", "Bernard"),
    ("Kevin Burger vole des scooters", "Kevin Burger"),
    ("Alex a volé des tuiles après la tempête", "Alex"),
    ("Paul et Eunice ont volé un scooter", "Paul"),
    ("la voiture à Kerlann", "Kerlann"),
    ("la captur orange a Benhaddou a fini dans le ravin", "Benhaddou"),
    ("parle à Domarin il sait tout", "Domarin"),
    ("Ils ont craché sur Kerlann", "Kerlann"),
    ("Il a rendu le sac à Xhevdet", "Xhevdet"),
    ("La piscine des Nespoulous a été vidée", "Nespoulous"),
    ("la plaque de Jean Dupont a été volée", "Jean Dupont"),
    ("la petite blanche a volé un vélo", "blanche"),
    ("Madame Lebrun vend du shit", "Lebrun"),
    ("Mme Lebrun, retraitée, a été cambriolée", "Lebrun"),
    ("ecrivez à jean.dupont@gmail.com", "jean.dupont@gmail.com"),
    ("karim.directeur@gmail.com", "karim.directeur@gmail.com"),
]


@pytest.mark.parametrize(("text", "name"), SOMEBODY)
def test_a_namesake_is_somebody(french: French, text: str, name: str) -> None:
    found = [text[e.start : e.end] for e in french.by_rules(text).entities if e.kind in _NAMED]
    assert any(name in shown for shown in found), found


@pytest.mark.parametrize(
    "text",
    [
        "Madame Castagnetta, directrice de l'école, garde l'argent de la coopérative.",
        "La directrice de l'école, Mme Castagnetta, garde l'argent de la coopérative.",
    ],
)
def test_who_keeps_the_money_is_no_official_at_work(french: French, text: str) -> None:
    found = [e for e in french.by_rules(text).entities if e.kind is EntityKind.PERSON]
    assert [text[e.start : e.end] for e in found] == ["Castagnetta"]
