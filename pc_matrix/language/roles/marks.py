"""What the network is told of each word: never a name's letters, only that a name stands there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from policies.denunciation.analysis import Analysis, Entity, EntityKind, Token
from policies.denunciation.weighing import reasons

NAME, NUMBER = "<name>", "<num>"
LINK, ASIDE = "url", ","
"""A link that is nobody's page says nothing of anybody, whatever stands before it: it is read as a
pause. That a human looks at every link is the judge's business (``policies.message_words``)."""
_NAMED = frozenset(
    f"E:{kind.value}:{at}" for kind in (EntityKind.PERSON, EntityKind.OFFICIAL) for at in "BI"
)
_ENDS = frozenset(".!?\n")


class Known(Protocol):
    """The word lists that marks are read from."""

    @property
    def frequency(self) -> Mapping[str, int]: ...
    @property
    def surnames(self) -> Mapping[str, int]: ...
    @property
    def first_names(self) -> Mapping[str, int]: ...
    @property
    def communes(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Marked:
    """A word for the network: ``form`` as understood, ``letters`` as written ('' for a name, a
    number, a sign, an account, an address), and its marks: the lexicon's classes, what the rules
    made of it."""

    form: str
    letters: str
    marks: frozenset[str]


def marked(analysis: Analysis, known: Known) -> list[Marked]:
    """One ``Marked`` a token.

    A word that belongs to a name is replaced by the same placeholder, whoever bears the name: what
    the network says cannot depend on where a name comes from, once it is found.
    """
    by_rules = _by_rules(analysis)
    shouted = _shouted(analysis.text)
    return [_marked(analysis, i, found, known, shouted=shouted) for i, found in enumerate(by_rules)]


def _by_rules(analysis: Analysis) -> list[set[str]]:
    found: list[set[str]] = [set() for _ in analysis.tokens]
    for entity in analysis.entities:
        for i, mark in _of_entity(analysis, entity):
            if 0 <= i < len(found):
                found[i].add(mark)
    return found


def _of_entity(analysis: Analysis, entity: Entity) -> Iterator[tuple[int, str]]:
    weighed = reasons(analysis, entity) if entity.kind is not EntityKind.GROUP else []
    total = sum(r.weight for r in weighed)
    leaning = "R-" if total <= -1 else "R0" if total < 1 else "R+"
    for i in range(entity.first, entity.last):
        yield i, f"E:{entity.kind.value}:{'B' if i == entity.first else 'I'}"
        yield i, leaning
    for reason in weighed:
        for i in range(reason.first, reason.last):
            yield i, ("W+" if reason.weight > 0 else "W-") + reason.rule.value


def _marked(analysis: Analysis, i: int, found: set[str], known: Known, *, shouted: bool) -> Marked:
    token = analysis.tokens[i]
    marks = found | {"up"} if shouted else found
    if not found.isdisjoint(_NAMED):
        return Marked(NAME, "", frozenset(marks))
    if token.form[:1].isdigit():
        return Marked(NUMBER, "", frozenset(marks | {f"num{min(len(token.form), 5)}"}))
    if token.form == LINK and not found:
        return Marked(ASIDE, "", frozenset())
    if not token.form[:1].isalpha():
        return Marked(token.form, "", frozenset(marks))
    written = analysis.text[token.start : token.end]
    capital = written[:1].isupper() and not shouted
    opens = capital and (i == 0 or analysis.tokens[i - 1].form in _ENDS)
    marks = marks | _of_word(token, known) | _if(cap=capital, cap0=opens)
    letters = token.written if token.written.isalpha() else ""  # an account has a name in it
    return Marked(token.form, letters, frozenset(marks))


def _of_word(token: Token, known: Known) -> set[str]:
    marks = {f"f:{flag}" for flag in token.flags}
    marks |= {f"t:{tag}" for tag in token.tags if "+" not in tag}
    marks.add(f"fn{min(_level(known.first_names, token), 5)}")
    marks.add(f"sn{min(_level(known.surnames, token), 5)}")
    marks.add(f"fr{_level(known.frequency, token) // 8}")
    return marks | _if(
        neutral=token.neutral,
        respelt=token.form != token.written,
        commune=token.form in known.communes,
        short=len(token.written) < 3,
    )


def _level(table: Mapping[str, int], token: Token) -> int:
    level = table.get(token.form, 0)
    return level if token.form == token.written else max(level, table.get(token.written, 0))


def _if(**marks: bool) -> set[str]:
    return {mark for mark, is_so in marks.items() if is_so}


def _shouted(text: str) -> bool:
    capitals = sum(c.isupper() for c in text)
    return capitals > 0.6 * sum(c.isalpha() for c in text)
