"""Finding names: by the gazetteers, and by the places in a sentence that ask for one."""

from __future__ import annotations

from collections.abc import Sequence

from pc_matrix.language.resources import Resources
from pc_matrix.language.tokens import Word

_DET = frozenset(["le", "la", "les", "un", "une", "des", "ce", "cet", "cette", "ces", "mon", "ma", "mes", "son", "sa", "ses", "ton", "ta", "tes", "notre", "nos", "votre", "vos", "leur", "leurs", "du", "au", "aux", "chaque", "quelque", "plusieurs", "deux", "trois"])  # fmt: skip
_ADJECTIVE_SLOTS = frozenset(
    [
        "petit",
        "petite",
        "grand",
        "grande",
        "gros",
        "grosse",
        "vieux",
        "vieille",
        "jeune",
        "certain",
        "certaine",
        "pauvre",
        "cher",
        "chere",
        "ami",
        "amie",
        "dit",
    ]
)
_CLITICS = frozenset(
    [
        "ne",
        "se",
        "le",
        "la",
        "les",
        "y",
        "en",
        "me",
        "nous",
        "vous",
        "lui",
        "leur",
        "te",
        "n",
        "s",
        "l",
        "m",
        "t",
    ]
)
_COMPOUND_FIRST = frozenset(
    ["jean", "marie", "anne", "pierre", "louis", "charles", "paul", "marc", "rose"]
)
_LINKING = frozenset(["chez", "de", "du", "des", "a", "au", "aux", "par", "avec", "pour", "et", "les", "que", "est", "etait", "sur", "contre", "comme", "ou"])  # fmt: skip


class NameFinder:
    """Names in one text; ``spans`` are pairs of token indexes."""

    def __init__(self, words: Sequence[Word], known: Resources) -> None:
        self.words, self.known = words, known
        self.spans: list[tuple[int, int]] = []
        self._taken = [False] * len(words)

    def find(self) -> list[tuple[int, int]]:
        """Every name, in order, not overlapping."""
        for slot in (self._title, self._nick, self._first, self._surname, self._family,
                     self._cleft, self._subject, self._capital):  # fmt: skip
            for i in range(len(self.words)):
                if not self._taken[i]:
                    slot(i)
        return sorted(self.spans)

    # -- what a word could be

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
            and not self._taken[i]
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

    def run(self, i: int, *, asked: bool, sure: bool = False) -> int:
        """The end of the name that starts at ``i`` (``i`` itself when there is none)."""
        j = i + sure
        while j < len(self.words) and j - i < 5:
            if self.form(j) == "-" and j > i and self.usable(j + 1):
                j += 1
                continue
            compound = self._compound(j)
            if compound:
                j = compound
                continue
            if not self.usable(j) or not self._fits(j, asked=asked and j == i, after=j > i):
                break
            j += 1
        return j

    def _compound(self, i: int) -> int:
        """The end of a surname with a particle (Le Goff, Da Silva) that starts at ``i``."""
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
        w = self.words[i]
        if (
            w.tags & {"title", "rank", "road", "brand", "def", "indef", "own", "greet"}
            and not w.capital
        ):
            return False
        stop = set(w.flags) & set("GPR") or (set(w.flags) & set("vw") and not w.capital)
        if asked:
            if w.capital and not set(w.flags) & set("GP"):
                return True
            if not w.flags:
                return (
                    w.raw not in self.known.frequency
                    or self.surname(w) > 1
                    or self.first_name(w) > 1
                )
            return (
                (not stop or self.surname(w) >= 4)
                and self.surname(w) >= 3
                and "A" not in w.flags.replace("AN", "")
            )
        if not w.flags:
            return (
                w.capital
                or self.surname(w) >= 2
                or self.first_name(w) >= 2
                or (self.strange(w) and after)
            )
        if w.capital:
            return after and not set(w.flags) & set("GP")
        if after and self._surname_noun(i):
            return True
        if stop or (set(w.flags) & set("KI") and not self.first_name(w) >= 4):
            return False
        return self.first_name(w) >= 5 or (
            after and self.surname(w) >= 4 and "p" not in w.flags and "A" not in w.flags
        )

    def take(self, i: int, j: int) -> None:
        while i > 0 and self.usable(i - 1) and self.strange(self.words[i - 1]) and self._before(i):
            i -= 1
        before = self.form(i - 1)
        if i and before in _COMPOUND_FIRST and self.usable(i - 1) and self.form(i - 2) not in _DET:
            i -= 1
        if j > i:
            self.spans.append((i, j))
            for k in range(i, j):
                self._taken[k] = True

    def _before(self, i: int) -> bool:
        """Whether the strange word before ``i`` belongs to the name."""
        w = self.words[i - 1]
        named = self.surname(w) >= 2 or self.first_name(w) >= 1 or w.capital
        return len(w.raw) > 2 and (named or i == 1) and not w.tags

    # -- slots

    def _title(self, i: int) -> None:
        """``M. X``, ``Mme et M. X``, ``madame X``; ``un monsieur âgé`` is nobody."""
        w = self.words[i]
        if "title" not in w.tags or w.neutral:
            return
        j = i + 1
        dotted = self.form(j) == "."
        if w.raw == "m" and not (dotted or w.capital or self._could_name(j)):
            return
        j += dotted
        if self.form(j) == "et" and self.at(j + 1) and "title" in self.words[j + 1].tags:
            return
        generic = self.form(i - 1) in _DET and w.form != "docteur" and not self._could_name(j)
        if generic or (self.form(j) in ("le", "la", "les") and not self._compound(j)):
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

    def _could_name(self, i: int) -> bool:
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

    def _nick(self, i: int) -> None:
        """``le fils X``, ``papi X``, ``la petite X``, ``ma voisine X``."""
        w = self.words[i]
        if "nickslot" not in w.tags or w.neutral:
            return
        j = i + 1
        if not self.usable(j) or (
            self.words[j].tags & {"kin", "job", "shady", "human"} and not self.words[j].capital
        ):
            return
        named = self.words[j]
        if w.form in _ADJECTIVE_SLOTS:
            if self.form(i - 1) not in _DET and "nickslot" not in (
                self.words[i - 1].tags if i else ()
            ):
                return
            if not (
                (self.first_name(named) >= 2 and (not named.flags or self.first_name(named) >= 4))
                or self._could_name(j)
            ):
                return
        elif named.flags and not named.capital:
            name = self.clear_first(j) or (
                self.surname(named) >= 4 and not set(named.flags) & set("GPRvwKA")
            )
            if not name:
                return
        elif not (
            self.strange(named)
            or self.surname(named) >= 2
            or self.first_name(named) >= 1
            or named.capital
        ):
            return
        self.take(j, self.run(j, asked=True, sure=True))

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
            if self.form(i - 1) in _DET or not (
                self._surname_after(nxt) or self._word_surname(nxt)
            ):
                return
        elif self.form(i - 1) in _DET and (
            self.words[i].flags or self.first_name(self.words[i]) < 4
        ):
            return
        self.take(i, self.run(i, asked=False, sure=True))

    def _word_surname(self, i: int) -> bool:
        """A frequent surname that is also a word, before a verb: ``marine petit jette``."""
        w = self.words[i]
        level, common = self.surname(w), self.known.frequency.get(w.form, 0)
        noun = not set(w.flags) & set("GPRvwKI")
        return (
            noun
            and ((level >= 4 and common <= 45) or (level >= 3 and common <= 38))
            and self.verb_follows(i + 1)
        )

    def _surname_noun(self, i: int) -> bool:
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

    def _surname_after(self, i: int) -> bool:
        w = self.words[i]
        return (
            not w.flags
            and (self.surname(w) >= 2 or w.capital)
            and w.raw not in self.known.frequency
            and w.form == w.raw
        )

    def _surname(self, i: int) -> None:
        """A family name that is no French word, in a place that asks for one."""
        w = self.at(i)
        compound = self._compound(i)
        if compound and self.words[i].form not in ("de", "du", "des"):
            self.take(i, self.run(i, asked=False))
            return
        if not w or not self.usable(i) or w.flags or w.raw in self.known.frequency:
            return
        level = max(self.surname(w), self.first_name(w))
        if level == 0 or (w.form != w.raw and level < 3):
            return
        slot = self.form(i - 1) in _LINKING or self.verb_follows(i + 1) or not self.at(i - 1)
        det = self.form(i - 1) in _DET and self.form(i - 1) not in ("les", "des", "du", "aux")
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
        if (w.capital and w.flags and self.surname(w) >= 3 and not w.neutral) or (
            singular and self.surname(w) >= 4 and self._rare(w) and w.form == w.raw
        ):
            self.take(i, i + 1)

    def _rare(self, w: Word) -> bool:
        return self.known.frequency.get(w.form, 0) <= 46

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
            or (
                before
                and (
                    before.kind == "word"
                    and before.form
                    not in (
                        "que",
                        "et",
                        "ou",
                        "mais",
                        "car",
                        "si",
                        "quand",
                        "puis",
                        "encore",
                        "donc",
                    )
                )
            )
        ):
            return
        level = self.first_name(w)
        if not before and self.strange(w) and len(w.raw) > 3 and self.finite_single(i + 1):
            self.take(i, i + 1)
        elif self._two_strange(i):
            self.take(i, i + 2)
        elif (
            level >= 4
            and not set(w.flags) & set("GP")
            and self.finite_single(i + 1)
            and "wordname" in w.tags
        ):
            self.take(i, i + 1)

    def _two_strange(self, i: int) -> bool:
        """Two words that no dictionary knows, before a verb: a name from afar."""
        pair = self.words[i : i + 2]
        if len(pair) < 2 or not (self.usable(i) and self.usable(i + 1)):
            return False
        unknown = all(not w.flags and w.raw == w.form and len(w.raw) > 2 for w in pair)
        return unknown and self.verb_follows(i + 2)

    def finite_single(self, i: int) -> bool:
        while self.form(i) in ("ne", "se", "y", "en", "me", "nous", "vous", "lui"):
            i += 1
        w = self.at(i)
        return bool(w and "v" in w.flags and not w.neutral)

    def _capital(self, i: int) -> None:
        """A capital inside a sentence, on a word that is no French word."""
        w = self.at(i)
        before = self.at(i - 1)
        if not w or not self.usable(i) or not w.capital or w.neutral or not before:
            return
        if before.kind == "punct" and before.form not in (",", "-", ":", '"', "(", "'"):
            if not (self.usable(i + 1) and self.words[i + 1].capital and not w.flags):
                return
        if w.tags & {"brand", "group", "title", "rank", "official", "greet", "placename"}:
            return
        if w.raw in self.known.frequency and w.raw not in self.known.first_names:
            return
        if len(w.raw) < 3 and not self.surname(w):
            return
        if w.flags and not (
            "wordname" in w.tags and self.first_name(w) >= 4 and before.form not in _DET
        ):
            return
        if (
            before.form in ("vers", "direction", "sur", "depuis", "le", "la", "un", "une", "du")
            and self.surname(w) < 2
            and self.first_name(w) < 2
        ):
            return
        if w.form in self.known.communes and before.form in ("a", "de", "en", "vers", "et"):
            return
        self.take(i, self.run(i, asked=False, sure=True))
