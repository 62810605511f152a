"""A process that sends the mails of a registry once, and may be killed while it does.

``python -m tests.mail.one_mail DATABASE PORT FOLDER``
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bridges.certificate_news import CertificateNews
from bridges.enclosing import Enclosing
from bridges.judging import Judging
from bridges.to_mail import ToMail
from pc_matrix.book import Book
from pc_matrix.language import load
from pc_matrix.mail import Post, signer
from pc_matrix.registry import Registry
from pc_matrix.settings import MailSecurity, MailServer
from pc_matrix.vault import Vault
from policies.mail_headers import MailAddress
from tests.fakes import commune as c
from tests.fakes.ledger import FakeLedger
from tests.fakes.world import FakeClock, FakePictures, FakeReader, FakeRooms

VAULT = Vault(b"k" * 32)
TEXT = "Un fourgon blanc tourne dans la rue depuis ce matin."


class SameFingerprint:
    """Fingerprints that two processes agree on."""

    def of(self, text: str) -> str:
        return VAULT.digest(text, "shown-text")


def to_mail(book: Book, rooms: FakeRooms, port: int, folder: Path) -> ToMail:
    """The mails of ``book``, on the server at ``port``."""
    sender, clock, reader = MailAddress("participation@ex.test"), FakeClock(), FakeReader()
    reader.holds(c.message(TEXT))
    server = MailServer("127.0.0.1", port, MailSecurity.NONE, sender)
    signing = signer(folder, c.BOT, VAULT, "Saint-Exemple", sender, c.NOW)
    certificates = {c.GENDARMERIE: folder / "gendarmerie.pem"}
    post = Post(server, "Saint-Exemple", certificates, signing, clock.now)
    judging = Judging(reader, book, load())
    news = CertificateNews(post, rooms, book, clock)
    enclosing = Enclosing(FakePictures(), rooms, FakeLedger(clock), SameFingerprint())
    return ToMail(post, rooms, book, judging, SameFingerprint(), news, clock, enclosing)


async def _run(database: str, port: int, folder: Path) -> None:
    with Registry.open(database, VAULT) as registry:
        book = Book(registry, c.commune(), FakeClock())
        await to_mail(book, FakeRooms(), port, folder).step(c.mailed_directory())


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
