"""What the words around a name say of it: a living person's place in the sentence, or a place's."""

from __future__ import annotations

from collections.abc import Sequence

from pc_matrix.language.tokens import Word
from policies.denunciation.wordlist import words as listed

_STOP = frozenset(".!?\n")
_CLITICS = listed("ne n se s le la les l y en me nous vous lui leur te t")
_STATES = listed(
    """
    ferme fermee fermes fermees ouvert ouverte inonde inondee inondes bouche bouchee bouches
    sature saturee embouteille embouteillee impraticable verglace verglacee devisse devissee
    descelle descellee deboulonne deboulonnee tague taguee desservi desservie inaccessible
    eteint eteinte reouvert reouverte barre barree gele gelee
    """
)
_BEING = listed("est sont etait etaient sera a ont ete reste restent encore tout toute tjs aussi")
_OF_PERSONS = frozenset({"title", "kin", "nickslot", "neighbour", "job", "human", "indefneigh"})
_ABOUT = listed(
    "chez ce contre avec par pour que comme selon sans parce dont dixit signe merci bravo"
)
_INCIDENTS = listed(
    """
    accident accidents bagarre bagarres bouchon bouchons travaux fuite panne coupure incendie feu
    feux inondation depot depots tag tags rodeo rodeos deal coups tirs explosion fumee odeur bruit
    bruits tapage ralentissement ralentissements embouteillage circulation deviation manif
    manifestation cambriolage cambriolages vol vols effraction agression degradation
    degradations braquage marche brocante collision carambolage verglas neige nuit soir matin midi
    aprem hier demain jour cette heure heures coupee coupe bloque bloquee bloques sauvage sauvages
    """
)
_MOVING = listed(
    """
    descendre descendez descends descend monter monte montez monter arriver arrive passer passe
    passez aller va vont allez tourner tournez tourne sortir sors sort sortez rentrer prendre
    prenez stationne stationner gare garee circuler circulez evitez eviter traverser quitter
    """
)
_SEEN = listed(
    """
    signale signales signalee signalees vu vue vus apercu apercue repere disparu disparue perdu
    perdue trouve trouvee retrouve retrouvee echappe echappee
    """
)


def sentence(words: Sequence[Word], i: int, reach: int) -> Sequence[Word]:
    """The words before ``i`` in its sentence, ``reach`` at most."""
    start = i
    while start > 0 and i - start < reach and words[start - 1].form not in _STOP:
        start -= 1
    return words[start:i]


def acts(words: Sequence[Word], end: int) -> bool:
    """Whether a finite verb, or *qui*, follows at ``end``: what stands before does something."""
    j = end
    while j < len(words) and words[j].form in _CLITICS:
        j += 1
    if j >= len(words) or words[j].kind != "word":
        return False
    verb = set(words[j].flags) & set("vw") and words[j].form not in ("sur", "sous")
    return words[j].form == "qui" or bool(verb)


def is_thing(words: Sequence[Word], end: int) -> bool:
    """Whether what follows at ``end`` is said of streets and stops: *est fermé*, *est inondé*."""
    j = end
    while j < len(words) and words[j].form in _BEING:
        j += 1
    return j < len(words) and words[j].form in _STATES


def is_somebody(words: Sequence[Word], first: int, end: int) -> bool:
    """Whether a living person stands at ``first:end``: named with a title, doing or done to."""
    if acts(words, end) and not is_thing(words, end):
        return True
    if _does_it(words, end) or _with_somebody(words, end):
        return True
    return first > 0 and _introduced(words, first)


def _introduced(words: Sequence[Word], first: int) -> bool:
    """Whether what stands before ``first`` asks for a person."""
    before = words[first - 1]
    if before.kind == "punct":
        return before.form == "." and _title(words, first - 2)
    if (before.tags & _OF_PERSONS and not before.neutral) or before.form in _ABOUT:
        return True
    behind = words[max(0, first - 2) : first - 1]
    if any(_asks(before, w) for w in behind):
        return True
    verb = set(before.flags) & set("vwfyIK") and not set(before.flags) & set("NP")
    return bool(verb) and before.form not in _MOVING | {"a"}


def _asks(before: Word, behind: Word) -> bool:
    """``c'est X``, ``le fils de X``."""
    if before.form in ("est", "etait"):
        return behind.form in ("ce", "y")
    owned = before.form in ("de", "le", "et")
    return owned and bool(behind.tags & _OF_PERSONS) and not behind.neutral


def _does_it(words: Sequence[Word], end: int) -> bool:
    """``vu X fracturer la porte``, ``X, c'est lui``, ``X : voleur``."""
    after = [w.form for w in words[end : end + 2]]
    if after and "I" in words[end].flags and "N" not in words[end].flags:
        return True
    return after in ([",", "ce"], [",", "il"], [",", "elle"], [",", "le"], [",", "la"])


def _with_somebody(words: Sequence[Word], end: int) -> bool:
    """``X et Karim``: beside somebody who is no place."""
    pair = words[end : end + 2]
    if len(pair) < 2 or pair[0].form != "et" or pair[1].kind != "word":
        return False
    named = pair[1].capital or not pair[1].flags
    return named and not pair[1].tags & {"figure", "famous", "road", "site", "shop", "civic"}


def _title(words: Sequence[Word], i: int) -> bool:
    return i >= 0 and "title" in words[i].tags


_HARMING = frozenset({"vneg", "vharm", "vsuspect", "vcheck", "vhelp", "vwatch"})


def harmed(words: Sequence[Word], i: int) -> bool:
    """Whether a verb before ``i`` says what is done to somebody: *a craché sur*, *parle à*."""
    near = sentence(words, i, 6)
    return any(
        w.tags & _HARMING
        and not w.neutral
        and set(w.flags) & set("vwfyIK")
        and w.form not in _MOVING | _SEEN
        for w in near
    )


_TO_PERSONS = listed(
    """
    parle parler parlez parlent parlé dis dit dire dites demande demander demandez donne donner
    donne rend rendre rends ecris ecrire adresser adressez merci appartient telephone telephoner
    remis remettre explique repond repondre repondu vendu vend vendre prete preter envoye envoyer
    confie confier fait faire est sont etait
    """
)


def at_a_place(words: Sequence[Word], i: int) -> bool:
    """Whether the *à* before ``i`` tells where: *bagarre à*, *descendez à*; not *la voiture à*."""
    near = sentence(words, i - 1, 8)
    if not near:
        return True
    if any(w.form in _TO_PERSONS for w in near) or harmed(words, i - 1):
        return False
    last = near[-1]
    return last.kind == "punct" or last.form in _INCIDENTS | _MOVING | _SEEN or _is_where(last)


def _is_where(word: Word) -> bool:
    placed = word.neutral and not word.tags & {"brand", "maker", "vehicle", "ware"}
    return placed or word.kind == "time" or ("R" in word.flags and "vehicle" not in word.tags)
