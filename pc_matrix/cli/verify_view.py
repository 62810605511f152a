"""Verifications as people and programs read them, and what to do on the phone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from rich.table import Table

from pc_matrix.errors import IncompleteError, PcError
from pc_matrix.homeserver.verification.emoji import EMOJI, Emoji
from policies.terms import Person, UserId
from policies.verification import Outcome, Stage, Verification

_STAGES = {
    Stage.BEGUN: "demandée, pas encore de codes",
    Stage.SHOWN: "les codes sont à comparer",
}


def instructions(person: Person) -> list[str]:
    """What the person does in Element, in the words that Element shows."""
    return [
        f"Vérification de {person.name} ({person.user_id})",
        "  1. Appelez la personne à un numéro que vous connaissez déjà, ou soyez en face d'elle.",
        "  2. Dans Element, qu'elle ouvre sa conversation privée avec le bot, touche le nom du bot "
        "en haut, puis le bot parmi les membres.",
        "  3. Qu'elle touche « Vérifier » (sur ordinateur : « Vérifier l'utilisateur »), puis la "
        "comparaison d'émojis.",
        "  4. Comparez les sept émojis de vive voix, dans l'ordre. Element n'attend qu'une minute "
        "environ ; si c'est trop court, recommencez.",
        "",
        "En attente de la personne (Ctrl-C pour arrêter)…",
    ]


def codes(shown: Verification) -> list[str]:
    """The codes as they are read aloud."""
    lines = ["", "Le bot montre :"]
    lines += [
        f"  {place}.  {one.symbol}  {one.name_fr}" for place, one in enumerate(_emoji(shown), 1)
    ]
    if shown.decimals:
        lines.append(f"  en nombres : {numbers(shown)}")
    return [*lines, ""]


def numbers(shown: Verification) -> str:
    """The three numbers, as Element shows them."""
    return "  ".join(map(str, shown.decimals))


def as_json(one: Verification) -> dict[str, Any]:
    """One verification, with English enum words and times in ISO 8601."""
    return {
        "user_id": one.user_id,
        "flow_id": one.flow_id,
        "room_id": one.room_id or None,
        "since": one.since.isoformat(),
        "stage": one.stage.value,
        "emoji": [
            {"index": index, "symbol": e.symbol, "fr": e.name_fr, "en": e.name_en}
            for index, e in zip(one.emoji, _emoji(one), strict=True)
        ],
        "decimals": list(one.decimals),
        "answer": one.comparison.value,
    }


def table(waiting: Iterable[Verification], names: Mapping[UserId, str], zone: str) -> Table:
    """Who waits, since when, and for what."""
    shown = Table("Personne", "Identifiant", "Depuis", "État")
    for one in waiting:
        since = one.since.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S")
        shown.add_row(names.get(one.user_id, "—"), one.user_id, since, _STAGES[one.stage])
    return shown


def failure(user: str, outcome: Outcome) -> PcError:
    """What it means that a verification ended like this, and what to do."""
    why, remedy = _failure(outcome)
    return IncompleteError(f"{user} n'est pas vérifié : rien n'a été approuvé.", why, remedy)


_AGAIN = "Recommencez avec la personne."
_DANGER = (
    "Recommencez une fois, de vive voix. Si cela se répète, n'approuvez rien et prévenez la "
    "personne qui s'occupe du serveur."
)


def _failure(outcome: Outcome) -> tuple[str, str]:
    match outcome:
        case Outcome.MISMATCH:
            return "Les codes n'étaient pas les mêmes : quelqu'un a pu se glisser entre.", _DANGER
        case Outcome.KEYS_CHANGED:
            return "Les clés de la personne ont changé pendant l'échange.", _DANGER
        case Outcome.CANCELLED:
            return "La personne, ou son application, a annulé.", _AGAIN
        case Outcome.EXPIRED:
            return "Le temps est passé : Element n'attend qu'une minute environ.", _AGAIN
        case Outcome.STOPPED:
            return "Le bot a été arrêté entre-temps.", "Relancez-le, puis recommencez."
        case Outcome.FAILED:
            return (
                "L'application de la personne n'a pas suivi l'échange jusqu'au bout, ou n'a pas "
                "répondu de son identité.",
                "Vérifiez qu'Element est à jour et que son propre appareil y est vérifié.",
            )
        case Outcome.VERIFIED:
            raise ValueError("a success is no failure")
        case _:
            assert_never(outcome)


def _emoji(one: Verification) -> list[Emoji]:
    return [EMOJI[index] for index in one.emoji]
