"""``pc-matrix trust verify`` on a real registry, beside a bot that the test plays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pc_matrix.cli import trust_verify, verify_view
from pc_matrix.cli.app import run
from pc_matrix.homeserver.session_lock import SessionLock, is_free
from pc_matrix.homeserver.verification.emoji import EMOJI
from pc_matrix.house import House
from pc_matrix.wiring import open_house
from policies.terms import Mandate, Person, Role, UserId
from policies.verification import Comparison, Outcome, Stage, Verification
from tests.fakes import commune as c

WHO = UserId("@dupont:ex.test")
BEGUN = Verification(WHO, "$flow", "!private", datetime(2026, 11, 24, 12, tzinfo=UTC))
SHOWN = replace(
    BEGUN, stage=Stage.SHOWN, emoji=(0, 63, 7, 7, 12, 40, 1), decimals=(1000, 9191, 4711)
)
NUMBERS = "1000 9191 4711"


@dataclass
class Bot:
    """The running bot, as the registry shows it; it does its next thing at each pause."""

    home: Path
    plan: list[Callable[[House], None]] = field(default_factory=list)
    now: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.plan:
            with open_house(self.home, None) as house:
                self.plan.pop(0)(house)

    def monotonic(self) -> float:
        return self.now

    def does(self, *things: Callable[[House], None]) -> None:
        self.plan += things


def sets(row: Verification) -> Callable[[House], None]:
    return lambda house: house.registry.set_verification(house.settings.commune.code, row)


def ends(outcome: Outcome) -> Callable[[House], None]:
    def end(house: House) -> None:
        code = house.settings.commune.code
        action = f"verification.{outcome.value}"
        house.registry.audit(code, house.clock.now(), action, WHO, note="$flow")
        house.registry.end_verification(code, WHO, "$flow")

    return end


def answered(comparison: Comparison, then: Outcome) -> Callable[[House], None]:
    """The bot finds this answer, and ends like that; any other answer it does not take."""

    def look(house: House) -> None:
        (row,) = house.registry.verifications(house.settings.commune.code)
        assert row.comparison is comparison
        ends(then)(house)

    return look


@pytest.fixture
def home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A commune with one officer."""
    name = ["--server-name", "ex.test", "--authority", "gendarmerie=Gendarmerie"]
    assert run(["--home", str(tmp_path), "init", "--yes", *name]) == 0
    with open_house(tmp_path, None) as house:
        code = house.settings.commune.code
        house.registry.add_person(code, Person(WHO, "Agent Dupont"))
        mandate = Mandate(WHO, Role.OFFICER, c.START, authority=c.GENDARMERIE)
        house.registry.add_mandate(code, mandate)
    capsys.readouterr()
    return tmp_path


@pytest.fixture
def bot(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bot]:
    with open_house(home, None) as house:
        lock = SessionLock(house.settings.session_lock)
    lock.take()
    running = Bot(home)
    monkeypatch.setattr(trust_verify, "time", running)
    yield running
    lock.release()


def verify(home: Path, *words: str) -> int:
    return run(["--home", str(home), "trust", "verify", *words])


def says(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    waiting = iter(answers)
    monkeypatch.setattr("typer.prompt", lambda *_words, **_options: next(waiting))


def test_without_a_bot_it_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ((), (WHO,)):
        assert verify(home, *words) == 9
        assert "Le bot de la commune ne tourne pas" in capsys.readouterr().err


def test_looking_takes_no_lock_away(home: Path) -> None:
    with open_house(home, None) as house:
        path = house.settings.session_lock
    lock = SessionLock(path)
    lock.take()
    assert not is_free(path)
    lock.release()
    assert is_free(path)
    assert is_free(path)


def test_two_people_compare_the_codes(
    home: Path, bot: Bot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot.does(sets(BEGUN), sets(SHOWN), answered(Comparison.SAME, Outcome.VERIFIED))
    says(monkeypatch, "", "peut-être", "Oui")
    assert verify(home, WHO) == 0
    shown = capsys.readouterr()
    for said in ("Agent Dupont", "conversation privée", "La demande est arrivée", "1000  9191"):
        assert said in shown.out
    places = re.findall(r"^  ([1-7])\.  (\S+)  (.+)$", shown.out, re.MULTILINE)
    assert places == [
        (str(place), EMOJI[index].symbol, EMOJI[index].name_fr)
        for place, index in enumerate(SHOWN.emoji, 1)
    ]
    assert "Vérifié" in shown.out
    assert shown.err.count("Répondez par o") == 2


def test_a_no_is_a_mismatch(
    home: Path, bot: Bot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_house(home, None) as house:
        code = house.settings.commune.code
        house.registry.audit(code, c.NOW, "verification.verified", WHO, note="$earlier")
    bot.does(sets(SHOWN), answered(Comparison.DIFFERENT, Outcome.MISMATCH))
    says(monkeypatch, "n")
    assert verify(home, WHO) == 9
    assert "n'étaient pas les mêmes" in capsys.readouterr().err


def test_numbers_read_out_stand_for_the_question(home: Path, bot: Bot) -> None:
    bot.does(sets(SHOWN))
    for wrong in ("9191 1000 4711", "1000 9191", "1000 9191 4711 1", "1000 9191 4712", "oui"):
        assert verify(home, WHO, "--yes-they-match", wrong) == 4
    with open_house(home, None) as house:
        (row,) = house.registry.verifications(house.settings.commune.code)
        assert row.comparison is Comparison.OPEN
    bot.does(answered(Comparison.SAME, Outcome.VERIFIED))
    assert verify(home, WHO, "--yes-they-match", "1000-9191 / 4711") == 0


def test_no_numbers_are_not_the_same_as_none(home: Path, bot: Bot) -> None:
    """An application that shows emoji alone has no numbers to read out."""
    bot.does(sets(replace(SHOWN, decimals=())))
    assert verify(home, WHO, "--yes-they-match", "aucun") == 4


def test_a_program_sees_the_codes_then_answers(
    home: Path, bot: Bot, capsys: pytest.CaptureFixture[str]
) -> None:
    bot.does(sets(SHOWN))
    assert verify(home, WHO, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["stage"], shown["decimals"], shown["answer"]) == (
        "shown",
        [1000, 9191, 4711],
        "open",
    )
    assert shown["emoji"][0] == {"index": 0, "symbol": "🐶", "fr": "Chien", "en": "Dog"}
    bot.does(answered(Comparison.DIFFERENT, Outcome.MISMATCH))
    assert verify(home, WHO, "--json", "--they-differ") == 9
    error = json.loads(capsys.readouterr().err)["error"]
    assert error["exit_status"] == 9


def test_nobody_asks(home: Path, bot: Bot, capsys: pytest.CaptureFixture[str]) -> None:
    other = replace(SHOWN, user_id=UserId("@other:ex.test"))
    bot.does(sets(other))
    assert verify(home, WHO, "--wait", "10") == 9
    assert "Aucun code n'est apparu" in capsys.readouterr().err
    assert bot.now == 10.0


def test_the_other_side_never_answers(
    home: Path, bot: Bot, capsys: pytest.CaptureFixture[str]
) -> None:
    bot.does(sets(SHOWN))
    assert verify(home, WHO, "--yes-they-match", NUMBERS) == 9
    assert "n'est pas venue" in capsys.readouterr().err


def test_an_end_before_the_answer_is_told(
    home: Path, bot: Bot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gave_up(*_words: object, **_options: object) -> str:
        with open_house(home, None) as house:
            ends(Outcome.CANCELLED)(house)
        return "o"

    bot.does(sets(SHOWN))
    monkeypatch.setattr("typer.prompt", gave_up)
    assert verify(home, WHO) == 9
    assert "a annulé" in capsys.readouterr().err


def test_who_waits_is_listed(
    home: Path, bot: Bot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    assert verify(home) == 0
    assert "Aucune vérification" in capsys.readouterr().out
    with open_house(home, None) as house:
        sets(BEGUN)(house)
    assert verify(home) == 0
    shown = capsys.readouterr().out
    assert "Agent Dupont" in shown
    assert "pas encore de codes" in shown
    assert verify(home, "--json") == 0
    assert [one["user_id"] for one in json.loads(capsys.readouterr().out)] == [WHO]


def test_a_stranger_is_not_waited_for(home: Path, bot: Bot) -> None:
    assert verify(home, "@inconnu:ex.test") == 4
    assert bot.now == 0.0


@pytest.mark.parametrize(
    "words",
    [
        (WHO, "--they-differ", "--yes-they-match", NUMBERS),
        ("--they-differ",),
        ("--yes-they-match", NUMBERS),
    ],
)
def test_answers_that_make_no_sense_are_refused(
    home: Path, bot: Bot, words: tuple[str, ...]
) -> None:
    assert verify(home, *words) == 2


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.VERIFIED])
def test_every_end_says_why_and_what_to_do(outcome: Outcome) -> None:
    what, why, remedy = verify_view.failure(WHO, outcome).diagnostics()
    assert WHO in what
    assert why.endswith(".")
    assert remedy.endswith(".")
