"""Everybody has arrived: those of the sectors find the charter, whenever they came."""

from __future__ import annotations

from pc_matrix.demo.commune import AMELIE, JOEL, LAN
from pc_matrix.demo.stage import Stage


async def play(stage: Stage) -> None:
    """One resident of each sector reads its charter."""
    for who in (AMELIE, LAN, JOEL):
        await stage.sees(who, stage.cast.desk(who), "lit la charte du secteur", "[Cc]harte")
