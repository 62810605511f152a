"""A commune's lists, and where a text mentions what they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pc_matrix.language.own_lists.classes import Row
from pc_matrix.language.own_lists.entries import Entry, email, full, phone
from pc_matrix.language.tokens import Word


@dataclass(frozen=True, slots=True)
class Mention:
    """The words ``first:last`` (``last`` excluded) that an entry names."""

    entry: Entry
    first: int
    last: int


@dataclass(frozen=True)
class OwnLists:
    """Checked entries; ``contacts`` are the town hall's phones (ten digits) and addresses."""

    entries: tuple[Entry, ...] = ()
    contacts: frozenset[str] = frozenset()
    rows: tuple[Row, ...] = ()
    _by_first: Mapping[str, list[Entry]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in sorted(self.entries, key=lambda e: -len(e.parts)):
            for form in entry.parts[0]:
                found[form].append(entry)
        object.__setattr__(self, "_by_first", dict(found))

    def mentions(self, words: Sequence[Word]) -> list[Mention]:
        """What the text names, from left to right; the longest entry at each place."""
        found: list[Mention] = []
        i = 0
        while i < len(words):
            mention = self._at(words, i)
            if mention:
                found.append(mention)
            i = mention.last if mention else i + 1
        return found

    def contact_words(self, words: Sequence[Word]) -> Iterator[Word]:
        """The town hall's own numbers and addresses in a text."""
        for word in words if self.contacts else ():
            if (word.kind == "phone" and phone(word.raw) in self.contacts) or (
                word.kind == "email" and email(word.raw) in self.contacts
            ):
                yield word

    def _at(self, words: Sequence[Word], i: int) -> Mention | None:
        if not self._by_first or (i and words[i - 1].start == words[i].start):
            return None
        for form in dict.fromkeys((full(words[i].raw), full(words[i].form))):
            for entry in self._by_first.get(form, ()):
                last = _end(words, i, entry)
                if last:
                    return Mention(entry, i, last)
        return None


def _end(words: Sequence[Word], i: int, entry: Entry) -> int:
    """Where ``entry``, begun at ``i``, ends; 0 when something else stands there."""
    for place, part in enumerate(entry.parts):
        if place and i < len(words) and _joins(words, i):
            i += 1
        if i >= len(words):
            return 0
        if full(words[i].raw) in part:
            start = words[i].start  # one written word may stand for two: g → je ai
            while i < len(words) and words[i].start == start:
                i += 1
        elif full(words[i].form) in part:
            i += 1
        else:
            return 0
    return i


def _joins(words: Sequence[Word], i: int) -> bool:
    """A hyphen, or the dot of an abbreviation (``av. de la gare``)."""
    return words[i].form == "-" or (words[i].form == "." and len(words[i - 1].raw) <= 4)
