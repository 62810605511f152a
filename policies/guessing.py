"""What a message is about, where its words leave no doubt: rather nothing than a wrong guess.

A category is guessed only if its cues stand in the text and no other category's do, but for those
that the first is known to bring with it: a burglar comes with a van.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policies.denunciation.analysis import Analysis
from policies.denunciation.wordlist import words
from policies.emergency import Emergency
from policies.terms import Category

_CUES: Mapping[Category, frozenset[str]] = {
    Category.BURGLARY: words(
        "cambriolage cambrioleur cambrioleuse cambriole cambriolee cambrioler effraction fracturee"
        " fracturer crochetee"
    ),
    Category.SUSPICIOUS_BEHAVIOUR: words("rodeur rodeuse reperage cagoule encagoule"),
    Category.ABUSIVE_CANVASSING: words(
        "demarchage demarcheur demarcheuse demarchent demarchait arnaque arnaqueur escroquerie"
    ),
    Category.INCIVILITY: words(
        "incivilite degradation vandalisme vandalise vandalisee tag tague taguee graffiti graffitis"
        " tapage encombrant gravat petard detritus"
    ),
    Category.VULNERABLE_PERSON: words("alzheimer desoriente desorientee fugue fugueur fugueuse"),
}
"""Words, without a plural s, that by themselves say what it is about."""

_PAIRS: Mapping[Category, tuple[tuple[frozenset[str], frozenset[str]], ...]] = {
    Category.BURGLARY: (
        (words("porte serrure fenetre volet portail baie cadenas garage"), words("force forcee")),
        (words("ete fait"), words("vole volee voler derobe derobee")),
    ),
    Category.SUSPICIOUS_BEHAVIOUR: (
        (
            words("comportement attitude homme individu inconnu type personne gens jeune femme"),
            words("suspect suspecte louche bizarre etrange inquietant rode rodent rodait rodaient"),
        ),
        (words("poignee portiere"), words("essaie essaient essayait essayaient teste testent")),
        (words("observe observent photographie photographient"), words("maison jardin volet")),
    ),
    Category.ABUSIVE_CANVASSING: (
        (
            words("faux fausse soi-disant pretendu"),
            words(
                "agent employe policier gendarme facteur plombier technicien ramoneur pompier"
                " eboueur demarcheur vendeur conseiller"
            ),
        ),
    ),
    Category.INCIVILITY: (
        (words("depot decharge"), words("sauvage")),
        (
            words("poubelle conteneur container banc abribus lampadaire carreau vitre panneau"),
            words(
                "renverse renversee casse cassee brise brisee brule brulee arrache arrachee detruit"
                " degrade degradee incendie incendiee"
            ),
        ),
        (
            words("dechet poubelle matela ordure"),
            words("jete jetee abandonne abandonnee depose deposee"),
        ),
        (words("rodeo"), words("urbain scooter moto")),
        (words("musique bruit"), words("fond nuit fort forte tard")),
    ),
    Category.VULNERABLE_PERSON: (
        (
            words("dame monsieur femme homme enfant fille garcon fillette octogenaire"),
            words("disparu disparue egare egaree perdu perdue desoriente desorientee"),
        ),
    ),
}
"""Words that say it together, the second at most ``_NEAR`` words behind the first."""
_VEHICLE = words(
    "voiture vehicule fourgon fourgonnette camionnette camion utilitaire berline break 4x4 scooter"
    " moto van suv monospace plate"
)
_MOVES = words(
    "tourne tournent tournait tournaient rode rodent rodait rodaient circule circulent circulait"
    " ralentit ralentissent ralenti lentement stationne stationnee stationnent stationnait repasse"
    " repassent repere reperent suspect suspecte louche inconnu inconnue bizarre etrange surveille"
    " surveillent suit suivait immatricule immatriculee attend attendait attendent arrete arretee"
)
_NEAR = 6
_BRINGS: Mapping[Category, frozenset[Category]] = {
    Category.BURGLARY: frozenset(
        {Category.SUSPICIOUS_VEHICLE, Category.SUSPICIOUS_BEHAVIOUR, Category.INCIVILITY}
    ),
    Category.ABUSIVE_CANVASSING: frozenset(
        {
            Category.SUSPICIOUS_VEHICLE,
            Category.SUSPICIOUS_BEHAVIOUR,
            Category.VULNERABLE_PERSON,
        }
    ),
    Category.SUSPICIOUS_VEHICLE: frozenset({Category.SUSPICIOUS_BEHAVIOUR}),
}
"""What does not contradict a category that was found."""
_IN_DANGER: Mapping[Emergency, Category] = {
    # Whatever it is, those who come: a mairie may be the only one that receives « other ».
    Emergency.NOW: Category.SUSPICIOUS_BEHAVIOUR,
    Emergency.THREAT: Category.SUSPICIOUS_BEHAVIOUR,
    Emergency.SUICIDE: Category.VULNERABLE_PERSON,
    Emergency.CHILD: Category.VULNERABLE_PERSON,
    Emergency.PARTNER: Category.VULNERABLE_PERSON,
    Emergency.FRAIL: Category.VULNERABLE_PERSON,
    Emergency.MEDICAL: Category.VULNERABLE_PERSON,
    Emergency.FIRE: Category.VULNERABLE_PERSON,
}


def guess(analysis: Analysis) -> Category | None:
    """The one category that the text's words say, ``None`` where they say none or several."""
    said = [token.form.removesuffix("s") for token in analysis.tokens]
    found = {category for category in Category if _speaks_of(category, said)}
    if len(found) > 1:
        found -= {brought for category in found for brought in _BRINGS.get(category, ())}
    return next(iter(found)) if len(found) == 1 else None


def in_danger(call: Emergency) -> Category:
    """What a report is about that nobody may be asked of first: somebody is in danger."""
    return _IN_DANGER[call]


def _speaks_of(category: Category, said: Sequence[str]) -> bool:
    if category is Category.SUSPICIOUS_VEHICLE:
        return _is_pair(said, _VEHICLE, _MOVES) or _is_pair(said, _MOVES, _VEHICLE)
    known = _CUES.get(category, frozenset())
    pairs = _PAIRS.get(category, ())
    return not known.isdisjoint(said) or any(_is_pair(said, *pair) for pair in pairs)


def _is_pair(said: Sequence[str], first: frozenset[str], then: frozenset[str]) -> bool:
    return any(not then.isdisjoint(after) for after in _following(said, first))


def _following(said: Sequence[str], first: frozenset[str]) -> Iterator[Sequence[str]]:
    """The words of the same clause behind each of ``first``."""
    for i, word in enumerate(said):
        if word in first:
            near = said[i + 1 : i + 1 + _NEAR]
            end = next((j for j, w in enumerate(near) if w in (".", "\n", "!", "?", ";")), _NEAR)
            yield near[:end]
