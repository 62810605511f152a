"""A commune's own lists on the command line: ``init``, ``lists``, ``check``; and in the bot."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from bridges.ports import Language
from pc_matrix import language, settings, wiring
from pc_matrix.cli.app import run
from pc_matrix.errors import InputError, SettingsError

SAID = "Le gaulois a vu un fourgon blanc."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert run(["--home", str(tmp_path), "init", "--yes"]) == 0
    return tmp_path


def add(home: Path, *lines: str, code: str = "59999") -> Path:
    path = settings.own_lists(home, code)
    with path.open("a", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in lines)
    return path


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert run(["--json", *arguments]) == 0
    shown = capsys.readouterr()
    return json.loads(shown.out), shown.err


def test_init_leaves_a_template_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--home", str(tmp_path), "init", "--yes"]) == 0
    path = settings.load(tmp_path).own_lists
    assert str(path) in capsys.readouterr().out
    assert path.read_bytes().startswith(b"\xef\xbb\xbf# Les listes de la commune 59999")
    answer, _ = checked(capsys, "--home", str(tmp_path), "lists")
    assert answer == {"file": str(path), "exists": True, "entries": []}
    assert settings.communes(tmp_path) == ("59999",)


def test_init_never_overwrites_lists(tmp_path: Path) -> None:
    (tmp_path / "communes").mkdir()
    path = add(tmp_path, "surnom;Le Gaulois")
    assert run(["--home", str(tmp_path), "init", "--yes"]) == 0
    assert path.read_text(encoding="utf-8") == "surnom;Le Gaulois\n"


def test_lists_shows_what_was_understood(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(home, "surnom;Le Gaulois", "lieu;Kerlann", "surnoms;La Puce")
    assert run(["--home", str(home), "lists"]) == 0
    shown = capsys.readouterr().out
    assert "3 nom(s)" in shown
    assert "surnom (2) : Le Gaulois, La Puce" in shown
    assert "relancez-le" in shown


def test_lists_tells_faults_with_the_status_of_settings(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(home, "lieu;le", "truc;x")
    assert run(["--home", str(home), "lists"]) == SettingsError.exit_status
    assert "2 fautes" in capsys.readouterr().err


def test_lists_new_writes_a_missing_template_only(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = settings.own_lists(home, "59999")
    written = path.read_bytes()
    path.unlink()
    assert run(["--home", str(home), "lists"]) == 0
    assert "lists --new" in capsys.readouterr().out
    assert run(["--home", str(home), "lists", "--new"]) == 0
    assert path.read_bytes() == written
    assert run(["--home", str(home), "lists", "--new"]) == InputError.exit_status


def test_check_uses_the_lists_of_the_home(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(capsys, "--home", str(home), "check", SAID)[0]["decision"] == "relay"
    add(home, "surnom;Le Gaulois")
    answer, told = checked(capsys, "--home", str(home), "check", SAID)
    assert answer["decision"] == "redact"
    assert told == ""


def test_a_stream_uses_them_too(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(home, "surnom;Le Gaulois")
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"id": 1, "text": SAID})))
    answer, _ = checked(capsys, "--home", str(home), "check", "--jsonl")
    assert answer["decision"] == "redact"


def test_a_page_uses_them_too(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(home, "surnom;Le Gaulois")
    page = home / "page.html"
    assert run(["--home", str(home), "check", SAID, "--output", str(page)]) == 0
    assert ">[personne]</mark> a vu un fourgon blanc." in page.read_text(encoding="utf-8")
    capsys.readouterr()
    assert run(["--home", str(home), "check", SAID]) == 0
    assert "[personne] a vu un fourgon blanc." in capsys.readouterr().out


def test_a_corpus_is_measured_with_them(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = home / "exemples.csv"
    corpus.write_text(f"texte;verdict;à masquer\n{SAID};masquer;Gaulois\n", encoding="utf-8")
    asked = ("--home", str(home), "check", "--errors", "--corpus", str(corpus))
    assert len(checked(capsys, *asked)[0]["errors"]) == 1
    add(home, "surnom;Le Gaulois")
    assert checked(capsys, *asked)[0]["errors"] == []


@pytest.mark.parametrize("way", ["--jsonl", "--corpus"])
def test_many_messages_read_them_once(
    way: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "".join(json.dumps({"id": i, "text": SAID, "label": "RELAY"}) + "\n" for i in range(3))
    corpus = home / "exemples.jsonl"
    corpus.write_text(lines, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    reads = MagicMock(wraps=language.load_with)
    monkeypatch.setattr(language, "load_with", reads)
    named = [str(corpus)] if way == "--corpus" else []
    assert run(["--home", str(home), "check", way, *named]) == 0
    reads.assert_called_once_with(settings.own_lists(home, "59999"))


def test_check_works_without_any_home_and_says_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer, told = checked(capsys, "--home", str(tmp_path / "none"), "check", SAID)
    assert answer["decision"] == "relay"
    assert told == ""


def test_check_among_several_communes(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", str(home), "init", "--yes", "--code", "59350"]) == 0
    add(home, "surnom;Le Gaulois", code="59350")
    answer, told = checked(capsys, "--home", str(home), "check", SAID)
    assert answer["decision"] == "relay"
    assert "--commune" in told
    named = ("--home", str(home), "--commune")
    assert checked(capsys, *named, "59350", "check", SAID)[0]["decision"] == "redact"
    assert checked(capsys, *named, "59999", "check", SAID)[0]["decision"] == "relay"
    assert run([*named, "59001", "check", SAID]) == SettingsError.exit_status


def test_check_refuses_faulty_lists(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(home, "lieu;Martin")
    corpus = home / "exemples.csv"
    corpus.write_text(f"texte;verdict\n{SAID};masquer\n", encoding="utf-8")
    for how in ([SAID], [SAID, "--html"], ["--jsonl"], ["--corpus", str(corpus)]):
        capsys.readouterr()
        assert run(["--home", str(home), "check", *how]) == SettingsError.exit_status
        shown = capsys.readouterr()
        assert "59999.listes.csv" in shown.err
        assert shown.out == ""


async def _language_of_the_bot(home: Path, monkeypatch: pytest.MonkeyPatch) -> Language:
    given: list[Language] = []

    @asynccontextmanager
    async def nothing(*_: object) -> AsyncIterator[Any]:
        yield MagicMock()

    def carrier(_house: object, _voice: object, language: Language, *_: object) -> Any:
        given.append(language)
        return MagicMock()

    monkeypatch.setattr(wiring, "session_of", nothing)
    monkeypatch.setattr(wiring, "open_provisioner", nothing)
    monkeypatch.setattr(wiring, "_as_bot", nothing)
    monkeypatch.setattr(wiring, "_carrier", carrier)
    with wiring.open_house(home, None) as house:
        async with wiring.open_bot(house):
            (language,) = given
            return language


async def test_the_bot_knows_the_communes_lists(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(home, "surnom;Le Gaulois")
    language = await _language_of_the_bot(home, monkeypatch)
    assert [e.kind.value for e in language.analyse(SAID).entities] == ["person"]


async def test_the_bot_does_not_start_on_faulty_lists(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(home, "lieu;le")
    with pytest.raises(SettingsError):
        await _language_of_the_bot(home, monkeypatch)
