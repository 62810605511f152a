"""The brake on what was surveyed, and how it is told."""

from __future__ import annotations

from typing import assert_never

from pc_matrix.errors import BrakeError
from pc_matrix.provisioning.reports import Survey
from policies.brake import Braked, BrakeReason, brake
from policies.terms import Commune


def braked_by(survey: Survey, allowed: int | None = None) -> Braked | None:
    """Whether the survey's plan has to wait for a human."""
    commune = survey.directory.commune
    return brake(survey.plan, survey.observed, commune, survey.sizes, allowed)


def brake_words(survey: Survey) -> tuple[str, str, str] | None:
    """What happened, why, and the remedy: what ``apply`` would stop at, were it run now."""
    braked = braked_by(survey)
    return None if braked is None else _words(braked, survey.directory.commune)


def check_brake(survey: Survey, allowed: int | None = None) -> None:
    """Raise ``BrakeError`` when the plan would put out more people than ``allowed`` or is wise."""
    braked = braked_by(survey, allowed)
    if braked is None:
        return
    what, why, remedy = _words(braked, survey.directory.commune)
    raise BrakeError(what, f"{why} Rien n'a été fait.", remedy)


def _words(braked: Braked, commune: Commune) -> tuple[str, str, str]:
    return (
        f"Frein : {braked.removed} personne(s) sur {braked.people} perdraient un salon.",
        _why(braked, commune),
        f"{_remedy(braked)} Si c'est voulu : ajoutez « --allow-removals {braked.removed} ».",
    )


def _why(braked: Braked, commune: Commune) -> str:
    limits, sizes = commune.brake, braked.sizes
    match braked.why:
        case BrakeReason.EMPTIED:
            return "Le registre ne donne plus aucun salon à personne : il a été vidé."
        case BrakeReason.SHRANK:
            return (
                f"Le registre donnait un salon à {sizes.before} personne(s) au dernier "
                f"« apply » ; il n'en reste que {sizes.now}, la moitié ou moins."
            )
        case BrakeReason.TOO_MANY:
            return f"C'est plus que la limite de la commune ([brake] removals = {limits.removals})."
        case BrakeReason.TOO_LARGE_A_SHARE:
            share = f"{limits.share:g}"
            return (
                f"C'est une plus grande part que la limite de la commune ([brake] share = {share})."
            )
        case BrakeReason.MORE_THAN_ALLOWED:
            return "C'est plus que ce que « --allow-removals » permet."
        case _:  # pragma: no cover
            assert_never(braked.why)


def _remedy(braked: Braked) -> str:
    if braked.why in (BrakeReason.EMPTIED, BrakeReason.SHRANK):
        return "Regardez « pc-matrix registry list » : un import l'a-t-il abîmé ?"
    return "Relisez « pc-matrix plan » : c'est souvent le signe d'un fichier incomplet."
