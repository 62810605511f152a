"""Names that are not third persons: pets, the writer, the one greeted, officials in function."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from pc_matrix.language.offices import in_function
from pc_matrix.language.tokens import Word
from policies.denunciation.wordlist import words as listed


class Name(Enum):
    """What a found name stands for."""

    PERSON = auto()
    OFFICIAL = auto()
    NOBODY = auto()
    """A pet, the writer, or the one greeted."""


_FIRST_VERBS = listed(
    """
    suis prends habite ai signale vois viens voudrais souhaite confirme informe pars rentre
    serai organise propose cherche
    """
)
_STOP = frozenset(".!?\n")


def meaning(words: Sequence[Word], first: int, last: int) -> Name:
    """Whom the name at ``first:last`` stands for."""
    before = [w.form for w in words[max(_sentence_start(words, first), first - 7) : first]]
    if _official(words, first) or in_function(words, first, last):
        return Name.OFFICIAL
    shop = any("shop" in w.tags for w in words[max(0, first - 5) : first])
    if shop and before[-1:] == ["chez"]:
        return Name.NOBODY
    if _pet(words, first, last, before) or _writer(words, first, last, before):
        return Name.NOBODY
    if _greeted(words, first, last):
        return Name.NOBODY
    return Name.PERSON


def _sentence_start(words: Sequence[Word], i: int) -> int:
    """Where the sentence of token ``i`` begins; the dot of ``M.`` ends none."""
    while i > 0:
        ends = words[i - 1].form in _STOP
        if ends and not (words[i - 1].form == "." and i > 1 and "title" in words[i - 2].tags):
            break
        i -= 1
    return i


def _official(words: Sequence[Word], first: int) -> bool:
    """Rank and name: ``le brigadier-chef Benali``, ``le maire, M. X``."""
    if first > 2 and words[first - 1].form == ",":
        ranked = [k for k in range(max(0, first - 7), first - 1) if "rank" in words[k].tags]
        if ranked and not any(
            set(w.flags) & set("vw") and "N" not in w.flags
            for w in words[ranked[0] + 1 : first]
            if w.form != "a"
        ):
            return True
    i = first - 1
    while (
        i >= 0 and (words[i].form in (".", ",", "-") or "title" in words[i].tags) and first - i < 4
    ):
        i -= 1
    return (
        i >= 0
        and "rank" in words[i].tags
        and words[i].form not in ("secretaire", "president", "presidente")
    ) or (i >= 1 and words[i].form == "chef" and "rank" in words[i - 1].tags)


def _pet(words: Sequence[Word], first: int, last: int, before: list[str]) -> bool:
    near = words[max(0, first - 3) : first]
    animal = any("pettype" in w.tags for w in words)
    if not animal:
        return False
    text = " ".join(before)
    naming = (
        "appelle",
        "appele",
        "nomme",
        "nommee",
        "nom de",
        "prenomme",
        "prenom",
        "surnomme",
        "au nom",
    )
    if any(n in text.split() or text.endswith(n) for n in naming) and not any(
        "human" in w.tags and w.form not in ("petit", "jeune", "vieux", "vieille") for w in near
    ):
        return True
    if near and "pettype" in near[-1].tags:
        return True
    follows = words[last : last + 4]
    return (
        any(
            "pettype" in w.tags
            and words[last].form in (",", "le", "la", "un", "une", "notre", "mon", "ma", "est", "(")
            for w in follows
        )
        and not any(
            "vneg" in w.tags and "vneutral" not in w.tags and "v" in w.flags for w in follows
        )
        and first > 0
        and not any(w.form in ("de", "a", "chez") for w in near[-1:])
    )


_SAYING_I = (
    "je me appelle", "je suis", "moi ce est", "je me nomme", "mon nom est", "ici", "moi",
    "mon prenom est", "nom ce est", "ce est moi", "signe", "signe :", "cordialement",
    "cordialement ,", "ma part", "je soussigne", "je soussignee",
)  # fmt: skip
_OPENING = listed("a tous toutes et tout le monde voisins les moi ce est cest ici groupe du")
_PRESENTED = listed(
    "habitante habitant referente referent resident residente riveraine riverain secteur"
)


def _writer(words: Sequence[Word], first: int, last: int, before: list[str]) -> bool:
    """Whoever writes: ``je m'appelle X``, ``X du Lac, je prends…``, a signature."""
    if " ".join(before).endswith(_SAYING_I) or _signature(words, first, last):
        return True
    return _presents_himself(words, first, last) or (_opens(words[:first]) and _says_i(words, last))


def _presents_himself(words: Sequence[Word], first: int, last: int) -> bool:
    """``c'est X, la référente du Clos``."""
    said = [w.form for w in words[:first] if w.kind == "word" and "greet" not in w.tags]
    if said != ["ce", "est"] or last >= len(words) or words[last].form not in (",", ":"):
        return False
    return any("rank" in w.tags or w.form in _PRESENTED for w in words[last : last + 4])


def _opens(words: Sequence[Word]) -> bool:
    """Whether nothing but a greeting stands before."""
    return all(w.kind == "punct" or "greet" in w.tags or w.form in _OPENING for w in words)


def _says_i(words: Sequence[Word], last: int) -> bool:
    """``X, je…``, ``X du quartier, je…``, ``X, nouvelle habitante…``."""
    following = [w.form for w in words[last : last + 12]]
    if following[:1] == [","] and _PRESENTED & set(following[1:4]):
        return True
    if "je" not in following[1:-1]:
        return False
    between = words[last : last + following.index("je")]
    acts = any(
        set(w.flags) & set("vw") and not w.neutral and w.form not in ("a", "est") for w in between
    )
    return not acts and any(w.form == "," for w in between)


def _signature(words: Sequence[Word], first: int, last: int) -> bool:
    """A name alone at the end, after a full stop, a dash or a formula."""
    rest = [w for w in words[last:] if w.kind != "punct"]
    if not first:
        return False
    before = words[first - 1]
    closing = {
        "cordialement",
        "bonne",
        "journee",
        "soiree",
        "salutations",
        "bientot",
        "bises",
        "avance",
        "remerciant",
        "amicalement",
        "amities",
    }
    own_role = all(
        w.form
        in (
            "referente",
            "referent",
            "du",
            "de",
            "la",
            "secteur",
            "quartier",
            "des",
            "le",
            "votre",
            "rue",
        )
        or w.neutral
        or w.capital
        for w in rest
    ) and (
        not rest
        or rest[0].form in ("referente", "referent", "du", "de", "secteur", "quartier", "votre")
    )
    if not own_role or len(rest) > 7:
        return False
    if before.form == "." and first > 1 and "title" in words[first - 2].tags:
        return False
    if before.form == "\n" or (before.form == "-" and first > 2):
        return True
    return (
        before.form in (",", ".", "!")
        and (
            (first > 1 and words[first - 2].form in closing)
            or (before.form in (".", "!") and not rest)
        )
    ) or before.form in closing


def _greeted(words: Sequence[Word], first: int, last: int) -> bool:
    """``Bonjour Karim,`` — but not ``bonjour, Karim a encore…``."""
    if (
        last < len(words)
        and words[last].kind != "punct"
        and words[last].form
        not in (
            "je",
            "il",
            "on",
            "nous",
            "tu",
            "vous",
            "et",
            "pour",
            "peux",
            "as",
            "avez",
            "merci",
            "peut",
            "pourrais",
            "ce",
            "la",
            "le",
            "un",
            "une",
            "y",
            "est",
            "j",
            "c",
        )
    ):
        return False
    i = first - 1
    while i >= 0 and (
        "title" in words[i].tags or words[i].form in (".", "cher", "chere", "chers", "mon", "ma")
    ):
        i -= 1
    if i < 0 or "greet" not in words[i].tags:
        return False
    rest = words[last : last + 2]
    return not (rest and rest[0].form == "est" and len(rest) > 1 and rest[1].form != "ce")
