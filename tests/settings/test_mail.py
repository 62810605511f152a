"""``[mail]``, an authority's address and certificate, and the password of the mail server."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from pc_matrix.settings import MailSecurity, MailServer, load, load_secrets, save_secrets
from policies.mail_headers import MailAddress
from policies.terms import AuthorityCode
from tests.settings.test_commune_file import GOOD, faults_of, written

MAIL = '[mail]\nhost = "smtp.mairie.example"\nsender = "pc@mairie.example"\n'
ADDRESS = 'code = "gendarmerie"\nemail = "a@g.example"\ncertificate = "g.pem"\n'


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PC_MATRIX_MAIL_PASSWORD_59999", raising=False)


def with_mail(mail: str = MAIL, address: str = ADDRESS) -> str:
    return GOOD.replace('code = "gendarmerie"\n', address) + mail


def test_a_mail_server_and_who_is_written_to(tmp_path: Path) -> None:
    settings = load(written(tmp_path, with_mail()))
    sender = MailAddress("pc@mairie.example")
    assert settings.mail == MailServer("smtp.mairie.example", 587, MailSecurity.STARTTLS, sender)
    gendarmerie, mairie, _ = settings.commune.authorities
    assert (gendarmerie.email, mairie.email) == ("a@g.example", None)
    folder = tmp_path / "communes"
    assert settings.certificates == {AuthorityCode("gendarmerie"): folder / "g.pem"}
    assert load(written(tmp_path)).mail is None


def test_everything_about_the_server_can_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = 'security = "tls"\nport = 4465\nuser = "mairie"\nca = "ca.pem"\n'
    written(tmp_path, with_mail(MAIL + more))
    monkeypatch.setenv("PC_MATRIX_MAIL_PASSWORD_59999", "hush")
    mail = load(tmp_path).mail
    assert mail is not None
    assert (mail.security, mail.port, mail.user) == (MailSecurity.TLS, 4465, "mairie")
    assert mail.ca == tmp_path / "communes" / "ca.pem"
    assert mail.password == SecretStr("hush")
    assert "hush" not in repr(load(tmp_path))


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        (with_mail(""), "authority[1].email", "il manque le bloc [mail]"),
        (with_mail(address=ADDRESS.replace("email", "mail")), "authority[1].certificate", "email"),
        (with_mail(address=ADDRESS.replace("a@g", "a g")), "authority[1].email", "une adresse"),
        (with_mail(address=ADDRESS.replace("a@g", "a\\r\\n@g")), "authority[1].email", "adresse"),
        (with_mail(address=ADDRESS.replace("g.pem", "../g")), "authority[1].certificate", "nom"),
        (with_mail(MAIL.replace("smtp.", "smtp ")), "mail.host", "un nom de machine"),
        (with_mail(MAIL.replace("pc@", "pc")), "mail.sender", "une adresse"),
        (with_mail(MAIL + 'security = "ssl"\n'), "mail.security", "valeurs possibles"),
        (with_mail(MAIL + 'security = "none"\n'), "mail.security", "127.0.0.1"),
        (with_mail(MAIL + "port = 70000\n"), "mail.port", "au plus 65535"),
        (with_mail(MAIL + 'password = "hush"\n'), "mail.password", "secrets.toml"),
        (with_mail(MAIL + 'sended = "x"\n'), "mail.sended", "vouliez-vous « sender » ?"),
        (with_mail('[mail]\nhost = "a.b"\n'), "mail.sender", "cette clé manque"),
    ],
)
def test_every_fault_is_named_by_its_key(
    tmp_path: Path, text: str, key: str, expected: str
) -> None:
    said = faults_of(written(tmp_path, text))
    assert any(line.startswith(f"{key} : ") and expected in line for line in said), said
    assert "hush" not in "".join(said)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_without_encryption_only_this_machine(tmp_path: Path, host: str) -> None:
    mail = f'[mail]\nhost = "{host}"\nsender = "pc@mairie.example"\nsecurity = "none"\n'
    server = load(written(tmp_path, with_mail(mail))).mail
    assert server is not None
    assert (server.security, server.port) == (MailSecurity.NONE, 25)


def test_a_mail_password_is_kept_when_other_secrets_are_written(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text('[communes."59999"]\nmail_password = "a\\"b"\n', encoding="utf-8")
    path.chmod(0o600)
    save_secrets(tmp_path, admin_token="x", bot_passwords={"59999": "y", "2A004": "z"})
    held = load_secrets(tmp_path, {})
    assert held.mail_passwords["59999"].get_secret_value() == 'a"b'
    assert held.bot_password("59999") == "y"
    given = load_secrets(tmp_path, {"PC_MATRIX_MAIL_PASSWORD_59999": "env"})
    assert given.mail_passwords["59999"].get_secret_value() == "env"
