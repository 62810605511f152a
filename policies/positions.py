"""Positions: ``geo:`` addresses (RFC 5870), read strictly and written anew."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = r"-?\d{1,3}(?:\.\d{1,20})?"
_GEO = re.compile(
    rf"(?i:geo):({_NUMBER}),({_NUMBER})(?:,-?\d{{1,6}}(?:\.\d{{1,20}})?)?"
    r"((?:;[A-Za-z0-9-]{1,40}(?:=[\w.%~:+!$&'()*\[\]-]{1,100})?){0,20})",
    re.ASCII,
)
_METRES = re.compile(r"\d{1,7}(?:\.\d{1,20})?", re.ASCII)
_FURTHEST = 100_000.0
"""Metres of uncertainty beyond which nothing useful is said."""


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees in WGS 84; ``accuracy`` in metres, ``None`` when it is not said.

    ``is_own`` when it is where its sender was, and not a place that he chose on the map.
    """

    latitude: float
    longitude: float
    accuracy: float | None = None
    is_own: bool = False

    @property
    def coordinates(self) -> str:
        """``48.85837, 2.294481``: six decimals are a step of a foot."""
        return f"{_written(self.latitude)}, {_written(self.longitude)}"

    @property
    def uri(self) -> str:
        """Its ``geo:`` address, with nothing of what else its sender's stood for."""
        plain = f"geo:{_written(self.latitude)},{_written(self.longitude)}"
        return plain if self.accuracy is None else f"{plain};u={_written(self.accuracy)}"

    def __repr__(self) -> str:
        """Without the place, so that no log can carry it."""
        return f"Position(is_own={self.is_own})"


def position(uri: str, *, is_own: bool = False) -> Position | None:
    """The position that a ``geo:`` address names; ``None`` for what is none, or of another world.

    An altitude and unknown parameters are left out.
    """
    found = _GEO.fullmatch(uri)
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    given = [p.partition("=") for p in found[3].lower().split(";") if p]
    parameters = {name: value for name, _, value in given}
    if len(parameters) != len(given) or parameters.get("crs", "wgs84") != "wgs84":
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    uncertainty = parameters.get("u")
    if uncertainty is None:
        return Position(latitude, longitude, None, is_own)
    if not _METRES.fullmatch(uncertainty) or float(uncertainty) > _FURTHEST:
        return None
    return Position(latitude, longitude, float(uncertainty), is_own)


def _written(number: float) -> str:
    text = f"{number:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
