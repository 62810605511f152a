"""``[mail]`` and ``authority.email``: the mail server, and who is written to, as a file says it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from pc_matrix.settings.faults import Fault, key_path
from policies.mail_headers import MailAddress, mail_address

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]{2,45}")
_FILE = re.compile(r"[\w][\w .@+-]{0,120}")


class MailSecurity(StrEnum):
    """How the connection to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
    """Not at all: only to a mail server on this very machine."""


_PORTS = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed over, and as whom. ``ca`` is one more authority to trust for TLS."""

    host: str
    port: int
    security: MailSecurity
    sender: MailAddress
    user: str = ""
    password: SecretStr | None = None
    ca: Path | None = None


def address(value: str) -> str:
    """A validator: the address as it is, or what was expected."""
    if mail_address(value) is None:
        raise ValueError("une adresse est attendue, comme accueil@gendarmerie.example")
    return value


def file_name(value: str) -> str:
    """A validator: the name of a file beside the commune's."""
    if _FILE.fullmatch(value) is None:
        raise ValueError("le nom d'un fichier posé à côté de celui-ci est attendu, sans dossier")
    return value


def _host(value: str) -> str:
    if _HOST.fullmatch(value) is None:
        raise ValueError("un nom de machine est attendu, comme smtp.mairie.example")
    return value


FileName = Annotated[str, AfterValidator(file_name)]
Address = Annotated[str, AfterValidator(address)]


class MailTable(BaseModel):
    """``[mail]``. The password is a secret: it stands in ``secrets.toml``, never here."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    host: Annotated[str, AfterValidator(_host)]
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Address
    user: Annotated[str, Field(max_length=200)] = ""
    ca: FileName | None = None

    def server(self, folder: Path, password: SecretStr | None) -> MailServer:
        """The server that the table names; files are looked for in ``folder``."""
        security = MailSecurity(self.security)
        return MailServer(
            host=self.host,
            port=self.port or _PORTS[security],
            security=security,
            sender=MailAddress(self.sender),
            user=self.user,
            password=password if self.user else None,
            ca=folder / self.ca if self.ca else None,
        )


def cross_faults(data: dict[str, Any]) -> Iterator[Fault]:
    """Faults between keys, found in the raw table so that they come with all the others."""
    mail = data.get("mail")
    if isinstance(mail, dict):
        yield from _mail_faults(mail)
    authorities = data.get("authority")
    for place, row in enumerate(authorities if isinstance(authorities, list) else ()):
        if isinstance(row, dict):
            yield from _authority_faults(row, place, has_mail="mail" in data)


def _mail_faults(mail: dict[str, Any]) -> Iterator[Fault]:
    host = mail.get("host")
    if mail.get("security") == "none" and isinstance(host, str) and not _is_here(host):
        expected = "sans chiffrement, seul un serveur de cette machine est admis : 127.0.0.1"
        yield Fault("mail.security", expected)
    if "password" in mail:
        yield Fault("mail.password", "un mot de passe n'a pas sa place ici, mais dans secrets.toml")


def _authority_faults(row: dict[str, Any], place: int, *, has_mail: bool) -> Iterator[Fault]:
    if "email" in row and not has_mail:
        expected = "il manque le bloc [mail], qui dit par quel serveur le courriel part"
        yield Fault(key_path(("authority", place, "email")), expected)
    if "certificate" in row and "email" not in row:
        expected = "un certificat ne sert qu'avec une adresse (email)"
        yield Fault(key_path(("authority", place, "certificate")), expected)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
