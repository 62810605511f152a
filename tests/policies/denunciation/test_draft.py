"""What of a denunciation may still be sent: facts, and never what points at the accused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridges.ports import Language
from pc_matrix.language import load
from policies.denunciation.analysis import Analysis, Token
from policies.denunciation.draft import POINTING, offered, propose
from policies.denunciation.fragments import Fragment, openings, sentences, span
from policies.denunciation.judge import judge
from policies.denunciation.leaning import Before, leans
from policies.denunciation.plain_fact import is_fact
from policies.denunciation.quotes import quoted
from policies.denunciation.verdict import Decision, Finding, Rule, Verdict

Analyse = Callable[[Language, str], Analysis]
VAN = "Un fourgon blanc AB-123-CD a forcé la barrière du parking à 22h."
BIKE = "Hier soir un vélo bleu a été volé rue Pasteur vers 23h."
SLANDER = "Karim Benali vole des vélos."


def by_rules(language: Language, text: str) -> Analysis:
    return replace(language.analyse(text), leaning=None)


def drafted(language: Language, text: str, analyse: Analyse = by_rules) -> str:
    """The text that a référent would be offered; empty for none."""
    analysis = analyse(language, text)
    verdict = judge(analysis)
    words = propose(analysis, verdict)
    if not words:
        return ""
    draft = analyse(language, words)
    again = judge(draft)
    return again.text if offered(analysis, verdict, draft, again) else ""


LEFT = {
    f"{VAN} C'est encore le fils Martin.": VAN,
    f"C'est le fils Martin. {VAN}": VAN,
    f"{SLANDER} {BIKE}": BIKE,
    f"Grosse bagarre hier soir devant le stade. {SLANDER}": (
        "Grosse bagarre hier soir devant le stade."
    ),
    "Les Roms volent tout. Un fourgon blanc est passé rue Pasteur à 15h.": (
        "Un fourgon blanc est passé rue Pasteur à 15h."
    ),
    "Hier soir vers 22h, la vitre de l'abribus a été cassée rue Pasteur, c'est Karim Benali !": (
        "Hier soir vers 22h, la vitre de l'abribus a été cassée rue Pasteur."
    ),
    "Mme Husson a été percutée rue Pasteur hier à 18h. C'est Karim Benali qui conduisait.": (
        "Mme [personne] a été percutée rue Pasteur hier à 18h."
    ),
    "Deux jeunes ont cassé la vitre de l'école à 3h. Ils sont partis en scooter gris rue Pasteur."
    " C'est Karim Benali qui a tout cassé.": (
        "Deux jeunes ont cassé la vitre de l'école à 3h."
        " Ils sont partis en scooter gris rue Pasteur."
    ),
    "Il y a eu un vol rue Pasteur hier vers 22 h. C'est Karim Benali qui l'a commis.": (
        "Il y a eu un vol rue Pasteur hier vers 22 h."
    ),
}
LEFT["Un vélo volé rue Pasteur hier (cassé, je soupçonne Karim Benali)."] = (
    "Un vélo volé rue Pasteur hier."
)

NOTHING = {
    # nothing that is worth sending
    SLANDER: "",
    f"Bonjour à tous. Merci de votre vigilance. {SLANDER}": "",
    f"Ras le bol. Tout le monde le sait. {SLANDER}": "",
    f"Que fait la police rue Pasteur ? {SLANDER}": "",
    f"Passez rue Pasteur à 22h, il y a du bruit. {SLANDER}": "",
    # sentences that lean on the one that is gone
    f"{SLANDER} Il a encore recommencé hier soir rue Pasteur.": "",
    f"Il a encore cassé une vitre rue Pasteur hier à 22h. {SLANDER}": "",
    f"{SLANDER} C'est sûr, une vitre a été cassée rue Pasteur.": "",
    f"{SLANDER} Une dame a reconnu son vélo rue Pasteur hier.": "",
    f"{SLANDER} On l'a vu casser une vitre rue Pasteur hier à 22h.": "",
    f"{SLANDER} Ce type a cassé une vitre rue Pasteur hier.": "",
    f"{SLANDER} Le gamin a cassé une vitre rue Pasteur hier.": "",
    f"{SLANDER} La jeune femme blonde a cassé une vitre rue Pasteur hier.": "",
    f"{SLANDER} Et une vitre a été cassée rue Pasteur hier.": "",
    f"{SLANDER} J'y ai vu un scooter volé hier à 22h.": "",
    f"{SLANDER} Un vélo volé était caché là-bas hier à 22h.": "",
    f"{SLANDER} Vu un scooter volé rue Pasteur à 12h05.": "",
    # what points at him by itself
    f"{SLANDER} La Clio rouge AB-123-CD a percuté la barrière rue Pasteur à 18h.": "",
    f"{SLANDER} AB-123-CD garée devant l'école, vitre cassée hier.": "",
    "Karim Benali roule en Golf FK-318-RT volée. Une Golf FK-318-RT a percuté un mur à 18h.": "",
    "Une Golf FK-318-RT a percuté la barrière à 18h. Elle est à Karim Benali, ce voleur.": "",
    f"{SLANDER} Le garage est plein de vélos volés depuis hier.": "",
    f"{SLANDER} Cherchez de ce côté.": "",
    f"{SLANDER} Comme par hasard, une vitre a été cassée rue Pasteur hier.": "",
    f"{SLANDER} La mère hurle rue Pasteur à minuit.": "",
    f"{SLANDER} Au 12 rue Pasteur une vitre a été cassée hier à 22h.": "",
    f"{SLANDER} Karim a cassé une vitre rue Pasteur hier.": "",
    "Fabien Gillet démonte les vélos. Fab casse des vitres rue Pasteur le samedi matin.": "",
    # beginnings that are no sentence
    "J'ai vu hier soir rue Pasteur, vers 22h, Karim Benali casser la vitre.": "",
    "Hier à 22h rue Pasteur un homme a hurlé, c'est Karim Benali qui a volé le vélo.": "",
    "Hier soir vers 22h, rue Pasteur, Karim Benali a cassé la vitre.": "",
}


def whole(language: Language, text: str) -> Analysis:
    return language.analyse(text)


@pytest.mark.parametrize(("text", "left"), [*LEFT.items(), *NOTHING.items()])
def test_only_facts_are_left(language: Language, text: str, left: str) -> None:
    assert judge(by_rules(language, text)).decision is Decision.RETURN
    assert drafted(language, text) == left
    assert drafted(language, text, whole) in (left, "")  # whoever reads it, never more


def test_what_is_not_returned_has_no_draft(language: Language) -> None:
    analysis = language.analyse(VAN)
    assert propose(analysis, judge(analysis)) == ""
    unreadable = Analysis(VAN, (), (), readable=False)
    assert propose(unreadable, Verdict(Decision.RETURN, "")) == ""


@pytest.mark.parametrize("rule", [Rule.TWO_FORMS, Rule.HIDDEN, Rule.LINK])
def test_of_two_texts_that_differ_nothing_is_drafted(language: Language, rule: Rule) -> None:
    analysis = language.analyse(f"{SLANDER} {BIKE}")
    doubts = (Finding(rule, 0, len(analysis.text)),)
    left = "" if rule is Rule.TWO_FORMS else BIKE
    assert propose(analysis, judge(analysis), doubts) == left


@pytest.mark.parametrize("decision", [Decision.HOLD, Decision.RETURN])
def test_a_draft_in_doubt_is_not_offered(language: Language, decision: Decision) -> None:
    original, draft = language.analyse(f"{SLANDER} {BIKE}"), language.analyse(BIKE)
    assert offered(original, judge(original), draft, judge(draft))
    assert not offered(original, judge(original), draft, Verdict(decision, BIKE))


SENTENCES = st.sampled_from(
    [
        VAN,
        BIKE,
        SLANDER,
        "C'est le fils Martin qui deale au parc.",
        "Il a recommencé hier rue Pasteur à 22h.",
        "Sa mère crie rue Pasteur à minuit.",
        "Fab casse tout place du marché le samedi.",
        "La voisine du 3 vole le courrier.",
        "Mme Husson a été cambriolée hier rue Pasteur.",
        "cherchez de ce côté",
        "Karim a été vu rue Pasteur à 23h",
        "une Golf noire FK-318-RT roulait sans phares rue Pasteur hier, elle est aux Morel",
        "Le boulanger travaille au noir, tout le monde le sait.",
        "bonjour",
        "\n",
    ]
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(SENTENCES, min_size=1, max_size=6),
    st.sampled_from([" ", ", ", "\n", " et "]),
    st.sampled_from([by_rules, whole]),
)
def test_whatever_the_text_a_draft_is_relayable_and_names_no_accused(
    said: list[str], joint: str, analyse: Analyse
) -> None:
    language, text = load(), joint.join(said)
    analysis = analyse(language, text)
    verdict = judge(analysis)
    left = drafted(language, text, analyse)
    if not left:
        return
    assert verdict.decision is Decision.RETURN
    again = judge(analyse(language, propose(analysis, verdict)))
    assert again.decision in (Decision.RELAY, Decision.REDACT)
    assert again.text == left
    pointed = [text[f.start : f.end] for f in verdict.findings if f.rule in POINTING]
    names = {w for words in pointed for w in words.lower().replace("'", " ").split() if len(w) > 3}
    assert not names & set(left.lower().replace(".", "").split())
    assert "sa mère" not in left.lower()
    if text.startswith(SLANDER):
        assert not {"il", "elle", "son", "sa", "ce"} & set(left.lower().split())


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_text_upsets_a_draft(text: str) -> None:
    for analyse in (by_rules, whole):
        assert SLANDER not in drafted(load(), f"{SLANDER} {text}", analyse)


def tokens(*forms: str, flags: str = "") -> tuple[Token, ...]:
    at, made = 0, []
    for form in forms:
        made.append(Token(at, at + len(form), form, flags))
        at += len(form) + 1
    return tuple(made)


def test_sentences_and_their_beginnings() -> None:
    words = tokens("aa", "b", ",", "cc", ".", ".", "d", "e")
    analysis = Analysis("aa b , cc . . d e", words, ())
    found = list(sentences(analysis))
    assert [span(analysis, f) for f in found] == [(0, 13), (14, 17)]
    assert list(openings(analysis, found[0])) == [Fragment(0, 2)]
    assert list(openings(analysis, found[1])) == []
    assert list(sentences(Analysis("", (), ()))) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("il y a", False),
        ("il faut", False),
        ("il est time", False),
        ("il est grand", True),
        ("il fait nuit", False),
        ("il fait peur", True),
        ("il ne pleut", False),
        ("il ne vient", True),
        ("il vient", True),
        ("j y", True),
        ("x il y avait", False),
        ("ce matin", False),
        ("ce type", True),
        ("la", False),
        ("x la bas", True),
        ("on la voit", True),
        ("mais x", True),
        ("une en", True),
        ("x en a", False),
    ],
)
def test_words_that_lean(words: str, expected: bool) -> None:
    made = tokens(*words.split())
    whole = Fragment(0, len(made))
    assert leans(made, whole, Before.NOTHING) is expected
    assert not leans(made, whole, Before.KEPT)


@pytest.mark.parametrize(("article", "expected"), [("la", True), ("une", False)])
def test_a_known_person_leans_also_behind_an_adjective(article: str, expected: bool) -> None:
    person = Token(10, 15, "fille", "N", tags=frozenset({"human"}))
    made = (*tokens(article), Token(3, 9, "grande", "A"), person)
    assert leans(made, Fragment(0, 3), Before.NOTHING) is expected


@pytest.mark.parametrize(("opening", "expected"), [("grillage", True), ("pour", False)])
def test_without_a_verb_it_has_to_tell_what_happened(opening: str, expected: bool) -> None:
    told = Token(9, 14, "coupe", "K", tags=frozenset({"vharm"}))
    made = (*tokens(opening, flags="N"), told, *tokens("lotissement", "stade", flags="N"))
    analysis = Analysis("x" * 40, made, ())
    assert is_fact(analysis, Fragment(0, 4)) is expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Le fils Martin a cassé la vitre.", "Le fils Martin"),
        ("Hier c'est Mme Odile Morel qui vole le courrier.", "Mme Odile Morel"),
        ("L'apprenti du garage vole des vélos.", "L'apprenti du garage"),
    ],
)
def test_a_finding_is_quoted_with_what_belongs_to_it(
    language: Language, text: str, words: str
) -> None:
    analysis = language.analyse(text)
    quotes = [quoted(analysis, finding) for finding in judge(analysis).findings]
    assert words in quotes


def test_a_finding_without_words_of_its_own_is_quoted_as_it_is() -> None:
    whole = Finding(Rule.UNREADABLE, 0, 3)
    assert quoted(Analysis("abc", (), (), readable=False), whole) == "abc"
    after = Finding(Rule.DOUBT, 2, 5)
    assert quoted(Analysis("c'est", tokens("c"), ()), after) == "c'est"
