"""A victim's name: masked in what the référent is shown, and in what the authorities receive."""

from __future__ import annotations

import re

from pc_matrix.demo.commune import FATOU, JOEL
from pc_matrix.demo.people import Seen
from pc_matrix.demo.stage import Stage

_NAMES = ("Odette", "Vasseur")
_FACT = "blouson rouge"
_SAID = (
    "Mme Odette Vasseur s'est fait voler son sac devant la boulangerie vers 9 h. "
    f"L'homme portait un {_FACT} et il est parti à pied vers la gare."
)
_QUOTED = re.compile(r"<blockquote>(.*?)</blockquote>", re.DOTALL)


async def play(stage: Stage) -> None:
    """Flagged with 🚩, shown, confirmed with ✅, received masked."""
    cast, sector = stage.cast, stage.cast.sector("moulins")
    said = await cast[JOEL].send(sector.room_id, _SAID)
    what = "lit le message de Joël, qui nomme la victime"
    await stage.sees(FATOU, sector, what, _FACT, sender=JOEL.user_id)
    await cast[FATOU].react(sector.room_id, said, "🚩")
    private = cast.private(FATOU)
    what = "voit le texte masqué, tel qu'il partirait"
    preview = await stage.sees(FATOU, private, what, _FACT, reason=_quotes_no_name)
    if preview is None:
        return
    await cast[FATOU].react(private.room_id, preview.event_id, "✅")
    await stage.authorities_see("reçoit les faits, sans le nom de la victime", _FACT, _has_no_name)


def _quotes_no_name(preview: Seen) -> str:
    """What is wrong with the text that would leave; its reasons below may name the person."""
    quoted = _QUOTED.search(preview.html or "")
    return _named(quoted[1]) if quoted else "le texte exact n'est pas cité"


def _has_no_name(report: Seen) -> str:
    return _named(f"{report.text} {report.html or ''}")


def _named(text: str) -> str:
    left = [name for name in _NAMES if name.lower() in text.lower()]
    return f"le nom est resté : {' '.join(left)}" if left else ""
