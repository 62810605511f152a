"""What is known of a text before it is judged: its words, and whom they let one recognise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EntityKind(StrEnum):
    """How a person, a thing or a group is mentioned."""

    PERSON = "person"
    """A name: full, first or family name, initials, nickname."""
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    """The number of a dwelling."""
    ACCOUNT = "account"
    """A social account or pseudonym."""
    OFFICIAL = "official"
    """A named official in function."""
    KIN_OF = "kin-of"
    """Somebody's relative, without a name: *le fils de la boulangère*."""
    OWN_RELATION = "own-relation"
    """A relative of the writer, without a name."""
    NEIGHBOUR = "neighbour"
    DWELLING = "dwelling"
    """Who lives at a described place: *les gens d'en face*."""
    JOB = "job"
    """Recognisable by job and place: *l'apprenti du garage*."""
    GROUP = "group"
    """An origin, an ethnicity, a religion, a community."""
    UNKNOWN = "unknown"
    """An unknown person by description, or nobody in particular."""

    @property
    def names(self) -> bool:
        """Whether the mention by itself has to be masked before anything leaves."""
        return self in _NAMING

    @property
    def recognisable(self) -> bool:
        """Whether readers of the place would know who is meant, though no name is given."""
        return self in _DESCRIBING


_NAMING = frozenset(
    {
        EntityKind.PERSON,
        EntityKind.PHONE,
        EntityKind.EMAIL,
        EntityKind.ADDRESS,
        EntityKind.ACCOUNT,
    }
)
_DESCRIBING = frozenset(
    {
        EntityKind.KIN_OF,
        EntityKind.OWN_RELATION,
        EntityKind.NEIGHBOUR,
        EntityKind.DWELLING,
        EntityKind.JOB,
        EntityKind.OFFICIAL,
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word: ``start:end`` in the original text, ``form`` after respelling.

    ``flags`` are the letters of its possible readings (see ``pc_matrix.language.resources``),
    ``lemmas`` the infinitives if it can be a verb, ``tags`` the lexicon's classes.
    """

    start: int
    end: int
    form: str
    flags: str = ""
    lemmas: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    neutral: bool = False
    """Part of a street, a school, a shop, a brand: no person."""
    written: str = ""
    """As it was written, in lower case without accents."""


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody, by the tokens ``first:last`` (``last`` excluded) and the characters to mask."""

    kind: EntityKind
    first: int
    last: int
    start: int
    end: int
    plural: bool = False


@dataclass(frozen=True, slots=True)
class Shares:
    """How likely a word belongs to somebody who is accused, to a third person who has to be
    masked, to a thing that only looks like a person, or to a person who need not be masked; what
    is missing to one is the likelihood of none of these."""

    accused: float
    third: float
    thing: float
    free: float


@dataclass(frozen=True, slots=True)
class Leaning:
    """What a reader trained on written messages makes of a text.

    ``relay``, ``redact`` and ``denunciation`` add up to one. ``words`` and ``against`` have one
    entry a token; ``against`` is what the word adds to the denunciation (its logit).
    """

    relay: float
    redact: float
    denunciation: float
    words: tuple[Shares, ...]
    against: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """A text, its tokens (punctuation included), and its entities in order; one that names
    somebody may lie inside one that describes him (*la voisine du 3*)."""

    text: str
    tokens: tuple[Token, ...]
    entities: tuple[Entity, ...]
    readable: bool = True
    """False when the text is too long or cannot be analysed: it then never leaves."""
    names: frozenset[str] = frozenset()
    """The forms that name somebody, to be masked wherever they stand."""
    leaning: Leaning | None = None
    """``None`` when nobody read it: the rules then decide alone."""
