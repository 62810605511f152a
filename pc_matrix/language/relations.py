"""Who is recognisable without a name: kin, neighbours, dwellings, job and place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pc_matrix.language.tokens import Word
from policies.denunciation.analysis import EntityKind
from policies.denunciation.wordlist import words as listed

Found = tuple[EntityKind, int, int, bool]
_DEF = listed(
    """
    le la les l ce cet cette ces leur leurs son sa ses votre vos ton ta tes notre nos
    """
)
_OWN = listed("mon ma mes notre nos")
_INDEF = listed(
    """
    un une des deux trois quatre cinq six plusieurs quelques certains certaines aucun aucune
    autre autres d quelque 2 3 4 5 6 7 8 9 10
    """
)
_ADJECTIVES = listed(
    """
    petit petite jeune vieux vieille grand grande gros grosse
    nouveau nouvelle nouveaux ancien ancienne meme sacre cher chere
    chers cheres autre sympathique charmant propre charmante charmants adorable
    gentil gentille fameux fameuse
    """
)
_DWELL_HEADS = listed(
    """
    gens type mec gars couple famille locataire locataires celui celle ceux celles dame monsieur
    occupant occupants occupante proprietaire proprietaires proprio habitants habitant homme
    femme jeune jeunes vieux vieille fille etudiants etudiant colocs coloc retraite retraitee
    bonhomme residents resident resid habitante occupantes voisin voisine voisins voisines
    individu mamie papi papy gamin gamins gosses enfants ado ados mere pere parents personne
    """
)
_BUILT = listed(
    """
    maison appartement appart appt apt pavillon villa ferme batisse logement studio chalet
    bungalow caravane mobil home duplex longere fermette corps hangar grange etage palier garage
    baraque bicoque propriete immeuble escalier taudis manoir
    """
)
_DETERMINERS = _DEF | _OWN | _INDEF
_HEADS = _DWELL_HEADS | _BUILT
_RELATED = frozenset({"neighbour", "kin", "human", "job"})


def _by_first_word(phrases: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for parts in (tuple(phrase.split()) for phrase in phrases.split(",")):
        found[parts[0]] = (*found.get(parts[0], ()), parts)
    return found


_WHERE = _by_first_word(
    """
    du dessus, du dessous, du haut, du bas, du fond, de en face, en face, de a cote, a cote, du
    rez, du rdc, du premier, du second, du deuxieme, du troisieme, du quatrieme, du cinquieme,
    du dernier, au dessus, au dessous, au rez, au fond, du coin, au bout, du bout, de le angle,
    a le angle, de le etage, aux volets, au toit, au portail, a le entree, du palier, de palier,
    de le appartement, de la maison, du pavillon, de la ferme, du rdch, juste a cote, juste en
    face, juste au, d en, de derriere, du premiere, au coin, de au dessus, de au dessous, de la
    villa, de la caravane, du studio, du duplex, au premier, au second, au troisieme, au
    deuxieme, au dernier, a le etage, du chalet, mitoyen, mitoyenne, mitoyens, jaune, bleue,
    rouge, verte, blanche, rose, grise, a la porte, de la porte, de la batisse, de la grange,
    aux murs, a la facade, aux persiennes, avec la veranda, avec la piscine, sous les toits, du
    numero, de bout
    """
)
"""The phrases that single a dwelling out, by their first word."""


def relations(words: Sequence[Word]) -> Iterator[Found]:
    """Every unnamed mention, in order; they may overlap, the longest first at a place."""
    for i, word in enumerate(words):
        if word.kind == "word" and not word.neutral:
            yield from _placed(words, i)
            if word.form in _HEADS or not word.tags.isdisjoint(_RELATED):
                yield from _at(words, i)


def _form(words: Sequence[Word], i: int) -> str:
    return words[i].form if 0 <= i < len(words) else ""


def _tagged(words: Sequence[Word], i: int, tag: str) -> bool:
    return 0 <= i < len(words) and tag in words[i].tags and not words[i].neutral


def _where(words: Sequence[Word], i: int) -> int:
    """The end of a place that singles a dwelling out and starts at ``i``, or 0."""
    if (
        "A" in (words[i].flags if i < len(words) else "")
        and i + 1 < len(words)
        and words[i].form not in ("du", "de")
    ):
        longer = _where_at(words, i + 1)
        if longer:
            return longer
    return _where_at(words, i)


def _where_at(words: Sequence[Word], i: int) -> int:
    for parts in _WHERE.get(_form(words, i), ()):
        if tuple(w.form for w in words[i : i + len(parts)]) == parts:
            return i + len(parts)
    if _form(words, i) in ("du", "au") and i + 1 < len(words):
        following = words[i + 1]
        if following.kind == "num" or re.fullmatch(r"\d+(?:e|er|eme|ieme|nd|nde)", following.raw):
            return i + 2
    return 0


def _at(words: Sequence[Word], i: int) -> Iterator[Found]:
    word, before, before2 = words[i], _form(words, i - 1), _form(words, i - 2)
    if before in _ADJECTIVES:
        before, before2 = before2, _form(words, i - 3)
    start = i - 1 if before in _DETERMINERS else i
    plural = before in ("les", "ces", "mes", "nos", "leurs", "des", "deux", "ses")
    definite, own = before in _DEF or (before == "des" and before2 in ("un", "une")), before in _OWN
    indefinite = before in _INDEF or (not before and False)
    where = _where(words, i + 1)
    if "neighbour" in word.tags:
        if definite or own or (where and not indefinite):
            yield EntityKind.NEIGHBOUR, start, max(where, i + 1), plural
        elif where and indefinite:
            yield EntityKind.DWELLING, start, where, plural
    if (
        word.form in _DWELL_HEADS
        and where
        and "neighbour" not in word.tags
        and not (
            word.form
            in ("homme", "femme", "type", "mec", "gars", "jeune", "jeunes", "individu", "personne")
            and indefinite
        )
    ):
        yield EntityKind.DWELLING, start, where, plural
    if word.form in _BUILT and (definite or own) and (where or _lived_in(words, i, start)):
        yield EntityKind.DWELLING, start, where or i + 1, plural
    if "kin" in word.tags:
        yield from _kin(words, i, start, own=own, definite=definite, plural=plural)
    if definite and "human" in word.tags and _form(words, i + 1) == "qui":
        yield from _who(words, i, start, plural=plural)
    if "job" in word.tags and (definite or own or before in ("du", "au", "des")):
        yield EntityKind.JOB, start, _job_end(words, i), plural


def _who(words: Sequence[Word], i: int, start: int, *, plural: bool) -> Iterator[Found]:
    """``le couple qui habite au fond``, ``le mec qui livre les pizzas``."""
    lemmas = {lemma for w in words[i + 2 : i + 5] for lemma in w.lemmas}
    if lemmas & {"habiter", "loger", "emmenager"}:
        yield EntityKind.DWELLING, start, i + 2, plural
    elif lemmas & {"livrer", "tenir", "travailler", "bosser"}:
        yield EntityKind.JOB, start, i + 2, plural


def _lived_in(words: Sequence[Word], i: int, start: int) -> bool:
    """``dans la caravane, ils…``: people known by the place alone."""
    after = [w.form for w in words[i + 1 : i + 8]]
    return _form(words, start - 1) == "dans" and bool({"ils", "ca"} & set(after))


def _placed(words: Sequence[Word], i: int) -> Iterator[Found]:
    """``au-dessus de la pharmacie ils…``, ``en face ça…``: people known by their place alone."""
    start = tuple(w.form for w in words[i : i + 2])
    if start not in (
        ("au", "dessus"),
        ("en", "face"),
        ("au", "dessous"),
        ("a", "cote"),
        ("en", "dessous"),
    ):
        return
    if i and words[i - 1].kind == "word" and words[i - 1].form not in ("juste", "mais", "et", "ca"):
        return
    for j in range(i + 2, min(i + 8, len(words))):
        if words[j].form in ("ils", "ca", "elles", "il", "elle"):
            yield EntityKind.DWELLING, i, j, True
            return


def _kin(
    words: Sequence[Word], i: int, start: int, *, own: bool, definite: bool, plural: bool
) -> Iterator[Found]:
    word = words[i]
    length = max((int(t.split("+")[1]) for t in word.tags if t.startswith("kin+")), default=1)
    i += length - 1
    if own and word.form not in ("petit", "grand"):
        yield EntityKind.OWN_RELATION, start, i + 1, plural
        return
    if _form(words, i - length) in ("son", "sa", "ses", "leur", "leurs"):
        yield EntityKind.KIN_OF, start, i + 1, plural
        return
    j = i + 1
    if _form(words, j) in ("de", "du", "des", "a", "au", "d") and (
        definite or not _form(words, i - length)
    ):
        j += 1
        if _form(words, j) in ("le", "la", "les", "ma", "mon", "mes", "notre", "leur"):
            j += 1
        if (
            _tagged(words, j, "job")
            or _tagged(words, j, "neighbour")
            or _tagged(words, j, "kin")
            or _tagged(words, j, "rank")
        ):
            yield EntityKind.KIN_OF, start, j + 1, plural


def _job_end(words: Sequence[Word], i: int) -> int:
    j = i + 1
    while (
        j < len(words) and j - i < 5 and words[j].form in ("de", "du", "des", "la", "le", "d", "l")
    ):
        j += 1
    if j > i + 1 and j < len(words) and words[j].kind == "word":
        return j + 1
    return i + 1
