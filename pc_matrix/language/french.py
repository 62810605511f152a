"""French text → Analysis: spelling, words, places, names, relations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from pc_matrix.language.contacts import contacts
from pc_matrix.language.disguise import undisguised
from pc_matrix.language.exceptions import Name, meaning
from pc_matrix.language.names import NameFinder
from pc_matrix.language.own_lists import OwnLists, mark, read, with_persons
from pc_matrix.language.own_lists.lists import Mention
from pc_matrix.language.places import neutralise, phrase_tags
from pc_matrix.language.relations import relations
from pc_matrix.language.resources import Resources, load_resources
from pc_matrix.language.roles import reader
from pc_matrix.language.spelling import Spelt, spell
from pc_matrix.language.tokens import Word, words
from policies.denunciation.analysis import Analysis, Entity, EntityKind, Token
from policies.legible import is_in_latin, reads_as_stored

LONGEST = 4000
"""Characters; a longer message is not judged, and does not leave."""


class French:
    """Analyses French messages. Pure once loaded; one object serves every room."""

    def __init__(self, resources: Resources, own: OwnLists | None = None) -> None:
        self._known, self.own = resources, own or OwnLists()

    def analyse(self, text: str) -> Analysis:
        """Words, places, persons of ``text``, and what the reader makes of them.

        Not readable when it is longer than ``LONGEST``, or when an eye reads it otherwise than we
        do; its words are there even so, for who may be in danger.
        """
        analysis = self.by_rules(text)
        if not analysis.readable:
            return analysis
        return replace(analysis, leaning=reader().read(analysis, self._known))

    def by_rules(self, text: str) -> Analysis:
        """The same without the reader: what it reads, and what it is trained on."""
        spelt = undisguised(spell(text[:LONGEST]), self._known)
        found = words(spelt, self._known)
        phrase_tags(found, self._known)
        neutralise(found, self._known)
        if len(text) > LONGEST or not self._reads_plainly(text, spelt):
            return Analysis(text, _tokens(found), (), readable=False)
        entities, names = self._entities(found, mark(self.own, found, self._known))
        return Analysis(text, _tokens(found), entities, names=names)

    def _reads_plainly(self, text: str, spelt: Spelt) -> bool:
        return spelt.legible and reads_as_stored(text) and is_in_latin(spelt.text)

    def _entities(
        self, found: Sequence[Word], listed: Sequence[Mention]
    ) -> tuple[tuple[Entity, ...], frozenset[str]]:
        named: list[tuple[EntityKind, int, int, bool]] = []
        free = list(contacts(found))
        spans = NameFinder(found, self._known).find()
        for first, last, agent in with_persons(spans, listed, found):
            who = meaning(found, first, last)
            if who is Name.NOBODY:
                continue
            official = agent or who is Name.OFFICIAL
            kind = EntityKind.OFFICIAL if official else EntityKind.PERSON
            plural = found[first - 1].form in ("les", "des", "aux") if first else False
            named.append((kind, first, last, plural))
        naming = _apart([*named, *free])
        described = _apart([*relations(found), *_groups(found)])
        names = {(a, b) for _, a, b, _ in naming}
        chosen = sorted(
            naming + [d for d in described if (d[1], d[2]) not in names], key=lambda f: (f[1], f[2])
        )
        entities = tuple(
            Entity(kind, a, b, found[a].start, found[b - 1].end, plural)
            for kind, a, b, plural in chosen
        )
        people = [found[a:b] for kind, a, b, _ in chosen if kind is EntityKind.PERSON]
        masked = {w.raw for name in people for w in name if _telling(w)}
        return entities, frozenset(masked)


def _telling(word: Word) -> bool:
    """Whether a word of a name gives the person away alone; not the *des* of *Jojo des Bois*."""
    return word.kind == "word" and len(word.raw) > 2 and word.raw not in ("les", "des", "aux")


def _tokens(found: Sequence[Word]) -> tuple[Token, ...]:
    return tuple(
        Token(w.start, w.end, w.form, w.flags, w.lemmas, frozenset(w.tags), w.neutral, w.raw)
        for w in found
    )


def _groups(found: Sequence[Word]) -> Iterable[tuple[EntityKind, int, int, bool]]:
    for i, word in enumerate(found):
        if "group" in word.tags and not word.neutral:
            length = max(
                (int(t.split("+")[1]) for t in word.tags if t.startswith("group+")), default=1
            )
            if length > 1 or "group" in word.tags:
                yield EntityKind.GROUP, i, i + length, True


def _apart(
    found: Iterable[tuple[EntityKind, int, int, bool]],
) -> list[tuple[EntityKind, int, int, bool]]:
    """Without overlaps: what was found first wins."""
    taken: set[int] = set()
    kept = []
    for kind, first, last, plural in found:
        if not taken & set(range(first, last)):
            taken |= set(range(first, last))
            kept.append((kind, first, last, plural))
    return sorted(kept, key=lambda f: f[1])


@lru_cache(maxsize=1)
def load() -> French:
    """The analyser, without any commune's own lists.

    Raises ``SettingsError`` when the package's files are damaged: now, not at the first message.
    """
    reader()
    return French(load_resources())


def load_with(own_lists: Path) -> French:
    """The analyser with the lists in this file; without them when there is no such file.

    Raises ``SettingsError`` naming every faulty line at once.
    """
    reader()
    known = load_resources()
    return French(known, read(own_lists, known))
