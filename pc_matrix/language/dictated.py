"""Numbers and addresses said in words."""

from __future__ import annotations
from pc_matrix.language.resources import Resources
from pc_matrix.language.spelling import Edit, Spelt


def dictated(spelt: Spelt, known: Resources) -> list[Edit]:
    return []
