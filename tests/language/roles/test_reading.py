"""A message read as a whole, in parts when it is long, and sentence by sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pc_matrix.language import load
from pc_matrix.language.resources import load_resources
from pc_matrix.language.roles.marks import Marked, marked
from pc_matrix.language.roles.network import Answer, Network
from pc_matrix.language.roles.reading import OF_SOMEBODY, SURE, Reader
from pc_matrix.language.roles.rows import Span
from pc_matrix.language.roles.windows import DROWNS, LENGTH, windows
from policies.denunciation.analysis import Analysis, Leaning, Shares
from policies.denunciation.judge import judge, of_denunciation
from policies.denunciation.verdict import Decision
from tests.language.roles.tiny import weights
from tests.policies.denunciation.made import made

KNOWN = load_resources()
NETWORK = Network(weights(3))


def leaning(reader: Reader, analysis: Analysis) -> Leaning:
    found = reader.read(analysis, KNOWN)
    assert found is not None
    return found


class Told(Network):
    """Answers each part of a message by itself."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def read(self, words: Sequence[Marked], parts: Sequence[Span]) -> list[Answer]:
        self.lengths += [last - first for first, last in parts]
        return [self.answer(words[first:last]) for first, last in parts]

    def answer(self, words: Sequence[Marked]) -> Answer:
        raise NotImplementedError


class Listens(Told):
    """Says what it was told to of a message that holds a certain word, and nothing of others."""

    def __init__(self, kinds: dict[str, tuple[float, float, float]]) -> None:
        super().__init__()
        self.kinds = kinds

    def answer(self, words: Sequence[Marked]) -> Answer:
        forms = [w.form for w in words]
        said = next((k for form, k in self.kinds.items() if form in forms), (1.0, 0.0, 0.0))
        parts = np.array([[0, 1, 0, 0, 0] if f in self.kinds else [1, 0, 0, 0, 0] for f in forms])
        against = np.array([2.0 if f in self.kinds else -1.0 for f in forms])
        return Answer(
            parts.astype(np.float32), np.array(said, np.float32), against.astype(np.float32)
        )


# --- one message


def test_a_short_message_has_the_networks_answer() -> None:
    analysis = made("le", "fourgon", "vole", ".")
    words = marked(analysis, KNOWN)
    (answer,) = NETWORK.read(words, [(0, len(words))])
    found = leaning(Reader(NETWORK), analysis)
    assert (found.relay, found.redact, found.denunciation) == pytest.approx(tuple(answer.kinds))
    for shares, row in zip(found.words, answer.parts, strict=True):
        expected = tuple(row[1:])
        assert (shares.accused, shares.third, shares.thing, shares.free) == pytest.approx(expected)
    assert found.against == pytest.approx(tuple(answer.against))


@pytest.mark.parametrize("signs", [(), ("!",), (".", ".", "🚨")])
def test_a_message_of_no_word_has_no_leaning(signs: tuple[str, ...]) -> None:
    assert Reader(NETWORK).read(made(*signs), KNOWN) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["le", "fourgon", "vole", ".", "12", "Karim"]), max_size=260))
def test_every_word_has_its_shares_and_the_kinds_are_all(forms: list[str]) -> None:
    analysis = made(*forms)
    found = Reader(NETWORK).read(analysis, KNOWN)
    if found is None:
        assert set(forms) <= {"."}
        return
    assert len(found.words) == len(found.against) == len(forms)
    assert found.relay + found.redact + found.denunciation == pytest.approx(1, abs=1e-5)
    assert min(found.relay, found.redact, found.denunciation) >= 0
    for s in found.words:
        assert min(s.accused, s.third, s.thing, s.free) >= 0
        assert type(s.accused) is float  # plain numbers: policies know no arrays


# --- long messages


LONG = [*(["mot"] * 29 + ["."]) * 12]


def test_a_long_message_is_as_bad_as_its_worst_part() -> None:
    words = [*LONG]
    words[200] = "salaud"
    network = Listens({"salaud": (0.1, 0.1, 0.8)})
    found = leaning(Reader(network), made(*words))
    assert found.denunciation == pytest.approx(0.8)
    assert found.words[200] == Shares(1.0, 0.0, 0.0, 0.0)
    assert found.against[200] == 2.0
    assert sum(s.accused for s in found.words) == 1.0
    assert max(network.lengths) <= LENGTH


class ByLength(Told):
    """Drowns what it hears among many words: only a short message is as bad as it is."""

    def __init__(self, denunciation: float, accused: float) -> None:
        super().__init__()
        self.denunciation, self.accused = denunciation, accused

    def answer(self, words: Sequence[Marked]) -> Answer:
        bad = any(w.form == "salaud" for w in words) and len(words) < 6
        said = [1 - self.denunciation, 0, self.denunciation] if bad else [0.6, 0.4, 0]
        parts = np.zeros((len(words), 5), np.float32)
        parts[:, 1] = self.accused if bad else 0
        return Answer(parts, np.array(said, np.float32), np.zeros(len(words), np.float32))


@pytest.mark.parametrize(
    ("denunciation", "accused", "found"),
    [(0.99, 0.9, 0.99), (SURE - 0.01, 0.9, 0.0), (0.99, OF_SOMEBODY - 0.01, 0.0)],
)
def test_a_sentence_that_surely_accuses_by_itself_is_enough(
    denunciation: float, accused: float, found: float
) -> None:
    before = ["un", "fourgon", "blanc", ".", *["mot"] * DROWNS, "."]
    read = leaning(
        Reader(ByLength(denunciation, accused)), made(*before, "quel", "gros", "salaud", ".")
    )
    assert read.denunciation == pytest.approx(found)
    assert [s.accused > 0 for s in read.words] == [False] * len(before) + [found > 0] * 4
    assert read.redact == pytest.approx(0.4 * (1 - found))


def test_a_long_message_names_somebody_if_a_part_of_it_does() -> None:
    words = [*LONG]
    words[10], words[300] = "victime", "salaud"
    network = Listens({"victime": (0.2, 0.8, 0.0), "salaud": (0.4, 0.1, 0.5)})
    found = leaning(Reader(network), made(*words))
    assert found.denunciation == pytest.approx(0.5)
    assert (found.relay, found.redact) == pytest.approx((0.1, 0.4))


def test_a_short_message_is_read_whole_and_keeps_what_speaks_for_it() -> None:
    found = leaning(Reader(Listens({})), made("mot", "mot"))
    assert found.against == (-1.0, -1.0)


# --- with the weights that are shipped

HARMLESS = (
    "Le marché de samedi aura lieu sur la place de la mairie. "
    "Un fourgon blanc est passé deux fois rue Pasteur vers 15 h. "
    "Les travaux du pont continuent jusqu'à vendredi. "
    "Merci de fermer les portails et de laisser une lumière allumée le soir. "
    "Des poubelles ont brûlé près du stade, les pompiers sont venus. "
)
ACCUSATION = "Karim Benali vole des vélos. "


@pytest.mark.parametrize("before", range(0, 13, 2))
def test_an_accusation_in_a_long_harmless_text_is_not_drowned(before: int) -> None:
    text = HARMLESS * before + ACCUSATION + HARMLESS * (12 - before)
    analysis = load().analyse(text)
    assert len(windows(marked(analysis, KNOWN))) > 5
    assert judge(analysis).decision is Decision.RETURN
    assert analysis.leaning is not None
    said = text.index("Benali")
    at = next(i for i, t in enumerate(analysis.tokens) if t.start == said)
    assert analysis.leaning.words[at].accused > 0.5


def test_a_long_harmless_text_is_relayed() -> None:
    text = HARMLESS * 12
    analysis = load().analyse(text)
    assert judge(analysis).text == text
    assert analysis.leaning is not None
    assert of_denunciation(analysis.leaning) < 0.05


def test_the_same_text_has_the_same_leaning() -> None:
    one, other = (load().analyse(HARMLESS + ACCUSATION).leaning for _ in range(2))
    assert one == other
