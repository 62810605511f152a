"""Killed between the text and the server's answer: one mail at most, and a human is told."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from pc_matrix.book import Book
from pc_matrix.registry import Registry
from policies.mails import MailKind, MailState
from policies.relay import transaction
from policies.reports import ReportState
from tests.fakes import commune as c
from tests.fakes.world import FakeClock, FakeRooms
from tests.mail.conftest import Office
from tests.mail.one_mail import TEXT, VAULT, SameFingerprint, to_mail
from tests.mail.smtp import SmtpServer

ROOT = Path(__file__).parents[2]


def waiting(book: Book) -> int:
    """A report whose mail waits; its id."""
    report = book.open_report(c.flag())
    book.depart(report.id, 2026, "", [])
    book.set_state(report.id, ReportState.SENT, digest=SameFingerprint().of(TEXT))
    txn = transaction("mail", report.source_event, c.GENDARMERIE_ROOM)
    book.mail(report.id, c.GENDARMERIE, MailKind.REPORT, txn)
    return report.id


@pytest.mark.parametrize("when", ["before the text", "after the text"])
async def test_a_killed_process_sends_no_second_mail(
    office: Office, tmp_path: Path, when: str
) -> None:
    (tmp_path / "gendarmerie.pem").write_bytes(office.paper.pem)
    database = f"sqlite:///{tmp_path / 'registry.db'}"
    with Registry.open(database, VAULT) as registry:
        book = Book(registry, c.commune(), FakeClock())
        report_id = waiting(book)
        server = SmtpServer()
        async with server.running():
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.mail.one_mail"),
                *(database, str(server.port), str(tmp_path)),
                cwd=ROOT,
            )
            hook = "on_text" if when == "after the text" else "on_recipient"
            setattr(server, hook, child.kill)
            assert await child.wait() == -signal.SIGKILL
            server.on_text = server.on_recipient = None

            rooms = FakeRooms()
            mails = to_mail(book, rooms, server.port, tmp_path)
            for _ in range(2):
                await mails.step(c.mailed_directory())
    assert len(server.mails) == 1
    (told,) = rooms.to(c.private_room(c.REFERENT))
    (mail,) = _mails(database, report_id)
    if when == "after the text":
        assert mail is MailState.UNCERTAIN
        assert "nous ne savons pas s'il est arrivé" in told
    else:
        assert mail is MailState.TAKEN
        assert TEXT in office.decrypted(server.mails[0]).decode()


def _mails(database: str, report_id: int) -> list[MailState]:
    with Registry.open(database, VAULT) as registry:
        return [mail.state for mail in registry.mails(c.CODE, report_id)]
