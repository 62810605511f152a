"""A real SMTP conversation on loopback; what arrives is opened by ``openssl``."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from pc_matrix.errors import AccessDenied, MailUnreachable, SettingsError
from pc_matrix.settings import MailSecurity
from policies.mails import MailOutcome
from policies.pictures import Picture
from tests.fakes import commune as c
from tests.mail.conftest import BODY, SENDER, Office, letter, parsed
from tests.mail.papers import paper, rsa_key, server_context
from tests.mail.smtp import SmtpServer

STARTTLS, TLS = MailSecurity.STARTTLS, MailSecurity.TLS


class Handing:
    """Counts how often a mail was about to be handed over."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


async def test_a_report_is_read_by_its_authority_alone(office: Office) -> None:
    async with SmtpServer().running() as server:
        post, handing = office.post(server), Handing()
        mail = letter(post, answers="pc0")
        assert await post.send(mail, handing) is MailOutcome.TAKEN
    assert handing.times == 1
    (raw,) = server.mails
    outside = parsed(raw)
    assert b"fourgon" not in raw
    assert outside.get_content_type() == "application/pkcs7-mime"
    assert outside.get_param("smime-type") == "enveloped-data"
    assert outside["Message-ID"] == "<pc1@saint-exemple.ex.test>"
    assert outside["In-Reply-To"] == outside["References"] == "<pc0@saint-exemple.ex.test>"
    assert outside["To"] == c.GENDARMERIE_MAIL
    assert str(outside["From"]) == f"Saint-Exemple <{SENDER}>"
    assert outside["Auto-Submitted"] == "auto-generated"
    assert outside["Date"].datetime == c.NOW
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    inside = office.opened(raw)
    assert inside.get_content_type() == "text/plain"
    assert inside.get_content().replace("\r\n", "\n") == BODY
    other = Office(office.signer, paper(rsa_key(2048, 2)), office.folder)
    with pytest.raises(AssertionError):
        other.decrypted(raw)


@pytest.mark.parametrize("is_sealed", [True, False])
async def test_an_urgent_mail_says_so_to_every_mail_program(
    office: Office, is_sealed: bool
) -> None:
    more = {} if is_sealed else {"certificate": None}
    async with SmtpServer().running() as server:
        post = office.post(server)
        for urgent in (True, False):
            mail = letter(post, subject="[URGENT] Signalement", urgent=urgent, **more)
            assert await post.send(mail, Handing()) is MailOutcome.TAKEN
    hurried, usual = (parsed(raw) for raw in server.mails)
    assert hurried["Subject"] == "[URGENT] Signalement"
    headers = ("Importance", "Priority", "X-Priority")
    assert [hurried[name] for name in headers] == ["high", "urgent", "1 (Highest)"]
    assert [usual[name] for name in headers] == [None, None, None]


async def test_a_photo_is_inside_and_only_inside(office: Office) -> None:
    photo = Picture(b"\xff\xd8\xff" + bytes(range(256)) * 40, 4, 3)
    async with SmtpServer().running() as server:
        post = office.post(server)
        sealed = letter(post, pictures=(("signalement-2026-0042-1.jpg", photo),))
        assert await post.send(sealed, Handing()) is MailOutcome.TAKEN
        open_one = letter(post, certificate=None, pictures=(("x.jpg", photo),))
        assert await post.send(open_one, Handing()) is MailOutcome.TAKEN
    raw, notice = server.mails
    assert b"signalement-2026-0042-1" not in raw
    inside = office.opened(raw)
    assert inside.get_content_type() == "multipart/mixed"
    words, attached = inside.iter_parts()
    assert words.get_content().replace("\r\n", "\n") == BODY
    assert attached.get_content_type() == "image/jpeg"
    assert attached.get_filename() == "signalement-2026-0042-1.jpg"
    assert attached.get_content() == photo.data
    assert b"image/jpeg" not in notice
    assert parsed(office.verified(notice)).get_content_type() == "text/plain"


async def test_it_is_encrypted_by_aes_256_and_signed_by_the_commune(office: Office) -> None:
    from tests.mail.conftest import openssl

    async with SmtpServer().running() as server:
        post = office.post(server)
        await post.send(letter(post), Handing())
    office._file("mail.eml", server.mails[0])
    printed = openssl("cms", "-cmsout", "-print", "-in", str(office.folder / "mail.eml")).decode()
    assert "aes-256-cbc" in printed
    signed = office.decrypted(server.mails[0])
    assert b"multipart/signed" in signed
    with pytest.raises(AssertionError):
        office.verified(signed.replace(b"fourgon", b"camion_"))


async def test_a_notice_without_a_certificate_is_signed_and_readable(office: Office) -> None:
    async with SmtpServer().running() as server:
        post = office.post(server)
        await post.send(letter(post, certificate=None), Handing())
    raw = server.mails[0]
    assert parsed(raw)["Message-ID"] == "<pc1@saint-exemple.ex.test>"
    assert parsed(office.verified(raw)).get_content().replace("\r\n", "\n") == BODY


@pytest.mark.parametrize("security", [STARTTLS, TLS])
async def test_a_password_and_a_mail_go_encrypted_only(
    office: Office, tmp_path: Path, security: MailSecurity
) -> None:
    context, ca = server_context(tmp_path)
    login = ("mairie", "mot de passe")
    async with SmtpServer(context, security is TLS, login).running() as server:
        secret = SecretStr(login[1])
        post = office.post(server, security, ca=ca, user=login[0], password=secret)
        await post.check()
        assert await post.send(letter(post), Handing()) is MailOutcome.TAKEN
        wrong = office.post(server, security, ca=ca, user=login[0], password=SecretStr("x"))
        with pytest.raises(AccessDenied):
            await wrong.check()
        assert await wrong.send(letter(post), Handing()) is MailOutcome.AWAY
        without = office.post(server, security, ca=ca, user=login[0])
        with pytest.raises(SettingsError, match="mot de passe"):
            await without.check()
        assert await without.send(letter(post), Handing()) is MailOutcome.AWAY
    assert len(server.mails) == 1
    assert {line.split()[0] for line in server.in_clear} <= {"EHLO", "STARTTLS"}


@pytest.mark.parametrize("security", [STARTTLS, TLS])
async def test_a_server_that_nobody_vouches_for_is_told_nothing(
    office: Office, tmp_path: Path, security: MailSecurity
) -> None:
    context, _ca = server_context(tmp_path)
    async with SmtpServer(context, security is TLS).running() as server:
        post = office.post(server, security)
        handing = Handing()
        assert await post.send(letter(post), handing) is MailOutcome.AWAY
        with pytest.raises(MailUnreachable) as caught:
            await post.check()
    assert "autorité reconnue" in caught.value.why
    assert (handing.times, server.mails) == (0, [])
    assert not any(line.startswith("MAIL") for line in server.commands)


async def test_a_server_with_another_name_is_told_nothing(office: Office, tmp_path: Path) -> None:
    context, ca = server_context(tmp_path, host="127.0.0.2")
    async with SmtpServer(context, at_once=True).running() as server:
        post = office.post(server, TLS, ca=ca)
        assert await post.send(letter(post), Handing()) is MailOutcome.AWAY
    assert server.commands == []


async def test_a_server_whose_starttls_was_taken_away_is_told_nothing(office: Office) -> None:
    async with SmtpServer().running() as server:
        post = office.post(server, STARTTLS)
        assert await post.send(letter(post), Handing()) is MailOutcome.AWAY
        with pytest.raises(MailUnreachable):
            await post.check()
    assert not any(line.startswith("MAIL") for line in server.commands)


async def test_a_ca_that_cannot_be_used(office: Office, tmp_path: Path) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("x")
    for path in (bad, tmp_path / "none.pem"):
        post = office.post(SmtpServer(port=1), TLS, ca=path)
        with pytest.raises(SettingsError, match=path.name):
            await post.check()
        assert await post.send(letter(post), Handing()) is MailOutcome.AWAY


async def test_no_server_at_all(office: Office) -> None:
    async with SmtpServer().running() as server:
        pass
    post = office.post(server)
    handing = Handing()
    assert await post.send(letter(post), handing) is MailOutcome.AWAY
    assert handing.times == 0
    with pytest.raises(MailUnreachable):
        await post.check()


@pytest.mark.parametrize(
    ("answers", "outcome", "handed"),
    [
        ({"hello": "554 go away"}, MailOutcome.AWAY, 0),
        ({"hello": "\xff\xfe rubbish"}, MailOutcome.AWAY, 0),
        ({"MAIL": "550 not you"}, MailOutcome.AWAY, 0),
        ({"MAIL": ""}, MailOutcome.AWAY, 0),
        ({"RCPT": "450 greylisted"}, MailOutcome.LATER, 0),
        ({"RCPT": "550 nobody"}, MailOutcome.REFUSED, 0),
        ({"RCPT": ""}, MailOutcome.AWAY, 0),
        ({"before-text": "451 later"}, MailOutcome.LATER, 1),
        ({"before-text": "554 no"}, MailOutcome.REFUSED, 1),
        ({"DATA": "452 full"}, MailOutcome.LATER, 1),
        ({"DATA": "554 spam"}, MailOutcome.REFUSED, 1),
        ({"DATA": "251 forwarded"}, MailOutcome.TAKEN, 1),
        ({"DATA": ""}, MailOutcome.UNKNOWN, 1),
        ({"DATA": "\xff\xfe rubbish"}, MailOutcome.UNKNOWN, 1),
        ({"DATA": "354 what?"}, MailOutcome.UNKNOWN, 1),
        ({"QUIT": ""}, MailOutcome.TAKEN, 1),
    ],
    ids=str,
)
async def test_whatever_the_server_does_is_an_outcome(
    office: Office, answers: dict[str, str], outcome: MailOutcome, handed: int
) -> None:
    async with SmtpServer(answers=answers).running() as server:
        post, handing = office.post(server), Handing()
        with capture_logs() as logs:
            assert await post.send(letter(post), handing) is outcome
    assert handing.times == handed
    shown = str(logs)
    assert "fourgon" not in shown
    assert "gendarmerie" not in shown


async def test_check_says_what_the_server_refuses(office: Office) -> None:
    async with SmtpServer(answers={"MAIL": "550 not you"}).running() as server:
        with pytest.raises(MailUnreachable) as caught:
            await office.post(server).check()
    assert "550" in caught.value.why
    assert server.mails == []


@pytest.mark.parametrize(
    "subject",
    [
        "Signalement\r\nBcc: tous@ex.test",
        "\r\n\r\ncorps",
        "é" * 300,
        "a" * 3000,
        "\ud800 x \u2028 y \u202e z \x00",
        "=?utf-8?q?=0d=0aBcc:_a@b.fr?=",
        "",
    ],
)
async def test_no_subject_and_no_text_add_a_header(office: Office, subject: str) -> None:
    async with SmtpServer().running() as server:
        post = office.post(server)
        mail = letter(post, subject=subject, body=subject)
        assert await post.send(mail, Handing()) is MailOutcome.TAKEN
    (raw,) = server.mails
    outside = parsed(raw)
    assert "Bcc" not in outside
    assert outside["To"] == c.GENDARMERIE_MAIL
    assert [line for line in server.commands if line.startswith("RCPT")] == [
        f"RCPT TO:<{c.GENDARMERIE_MAIL}>"
    ]
    assert office.opened(raw).get_content_type() == "text/plain"
