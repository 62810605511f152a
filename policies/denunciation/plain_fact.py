"""Whether a sentence tells a fact worth sending: something seen or heard, somewhere, some time."""

from __future__ import annotations

from collections.abc import Sequence

from policies.denunciation.analysis import Analysis, Token
from policies.denunciation.fragments import Fragment
from policies.denunciation.reading import CLITICS, DETERMINERS, form, is_verb
from policies.denunciation.weighing import WAYS
from policies.denunciation.wordlist import words

_NO_FACT = WAYS | words(
    """
    cue_suspect cue_weak cue_check cue_retract generality generality_hard group grouphard
    origintype shady thanks vsuspect vcheck
    """
)
"""The lexicon's classes of what is no fact: suspicion, hints, orders, thanks, judgements."""

_NO_FACT_VERBS = words(
    """
    savoir connaitre reconnaitre penser croire deviner douter soupconner accuser denoncer meriter
    esperer supposer parier jurer mefier imaginer balancer nommer citer presumer dire raconter
    affirmer pretendre resumer repeter parler appeler appartenir conclure additionner
    """
)
_NO_FACT_WORDS = words(
    """
    vous votre vos tu te toi ta tes faut faudrait devrait devraient doit doivent svp stp marre honte
    normal coupable nom noms evidemment tiens sure certain certaine preuve preuves regard voila
    voici assurance assure assuree declaration proprio proprietaire volant
    """
)
_MARKS = frozenset('?"«»[]*')
_PLACES = words("road site shop monument")
_COLOURS = words(
    """
    blanc blanche noir noire gris grise rouge bleu bleue vert verte jaune beige marron orange clair
    metallisee metallise foncee fonce argent doree violette bordeaux neuve coupe
    """
)
_HAPPENINGS = words("harm vharm vneg vstrong crime noise pettype")
_HAPPENS = words(
    """
    bruler crier hurler tomber fuir rouler tourner rouvrir forcer ouvrir deposer abandonner entrer
    escalader disparaitre fumer exploser sonner aboyer couler tirer deborder
    """
)
_DATES = words(
    """
    hier matin soir nuit midi minuit aujourd aujourdhui lundi mardi mercredi jeudi vendredi samedi
    dimanche aube soiree matinee
    """
)
_SEES = words("voir apercevoir entendre croiser remarquer constater trouver retrouver surprendre")
_OPEN_ENDED = (
    CLITICS | DETERMINERS | words("et ou mais que qui dont avec sans chez dans est a avait ont ete")
)
_BEGINS_A_REST = words("pour avec sans de d a chez par sur contre depuis selon apres avant sous")


def is_fact(analysis: Analysis, fragment: Fragment) -> bool:
    """Whether it says that something happened, and neither judges, guesses, asks nor reports."""
    inside = analysis.tokens[fragment.first : fragment.last]
    return (
        not any(_is_no_fact(token) for token in inside)
        and sum(t.form == "(" for t in inside) == sum(t.form == ")" for t in inside)
        and sum(_says_something(token) for token in inside) >= 3
        and any(_happens(token) for token in inside)
        and _is_a_sentence(analysis, fragment)
    )


def is_grounded(tokens: Sequence[Token], fragment: Fragment) -> bool:
    """Whether it says where, when, or which vehicle."""
    inside = tokens[fragment.first : fragment.last]
    return is_situated(inside) or any(is_vehicle(token) for token in inside)


def is_situated(inside: Sequence[Token]) -> bool:
    """Whether it says where or when."""
    return any(
        token.form == "time"
        or token.form in _DATES
        or (token.neutral and token.form.isalnum() and "brand" not in token.tags)
        or bool(token.tags & _PLACES)
        for token in inside
    )


def is_vehicle(token: Token) -> bool:
    """A vehicle by its kind, its make or its plate; its colour alone is none."""
    return (bool(token.tags & {"vehicle", "brand"}) and token.form not in _COLOURS) or (
        token.form == "plate"
    )


def stands_alone(analysis: Analysis, clause: Fragment) -> bool:
    """Whether the beginning of a sentence says enough, and leaves nothing open."""
    tokens = analysis.tokens
    return (
        sum(_says_something(token) for token in tokens[clause.first : clause.last]) >= 4
        and tokens[clause.first].form != "pour"
        and tokens[clause.last - 1].form not in _OPEN_ENDED
        and not _lacks_object(tokens, clause)
    )


def _is_a_sentence(analysis: Analysis, fragment: Fragment) -> bool:
    """A verb, or a participle or a noun that tells what happened: ``grosse bagarre hier``."""
    tokens = analysis.tokens
    inside = range(fragment.first, fragment.last)
    if any(is_verb(analysis, i) or "f" in tokens[i].flags for i in inside):
        return True
    told = any(tokens[i].tags & (_HAPPENINGS - {"pettype"}) for i in inside)
    return told and tokens[fragment.first].form not in _BEGINS_A_REST


def _is_no_fact(token: Token) -> bool:
    return bool(
        token.tags & _NO_FACT
        or token.form in _NO_FACT_WORDS
        or token.form in _MARKS
        or set(token.lemmas) & _NO_FACT_VERBS
        or _orders(token)
    )


def _orders(token: Token) -> bool:
    """``regardez``, ``passez``: asked of the reader."""
    return (token.form.endswith("ez") and "y" in token.flags) or token.form in ("faites", "dites")


def _says_something(token: Token) -> bool:
    known = set(token.flags) & set("NAKvwfyI") or not token.flags
    small = token.form in CLITICS or token.form in DETERMINERS or "greet" in token.tags
    return bool(known) and not small and len(token.form) > 2 and token.form.isalnum()


def _happens(token: Token) -> bool:
    return bool(token.tags & _HAPPENINGS or set(token.lemmas) & _HAPPENS) or is_vehicle(token)


def _lacks_object(tokens: Sequence[Token], clause: Fragment) -> bool:
    """``j'ai vu hier soir,`` ``on a retrouvé,``: whom or what is said only afterwards."""
    last = tokens[clause.last - 1]
    if "K" in last.flags and any("avoir" in t.lemmas for t in tokens[clause.first : clause.last]):
        return True
    return any(
        set(tokens[i].lemmas) & _SEES
        and bool(set(tokens[i].flags) & set("Kf"))
        and form(tokens, i + 1) not in DETERMINERS | {"que"}
        and "ete" not in (form(tokens, i - 1), form(tokens, i - 2))
        for i in range(clause.first, clause.last)
    )
