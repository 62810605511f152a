"""The ledger of mails on both engines, between communes and processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from pc_matrix.registry import Registry
from pc_matrix.vault import Vault
from policies.mails import MailKind, MailState
from policies.terms import AuthorityCode, EventId
from tests.registry.conftest import CODE, NOW, OTHER
from tests.registry.test_ledger import LATER, flag

POLICE = AuthorityCode("police")


def test_a_mail_of_another_commune_is_out_of_reach(registry: Registry) -> None:
    report = registry.open_report(CODE, flag(), NOW)
    mail = registry.mail(CODE, report.id, POLICE, MailKind.REPORT, "t", None, NOW)
    registry.set_mail(OTHER, mail.id, MailState.TAKEN, LATER, sealed=True)
    registry.mail_told(OTHER, mail.id, LATER)
    assert registry.untold_mails(OTHER) == []
    assert registry.mails(OTHER, report.id) == []
    assert registry.untold_mails(CODE) == [(report, mail)]
    registry.set_mail(CODE, mail.id, MailState.TAKEN, LATER, sealed=True)
    (told,) = registry.mails(CODE, report.id)
    assert (told.state, told.sealed, told.begun_at) == (MailState.TAKEN, True, NOW)
    registry.certificate_told(CODE, POLICE, "f", "expired", NOW)
    registry.certificate_is_well(OTHER, POLICE)
    assert registry.is_certificate_told(CODE, POLICE, "f", "expired")
    assert not registry.is_certificate_told(OTHER, POLICE, "f", "expired")


def test_many_write_the_same_mail_down_once(
    database_url: str, registry: Registry, vault: Vault
) -> None:
    report = registry.open_report(CODE, flag(), NOW)
    change = EventId("$c")
    with Registry.open(database_url, vault) as second, ThreadPoolExecutor(6) as pool:
        jobs = [
            pool.submit(r.mail, CODE, report.id, POLICE, MailKind.EDIT, "t", change, NOW)
            for _ in range(6)
            for r in (registry, second)
        ]
        assert len({job.result().id for job in jobs}) == 1
