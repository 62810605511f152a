"""The registry as the rest of the program holds it: all its parts over one database."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from pc_matrix.registry import engine, migrate, seal
from pc_matrix.registry.applied import AppliedStore
from pc_matrix.registry.audits import AuditStore
from pc_matrix.registry.bulletins import BulletinStore
from pc_matrix.registry.changes import ChangeStore
from pc_matrix.registry.columns import give_vault
from pc_matrix.registry.comings_and_goings import ComingsAndGoings
from pc_matrix.registry.consents import ConsentStore
from pc_matrix.registry.corrections import CorrectionStore
from pc_matrix.registry.departing import DepartureStore
from pc_matrix.registry.directories import DirectoryStore
from pc_matrix.registry.enclosures import EnclosureStore
from pc_matrix.registry.ends import EndStore
from pc_matrix.registry.forms import FormStore
from pc_matrix.registry.guests import GuestStore
from pc_matrix.registry.hold import Hold
from pc_matrix.registry.imports import ImportStore
from pc_matrix.registry.inbox import InboxStore
from pc_matrix.registry.kept import KeptStore
from pc_matrix.registry.knocks import KnockStore
from pc_matrix.registry.link_codes import LinkCodeStore
from pc_matrix.registry.links import LinkStore
from pc_matrix.registry.mails import MailStore
from pc_matrix.registry.personal import PersonalStore
from pc_matrix.registry.persons import PersonStore
from pc_matrix.registry.pins import PinStore
from pc_matrix.registry.places import PlaceStore
from pc_matrix.registry.repeats import RepeatStore
from pc_matrix.registry.reports import ReportStore
from pc_matrix.registry.retired_rooms import RetiredRoomStore
from pc_matrix.registry.rooms import RoomStore
from pc_matrix.registry.shared_accounts import SharedAccountStore
from pc_matrix.registry.showings import ShowingStore
from pc_matrix.registry.steps import StepStore
from pc_matrix.registry.transactions import Transactions
from pc_matrix.registry.verifications import VerificationStore
from pc_matrix.vault import Vault
from policies.terms import CommuneCode


class Registry(
    PlaceStore,
    PersonStore,
    EndStore,
    SharedAccountStore,
    DirectoryStore,
    ImportStore,
    RoomStore,
    AppliedStore,
    RetiredRoomStore,
    KeptStore,
    InboxStore,
    ReportStore,
    DepartureStore,
    RepeatStore,
    LinkStore,
    EnclosureStore,
    MailStore,
    ChangeStore,
    ConsentStore,
    ShowingStore,
    StepStore,
    BulletinStore,
    PinStore,
    VerificationStore,
    ComingsAndGoings,
    CorrectionStore,
    KnockStore,
    LinkCodeStore,
    GuestStore,
    FormStore,
    AuditStore,
    PersonalStore,
):
    """All communes of a deployment, in one SQLite file or PostgreSQL database.

    Synchronous; may be shared by threads and opened by several processes. Every method is one
    transaction. Times are aware. Raises ``RegistryError`` when the database cannot be read or
    written, ``StoreError`` when a sealed column does not open under the vault's key.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    @classmethod
    def open(cls, database_url: str, vault: Vault) -> Self:
        """Open the database, bringing its tables to this version under a lock.

        Raises ``StoreError``, with nothing written, when another key sealed what it holds.
        """
        opened = engine.opened(engine.parsed(database_url))
        give_vault(opened, vault)
        try:
            seal.check(opened, vault)
            migrate.to_head(opened)
            seal.affix(opened, vault)
        except BaseException:
            opened.dispose()
            raise
        return cls(Transactions(opened))

    def hold(self, code: CommuneCode) -> Hold:
        """The right to be the commune's bot: nobody else is while it is held."""
        return Hold(self._transactions.engine, code)

    def close(self) -> None:
        """Give back the connections. Closing twice does nothing."""
        self._transactions.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
