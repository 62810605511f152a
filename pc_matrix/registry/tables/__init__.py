"""The tables, by subject. Each carries its commune, the seal excepted; none holds a text."""

from pc_matrix.registry.tables.applied import AppliedRow, ImageRow
from pc_matrix.registry.tables.arrivals import GuestRoomRow, KnockRow, LinkCodeRow, LinkTryRow
from pc_matrix.registry.tables.base import Row
from pc_matrix.registry.tables.bulletins import (
    BulletinLinkRow,
    BulletinRow,
    BulletinWordingRow,
)
from pc_matrix.registry.tables.changes import QuestionRow
from pc_matrix.registry.tables.consents import NameConsentRow
from pc_matrix.registry.tables.corrections import CorrectionRow
from pc_matrix.registry.tables.enclosures import EnclosureRow
from pc_matrix.registry.tables.guided import FormAnswerRow, FormPhotoRow, FormRow
from pc_matrix.registry.tables.inbox import CursorRow, InboxRow
from pc_matrix.registry.tables.ledger import (
    CounterRow,
    LinkRow,
    ReportRow,
    ShowingRow,
)
from pc_matrix.registry.tables.mail import CertificateNewsRow, MailRow
from pc_matrix.registry.tables.mandates import DepartureRow, FarewellRow, RenewalRow
from pc_matrix.registry.tables.people import MandateRow, PersonRow
from pc_matrix.registry.tables.places import AuthorityRow, PlaceRow, SectorRow
from pc_matrix.registry.tables.revisions import DirectoryRevisionRow
from pc_matrix.registry.tables.rooms import RetiredRoomRow, RoomRow
from pc_matrix.registry.tables.seal import SealRow
from pc_matrix.registry.tables.steps import ReportStepRow
from pc_matrix.registry.tables.traces import AuditRow, IdentityNewsRow, PinRow
from pc_matrix.registry.tables.verification import VerificationRow

METADATA = Row.metadata

__all__ = [
    "METADATA",
    "AppliedRow",
    "AuditRow",
    "AuthorityRow",
    "BulletinLinkRow",
    "BulletinRow",
    "BulletinWordingRow",
    "CertificateNewsRow",
    "CorrectionRow",
    "CounterRow",
    "CursorRow",
    "DepartureRow",
    "DirectoryRevisionRow",
    "EnclosureRow",
    "FarewellRow",
    "FormAnswerRow",
    "FormPhotoRow",
    "FormRow",
    "GuestRoomRow",
    "IdentityNewsRow",
    "ImageRow",
    "InboxRow",
    "KnockRow",
    "LinkCodeRow",
    "LinkRow",
    "LinkTryRow",
    "MailRow",
    "MandateRow",
    "NameConsentRow",
    "PersonRow",
    "PinRow",
    "PlaceRow",
    "QuestionRow",
    "RenewalRow",
    "ReportRow",
    "ReportStepRow",
    "RetiredRoomRow",
    "RoomRow",
    "SealRow",
    "SectorRow",
    "ShowingRow",
    "VerificationRow",
]
