"""The commune's mail server, spoken to by SMTP: one connection and one mail at a time.

Every end is an outcome. What counts is where it ended: before the text nothing can have arrived;
after it, without an answer, nobody knows.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
)

from bridges.letter import Letter
from pc_matrix.errors import AccessDenied, MailUnreachable, SettingsError
from pc_matrix.mail.certificates import read
from pc_matrix.mail.signing import Signer
from pc_matrix.mail.smime import composed
from pc_matrix.settings import MailSecurity, MailServer
from policies.certificates import Certificate, CertificateFault
from policies.mail_headers import domain_of
from policies.mails import MailOutcome
from policies.terms import AuthorityCode

_log = structlog.get_logger(__name__)
_FOR_A_COMMAND = 30.0
_FOR_THE_TEXT = 300.0
"""Seconds. RFC 5321, 4.5.3.2.6 allows a server ten minutes to take a mail in."""
_FAILURES = (SMTPException, OSError, ssl.SSLError)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: what became of it, the server's last code (0: none), and the error's name."""

    outcome: MailOutcome
    code: int = 0
    error: str = ""


class Post:
    """``MailSender`` of one commune."""

    def __init__(
        self,
        server: MailServer,
        commune: str,
        certificates: Mapping[AuthorityCode, Path],
        signer: Signer,
        now: Callable[[], datetime],
    ) -> None:
        self._server, self._commune, self._certificates = server, commune, certificates
        self._signer, self._now = signer, now

    def certificate(self, authority: AuthorityCode) -> Certificate | CertificateFault | None:
        """What the file holds now: one that is replaced counts at once."""
        path = self._certificates.get(authority)
        return None if path is None else read(path)

    async def send(self, letter: Letter, handing: Callable[[], None]) -> MailOutcome:
        """Try once; see ``MailSender``. Raises nothing that a mail server can bring about."""
        tried = await self.attempt(letter, handing)
        outcome = tried.outcome
        log = _log.info if outcome is MailOutcome.TAKEN else _log.warning
        txn, code, error = letter.txn, tried.code, tried.error
        log("mail.tried", txn=txn, outcome=outcome.value, code=code, error=error)
        return outcome

    async def attempt(self, letter: Letter, handing: Callable[[], None]) -> Attempt:
        """The same without a word in the log."""
        text = composed(letter, self._commune, self._server.sender, self._signer, self._now())
        tried = Attempt(MailOutcome.AWAY)
        try:
            async with self._connected() as client:
                tried = await self._hand_over(client, letter, text, handing)
        except (*_FAILURES, SettingsError) as error:
            # A password that is missing stops mails, not the bot: ``mail check`` tells of it.
            code = error.code if isinstance(error, SMTPResponseException) else 0
            return Attempt(tried.outcome, code, type(error).__name__)
        return tried

    async def check(self) -> None:
        """Connect, as for a mail, and leave again.

        Raises ``MailUnreachable`` or ``AccessDenied`` saying what is wrong, ``SettingsError`` for a
        ``ca`` that cannot be used or a password that is not there.
        """
        server = self._server
        place = f"{server.host}:{server.port}"
        self._context()
        try:
            async with self._connected() as client:
                await client.mail(server.sender)
                await client.rset()
        except SMTPAuthenticationError:
            raise AccessDenied(
                f"Le serveur de courrier {place} refuse le mot de passe.",
                f"Il ne reconnaît pas l'utilisateur « {server.user} » avec ce mot de passe.",
                "Vérifiez mail.user, et mail_password dans secrets.toml.",
            ) from None
        except _FAILURES as error:
            raise _unreachable(place, server.security, error) from None

    async def _hand_over(
        self, client: SMTP, letter: Letter, text: bytes, handing: Callable[[], None]
    ) -> Attempt:
        await client.mail(self._server.sender, encoding="ascii")
        try:
            await client.rcpt(letter.to, encoding="ascii")
        except SMTPRecipientRefused as refusal:
            return Attempt(_refused(refusal.code), refusal.code)
        handing()
        try:
            answer = await client.data(text, timeout=_FOR_THE_TEXT)
        except SMTPDataError as refusal:
            return Attempt(_refused(refusal.code), refusal.code)
        except _FAILURES as error:
            return Attempt(MailOutcome.UNKNOWN, 0, type(error).__name__)
        return Attempt(MailOutcome.TAKEN, answer.code)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[SMTP]:
        """A connection on which mails may be handed over; it is closed whatever happens."""
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=self._password(),
            local_hostname=domain_of(server.sender),
            timeout=_FOR_A_COMMAND,
            use_tls=server.security is MailSecurity.TLS,
            # True, not None: a connection whose STARTTLS somebody took away is not used in clear.
            start_tls=server.security is MailSecurity.STARTTLS,
            tls_context=self._context(),
        )
        try:
            await client.connect()
            yield client
            with suppress(*_FAILURES):
                await client.quit(timeout=5.0)
        finally:
            client.close()

    def _password(self) -> str | None:
        server = self._server
        if not server.user:
            return None
        if server.password is None:
            raise SettingsError(
                "Le mot de passe du serveur de courrier manque.",
                f"mail.user vaut « {server.user} », mais aucun mail_password n'est donné.",
                "Ajoutez mail_password sous [communes.<code INSEE>] dans secrets.toml, ou la "
                "variable PC_MATRIX_MAIL_PASSWORD_<code INSEE>.",
            )
        return server.password.get_secret_value()

    def _context(self) -> ssl.SSLContext | None:
        if self._server.security is MailSecurity.NONE:
            return None
        context = ssl.create_default_context()
        if self._server.ca is not None:
            try:
                context.load_verify_locations(self._server.ca)
            except OSError:
                raise SettingsError(
                    f"Le fichier {self._server.ca} ne peut pas servir (mail.ca).",
                    "Il n'existe pas, ne se lit pas, ou ne contient pas de certificat PEM.",
                    "Demandez à qui tient le serveur de courrier le certificat de son autorité.",
                ) from None
        return context


def _refused(code: int) -> MailOutcome:
    """What an answer means that is not a yes: RFC 5321, 4.2.1."""
    if 200 <= code < 300:
        return MailOutcome.TAKEN
    if 400 <= code < 500:
        return MailOutcome.LATER
    return MailOutcome.REFUSED if 500 <= code < 600 else MailOutcome.UNKNOWN


def _unreachable(place: str, security: MailSecurity, error: BaseException) -> MailUnreachable:
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        why = "Son certificat n'est pas celui d'une autorité reconnue, ou pas à son nom."
        remedy = (
            "Vérifiez mail.host ; pour une autorité de la mairie, donnez son fichier à mail.ca."
        )
    elif isinstance(error, SMTPResponseException):
        why = f"Il a répondu {error.code}."
        remedy = "Vérifiez mail.sender et mail.user : ce serveur peut refuser cette adresse."
    else:
        why = f"Il ne répond pas comme attendu ({security.value}, {type(error).__name__})."
        remedy = "Vérifiez mail.host, mail.port et mail.security, et le pare-feu."
    return MailUnreachable(f"Le serveur de courrier {place} ne peut pas être utilisé.", why, remedy)
