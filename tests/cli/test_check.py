"""``pc-matrix check``: one message explained, or a stream of them; without home or settings."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pc_matrix.cli.app import run
from pc_matrix.cli.check_stream import answers
from pc_matrix.errors import InputError
from pc_matrix.language import load

VICTIM = "Mme Kaddouri a été abordée par deux faux employés du gaz."
SLANDER = "Fabien Gillet vole des vélos."


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PC_MATRIX_HOME", str(tmp_path / "missing"))


def test_a_masked_message_shows_what_would_leave(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", VICTIM]) == 0
    shown = capsys.readouterr().out
    assert "Mme [personne] a été abordée" in shown
    assert "« Kaddouri »" in shown


def test_a_denunciation_shows_its_reasons_and_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", SLANDER]) == 0
    shown = capsys.readouterr().out
    assert "« Fabien Gillet »" in shown
    assert "[personne]" not in shown


VAN = "Un fourgon blanc AB-123-CD a forcé la barrière du parking à 22h."


def test_what_remains_to_be_sent_of_a_denunciation_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["check", f"{VAN} {SLANDER}"]) == 0
    shown = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert f"il ne part que si le référent le confirme. {VAN}" in shown
    assert run(["check", SLANDER]) == 0
    assert "brouillon" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "draft"), [(f"{VAN} {SLANDER}", VAN), (SLANDER, None), (VAN, None)]
)
def test_programs_get_the_draft_too(
    text: str,
    draft: str | None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run(["--json", "check", text]) == 0
    one = json.loads(capsys.readouterr().out)
    _typed(monkeypatch, json.dumps({"id": 1, "text": text}).encode())
    assert run(["check", "--jsonl"]) == 0
    assert json.loads(capsys.readouterr().out) == {"id": 1, **one}
    assert one["draft"] == draft


def test_a_message_alone_is_judged_as_the_bot_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    linked = f"\u200b{VAN} https://exemple.fr/photo"
    assert run(["--json", "check", linked]) == 0
    one = json.loads(capsys.readouterr().out)
    assert (one["decision"], one["spans"]) == ("hold", ["https://exemple.fr/photo"])
    assert one["text"] == linked[1:]
    _typed(monkeypatch, json.dumps({"id": 1, "text": linked}).encode())
    assert run(["check", "--jsonl"]) == 0
    bare = json.loads(capsys.readouterr().out)
    assert (bare["decision"], bare["text"]) == ("relay", linked)


@pytest.mark.parametrize("options", [[], ["--html"]])
def test_what_the_filter_cannot_read_is_told_as_such(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    long = "Un fourgon blanc tourne dans la rue. " * 150 + "Mon voisin frappe sa femme."
    assert run(["check", long, *options]) == 0
    shown = capsys.readouterr().out
    assert "NON VÉRIFIÉ" in shown
    assert "3919" in shown


def test_danger_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "Mon voisin bat sa femme."]) == 0
    shown = capsys.readouterr().out
    assert shown.index("17") < shown.index("Mon voisin")


def test_a_message_is_read_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(VICTIM + "\n"))
    assert run(["--json", "check", "-"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["decision"] == "redact"
    assert [f["quote"] for f in answer["findings"]] == ["Kaddouri"]


def test_a_stream_is_answered_line_by_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [json.dumps({"id": i, "text": t}) for i, t in enumerate((VICTIM, SLANDER, ""))]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n\n"))
    assert run(["check", "--jsonl"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(a["id"], a["decision"]) for a in found] == [(0, "redact"), (1, "return"), (2, "relay")]
    assert found[1]["text"] == ""
    assert found[1]["rules"]


@pytest.mark.parametrize("line", ["{", "[]", "3", '{"id": 1}', '{"id": 1, "text": 2}'])
def test_a_faulty_line_is_named(line: str) -> None:
    good = json.dumps({"id": 1, "text": "bonjour"})
    with pytest.raises(InputError) as caught:
        list(answers([good, line], load()))
    assert "2" in caught.value.what


def test_no_message_is_a_fault_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check"]) == InputError.exit_status
    assert "entre guillemets" in capsys.readouterr().err


@pytest.mark.parametrize("message", ["", "  \n", "\u200b \u2060"])
def test_an_empty_message_is_a_fault(message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", message]) == InputError.exit_status
    assert "vide" in capsys.readouterr().err


def test_words_without_quotes_are_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "mon", "voisin"]) == InputError.exit_status
    shown = capsys.readouterr().err
    assert "entre guillemets" in shown
    assert "voisin" not in shown


@pytest.mark.parametrize(
    "line",
    [
        ["un texte", "--jsonl"],
        ["un texte", "--corpus", "f.csv"],
        ["--jsonl", "--corpus", "f.csv"],
        ["--jsonl", "--html"],
        ["--corpus", "f.csv", "--output", "page.html"],
        ["un texte", "--html", "--json"],
        ["un texte", "--errors"],
        ["un texte", "--set", "all"],
    ],
)
def test_what_does_not_go_together_is_a_wrong_command_line(
    line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", *line]) == 2
    said = capsys.readouterr()
    assert "ne vont" in said.err
    assert said.out == ""


def test_the_help_sends_real_messages_to_standard_input(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["check", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Un vrai message se donne par « - »" in said
    assert "historique" in said
    assert "les listes de la commune comptent" in said


def _typed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_message_of_any_town_hall_is_read(
    encoding: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _typed(monkeypatch, (VICTIM + "\r\n").encode(encoding))
    assert run(["--json", "check", "-"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["text"] == VICTIM.replace("Kaddouri", "[personne]")


def test_ids_of_a_stream_are_any_json_and_half_pairs_survive(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [None, {"a": [1, "é"]}, 1.5, "x", "\ud800"]
    text = "bonjour \udc00"
    lines = "".join(json.dumps({"id": i, "text": text}) + "\n" for i in ids)
    _typed(monkeypatch, lines.encode())
    assert run(["check", "--jsonl"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["id"] for one in found] == ids
    assert {one["text"] for one in found} == {text}


def test_a_line_that_is_no_utf8_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _typed(monkeypatch, b'{"id": 1, "text": "bon"}\n{"id": 2, "text": "\xe9"}\n')
    assert run(["check", "--jsonl"]) == InputError.exit_status
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1
    assert "La ligne 2" in said.err
    assert "UTF-8" in said.err


@pytest.mark.parametrize("options", [[], ["--json"], ["--html"]])
def test_bytes_that_are_no_text_do_not_end_it(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "vol de vélo, plaque effac\udce9e", *options]) == 0
    assert "vol de v" in capsys.readouterr().out


def test_a_deep_line_is_a_faulty_line() -> None:
    with pytest.raises(InputError):
        list(answers(["[" * 100_000], load()))


@pytest.mark.parametrize("options", [["--jsonl"], ["-"], ["-", "--html"], ["--json", "-"]])
def test_a_reader_who_leaves_ends_it_quietly(options: list[str], tmp_path: Path) -> None:
    given = tmp_path / "given"
    lines = json.dumps({"id": 1, "text": VICTIM}) + "\n"
    given.write_text(lines * 2_000 if options == ["--jsonl"] else VICTIM, encoding="utf-8")
    reader, writer = os.pipe()
    os.close(reader)
    with given.open("rb") as stream:
        done = subprocess.run(
            [sys.executable, "-m", "pc_matrix", "check", *options],
            stdin=stream,
            stdout=writer,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            check=False,
        )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
