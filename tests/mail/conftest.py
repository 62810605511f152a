"""A commune's post on a server on loopback, and ``openssl`` as the authority's mail program."""

from __future__ import annotations

import email
import email.policy
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from bridges.letter import Letter
from pc_matrix.mail import Post, Signer, signer
from pc_matrix.settings import MailSecurity, MailServer
from pc_matrix.vault import Vault
from policies.certificates import Certificate
from policies.mail_headers import MailAddress
from tests.fakes import commune as c
from tests.mail.papers import Paper, paper
from tests.mail.smtp import SmtpServer

SENDER = MailAddress("participation@saint-exemple.ex.test")
BODY = "Un fourgon blanc.\n\n.\n..\nFrom here\n    Éclairé d'œil — 😀\nfin\n"


@pytest.fixture(scope="session")
def gendarmerie() -> Paper:
    return paper()


@pytest.fixture(scope="session")
def commune_signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    folder = tmp_path_factory.mktemp("signing")
    return signer(folder, c.BOT, Vault(b"k" * 32), "Saint-Exemple", SENDER, c.NOW)


@dataclass
class Office:
    """Makes a post for a server, and opens what arrived."""

    signer: Signer
    paper: Paper
    folder: Path

    def post(
        self,
        server: SmtpServer,
        security: MailSecurity = MailSecurity.NONE,
        now: Callable[[], datetime] = lambda: c.NOW,
        **changes: object,
    ) -> Post:
        made = MailServer("127.0.0.1", server.port, security, SENDER)
        made = replace(made, **changes)  # type: ignore[arg-type]
        path = self.folder / "gendarmerie.pem"
        path.write_bytes(self.paper.pem)
        return Post(made, "Saint-Exemple", {c.GENDARMERIE: path}, self.signer, now)

    def opened(self, raw: bytes) -> EmailMessage:
        """What the authority reads, with its key: decrypted, and its signature verified."""
        return parsed(self.verified(self.decrypted(raw)))

    def decrypted(self, raw: bytes) -> bytes:
        key = self._file("key.pem", self.paper.key_pem)
        own = self._file("own.pem", self.paper.pem)
        mail = self._file("mail.eml", raw)
        return openssl("cms", "-decrypt", "-in", mail, "-inkey", key, "-recip", own)

    def verified(self, signed: bytes) -> bytes:
        trusted = self._file("commune.pem", self.signer.pem().encode())
        mail = self._file("signed.eml", signed)
        at = str(int(c.NOW.timestamp()))
        return openssl("cms", "-verify", "-in", mail, "-CAfile", trusted, "-attime", at)

    def _file(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)


@pytest.fixture
def office(commune_signer: Signer, gendarmerie: Paper, tmp_path: Path) -> Office:
    return Office(commune_signer, gendarmerie, tmp_path)


def openssl(*arguments: str) -> bytes:
    done = subprocess.run(["openssl", *arguments], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def parsed(raw: bytes) -> EmailMessage:
    made = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(made, EmailMessage)
    return made


def letter(post: Post, **changes: object) -> Letter:
    certificate = post.certificate(c.GENDARMERIE)
    assert isinstance(certificate, Certificate)
    base = Letter(c.GENDARMERIE_MAIL, "Signalement", BODY, "pc1", "", certificate)
    return replace(base, **changes)  # type: ignore[arg-type]
