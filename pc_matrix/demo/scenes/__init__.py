"""The scenes of the tour, one file each: what is done, and what everybody should see of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pc_matrix.demo.scenes import arrival, bulletin, denunciation, intruder, van, victim
from pc_matrix.demo.stage import Stage

SCENES: tuple[tuple[str, Callable[[Stage], Awaitable[None]]], ...] = (
    ("Chacun arrive et lit la charte", arrival.play),
    ("Une camionnette suspecte est signalée", van.play),
    ("Une dénonciation est renvoyée", denunciation.play),
    ("Le nom d'une victime est masqué", victim.play),
    ("Un intrus reste dehors", intruder.play),
    ("Un message de prévention est diffusé", bulletin.play),
)
"""Each scene's title and what plays it, in order."""
