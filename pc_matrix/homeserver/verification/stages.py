"""What a flow knows at each stage, from our answer to their last word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from vodozemac import Sas

from pc_matrix.homeserver.verification.codes import Agreed
from pc_matrix.homeserver.verification.messages import Start
from pc_matrix.homeserver.verification.values import Codes, Stage


@dataclass(frozen=True, slots=True)
class Waiting:
    """We said that we are ready."""


@dataclass(frozen=True, slots=True)
class Committed:
    """They started; we are bound to the key of ``sas``, which they have not seen."""

    sas: Sas
    start: Start


@dataclass(frozen=True, slots=True)
class Comparing:
    """The codes are known here; ``proven`` are the key ids they proved, before our own yes."""

    agreed: Agreed
    codes: Codes
    proven: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Confirmed:
    """We said yes before their proof came; ``they_are_done`` when that word overtook the proof."""

    agreed: Agreed
    codes: Codes
    they_are_done: bool = False


@dataclass(frozen=True, slots=True)
class Finishing:
    """Our yes and their proofs are there; so is everything but their last word."""

    codes: Codes
    proven: tuple[str, ...]


Stand = Waiting | Committed | Comparing | Confirmed | Finishing


def stage_of(stand: Stand) -> Stage:
    """The stage as it is told to others."""
    match stand:
        case Waiting():
            return Stage.READY
        case Committed():
            return Stage.COMMITTED
        case Comparing():
            return Stage.COMPARING
        case Confirmed():
            return Stage.CONFIRMED
        case Finishing():
            return Stage.FINISHING
        case _:
            assert_never(stand)
