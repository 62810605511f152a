"""The tables, by subject. Every one carries its commune; none holds a message's text."""

from pc_matrix.registry.tables.base import Row
from pc_matrix.registry.tables.inbox import CursorRow, InboxRow
from pc_matrix.registry.tables.ledger import (
    AcknowledgementRow,
    BulletinLinkRow,
    BulletinRow,
    CounterRow,
    LinkRow,
    ReportRow,
)
from pc_matrix.registry.tables.people import MandateRow, PersonRow
from pc_matrix.registry.tables.rooms import RoomRow
from pc_matrix.registry.tables.traces import AuditRow, PinRow

METADATA = Row.metadata

__all__ = [
    "METADATA",
    "AcknowledgementRow",
    "AuditRow",
    "BulletinLinkRow",
    "BulletinRow",
    "CounterRow",
    "CursorRow",
    "InboxRow",
    "LinkRow",
    "MandateRow",
    "PersonRow",
    "PinRow",
    "ReportRow",
    "RoomRow",
]
