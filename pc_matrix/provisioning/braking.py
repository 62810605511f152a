"""The brake on what was surveyed, and how it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from pc_matrix.errors import BrakeError
from pc_matrix.provisioning.reports import Survey
from policies.brake import Braked, BrakeReason, brake
from policies.meant import gone_for_good, meant, only_removals, without
from policies.plan import Plan
from policies.terms import Commune


def braked_by(survey: Survey, allowed: int | None = None) -> Braked | None:
    """Whether the survey's plan has to wait for a human: of what somebody decided nothing waits.

    Nor is a registry doubted for having lost those who go by it.
    """
    commune, sizes = survey.directory.commune, survey.sizes
    decided = meant(survey.plan, survey.expected)
    if sizes.before is not None:
        gone = gone_for_good(decided, survey.expected)
        sizes = replace(sizes, before=sizes.before - gone)
    return brake(without(survey.plan, decided), survey.observed, commune, sizes, allowed)


def check_brake(survey: Survey, allowed: int | None = None) -> None:
    """Raise ``BrakeError`` when the plan would put out more people than ``allowed`` or is wise."""
    braked = braked_by(survey, allowed)
    if braked is None:
        return
    what, why, check = brake_words(braked, survey.directory.commune)
    decided = {removal.user_id for removal in decided_alone(survey).removals()}
    done = (
        f"Seuls ont lieu les départs décidés nommément ou annoncés d'avance "
        f"({_people(len(decided))})."
        if decided
        else "Rien n'a été fait."
    )
    wished = (
        "Si c'est bien ce que vous voulez, relancez la même commande avec "
        f"« --allow-removals {braked.removed} »."
    )
    raise BrakeError(what, f"{why} {done}", f"{check} {wished}")


def decided_alone(survey: Survey) -> Plan:
    """What of the survey's plan somebody decided, person by person: it is done brake or not."""
    return only_removals(meant(survey.plan, survey.expected), survey.plan)


def brake_words(braked: Braked, commune: Commune) -> tuple[str, str, str]:
    """What happened, why, and what to look at: where ``apply`` would stop, were it run now."""
    people = f"{_people(braked.removed)} sur {braked.people}"
    would = "perdrait" if braked.removed < 2 else "perdraient"
    return (
        f"Arrêt par prudence : {people} {would} un salon.",
        _why(braked, commune),
        _check(braked),
    )


def _people(number: int) -> str:
    return f"{number} personne" if number < 2 else f"{number} personnes"


def _why(braked: Braked, commune: Commune) -> str:
    limits, sizes = commune.brake, braked.sizes
    file = f"communes/{commune.code}.toml, sous [brake]"
    match braked.why:
        case BrakeReason.EMPTIED:
            return "Le registre ne donne plus aucun salon à personne : il a été vidé."
        case BrakeReason.SHRANK:
            return (
                f"Au dernier « pc-matrix apply », le registre donnait un salon à "
                f"{_people(sizes.before or 0)} ; il n'en reste que {sizes.now}, la moitié ou moins."
            )
        case BrakeReason.TOO_MANY:
            limit = f"{limits.removals} d'un coup (« removals » dans {file})"
            return f"C'est plus que la limite de la commune : {limit}."
        case BrakeReason.TOO_LARGE_A_SHARE:
            share = f"{limits.share * 100:g}".replace(".", ",")
            return (
                f"C'est plus que la part admise par la commune : {share} % (« share » dans {file})."
            )
        case BrakeReason.MORE_THAN_ALLOWED:
            return "C'est plus que le nombre que « --allow-removals » accepte."
        case _:  # pragma: no cover
            assert_never(braked.why)


def _check(braked: Braked) -> str:
    """What to look at first: what becomes of a sector is told by the plan, person by person."""
    if braked.why in (BrakeReason.EMPTIED, BrakeReason.SHRANK):
        return (
            "Vérifiez le registre : « pc-matrix registry list ». Un tableau incomplet l'a "
            "peut-être abîmé, ou des personnes attendent encore leur nouveau secteur (voyez "
            "« À savoir », à la fin du plan)."
        )
    return (
        "Relisez ligne par ligne ce que montre « pc-matrix plan » : c'est souvent le signe d'un "
        "tableau incomplet."
    )
