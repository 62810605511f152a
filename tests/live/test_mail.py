"""A flagged message by the real bot to a mailbox: opened there by ``openssl``, and told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pc_matrix.demo import commune as people
from tests.live.town import NUMBER, Town, flagged, reports, town
from tests.mail.conftest import openssl
from tests.mail.papers import Paper, paper
from tests.mail.smtp import SmtpServer

pytestmark = pytest.mark.live


def certificate() -> Paper:
    now = datetime.now(UTC)
    return paper(names=(), start=now - timedelta(days=1), end=now + timedelta(days=400))


async def test_a_report_goes_by_mail_while_rooms_have_theirs(tmp_path: Path) -> None:
    own, server = certificate(), SmtpServer(gate=asyncio.Event())

    async def write_to_the_gendarmerie(made: Town) -> None:
        path = made.home / "communes" / f"{people.CODE}.toml"
        code = 'code = "gendarmerie"\n'
        text = path.read_text("utf-8")
        assert code in text
        text = text.replace(code, f'{code}email = "a@g.test"\ncertificate = "g.pem"\n')
        mail = f'host = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nsender = "p@s.test"\n'
        path.write_text(f"{text}\n[mail]\n{mail}", encoding="utf-8")
        (path.parent / "g.pem").write_bytes(own.pem)

    async with (
        server.running(),
        town(tmp_path / "home", before_bot=write_to_the_gendarmerie) as place,
    ):
        helene, karim = await place.phone(people.HELENE), await place.phone(people.KARIM)
        await flagged(place, "Un fourgon blanc tourne rue des Lilas (repère5f).")
        assert len(await reports(karim, place.authority(people.KARIM), "repère5f")) == 1
        assert server.mails == []
        assert server.gate is not None
        server.gate.set()
        await helene.wait_for(
            room_id=place.private(people.HELENE),
            body_matches=f"{NUMBER} est parti par courriel",
            timeout=90,
        )
    (raw,) = server.mails
    assert b"fourgon" not in raw
    key, mail = tmp_path / "key.pem", tmp_path / "mail.eml"
    key.write_bytes(own.key_pem)
    mail.write_bytes(raw)
    inside = openssl("cms", "-decrypt", "-in", str(mail), "-inkey", str(key))
    assert b"fourgon blanc" in inside
    log = (tmp_path / "home" / "bot.log").read_text("utf-8")
    assert "mail.tried" in log
    assert "fourgon" not in log
    assert "a@g.test" not in log
