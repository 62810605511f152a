"""XML of strangers, walked element by element: no tree, no entities, no depth, no end.

``xml.etree`` keeps an object for every element and expands what a document type declares; here
neither happens, so that a file can be looked at before it is given to a library which does both.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import IO, Protocol
from xml.parsers import expat

_CHUNK = 1 << 16
_DEEPEST = 64


class Outcome(Enum):
    """How the walk ended."""

    READ = "read"
    MALFORMED = "malformed"
    """Not well-formed, too deep, or with a document type, which no workbook has."""
    TOO_MUCH = "too-much"
    """The visitor wanted no more of it."""


class TooMuchError(Exception):
    """Raised by a visitor that has seen more than it bears."""


class _RefusedError(Exception):
    """The document declares a type, or is too deep."""


class Visitor(Protocol):
    """Told of every element, names with no namespace, and of text in pieces."""

    def begins(self, name: str, attributes: Mapping[str, str]) -> None: ...
    def text(self, piece: str) -> None: ...
    def ends(self, name: str) -> None: ...


class Counted:
    """A visitor that bears so many elements and keeps none."""

    def __init__(self, most: int) -> None:
        self._left = most

    def begins(self, name: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002
        self._left -= 1
        if self._left < 0:
            raise TooMuchError

    def text(self, piece: str) -> None: ...

    def ends(self, name: str) -> None: ...


def walk(stream: IO[bytes], visitor: Visitor) -> Outcome:
    """Show the whole document to ``visitor``; memory does not grow with it."""
    parser = expat.ParserCreate()
    depth = 0

    def begins(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise _RefusedError
        visitor.begins(name.rpartition(":")[2], attributes)

    def ends(name: str) -> None:
        nonlocal depth
        depth -= 1
        visitor.ends(name.rpartition(":")[2])

    def typed(*_: object) -> None:
        raise _RefusedError

    parser.StartElementHandler, parser.EndElementHandler = begins, ends
    parser.CharacterDataHandler = visitor.text
    parser.StartDoctypeDeclHandler = typed
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk)
        parser.Parse(b"", True)
    except TooMuchError:
        return Outcome.TOO_MUCH
    except (expat.ExpatError, _RefusedError, ValueError, LookupError):
        return Outcome.MALFORMED
    return Outcome.READ
