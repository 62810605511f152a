"""``pc-matrix init``."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from pc_matrix import settings
from pc_matrix.cli.app import run
from pc_matrix.homeserver.recovery.recovery_key import RecoveryKey
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.homeserver.signing import from_unpadded
from pc_matrix.vault import Vault
from policies.details import Detail


def _init(home: Path, *more: str) -> int:
    return run(["--home", str(home), "init", "--yes", *more])


def test_it_writes_what_settings_reads(tmp_path: Path) -> None:
    home = tmp_path / "home"
    given = ["--name", 'Saint-"Ex" \\ l\'été', "--code", "2a004", "--url", "https://m.example/"]
    more = ["--server-name", "ex.example", "--sector", "nord=Le Nord", "--authority", "pm=Police"]
    assert _init(home, *given, *more) == 0
    read = settings.load(home)
    assert read.commune.name == 'Saint-"Ex" \\ l\'été'
    assert (read.commune.code, read.homeserver_url) == ("2A004", "https://m.example")
    assert [(s.code, s.name) for s in read.commune.sectors] == [("nord", "Le Nord")]
    assert [a.code for a in read.commune.authorities] == ["pm"]
    assert len(read.secrets.vault_key()) == 32
    assert len(read.secrets.bot_password("2A004")) >= 32
    assert stat.S_IMODE((home / "secrets.toml").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_defaults_make_a_trial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _init(tmp_path, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["commune"] == "59999"
    assert len(RecoveryKey.read(said["recovery_key"]).raw) == 32
    assert settings.load(tmp_path).homeserver_url.startswith("http://127.0.0.1:")


def test_its_mail_block_works_once_its_hashes_are_gone(tmp_path: Path) -> None:
    """Nobody at a town hall has to read the README for it."""
    assert _init(tmp_path) == 0
    path = tmp_path / "communes" / "59999.toml"
    shown = path.read_text(encoding="utf-8")
    switched_on = re.sub(r"^# (?=\[mail\]|(?:host|security|sender|user) = )", "", shown, flags=re.M)
    path.write_text(switched_on, encoding="utf-8")
    mail = settings.load(tmp_path).mail
    assert mail is not None
    assert (mail.host, mail.security) == ("smtp.mairie.example", "starttls")
    assert (mail.sender, mail.user) == ("participation@mairie.example", "participation")


def test_it_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _init(tmp_path) == 0
    path = tmp_path / "communes" / "59999.toml"
    before = path.read_text(encoding="utf-8"), (tmp_path / "secrets.toml").read_text("utf-8")
    assert _init(tmp_path, "--name", "Autre") == 4
    assert "déjà déclarée" in capsys.readouterr().err
    assert before == (path.read_text(encoding="utf-8"), (tmp_path / "secrets.toml").read_text())


def test_a_second_commune_keeps_the_master_key(tmp_path: Path) -> None:
    assert _init(tmp_path) == 0
    first = settings.load_secrets(tmp_path)
    assert _init(tmp_path, "--code", "59350") == 0
    second = settings.load_secrets(tmp_path)
    assert second.vault_key() == first.vault_key()
    assert second.bot_password("59999") == first.bot_password("59999")
    assert second.bot_password("59350") != first.bot_password("59999")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        (["--code", "../../x"], 4),
        (["--code", "ABCDE"], 3),
        (["--sector", "sans-nom"], 4),
        (["--sector", "A B=x"], 3),
        (["--sector", "a=x", "--sector", "a=y"], 3),
        (["--url", "ftp://x"], 3),
        (["--server-name", "a b"], 3),
    ],
)
def test_wrong_answers_leave_nothing(tmp_path: Path, wrong: list[str], status: int) -> None:
    assert _init(tmp_path, *wrong) == status
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_questions_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter(["Trifouillis", "59350", "a=Est, b=Ouest", "pm=Police", "t.example", "embedded"])
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(answers))
    assert run(["--home", str(tmp_path), "init"]) == 0
    read = settings.load(tmp_path)
    assert (read.commune.name, read.server_name) == ("Trifouillis", "t.example")
    assert [s.name for s in read.commune.sectors] == ["Est", "Ouest"]
    assert "Clé de secours du bot" in capsys.readouterr().out


def test_the_recovery_key_is_shown_once_and_kept_sealed_until_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _init(tmp_path) == 0
    shown = re.search(r"^    ((?:\w{4} ?){12})$", capsys.readouterr().out, re.MULTILINE)
    assert shown is not None
    key = RecoveryKey.read(shown.group(1))
    read = settings.load(tmp_path)
    path = read.session_dir / "recovery.sealed"
    waiting = SealedFile(path, f"recovery:{read.bot}", Vault(read.secrets.vault_key())).read()
    assert waiting is not None
    assert from_unpadded(waiting["key"]) == key.raw
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for written in (p for p in tmp_path.rglob("*") if p.is_file()):
        content = written.read_bytes()
        assert key.raw not in content
        assert key.text.encode() not in content
        assert waiting["key"].encode() not in content


def test_each_authority_is_written_with_what_it_is_and_sees(tmp_path: Path) -> None:
    named = ("mairie=Mairie", "gn=Gendarmerie nationale", "pm=Police municipale", "x=Bailleur")
    assert _init(tmp_path, *(part for pair in named for part in ("--authority", pair))) == 0
    sees = {a.code: a.sees for a in settings.load(tmp_path).commune.authorities}
    everything, resident = frozenset(Detail), frozenset({Detail.RESIDENT})
    assert sees == {"mairie": resident, "gn": everything, "pm": everything, "x": frozenset()}
    text = (tmp_path / "communes" / "59999.toml").read_text("utf-8")
    kinds = re.findall(r'(?m)^kind = "(.*)"$', text)
    assert kinds == ["mairie", "gendarmerie", "police-municipale", "autre"]
