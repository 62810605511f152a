"""Historic names (streets, schools, stops, statues) and storms: nobody, unless somebody acts."""

from __future__ import annotations

from collections.abc import Sequence

from pc_matrix.language.resources import Resources
from pc_matrix.language.standing import acts, at_a_place, harmed, is_somebody, is_thing, sentence
from pc_matrix.language.tokens import Word
from policies.denunciation.wordlist import words as listed

_PLACES = frozenset({"road", "site", "shop", "monument", "civic"})
_PRIVATE = listed("jardin terrain parking cour villa local immeuble domaine porte garage maison")
_PLATES = listed("plaque plak plaqeu cloche socle statu stele nom portrait photo buste tete")
_TOWARDS = listed("vers sur depuis devant direction entre jusque sous apres avant derriere cote")
_LINKS = listed(
    "de du d le la l les a au dediee dedie consacree en bronze et est celle celui cel sel sele"
)
_TRANSPORT = listed("metro tram tramway bus arret station gare rer ligne lycee college ecole rue")
_WEATHER = listed(
    """
    tempete tempetes cyclone cyclones ouragan ouragans depression rafale rafales vent vents coup
    meteo vigilance tuile tuiles toiture toitures peuplier peupliers tole toles km couverture
    marronnier sapin arbre arbres branche branches faitage bache baches inondation crue orage
    """
)
_STORMY = listed("tempete tempetes cyclone cyclones ouragan ouragans depression meteo vigilance")
_PASSING = listed("apres avant depuis pendant avec passage")


def figures(words: Sequence[Word], i: int, known: Resources) -> None:
    """Neutralise the historic name that starts at ``i`` where it is a place's or a statue's."""
    for tag in ("figure", "famous"):
        for end in _ends(words, i, tag, known):
            if _is_place(words, i, end) or (tag == "figure" and not _could_live(words, i, end)):
                for word in words[i:end]:
                    word.neutral = True
                return


def _ends(words: Sequence[Word], i: int, tag: str, known: Resources) -> list[int]:
    """The ends of the names that start at ``i``, the longest first."""
    lengths = {int(t.split("+")[1]) for t in words[i].tags if t.startswith(f"{tag}+")}
    alone = tag in known.tags.get(words[i].raw, ())
    return [i + n for n in sorted(lengths | ({1} if alone else set()), reverse=True)]


def _could_live(words: Sequence[Word], i: int, end: int) -> bool:
    """Whether somebody of that name may be meant: owner, person phoned, subject, a thing's *à*."""
    before = words[i - 1] if i else None
    if is_somebody(words, i, end) or harmed(words, i):
        return True
    if before is None or before.kind == "punct":
        return not is_thing(words, end) and not _beside_place(words, i, end)
    return before.form in ("de", "a", "et") and not _named_after(words, i)


def _is_place(words: Sequence[Word], i: int, end: int) -> bool:
    if _named_after(words, i):
        return True
    if is_somebody(words, i, end):
        return False
    return is_thing(words, end) or _beside_place(words, i, end) or _placed(words, i)


def _placed(words: Sequence[Word], i: int) -> bool:
    """``vers X``, ``bagarre à X``: the word before says where."""
    before = words[i - 1].form if i else ""
    if before in _TOWARDS:
        return not harmed(words, i)
    return before == "a" and at_a_place(words, i)


def _named_after(words: Sequence[Word], i: int) -> bool:
    """``le collège X``, ``la plaque de X et celle de Y``: with only links between."""
    j, linked = i - 1, False
    again = False
    while j >= 0 and i - j < 6 and (words[j].form in _LINKS or words[j].kind == "punct"):
        if words[j].form in _STOP:
            return False
        linked |= words[j].form in ("de", "d", "a")
        again |= words[j].form in ("celle", "celui", "cel", "sel", "sele")
        j -= 1
    if again:
        return any(w.tags & {"monument", "site", "road"} or w.form in _PLATES
                   for w in sentence(words, i, 14))  # fmt: skip
    if j < 0:
        return False
    if words[j].form in _PLATES:
        return True
    return bool(words[j].tags & _PLACES) and not (linked and words[j].form in _PRIVATE)


_STOP = frozenset(".!?\n;:,")


def _beside_place(words: Sequence[Word], i: int, end: int) -> bool:
    """``X (métro)``, ``X / Y`` beside a place, ``X et Y`` after one."""
    after = words[end : end + 2]
    if len(after) > 1 and after[0].form == "(" and after[1].form in _TRANSPORT:
        return True
    slash = bool(after) and after[0].form == "/"
    return slash or (i > 1 and words[i - 1].form in ("/", "et") and words[i - 2].neutral)


def storms(words: Sequence[Word], i: int) -> None:
    """Neutralise the storms named from ``i`` on: ``après Louis, Nelson et Joachim``."""
    if "storm" not in words[i].tags or words[i].neutral:
        return
    end, last = i + 1, i
    while end < len(words) and end - i < 8:
        if "storm" in words[end].tags:
            last = end
        elif words[end].form not in (",", "et", "puis", "/"):
            break
        end += 1
    if _is_storm(words, i, last + 1):
        for word in words[i : last + 1]:
            word.neutral |= "storm" in word.tags


def _is_storm(words: Sequence[Word], i: int, end: int) -> bool:
    if acts(words, end) or _of_somebody(words, i):
        return False
    near = [w.form for w in words[max(0, i - 8) : end + 10]]
    if _STORMY & set([w.form for w in words[max(0, i - 3) : i]] + near[-10:][:4]):
        return True
    before = words[i - 1].form if i else ""
    return before in _PASSING - {"avec"} and bool(_WEATHER & set(near))


def _of_somebody(words: Sequence[Word], i: int) -> bool:
    """Whether what stands before a storm's name makes it a person's."""
    if not i:
        return False
    kin = words[i - 1].tags & {"title", "kin", "nickslot", "neighbour"}
    return bool(kin) or words[i - 1].form in ("chez", "et", "a", "par", "que", ".")
