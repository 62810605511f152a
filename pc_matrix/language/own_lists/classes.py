"""The classes of a commune's own lists, by the words that a town hall writes."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum

from pc_matrix.language.spelling import plain


class ListClass(StrEnum):
    """The first column of a commune's file; without accents, singular or plural."""

    STREET = "rue"
    PLACE = "lieu"
    SHOP = "commerce"
    BRAND = "marque"
    ASSOCIATION = "association"
    NICKNAME = "surnom"
    AGENT = "agent"
    PHONE = "telephone"
    EMAIL = "courriel"

    @property
    def shown(self) -> str:
        """As it is written in French."""
        return "téléphone" if self is ListClass.PHONE else self.value

    @property
    def neutral(self) -> bool:
        """Whether what it lists is nobody: a street, a hall, a shop."""
        return self in _NEUTRAL


_NEUTRAL = frozenset(
    {
        ListClass.STREET,
        ListClass.PLACE,
        ListClass.SHOP,
        ListClass.BRAND,
        ListClass.ASSOCIATION,
    }
)
_SPELT = {c.value: c for c in ListClass} | {f"{c.value}s": c for c in ListClass}
_SPELT |= {
    "lieux": ListClass.PLACE,
    "tel": ListClass.PHONE,
    "mail": ListClass.EMAIL,
    "email": ListClass.EMAIL,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: its number, counted from one, its class and what it lists."""

    line: int
    kind: ListClass
    text: str


def class_of(written: str) -> ListClass | None:
    """The class that ``written`` names, or nothing."""
    return _SPELT.get(re.sub(r"[\s\-]", "", plain(written)))


def known_classes() -> str:
    """Every class, for an error."""
    return ", ".join(c.shown for c in ListClass)


def nearest(written: str) -> ListClass | None:
    """The class that ``written`` may be a slip of."""
    close = difflib.get_close_matches(plain(written[:40]).strip(), _SPELT, n=1, cutoff=0.7)
    return _SPELT[close[0]] if close else None
