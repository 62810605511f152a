"""Rule by rule: what is said of a person, and what follows from it where nobody else reads it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridges.ports import Language
from policies.denunciation.acts import Act, classify
from policies.denunciation.analysis import Analysis, Entity, EntityKind, Token
from policies.denunciation.judge import judge
from policies.denunciation.verdict import Decision, Finding, Rule, Verdict
from policies.denunciation.weighing import reasons

RELAY, REDACT, HOLD, RETURN = Decision.RELAY, Decision.REDACT, Decision.HOLD, Decision.RETURN

SAID = {
    # undergone
    "Karim percuté par un scooter.": REDACT,
    "Mme Petit est hélas victime d'un vol": REDACT,
    "Mme Petit est la victime": REDACT,
    "M. Petit est tombé": REDACT,
    "M. Petit a eu un accident": REDACT,
    "Karim, Karim et KARIM ont été volés, karim aussi": REDACT,
    # seen, helped, thanked
    "M. Petit ne voit pas bien": REDACT,
    "Mme Petit ne répond pas": REDACT,
    "M. Petit prend des photos": REDACT,
    "Merci à Karim": REDACT,
    "Merci à Karim d'avoir aidé": REDACT,
    # said of nobody that is recognised
    "ils sont tous les mêmes": RELAY,
    "quelques Roms dorment sous le pont": RELAY,
    "Le maire a pris la voiture": RELAY,
    # little is said: a human decides
    "M. Petit a été": HOLD,
    "M. Petit est en train": HOLD,
    "M. Petit est parti": HOLD,
    "M. Petit a eu": HOLD,
    "Karim a": HOLD,
    "M. Petit y est": HOLD,
    "M. Petit en a": HOLD,
    "M. Petit que": HOLD,
    "Que Karim": HOLD,
    "J'ai vu Karim": HOLD,
    "j'ai vu un homme entrer hier soir très tard chez le fils de Karim": HOLD,
    "Le fils de Mme Petit dort": HOLD,
    "12 rue des Lilas on crie": HOLD,
    "des Roms campent près du stade": HOLD,
    # deeds
    "Mme Petit fait brûler des pneus": RETURN,
    "M. Petit est en train de forcer une porte": RETURN,
    "M. Petit est garé sur le trottoir": RETURN,
    "M. Petit s'est énervé": RETURN,
    "M. Petit espionne les voisins": RETURN,
    "M. Petit filme nos enfants": RETURN,
    "M. Petit surveille tout": RETURN,
    "M. Petit nous espionne": RETURN,
    "M. Petit se fait arrêter": RETURN,
    "M. Petit veut cambrioler": RETURN,
    "M. Petit prend le vélo": RETURN,
    "M. Petit met ses déchets dans mon jardin": RETURN,
    "Mme Petit n'aide jamais": RETURN,
    "Karim la frappe": RETURN,
    "elle crie toute la nuit la voisine du 3": RETURN,
    "au 12 ils crient": RETURN,
    # suspicion, irony, checks
    "Je soupçonne Karim": RETURN,
    "Je me doute de qui : Karim": RETURN,
    "Je me doute de qui c'est. Karim est parti.": RETURN,
    "Depuis que Karim est là, les vols reprennent": RETURN,
    "depuis l'arrivée de Karim les vélos disparaissent": RETURN,
    "J'ai vu Karim forcer la porte": RETURN,
    "J'ai vu Karim avec un pied de biche": RETURN,
    "On a reconnu Karim": RETURN,
    "C'est Karim qui a cassé la vitre": RETURN,
    "Merci à Karim d'avoir transformé la rue en décharge": RETURN,
    "Merci Karim pour le bruit": RETURN,
    "tel 06 12 34 56 78, c'est lui": RETURN,
    "06 12 34 56 78 est un voyou": RETURN,
    "@nico62 dort": RETURN,
    # ways of life, groups
    "Mme Petit aide son voisin au noir": RETURN,
    "Les Roms volent": RETURN,
    "Avec les gitans, c'est toujours pareil": RETURN,
    "Avec les Roms il faut se méfier": RETURN,
    "les bougnoules": RETURN,
    "depuis que les Roms sont là il y a des vols": RETURN,
    "deux Roumains ont cassé la vitre": RETURN,
}


@pytest.mark.parametrize(("text", "decision"), SAID.items(), ids=SAID)
def test_what_is_said_decides(language: Language, text: str, decision: Decision) -> None:
    assert judge(replace(language.analyse(text), leaning=None)).decision is decision


def analysis(*tokens: Token, entities: tuple[Entity, ...] = ()) -> Analysis:
    """An analysis of made-up tokens, one space apart."""
    text = " ".join(t.form for t in tokens)
    at, placed = 0, []
    for t in tokens:
        placed.append(Token(at, at + len(t.form), t.form, t.flags, t.lemmas, t.tags, t.neutral))
        at += len(t.form) + 1
    return Analysis(text, tuple(placed), entities)


def token(form: str, flags: str = "", lemmas: tuple[str, ...] = (), *tags: str) -> Token:
    return Token(0, 0, form, flags, lemmas, frozenset(tags))


def test_a_reflexive_participle_is_the_verbs_own_act() -> None:
    made = analysis(
        token("se"),
        token("est", "v", ("etre",)),
        token("battu", "K", ("battre",), "vstrong"),
    )
    assert classify(made, 1).act is Act.OFFENDS


def test_a_second_neutral_verb_is_followed_for_what_is_grave() -> None:
    person = Entity(EntityKind.PERSON, 0, 1, 0, 5)
    made = analysis(
        token("karim", "P"),
        token("vit", "v", ("vivre",), "vneutral"),
        token("et"),
        token("dort", "v", ("dormir",), "vneutral"),
        token("voyou", "N", (), "shady"),
        entities=(person,),
    )
    rules = {reason.rule for reason in reasons(made, person)}
    assert Rule.CHARACTER in rules


def test_an_officials_ordinary_act_says_nothing_against_him() -> None:
    official = Entity(EntityKind.OFFICIAL, 0, 1, 0, 5)
    made = analysis(
        token("maire", "N", (), "rank"),
        token("klaxonne", "v", ("klaxonner",)),
        entities=(official,),
    )
    assert sum(reason.weight for reason in reasons(made, official)) == 0
    assert judge(made).decision is Decision.RELAY


def test_what_cannot_be_analysed_is_held_and_none_of_it_would_leave() -> None:
    verdict = judge(Analysis("x" * 9000, (), (), readable=False))
    assert verdict == Verdict(Decision.HOLD, "", (Finding(Rule.UNREADABLE, 0, 9000),))


def test_a_verdict_shows_no_text() -> None:
    verdict = Verdict(Decision.REDACT, "le secret de Karim", (Finding(Rule.PERSON, 0, 2),))
    assert "Karim" not in repr(verdict)
    assert "person" in repr(verdict)


def test_kinds_that_name_and_kinds_that_let_recognise_are_apart() -> None:
    both = [kind for kind in EntityKind if kind.names and kind.recognisable]
    assert both == []
    assert not EntityKind.UNKNOWN.names
    assert not EntityKind.GROUP.recognisable
