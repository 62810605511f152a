"""What a word could be: a first name, a surname, a stranger to the dictionary."""

from __future__ import annotations

from collections.abc import Sequence

from pc_matrix.language.resources import Resources
from pc_matrix.language.tokens import Word
from policies.denunciation.wordlist import words as listed

DETERMINERS = listed(
    """
    le la les un une des ce cet cette ces mon ma mes son sa ses ton ta tes notre nos votre vos
    leur leurs du au aux chaque quelque plusieurs deux trois
    """
)
_CLITICS = listed("ne se le la les y en me nous vous lui leur te n s l m t")


class NameWords:
    """The words of one text, and what each could be; ``taken`` are parts of a name."""

    def __init__(self, words: Sequence[Word], known: Resources) -> None:
        self.words, self.known = words, known
        self.taken = [False] * len(words)

    def at(self, i: int) -> Word | None:
        return self.words[i] if 0 <= i < len(self.words) else None

    def form(self, i: int) -> str:
        word = self.at(i)
        return word.form if word else ""

    def first_name(self, w: Word) -> int:
        return self.known.first_names.get(w.raw) or self.known.first_names.get(w.form, 0)

    def surname(self, w: Word) -> int:
        return self.known.surnames.get(w.raw) or self.known.surnames.get(w.form, 0)

    def strange(self, w: Word) -> bool:
        """Whether it is no French word, nor a misspelling of one."""
        return not w.flags and w.raw not in self.known.frequency and w.form == w.raw

    def usable(self, i: int) -> bool:
        w = self.at(i)
        return bool(
            w
            and w.kind == "word"
            and not w.neutral
            and not self.taken[i]
            and len(w.raw) > 1
            and "notname" not in w.tags
        )

    def clear_first(self, i: int) -> bool:
        """A first name that needs no context."""
        w = self.words[i]
        level = self.first_name(w)
        if not self.usable(i) or "wordname" in w.tags:
            return False
        if w.flags:
            return level >= 4
        return level >= 4 or (
            level >= 2
            and len(w.raw) > 3
            and (w.capital or w.raw not in self.known.frequency)
            and w.form == w.raw
        )

    def finite(self, i: int) -> bool:
        w = self.at(i)
        return bool(w and w.kind == "word" and not w.neutral and set(w.flags) & set("vw"))

    def verb_follows(self, i: int) -> bool:
        """Whether a verb stands at ``i``, after clitics."""
        while self.form(i) in _CLITICS:
            i += 1
        return self.finite(i) or self.form(i) == "qui"

    def finite_single(self, i: int) -> bool:
        while self.form(i) in ("ne", "se", "y", "en", "me", "nous", "vous", "lui"):
            i += 1
        w = self.at(i)
        return bool(w and "v" in w.flags and not w.neutral)

    def could_name(self, i: int) -> bool:
        w = self.at(i)
        return bool(
            w
            and self.usable(i)
            and not w.flags
            and (self.surname(w) >= 1 or self.first_name(w) >= 1 or w.capital)
            and w.raw not in self.known.frequency
        ) or bool(
            w
            and self.usable(i)
            and (self.clear_first(i) or (w.capital and not set(w.flags) & set("GP")))
        )

    def word_surname(self, i: int) -> bool:
        """A frequent surname that is also a word, before a verb: ``marine petit jette``."""
        w = self.words[i]
        level, common = self.surname(w), self.known.frequency.get(w.form, 0)
        noun = not set(w.flags) & set("GPRvwKI")
        return (
            noun
            and ((level >= 4 and common <= 45) or (level >= 3 and common <= 38))
            and self.verb_follows(i + 1)
        )

    def surname_after(self, i: int) -> bool:
        w = self.words[i]
        return (
            not w.flags
            and (self.surname(w) >= 2 or w.capital)
            and w.raw not in self.known.frequency
            and w.form == w.raw
        )

    def surname_noun(self, i: int) -> bool:
        """After a first name, a bare noun that many bear as a surname: ``lucie marchand a…``."""
        w = self.words[i]
        noun = "N" in w.flags and not set(w.flags) & set("GPR") and w.form == w.raw
        if (
            not noun
            or w.tags & {"shady", "crime", "kin", "pettype", "victim"}
            or self.surname(w) < 3
        ):
            return False
        return self.form(i + 1) in ("a", "est", "qui", "", ".", ",", ":") or self.verb_follows(
            i + 1
        )

    def rare(self, w: Word) -> bool:
        return self.known.frequency.get(w.form, 0) <= 46

    def two_strange(self, i: int) -> bool:
        """Two words that no dictionary knows, before a verb: a name from afar."""
        pair = self.words[i : i + 2]
        if len(pair) < 2 or not (self.usable(i) and self.usable(i + 1)):
            return False
        unknown = all(not w.flags and w.raw == w.form and len(w.raw) > 2 for w in pair)
        return unknown and self.verb_follows(i + 2)
