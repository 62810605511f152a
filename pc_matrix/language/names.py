"""Finding names: by the gazetteers, and by the places in a sentence that ask for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pc_matrix.language.name_extent import NameExtent
from pc_matrix.language.name_words import DETERMINERS
from pc_matrix.language.tokens import Word
from policies.denunciation.wordlist import words as listed

_ADJECTIVE_SLOTS = listed(
    """
    petit petite grand grande gros grosse vieux vieille jeune certain certaine pauvre cher chere
    ami amie dit
    """
)
_COLOURS = listed("blanche blanc rose violette brune blonde rouge noire verte marron orange")
_LINKING = listed(
    """
    chez de du des a au aux par avec pour et les que est etait sur contre comme ou
    """
)
_JOINING = listed("que et ou mais car si quand puis encore donc")
_PLURAL = listed("les des du aux")
_TOWARDS = listed("vers direction sur depuis le la un une du")
_NOBODYS = frozenset({"brand", "group", "title", "rank", "official", "greet", "placename"})


_PLURALS, _CLEFTS = ("les", "des", "aux"), ("chez", "de", "est", "etait")


class NameFinder(NameExtent):
    """Names in one text; ``spans`` are pairs of token indexes."""

    def find(self) -> list[tuple[int, int]]:
        """Every name, in order, not overlapping."""
        for slot, where in self._slots():
            for i in where:
                if not self.taken[i]:
                    slot(i)
        return sorted(self.spans)

    def _slots(self) -> Iterator[tuple[Callable[[int], None], Sequence[int]]]:
        """What asks for a name, in the order of its certainty, and the words where it may."""
        words = self.words
        spoken = [i for i, w in enumerate(words) if w.kind == "word" and not w.neutral]
        yield self._title, [i for i in spoken if "title" in words[i].tags]
        yield self._rank, [i for i, w in enumerate(words) if "rank" in w.tags]
        yield self._nick, [i for i in spoken if "nickslot" in words[i].tags]
        yield self._first, spoken
        yield self._surname, spoken
        yield self._family, [i for i, w in enumerate(words[:-1], 1) if w.form in _PLURALS]
        yield self._cleft, [i for i, w in enumerate(words[:-1], 1) if w.form in _CLEFTS]
        yield self._subject, spoken
        yield self._capital, [i for i in spoken if words[i].capital]

    def _title(self, i: int) -> None:
        """``M. X``, ``Mme et M. X``, ``madame X``; ``un monsieur âgé`` is nobody."""
        w = self.words[i]
        if "title" not in w.tags or w.neutral:
            return
        j = i + 1
        dotted = self.form(j) == "."
        if w.raw == "m" and not (dotted or w.capital or self.could_name(j)):
            return
        j += dotted
        if self.form(j) == "et" and self.at(j + 1) and "title" in self.words[j + 1].tags:
            return
        generic = self.form(i - 1) in DETERMINERS and w.form != "docteur" and not self.could_name(j)
        if generic or (self.form(j) in ("le", "la", "les") and not self.compound(j)):
            return
        letter = self.at(j)
        if (
            letter
            and letter.kind == "word"
            and len(letter.raw) == 1
            and (letter.capital or self.form(j + 1) == ".")
            and letter.form != "a"
        ):
            self.take(j, j + 1)
            return
        self.take(j, self.run(j, asked=True))

    def _rank(self, i: int) -> None:
        """``le brigadier Vasseur``: an official's name, which is not masked but can be blamed."""
        w, named = self.words[i], self.at(i + 1)
        if "rank" not in w.tags or not named or not self.usable(i + 1):
            return
        if named.tags & {"rank", "job", "kin", "human", "shady"} and not named.capital:
            return
        strange = not named.flags and self.surname(named) >= 2
        noun = "N" in named.flags and not set(named.flags) & set("GPRvwKA")
        capital = named.capital and not set(named.flags) & set("GP")
        if capital or strange or (noun and self.surname(named) >= 4 and self.rare(named)):
            self.take(i + 1, self.run(i + 1, asked=True, sure=True))

    def _nick(self, i: int) -> None:
        """``le fils X``, ``papi X``, ``la petite X``, ``ma voisine X``."""
        w, j = self.words[i], i + 1
        if "nickslot" in w.tags and not w.neutral and self.usable(j) and self._named_by(w, j):
            self.take(j, self.run(j, asked=True, sure=True))

    def _named_by(self, w: Word, j: int) -> bool:
        """Whether the word at ``j`` is the name of the *fils*, *papi*, *petite* before it."""
        named = self.words[j]
        if self._family_after_kin(w, j):
            return True
        if named.tags & {"kin", "job", "shady", "human"} and not named.capital:
            return False
        if w.form in _ADJECTIVE_SLOTS:
            return self._named_small(j)
        if named.flags and not named.capital:
            noun = not set(named.flags) & set("GPRvwKA")
            return self.clear_first(j) or (self.surname(named) >= 4 and noun)
        listed = self.surname(named) >= 2 or self.first_name(named) >= 1
        return self.strange(named) or listed or named.capital

    def _named_small(self, j: int) -> bool:
        """``la petite X``, ``le gros X``: an article before, and what is surely a name after."""
        named, before = self.words[j], self.at(j - 2)
        if not before or (before.form not in DETERMINERS and "nickslot" not in before.tags):
            return False
        given = self.first_name(named)
        if named.form in _COLOURS and not named.capital and not self._does(j + 1):
            return False
        return (given >= 2 and (not named.flags or given >= 4)) or self.could_name(j)

    def _does(self, i: int) -> bool:
        """Whether a verb, an end or a comma follows: ``la petite blanche`` is a girl there only."""
        lodged = self.form(i) == "du" and (
            self.form(i + 1)[:1].isdigit() or self.form(i + 1) == "hall"
        )
        return (
            lodged
            or self.verb_follows(i)
            or self.form(i) in ("", ",", ".", "a", "est", "et", "qui")
        )

    def _family_after_kin(self, w: Word, i: int) -> bool:
        """``le fils petit a cassé…``: an adjective seldom stands there, before a verb."""
        named = self.words[i]
        kin = w.form in ("fils", "fille", "pere", "mere", "famille", "freres", "frere", "soeur")
        plain_word = not set(named.flags) & set("GPvwK") and named.form == named.raw
        follows = self.form(i + 1) == "a" or self.verb_follows(i + 1)
        return kin and plain_word and self.surname(named) >= 4 and follows

    def _first(self, i: int) -> None:
        """A clear first name, with the surname that follows."""
        if not self.clear_first(i):
            w = self.words[i]
            nxt = i + 1
            rare = self.first_name(w) < 5
            if (
                rare
                and set(w.flags) & set("GPRIKvw")
                and not w.capital
                and self.known.frequency.get(w.form, 0) >= 48
            ):
                return
            if not (self.usable(i) and self.first_name(w) >= 3 and self.usable(nxt)):
                return
            if self.form(i - 1) in DETERMINERS or not (
                self.surname_after(nxt) or self.word_surname(nxt)
            ):
                return
        elif self.form(i - 1) in DETERMINERS and (
            self.words[i].flags or self.first_name(self.words[i]) < 4
        ):
            return
        self.take(i, self.run(i, asked=False, sure=True))

    def _surname(self, i: int) -> None:
        """A family name that is no French word, in a place that asks for one."""
        w = self.at(i)
        compound = self.compound(i)
        if compound and self.words[i].form not in ("de", "du", "des"):
            self.take(i, self.run(i, asked=False))
            return
        if not w or not self.usable(i) or w.flags or w.raw in self.known.frequency:
            return
        level = max(self.surname(w), self.first_name(w))
        at_home = "chez" in (self.form(i - 1), self.form(i - 2)) and self.strange(w)
        if at_home and len(w.raw) > 3:
            self.take(i, self.run(i, asked=False, sure=True))
            return
        if level == 0 or (w.form != w.raw and level < 3):
            return
        slot = self.form(i - 1) in _LINKING or self.verb_follows(i + 1) or not self.at(i - 1)
        det = self.form(i - 1) in DETERMINERS and self.form(i - 1) not in _PLURAL
        if det and level < 3:
            return
        if (slot and level >= 2) or level >= 3 or (slot and w.capital):
            self.take(i, self.run(i, asked=False, sure=True))

    def _family(self, i: int) -> None:
        """``les barbier``: a singular noun after a plural article is a family."""
        if self.form(i - 1) not in ("les", "des", "aux") or not self.usable(i):
            return
        w = self.words[i]
        if w.tags & {"kin", "job", "human", "group", "neighbour", "brand"} and "p" in w.flags:
            return
        singular = "p" not in w.flags and not set(w.flags) & set("GPvwK") and "N" in w.flags
        if self.form(i - 2) == "chez" and self.surname(w) >= 4 and "p" not in w.flags:
            self.take(i, i + 1)
            return
        if (w.capital and w.flags and self.surname(w) >= 3 and not w.neutral) or (
            singular
            and self.surname(w) >= 4
            and (self.rare(w) or self.first_name(w) >= 5)
            and w.form == w.raw
        ):
            self.take(i, i + 1)

    def _cleft(self, i: int) -> None:
        """``c'est X qui``, ``c'est X``: X without article."""
        w = self.at(i)
        beside = self.form(i - 1) == "chez" or [self.form(i - 2), self.form(i - 1)] == [
            "cote",
            "de",
        ]
        if w and beside and self.usable(i) and self.first_name(w) >= 5:
            self.take(i, self.run(i, asked=False, sure=True))
            return
        if self.form(i - 1) not in ("est", "etait", "chez") or self.form(i + 1) not in (
            "qui",
            "le",
            "que",
        ):
            return
        w = self.at(i)
        if self.form(i - 1) != "chez" and self.form(i - 2) != "ce":
            return
        if (
            w
            and self.usable(i)
            and (not w.flags or (self.surname(w) >= 3 and not set(w.flags) & set("GPRvwK")))
        ):
            self.take(i, i + 1)

    def _subject(self, i: int) -> None:
        """A word that can name somebody and stands, without article, before a verb."""
        w = self.at(i)
        before = self.at(i - 1)
        if (
            not w
            or not self.usable(i)
            or (before and (before.kind == "word" and before.form not in _JOINING))
        ):
            return
        level = self.first_name(w)
        if not before and self.strange(w) and len(w.raw) > 3 and self.finite_single(i + 1):
            self.take(i, i + 1)
        elif self.two_strange(i):
            self.take(i, i + 2)
        elif (
            level >= 4
            and not set(w.flags) & set("GP")
            and self.finite_single(i + 1)
            and "wordname" in w.tags
        ):
            self.take(i, i + 1)

    def _capital(self, i: int) -> None:
        """A capital inside a sentence, on a word that is no French word."""
        w, before = self.at(i), self.at(i - 1)
        if not w or not before or not self.usable(i) or not w.capital:
            return
        if self._starts_sentence(i) or self._ordinary(w, before) or self._towards(w, before):
            return
        self.take(i, self.run(i, asked=False, sure=True))

    def _starts_sentence(self, i: int) -> bool:
        """Whether the capital only opens a sentence (and no second capital follows)."""
        before = self.words[i - 1]
        if before.kind != "punct" or before.form in (",", "-", ":", '"', "(", "'"):
            return False
        return not (self.usable(i + 1) and self.words[i + 1].capital and not self.words[i].flags)

    def _ordinary(self, w: Word, before: Word) -> bool:
        common = w.raw in self.known.frequency and w.raw not in self.known.first_names
        letters = len(w.raw) < 3 and not self.surname(w)
        as_name = "wordname" in w.tags and self.first_name(w) >= 4
        word = bool(w.flags) and not (as_name and before.form not in DETERMINERS)
        return bool(w.tags & _NOBODYS) or common or letters or word

    def _towards(self, w: Word, before: Word) -> bool:
        """``vers Wervicq``, ``de Lille``: a place, as far as the lists can tell."""
        if w.form in self.known.communes and before.form in ("a", "de", "en", "vers", "et"):
            return True
        return before.form in _TOWARDS and self.surname(w) < 2 and self.first_name(w) < 2
