"""``pc-matrix mail``: a home that writes to two authorities, on a server on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from pc_matrix.cli.app import run
from pc_matrix.errors import InputError, MailUnreachable, SettingsError
from tests.mail.conftest import openssl
from tests.mail.papers import Paper, paper
from tests.mail.smtp import SmtpServer

POLICE = 'code = "police"\nname = "Police municipale"\n'


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    """A mail server in a thread of its own: the commands run loops of theirs."""
    made, ready, done = SmtpServer(), Event(), Event()

    async def serve() -> None:
        async with made.running():
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(30)
    yield made
    done.set()
    thread.join(30)


@pytest.fixture
def home(tmp_path: Path, server: SmtpServer) -> Path:
    assert run(["--home", str(tmp_path), "init", "--yes"]) == 0
    path = file_of(tmp_path)
    text = path.read_text(encoding="utf-8")
    assert 'code = "gendarmerie"\n' in text
    mail = f'[mail]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
    mail += 'sender = "pc@saint-exemple.test"\n'
    text = text.replace(
        'code = "gendarmerie"\n',
        'code = "gendarmerie"\nemail = "a@g.test"\ncertificate = "g.pem"\n',
    )
    path.write_text(f"{text}\n{mail}", encoding="utf-8")
    put(tmp_path, days=400)
    return tmp_path


def file_of(home: Path) -> Path:
    return home / "communes" / "59999.toml"


def put(home: Path, days: float) -> Paper:
    now = datetime.now(UTC)
    made = paper(names=(), start=now - timedelta(days=1), end=now + timedelta(days=days))
    (home / "communes" / "g.pem").write_bytes(made.pem)
    return made


def told(home: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, Any]:
    capsys.readouterr()
    status = run(["--json", "--home", str(home), "mail", *more])
    shown = capsys.readouterr()
    return status, json.loads(shown.out or shown.err)


def test_check_connects_and_tells_each_certificate(
    home: Path, server: SmtpServer, capsys: pytest.CaptureFixture[str]
) -> None:
    status, (gendarmerie,) = told(home, capsys, "check")
    assert status == 0
    assert gendarmerie["authority"] == "gendarmerie"
    assert gendarmerie["subject"] == "CN=Gendarmerie d'Exemple"
    assert gendarmerie["encrypted"] is True
    assert (gendarmerie["fault"], gendarmerie["expiry"]) == (None, None)
    assert server.mails == []
    assert run(["--home", str(home), "mail", "check"]) == 0
    shown = capsys.readouterr().out
    assert "CN=Gendarmerie d'Exemple" in shown
    assert "partiront chiffrés" in shown


@pytest.mark.parametrize(
    ("days", "expiry", "fault"), [(20, "30-days", None), (-0.5, None, "expired")]
)
def test_check_ends_with_2_when_a_certificate_wants_a_human(
    home: Path,
    capsys: pytest.CaptureFixture[str],
    days: float,
    expiry: str | None,
    fault: str | None,
) -> None:
    put(home, days)
    status, (gendarmerie,) = told(home, capsys, "check")
    assert (status, gendarmerie["expiry"], gendarmerie["fault"]) == (2, expiry, fault)
    assert run(["--home", str(home), "mail", "check"]) == 2
    assert "expir" in capsys.readouterr().out


def test_check_sends_a_test_message_when_asked(
    home: Path, server: SmtpServer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    made = put(home, 400)
    status, (gendarmerie,) = told(home, capsys, "check", "--send")
    assert (status, gendarmerie["sent"]) == (0, "taken")
    (tmp_path / "key.pem").write_bytes(made.key_pem)
    (tmp_path / "mail.eml").write_bytes(server.mails[0])
    key, mail = str(tmp_path / "key.pem"), str(tmp_path / "mail.eml")
    inside = openssl("cms", "-decrypt", "-in", mail, "-inkey", key)
    assert b"Ceci est un essai" in inside
    server.answers["RCPT"] = "550 nobody"
    status, (gendarmerie,) = told(home, capsys, "check", "--send", "--to", "gendarmerie")
    assert (status, gendarmerie["sent"]) == (9, "refused")
    assert run(["--home", str(home), "mail", "check", "--send"]) == 9
    assert "l'adresse ou la boîte est à vérifier" in capsys.readouterr().out
    assert run(["--home", str(home), "mail", "check", "--to", "mairie"]) == InputError.exit_status


def test_check_tells_a_server_that_is_away(home: Path, server: SmtpServer) -> None:
    server.answers["hello"] = "554 closed"
    assert run(["--home", str(home), "mail", "check"]) == MailUnreachable.exit_status


def test_a_commune_without_mail_is_told_so(tmp_path: Path) -> None:
    assert run(["--home", str(tmp_path), "init", "--yes"]) == 0
    for verb in ("check", "certificate"):
        assert run(["--home", str(tmp_path), "mail", verb]) == SettingsError.exit_status


def test_the_communes_certificate_is_the_same_each_time(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, first = told(home, capsys, "certificate")
    file = tmp_path / "out.pem"
    assert run(["--home", str(home), "mail", "certificate", "--output", str(file)]) == 0
    assert file.read_text() == first["certificate"]
    assert first["fingerprint"] in capsys.readouterr().err
    assert b"pc@saint-exemple.test" in openssl("x509", "-in", str(file), "-noout", "-text")
