"""Reading along a sentence: where it ends, what is a verb, who its subject is."""

from __future__ import annotations

from collections.abc import Sequence

from policies.denunciation.analysis import Analysis, Entity, Token
from policies.denunciation.wordlist import words

CLITICS = words("ne se le la les l y en me te nous vous lui leur n s m t")
DETERMINERS = words(
    """
    le la les l un une des ce cet cette ces mon ma mes son sa ses ton ta tes notre nos votre vos
    leur leurs du au aux chaque quelques plusieurs deux trois quatre de d aucun aucune par
    """
)
ADVERBS = words(
    """
    pas plus jamais encore toujours deja souvent bien tres trop juste aussi meme ainsi vite
    regulierement constamment rien tout tous toutes toute peut surement meme enfin vraiment
    rarement parfois visiblement apparemment probablement forcement clairement
    """
)
_PREPOSITIONS = words(
    """
    sans en avec pour sur sous dans vers contre entre apres avant devant derriere chez a
    """
)
SUBJECTS = words("il elle ils elles")
_ENDS = frozenset(".!?;\n")


def ends_sentence(tokens: Sequence[Token], i: int) -> bool:
    """Whether the punctuation at ``i`` closes a sentence (not the dot of ``M.``)."""
    if tokens[i].form not in _ENDS:
        return False
    before = tokens[i - 1] if i else None
    abbreviated = (
        before
        and tokens[i].form == "."
        and ("title" in before.tags or before.end - before.start < 2)
    )
    return not abbreviated


def sentence(analysis: Analysis, i: int) -> tuple[int, int]:
    """The token span of the sentence around token ``i``."""
    tokens = analysis.tokens
    first, last = i, i
    while first > 0 and not ends_sentence(tokens, first - 1):
        first -= 1
    while last < len(tokens) and not ends_sentence(tokens, last):
        last += 1
    return first, last


def form(tokens: Sequence[Token], i: int) -> str:
    return tokens[i].form if 0 <= i < len(tokens) else ""


def is_preposition_a(analysis: Analysis, i: int) -> bool:
    """Whether ``a`` at ``i`` is *à*, as far as it can be told."""
    token = analysis.tokens[i]
    return analysis.text[token.start : token.end].lower() == "à"


def is_verb(analysis: Analysis, i: int) -> bool:
    """Whether the token at ``i`` is a finite verb in the third person here."""
    tokens = analysis.tokens
    token = tokens[i]
    if token.neutral or "road" in token.tags or not set(token.flags) & set("vw"):
        return False
    if token.form == "a":
        return _has(analysis, i)
    if (set(token.lemmas) & {"etre"} and token.form != "est") or token.form in ("est", "etait"):
        return True
    before = form(tokens, i - 1)
    noun = bool(set(token.flags) & set("NA"))
    if before in ("le", "la", "les", "leur"):
        return not noun
    if before in DETERMINERS or (noun and before in _PREPOSITIONS):
        return False
    return not ("P" in token.flags and token.form in ("vers", "sous", "entre", "contre", "sauf"))


_HELD = words("video plaque photo photos images numero preuve cle cles gale main sida malaria")


def _has(analysis: Analysis, i: int) -> bool:
    """Whether ``a`` is *avoir*: by its accent where accents are written, else by what follows."""
    tokens = analysis.tokens
    if is_preposition_a(analysis, i):
        return False
    article = form(tokens, i + 1) in ("le", "la", "les", "l")
    return _auxiliary(tokens, i) and (not article or form(tokens, i + 2) in _HELD)


def _auxiliary(tokens: Sequence[Token], i: int) -> bool:
    if form(tokens, i - 1) in ("ne", "n", "y", "en"):
        return True
    j = i + 1
    while form(tokens, j) in ADVERBS | {"ete", "eu"}:
        if form(tokens, j) in ("ete", "eu"):
            return True
        j += 1
    if j >= len(tokens):
        return False
    return "K" in tokens[j].flags or form(tokens, j) in (
        "un",
        "une",
        "des",
        "le",
        "la",
        "les",
        "du",
        "ses",
        "son",
        "sa",
        "deux",
        "trois",
        "encore",
        "mis",
        "fait",
        "beaucoup",
    )


def owned_thing(analysis: Analysis, entity: Entity) -> bool:
    """Whether the entity only owns the thing that is spoken of: ``la serre de Mme X``."""
    tokens = analysis.tokens
    i = entity.first - 1
    while i >= 0 and ("title" in tokens[i].tags or tokens[i].form in (".", "la", "le", "les")):
        i -= 1
    if i < 1 or tokens[i].form not in ("de", "du", "des", "a", "d"):
        return False
    head = tokens[i - 1]
    return "N" in head.flags and not head.tags & {
        "kin",
        "human",
        "job",
        "pettype",
        "neighbour",
        "nickslot",
    }
