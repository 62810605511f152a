"""A van: reported, flagged by command, received by three authorities, taken up by one."""

from __future__ import annotations

from pc_matrix.demo.commune import (
    AMELIE,
    CLAIRE,
    ELISE,
    HELENE,
    LAN,
    MEHDI,
    OFFICERS,
    Character,
)
from pc_matrix.demo.people import Seen
from pc_matrix.demo.stage import Stage, number_in

_PLATE = "GH-482-TZ"
_VAN = (
    "Bonjour, une camionnette blanche est passée trois fois au ralenti rue des Lilas ce matin vers "
    f"10 h, immatriculée {_PLATE}. Deux personnes à bord, en gilet orange."
)


async def play(stage: Stage) -> None:
    """From the resident's words to the officer's ✅ and back."""
    cast, sector = stage.cast, stage.cast.sector("centre")
    said = await cast[AMELIE].send(sector.room_id, _VAN)
    for who in (MEHDI, HELENE):
        what = "lit le message d'Amélie sur la camionnette"
        await stage.sees(who, sector, what, _PLATE, sender=AMELIE.user_id)
    await cast[HELENE].send(sector.room_id, "!signaler véhicule", reply_to=said)
    reports = [await _received(stage, who) for who in OFFICERS]
    number = number_in(reports[0])
    if not number:
        return
    private = cast.private(HELENE)
    told = await stage.sees(HELENE, private, "apprend que son signalement est parti", number)
    await _taken_up(stage, number, told)
    what = "n'apprend rien : c'est un autre secteur"
    await stage.reads_nothing(LAN, cast.sector("gare"), what, _PLATE, number)


async def _received(stage: Stage, who: Character) -> Seen | None:
    """The report as that authority has it: the mairie does not need the plate."""
    how, wrong = ("plaque masquée", _is_masked) if who == CLAIRE else ("avec la plaque", _is_whole)
    what, desk = f"reçoit le signalement, numéroté, {how}", stage.cast.desk(who)
    return await stage.sees(who, desk, what, "camionnette blanche", reason=wrong)


async def _taken_up(stage: Stage, number: str, told: Seen | None) -> None:
    cast, desk = stage.cast, stage.cast.desk(ELISE)
    report = await cast[ELISE].wait_for(
        room_id=desk.room_id, sender=cast.bot, body_contains=_PLATE, type="m.room.message"
    )
    await cast[ELISE].react(desk.room_id, report.event_id, "✅")
    await stage.sees(
        HELENE,
        cast.private(HELENE),
        "apprend que la gendarmerie l'a pris en compte (✅)",
        number,
        after=told.event_id if told else "",
    )
    what = "voit un avis neutre : le numéro et l'autorité"
    await stage.sees(MEHDI, cast.sector("centre"), what, number, reason=_is_neutral)


def _is_whole(seen: Seen) -> str:
    return _has_number(seen) if _PLATE in seen.text else "la plaque manque"


def _is_masked(seen: Seen) -> str:
    return _has_number(seen) if _PLATE not in seen.text else "la plaque n'est pas masquée"


def _has_number(seen: Seen) -> str:
    return "" if number_in(seen) else "sans numéro de signalement"


def _is_neutral(seen: Seen) -> str:
    told = [word for word in (ELISE.family, ELISE.first, _PLATE) if word in seen.text]
    return f"l'avis en dit trop : {', '.join(told)}" if told else ""
