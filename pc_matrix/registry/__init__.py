"""Who is who, which room is which, what came in, what went out: the only importer of SQLModel."""

from pc_matrix.registry.hold import Hold
from pc_matrix.registry.records import (
    AccountState,
    Answered,
    Audit,
    Contact,
    Declared,
    Place,
    PlaceKind,
)
from pc_matrix.registry.resealing import SealedUnder, reseal, sealed_columns, sealed_under
from pc_matrix.registry.store import Registry
from policies.reports import Choice, Link, LinkState, Report, ReportState, Showing, Shown

__all__ = [
    "AccountState",
    "Answered",
    "Audit",
    "Choice",
    "Contact",
    "Declared",
    "Hold",
    "Link",
    "LinkState",
    "Place",
    "PlaceKind",
    "Registry",
    "Report",
    "ReportState",
    "SealedUnder",
    "Showing",
    "Shown",
    "reseal",
    "sealed_columns",
    "sealed_under",
]
