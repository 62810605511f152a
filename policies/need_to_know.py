"""What each authority sees of a report: one text for each, none with more than it needs.

The judged text is one for all; it is masked here, last, for whoever is not to see a detail. In a
photo nothing can be masked: who sees no plates only reads where it is, unless the commune's file
says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from policies.denunciation.analysis import Analysis
from policies.details import Detail
from policies.enclosures import Enclosures
from policies.pictures import Picture
from policies.plates import Span, plates, without_plates
from policies.terms import Authority

PLATE = "[plaque]"
"""What stands for a plate, as the filter's own labels stand for names."""


class AuthorityKind(StrEnum):
    """What an institution is, as the commune's file says it."""

    GENDARMERIE = "gendarmerie"
    POLICE = "police"
    """The municipal police."""
    MAIRIE = "mairie"
    OTHER = "other"


_SEES: Mapping[AuthorityKind, frozenset[Detail]] = {
    AuthorityKind.GENDARMERIE: frozenset(Detail),
    AuthorityKind.POLICE: frozenset(Detail),
    AuthorityKind.MAIRIE: frozenset({Detail.RESIDENT}),
    AuthorityKind.OTHER: frozenset(),
}


def sees_by_default(kind: AuthorityKind) -> frozenset[Detail]:
    """What such an authority sees where the commune's file says nothing of it."""
    return _SEES[kind]


def with_photos(sees: frozenset[Detail], photos: bool | None) -> frozenset[Detail]:
    """``sees`` with photos or without, as the commune's file says; ``None``: as plates are seen."""
    is_shown = Detail.PLATE in sees if photos is None else photos
    return sees | {Detail.PHOTO} if is_shown else sees - {Detail.PHOTO}


def kind_of(code: str, name: str) -> AuthorityKind:
    """What an authority is by its code or name where they say it: ``OTHER``, which sees least,
    unless one of them begins with the word."""
    known = {kind.value: kind for kind in AuthorityKind}
    firsts = (code.partition("-")[0], name.casefold().partition(" ")[0])
    return next((known[first] for first in firsts if first in known), AuthorityKind.OTHER)


@dataclass(frozen=True, slots=True)
class Leaving:
    """A text that was judged, and where its plates stand: what leaves, for each who receives it."""

    text: str
    plates: tuple[Span, ...]

    def __repr__(self) -> str:
        return f"Leaving({len(self.plates)} plates)"

    def to(self, authority: Authority) -> str:
        """The text as ``authority`` may see it."""
        if Detail.PLATE in authority.sees:
            return self.text
        return without_plates(self.text, self.plates, PLATE)

    def is_masked_for(self, authority: Authority) -> bool:
        """Whether ``authority`` sees less than there is."""
        return bool(self.plates) and Detail.PLATE not in authority.sees

    def masked_for(self, authorities: Iterable[Authority]) -> tuple[Authority, ...]:
        """Those of them that see less than there is, in their order."""
        return tuple(a for a in authorities if self.is_masked_for(a))


def enclosures_for(authority: Authority, enclosures: Enclosures) -> Enclosures:
    """What ``authority`` is sent of ``enclosures``: places always, photos if it may see them."""
    if Detail.PHOTO in authority.sees:
        return enclosures
    return tuple(one for one in enclosures if not isinstance(one.what, Picture))


def leaving(analysis: Analysis) -> Leaving:
    """What leaves of the text that was analysed, which is the judged one."""
    return Leaving(analysis.text, plates(analysis))
