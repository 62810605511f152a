"""How much a plan does, and how much of it was done: numbers as one says them in French."""

from __future__ import annotations

import re

from pc_matrix.provisioning import ApplyReport
from policies import actions as act
from policies.plan import Plan

SIGNS = "+ ajouter, ~ corriger, - retirer, ! à vérifier, · à savoir"
_CODE = re.compile(r"M_[A-Z_]+|[0-9]{3}")
_REFUSALS = {
    "M_FORBIDDEN": "le serveur Matrix ne le permet pas au robot",
    "M_LIMIT_EXCEEDED": "le serveur Matrix est trop sollicité",
    "M_NOT_FOUND": "le serveur Matrix ne le trouve pas",
    "M_TOO_LARGE": "c'est trop grand pour le serveur Matrix",
}


def counted(number: int, one: str, many: str = "") -> str:
    """``1 salon à fermer``, ``2 salons à fermer``; without ``many`` one with an s."""
    return f"{number} {one if number < 2 else many or f'{one}s'}"


def in_all(plan: Plan) -> str:
    """How much a plan does, and what its signs mean."""
    invited = sum(
        len(a.invitees) if isinstance(a, act.CreateRoom) else isinstance(a, act.InvitePerson)
        for a in plan.actions
    )
    made = {
        ("compte à créer", "comptes à créer"): _of(plan, act.MakeAccount),
        ("salon ou espace à créer", "salons ou espaces à créer"): _of(plan, act.CreateRoom),
        ("salon à fermer", "salons à fermer"): _of(plan, act.RetireRoom),
        ("invitation", "invitations"): invited,
        ("personne retirée d'un salon", "personnes retirées d'un salon"): len(
            {removal.user_id for removal in plan.removals()}
        ),
    }
    said = ", ".join(counted(number, *words) for words, number in made.items() if number)
    return f"En tout : {said or 'des réglages à remettre'}. ({SIGNS})"


def done_in_all(report: ApplyReport) -> str:
    """How much was done, and how much could not be."""
    done = counted(len(report.done), "changement fait", "changements faits")
    if not report.failed:
        return f"C'est fait : {done}."
    return f"{done}, {counted(len(report.failed), 'échec')}."


def refusal(reason: str) -> str:
    """Why something failed: Matrix's code in words, and the code for whoever looks it up."""
    if _CODE.fullmatch(reason) is None:
        return reason
    return f"{_REFUSALS.get(reason, 'le serveur Matrix a refusé')} ({reason})"


def _of(plan: Plan, kind: type[act.MakeAccount | act.CreateRoom | act.RetireRoom]) -> int:
    return sum(isinstance(action, kind) for action in plan.actions)
