"""What the commune's entries change in an analysis: places are nobody, nicknames somebody."""

from __future__ import annotations

from collections.abc import Sequence

from pc_matrix.language.own_lists.classes import ListClass
from pc_matrix.language.own_lists.entries import ARTICLES
from pc_matrix.language.own_lists.lists import Mention, OwnLists
from pc_matrix.language.resources import Resources
from pc_matrix.language.tokens import Word

Named = tuple[int, int, bool]
"""First word, last (excluded), and whether it is one of the commune's agents."""


def mark(own: OwnLists, words: Sequence[Word], known: Resources) -> list[Mention]:
    """Make places and the town hall's contacts neutral; the mentions of persons, in order."""
    for word in own.contact_words(words):
        word.neutral = True
    persons = []
    for mention in own.mentions(words):
        if mention.entry.kind.neutral:
            if not _is_somebody(words, mention, known):
                _neutralise(words, mention)
        elif not _inside_a_place(words, mention):
            persons.append(mention)
    return persons


def _neutralise(words: Sequence[Word], mention: Mention) -> None:
    for word in words[mention.first : mention.last]:
        word.neutral = True
    if mention.entry.kind in (ListClass.STREET, ListClass.PLACE):
        # A number before it is a dwelling's, in a hamlet too.
        words[mention.first].tags.add("road")


def _is_somebody(words: Sequence[Word], mention: Mention, known: Resources) -> bool:
    """``Mme Kerviel``, ``Yann Kerviel``, ``les Kerviel`` beside a hamlet of that name."""
    start, first = words[mention.first], mention.first
    if start.tags & {"road", "site", "shop"} or not first:
        return False
    before = words[first - 1]
    if before.form in (".", "-") and first > 1:
        before = words[first - 2]
    if before.tags & {"title", "rank", "kin", "nickslot"} and not before.neutral:
        return True
    given = known.first_names.get(before.raw, 0) >= 3
    if given and not before.neutral and (before.capital or not before.flags):
        return True
    family = known.surnames.get(start.raw, 0) >= 1 and mention.last == first + 1
    at_home = before.form == "chez" and mention.entry.kind is not ListClass.SHOP
    return family and (before.form in ("les", "aux") or at_home)


def _inside_a_place(words: Sequence[Word], mention: Mention) -> bool:
    """``rue du Gros Louis``: what the nickname begins with was found to be part of a place."""
    inside = words[mention.first : mention.last]
    return next((w for w in inside if w.form not in ARTICLES), inside[0]).neutral


def with_persons(
    found: Sequence[tuple[int, int]], persons: Sequence[Mention], words: Sequence[Word]
) -> list[Named]:
    """The names found in a text together with the commune's nicknames and agents."""
    named: list[Named] = [(first, last, False) for first, last in found]
    agents: set[str] = set()
    for person in persons:
        touched = [n for n in named if n[0] < person.last and person.first < n[1]]
        first = min([person.first, *(n[0] for n in touched)])
        last = max([person.last, *(n[1] for n in touched)])
        whole = (first, last) == (person.first, person.last)
        agent = person.entry.kind is ListClass.AGENT
        if agent and not whole:
            continue  # Sophie Durand-Morel is somebody else
        named = [*(n for n in named if n not in touched), (first, last, agent)]
        if agent:
            agents |= {w.raw for w in words[first:last]}
    return sorted((a, b, agent or _again(words[a:b], agents)) for a, b, agent in named)


def _again(name: Sequence[Word], agents: set[str]) -> bool:
    """Whether it repeats a part of the name of an agent whom the text names in full."""
    return all(w.raw in agents for w in name)
