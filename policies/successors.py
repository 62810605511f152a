"""Sectors that were merged or split: where a former one's people are now, by the file alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from policies.terms import Commune, Mandate, SectorCode


def successor(commune: Commune, former: SectorCode) -> SectorCode | None:
    """The sector that takes in the people of ``former``; ``None`` when the file names none.

    Several name it when a sector was split: then nobody is moved by a guess, and each person is
    given one of them in the registry. A sector that is still in the file has no successor.
    """
    if any(sector.code == former for sector in commune.sectors):
        return None
    found = heirs(commune, former)
    return found[0] if len(found) == 1 else None


def heirs(commune: Commune, former: SectorCode) -> tuple[SectorCode, ...]:
    """All the sectors that say that they replace ``former``."""
    return tuple(sector.code for sector in commune.sectors if former in sector.replaces)


def moved(commune: Commune, mandates: Iterable[Mandate]) -> tuple[Mandate, ...]:
    """The mandates as they count now: those of a former sector are held in its successor."""
    there = {None, *(sector.code for sector in commune.sectors)}
    return tuple(m if m.sector in there else _moved(commune, m) for m in mandates)


def _moved(commune: Commune, mandate: Mandate) -> Mandate:
    assert mandate.sector is not None
    now = successor(commune, mandate.sector)
    return mandate if now is None else replace(mandate, sector=now)
