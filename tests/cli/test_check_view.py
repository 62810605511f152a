"""The verdict on a terminal: in colours, in brackets, on narrow screens."""

from __future__ import annotations

import io
import re

import pytest

from pc_matrix.cli.check_view import Screen, show
from pc_matrix.cli.checked import Checked
from policies.denunciation.verdict import Decision, Finding, Rule, Verdict
from policies.emergency import Emergency

TEXT = "Tony bat sa femme, 06 12 34 56 78"
FINDINGS = (Finding(Rule.PERSON, 0, 4), Finding(Rule.DEED, 5, 17), Finding(Rule.PHONE, 19, 33))
SLANDER = Checked(TEXT, Verdict(Decision.RETURN, "", FINDINGS), Emergency.PARTNER)
VICTIM = Checked(
    TEXT,
    Verdict(Decision.REDACT, "[personne] bat sa femme, [téléphone]", FINDINGS[::2]),
)


def shown(one: Checked, *, colours: bool = False, width: int = 80, no_color: bool = False) -> str:
    out = io.StringIO()
    screen = Screen(
        file=out,
        width=width,
        force_terminal=colours,
        color_system="standard" if colours else None,
        no_color=no_color,
        legacy_windows=False,
        _environ={},
    )
    show(one, screen)
    return out.getvalue()


def test_without_colours_words_stand_in_brackets() -> None:
    said = shown(SLANDER)
    assert "[Tony](1) [bat sa femme](2), [06 12 34 56 78](3)" in said
    assert "\x1b" not in said
    assert "entre crochets" in said
    assert "(2) Acte reproché · ce qu'on en dit" in said


def test_with_colours_each_kind_has_its_own_and_a_legend() -> None:
    said = shown(SLANDER, colours=True)
    who = re.search(r"\x1b\[([\d;]+)mTony\x1b", said)
    deed = re.search(r"\x1b\[([\d;]+)mbat sa femme\x1b", said)
    assert who is not None
    assert deed is not None
    assert who[1] != deed[1]
    assert "4" in who[1].split(";")  # underlined
    assert "Légende" in said
    assert "entre crochets" not in said


def test_no_color_is_heeded_on_a_terminal() -> None:
    said = shown(SLANDER, colours=True, no_color=True)
    assert "](2)" in said
    assert re.search(r"\x1b\[[\d;]*3\dm", said) is None


def test_the_call_comes_first_then_the_verdict() -> None:
    said = shown(SLANDER)
    assert said.index("3919") < said.index("RENVOYÉ") < said.index("[Tony]")
    assert "3919" not in shown(VICTIM)


def test_what_would_leave() -> None:
    assert "Rien : le message ne quitte pas" in shown(SLANDER)
    assert "Vous pouvez l'écrire autrement" in shown(SLANDER)
    assert "[personne] bat sa femme, [téléphone]" in shown(VICTIM)
    held = Checked("Tony", Verdict(Decision.HOLD, "[personne]", FINDINGS[:1]))
    assert "Seulement si le référent le confirme" in shown(held)
    fact = Checked("un fourgon", Verdict(Decision.RELAY, "un fourgon"))
    assert "tel quel :" in shown(fact)
    assert "Rien dans ce message ne permet" in shown(fact)
    assert "crochets" not in shown(fact)


def test_a_draft_stands_between_what_leaves_and_the_advice() -> None:
    draft = "Un vol a eu lieu hier [personne]."
    said = shown(Checked(TEXT, SLANDER.verdict, None, draft))
    places = [said.index(x) for x in ("Rien : le message", draft, "Vous pouvez l'écrire")]
    assert places == sorted(places)
    assert "il ne part que si le référent le confirme" in said
    assert "brouillon" not in shown(SLANDER)
    coloured = shown(Checked(TEXT, SLANDER.verdict, None, draft), colours=True)
    assert re.search(r"\x1b\[[\d;]*32m\[personne\]\x1b", coloured)


def test_what_could_not_be_read_is_not_said_to_be_held() -> None:
    unread = Verdict(Decision.HOLD, "", (Finding(Rule.UNREADABLE, 0, len(TEXT)),))
    said = shown(Checked(TEXT, unread))
    assert "NON VÉRIFIÉ" in said
    assert "À CONFIRMER" not in said
    assert "Rien : le message ne quitte pas" in said


@pytest.mark.parametrize("width", [20, 32, 47])
def test_nothing_is_cut_off_on_a_narrow_screen(width: int) -> None:
    said = shown(SLANDER, width=width)
    assert all(len(line) <= width for line in said.splitlines())
    words = re.sub(r"[│\s]+", " ", said)
    for wanted in ("[bat sa femme](2)", "06 12 34 56 78", "désigne une personne : décrivez"):
        assert wanted in words


def test_a_message_cannot_steer_the_terminal() -> None:
    evil = Checked("\x1b]0;x\x07[red]gras[/red]", Verdict(Decision.RELAY, "\x1b[2J"))
    said = shown(evil)
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "[red]gras[/red]" in said
