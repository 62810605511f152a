"""How far a name reaches, once something says that one begins."""

from __future__ import annotations

from collections.abc import Sequence

from pc_matrix.language.name_words import DETERMINERS, NameWords
from pc_matrix.language.resources import Resources
from pc_matrix.language.tokens import Word
from policies.denunciation.wordlist import words as listed

_COMPOUND_FIRST = listed("jean marie anne pierre louis charles paul marc rose")
_NEVER = frozenset({"title", "rank", "road", "brand", "def", "indef", "own", "greet"})


class NameExtent(NameWords):
    """Takes names out of a text, whole."""

    def __init__(self, words: Sequence[Word], known: Resources) -> None:
        super().__init__(words, known)
        self.spans: list[tuple[int, int]] = []

    def run(self, i: int, *, asked: bool, sure: bool = False) -> int:
        """The end of the name that starts at ``i`` (``i`` itself when there is none)."""
        j = i + sure
        while j < len(self.words) and j - i < 5:
            if self.form(j) == "-" and j > i and self.usable(j + 1):
                j += 1
                continue
            compound = self.compound(j)
            if compound:
                j = compound
                continue
            if not self.usable(j) or not self._fits(j, asked=asked and j == i, after=j > i):
                break
            j += 1
        return j

    def compound(self, i: int) -> int:
        """The end of a surname with a particle (Le Goff, Da Silva) that starts at ``i``."""
        if "particle" not in self.words[i].tags:
            return 0
        for length in (3, 2):
            chunk = self.words[i : i + length]
            if len(chunk) < length or any(w.kind != "word" or w.neutral for w in chunk):
                continue
            if any("particle" not in w.tags for w in chunk[:-1]):
                continue
            level = self.known.surnames.get(" ".join(w.raw for w in chunk), 0)
            last = chunk[-1]
            plainly = not last.flags or last.capital
            if (level >= 2 and plainly) or self._capital_particle(chunk):
                return i + length
        return 0

    def _capital_particle(self, chunk: Sequence[Word]) -> bool:
        """``Le Quellec``: two capitals, and no ordinary word after the particle."""
        first, last = chunk[0], chunk[-1]
        article = first.form in ("le", "la", "les", "l", "de", "du", "des", "d")
        strange = not last.flags and "brand" not in last.tags and self.surname(last) >= 1
        return first.capital and last.capital and (strange if article else not last.flags)

    def _fits(self, i: int, *, asked: bool, after: bool) -> bool:
        """Whether the word at ``i`` can stand in a name; ``asked``: a slot demands one there."""
        w = self.words[i]
        if w.tags & _NEVER and not w.capital:
            return False
        if asked:
            return self._fits_slot(w)
        if not w.flags:
            known = self.surname(w) >= 2 or self.first_name(w) >= 2
            return w.capital or known or (self.strange(w) and after)
        if w.capital:
            return after and not set(w.flags) & set("GP")
        return (after and self.surname_noun(i)) or self._fits_among_words(w, after=after)

    def _fits_slot(self, w: Word) -> bool:
        if w.capital and not set(w.flags) & set("GP"):
            return True
        if not w.flags:
            known = self.surname(w) > 1 or self.first_name(w) > 1
            return w.raw not in self.known.frequency or known
        stop = set(w.flags) & set("GPRvw")
        adjective = "A" in w.flags.replace("AN", "")
        return self.surname(w) >= (4 if stop else 3) and not adjective

    def _fits_among_words(self, w: Word, *, after: bool) -> bool:
        """A lower-case word of the dictionary: only where many bear it as a name."""
        given = self.first_name(w)
        if set(w.flags) & set("GPRvw") or (set(w.flags) & set("KI") and given < 4):
            return False
        family = self.surname(w) >= 4 and not set(w.flags) & set("pA")
        return given >= 5 or (after and family)

    def take(self, i: int, j: int) -> None:
        while i > 0 and self.usable(i - 1) and self.strange(self.words[i - 1]) and self._before(i):
            i -= 1
        before = self.form(i - 1)
        if (
            i
            and before in _COMPOUND_FIRST
            and self.usable(i - 1)
            and self.form(i - 2) not in DETERMINERS
        ):
            i -= 1
        if j > i:
            self.spans.append((i, j))
            for k in range(i, j):
                self.taken[k] = True

    def _before(self, i: int) -> bool:
        """Whether the strange word before ``i`` belongs to the name."""
        w = self.words[i - 1]
        named = self.surname(w) >= 2 or self.first_name(w) >= 1 or w.capital
        return len(w.raw) > 2 and (named or i == 1) and not w.tags
