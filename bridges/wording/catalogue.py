"""The catalogues of every text that people read: gettext PO files, one a language, read by Babel.

Message ids are keys (``relay.sent``), translations use ``{name}`` for what is filled in. French is
the scheme's language; English stands beside it.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Formatter

from babel.messages.pofile import read_po

LANGUAGES = ("fr", "en")
_DEFAULT = "fr"


class MissingTextError(LookupError):
    """A key has no text in a language: a mistake of ours, which a test finds first."""


def text(language: str, key: str, /, **params: object) -> str:
    """The text of ``key`` in ``language`` (French when we don't have it), filled in.

    Raises ``MissingTextError`` for an unknown key, ``KeyError`` for a parameter not given.
    """
    texts = _texts(language if language in LANGUAGES else _DEFAULT)
    try:
        pattern = texts[key]
    except KeyError:
        raise MissingTextError(f"{language}: {key}") from None
    return pattern.format(**params)


def how(language: str, key: str, /, *, by_reaction: bool, **params: object) -> str:
    """How to say yes or no to a message: by a reaction, or by answering it with the same sign.

    The second is ``key`` with ``.reply``; a commune asks for it that does not believe reactions.
    """
    return text(language, key if by_reaction else f"{key}.reply", **params)


def keys(language: str) -> frozenset[str]:
    """Every key that has a text in ``language``."""
    return frozenset(_texts(language))


def placeholders(language: str, key: str) -> frozenset[str]:
    """The names that ``key``'s text in ``language`` wants to be filled in."""
    return frozenset(name for _, name, _, _ in Formatter().parse(_texts(language)[key]) if name)


@cache
def _texts(language: str) -> dict[str, str]:
    source = files("bridges.wording") / "locale" / f"{language}.po"
    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=language, abort_invalid=True)
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string}
