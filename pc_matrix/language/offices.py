"""Officials in their function: *Mme X, directrice de l'école, demande…*."""

from __future__ import annotations

from collections.abc import Sequence

from pc_matrix.language.standing import sentence
from pc_matrix.language.tokens import Word
from policies.denunciation.wordlist import words as listed

_FUNCTIONS = listed(
    """
    directeur directrice proviseur proviseure principal principale adjoint adjointe maire prefet
    prefete conseiller conseillere elu elue commissaire lieutenant capitaine brigadier brigadiere
    adjudant adjudante major garde gardien policier policiere procureur procureure depute deputee
    senateur senatrice agent agente ladjoint ladjointe ladjudan lajudan cpe
    """
)
_SERVING = listed("recevra recoit viendra vient passera passe invite rappelle organise")
_AT_WORK = listed(
    """
    ecole ecol college lycee maternelle primaire mairie mediatheque
    bibliotheque commune ville police municipale champetre securite voirie travaux proprete
    prevention prefecture ccas education ecoles tranquillite mediation urbanisme sports culture
    environnement delegue deleguee departemental departementale regional municipal securite maire
    """
)


def in_function(words: Sequence[Word], first: int, last: int) -> bool:
    """``Mme X, directrice de l'école`` and ``la directrice du collège, Mme X``: with a title."""
    if not first:
        return False
    title = first - 1 - (words[first - 1].form == "." and first > 1)
    if "title" not in words[title].tags:
        return False
    after = words[last : last + 12]
    clause = _clause(after[1:]) if after[:1] and after[0].form in (",", "(") else []
    clause = clause if _at_work(clause) else []
    if not _serves(after[len(clause) + 1 if clause else 0 :]):
        return False
    before = sentence(words, title, 8)
    return _at_work(clause) or _at_work([w.form for w in before])


def _serves(words: Sequence[Word]) -> bool:
    """Whether the first verb that follows is one of office (*demande*, *signale*), or none does."""
    verbs = [w for w in words if set(w.flags) & set("vw") and not set(w.flags) & set("GP")]
    return not verbs or "vwit" in verbs[0].tags or verbs[0].form in _SERVING


def _clause(words: Sequence[Word]) -> list[str]:
    forms = [w.form for w in words]
    end = next((i for i, form in enumerate(forms) if form in (",", ")", ".", ":")), len(forms))
    return forms[:end]


def _at_work(forms: Sequence[str]) -> bool:
    """Whether ``forms`` begin with a function, of a public service."""
    start = next((i for i, form in enumerate(forms) if form in _FUNCTIONS), len(forms))
    return start < 2 and bool(_AT_WORK & set(forms[start:]))
