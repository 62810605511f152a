"""May this flagged message leave its sector? Everything that is asked before its text is judged."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from policies.attachments import Album, Attachment, Enclosed
from policies.lengths import fits
from policies.message_words import whole
from policies.positions import Position
from policies.quotas import is_flood, over_quota
from policies.refusal import Refusal
from policies.reports import WITHDRAWN, Link, LinkState, Report
from policies.terms import (
    Commune,
    Directory,
    EventId,
    Flag,
    Message,
    MessageKind,
    Role,
    RoomId,
    RoomKind,
    SectorCode,
    SenderTrust,
    UserId,
)

CERTAIN_FOR = timedelta(hours=12)
"""How long a repeated send is surely recognised: Synapse forgets transaction ids after a day."""


@dataclass(frozen=True, slots=True)
class Relayable:
    """The message may be judged and relayed, for this sector."""

    sector: SectorCode


@dataclass(frozen=True, slots=True)
class History:
    """What the ledger knows of the message and of its référent."""

    report: Report | None
    flags_today: int
    sector_today: int = 0
    """The reports of his sector in 24 hours, this one included."""


def may_relay(
    flag: Flag,
    message: Message | None,
    directory: Directory,
    history: History,
    now: datetime,
    guided: SectorCode | None = None,
) -> Relayable | Refusal:
    """Whether the message that ``flag`` chose may be judged for relay.

    ``guided`` is the sector that a guided report is about, which was built in a private room.
    ``message`` is ``None`` when it could not be read. Who flags is looked at first, so that
    nothing is learnt about a message by somebody who may not flag it.
    """
    sector = referent_sector(flag.sender, flag.room_id, directory, now, guided)
    if isinstance(sector, Refusal):
        return sector
    if history.report is not None and history.report.flag_event != flag.event_id:
        return Refusal.ALREADY_FLAGGED
    if history.report is None:
        over = over_quota(history.flags_today, history.sector_today, directory.commune)
        if over is not None:
            return over
    if message is None or (message.room_id, message.event_id) != (flag.room_id, flag.target):
        return Refusal.UNREADABLE
    refusal = unfit(message, sector, directory, now)
    return Relayable(sector) if refusal is None else refusal


def known_number(refusal: Refusal, report: Report | None) -> str:
    """The number that he may be told whose flag is refused so; empty for none.

    Who hears that a message was flagged before is its sector's référent: it was asked first. One
    that was withdrawn stands nowhere any more.
    """
    if refusal is not Refusal.ALREADY_FLAGGED or report is None or report.state in WITHDRAWN:
        return ""
    return report.number or ""


def heeds_danger(refusal: Refusal, flag: Flag, directory: Directory, history: History) -> bool:
    """Whether a message that is refused unread is read all the same, for the number to call.

    Its référent may flag there, only not this message or not so many: an emergency leaves whatever
    the quotas say. Whoever flagged it first has the number already; in a flood nothing is read, so
    that nobody keeps others waiting.
    """
    if is_flood(history.flags_today, directory.commune):
        return False
    match refusal:
        case Refusal.OVER_QUOTA | Refusal.SECTOR_QUOTA:
            return True
        case Refusal.ALREADY_FLAGGED:
            return history.report is not None and history.report.referent != flag.sender
        case _:
            return False


def referent_sector(
    user_id: UserId,
    room_id: RoomId,
    directory: Directory,
    now: datetime,
    guided: SectorCode | None = None,
) -> SectorCode | Refusal:
    """The sector of ``room_id`` when ``user_id`` is its référent at ``now``.

    In his own private room it is the sector that his ``guided`` report is about.
    """
    key = directory.key_of(room_id)
    is_own = key is not None and key.kind is RoomKind.PRIVATE and key.code == user_id
    if key is None or not (key.kind is RoomKind.SECTOR or (is_own and guided is not None)):
        return Refusal.NOT_A_SECTOR_ROOM
    wanted = guided if is_own else key.code
    sectors = referent_sectors(user_id, directory, now)
    return next((sector for sector in sectors if sector == wanted), Refusal.NO_MANDATE)


def referent_sectors(
    user_id: UserId, directory: Directory, now: datetime
) -> tuple[SectorCode, ...]:
    """The sectors whose référent he is at ``now``."""
    mandates = directory.mandates_of(user_id, now)
    held = (m.sector for m in mandates if m.role is Role.REFERENT and m.sector is not None)
    return tuple(dict.fromkeys(held))


def unfit(
    message: Message, sector: SectorCode, directory: Directory, now: datetime
) -> Refusal | None:
    """Why a message of ``sector`` cannot be judged, ``None`` when it can."""
    if not message.encrypted:
        return Refusal.NOT_ENCRYPTED
    if all(m.sector != sector for m in directory.mandates_of(message.sender, now)):
        return Refusal.AUTHOR_UNKNOWN
    if message.trust is SenderTrust.IDENTITY_CHANGED:
        return Refusal.IDENTITY_CHANGED
    if message.trust is not SenderTrust.SIGNED:
        return Refusal.UNSIGNED_DEVICE
    return unfit_content(message, directory.commune)


def unfit_content(message: Message, commune: Commune) -> Refusal | None:  # noqa: PLR0911 - one answer a kind
    """Why nothing can be made of what a message is, whoever sent it."""
    match message.kind:
        case MessageKind.TEXT:
            return _unfit_words(message)
        case MessageKind.FILE:
            return _unfit_file(message.enclosed, commune) or _unfit_words(message, may_be_none=True)
        case MessageKind.PLACE:
            if not isinstance(message.enclosed, Position):
                return Refusal.BAD_PLACE
            return _unfit_words(message, may_be_none=True)
        case MessageKind.VOICE:
            return Refusal.VOICE
        case MessageKind.VIDEO:
            return Refusal.VIDEO
        case MessageKind.OTHER:
            return Refusal.NOT_TEXT
        case MessageKind.EDIT:
            return Refusal.EDIT
        case MessageKind.UNSETTLED:
            return Refusal.UNSETTLED
        case kind:  # pragma: no cover
            assert_never(kind)


def _unfit_file(enclosed: Enclosed | None, commune: Commune) -> Refusal | None:
    files = enclosed.files if isinstance(enclosed, Album) else (enclosed,)
    # No resident makes our server ask a stranger's for a file, nor wait for one that is away.
    known = commune.federated_with | {commune.server_name}
    for file in files:
        if not isinstance(file, Attachment):
            return Refusal.ATTACHMENT_OPEN
        if file.server not in known:
            return Refusal.ATTACHMENT_GONE
    return None


def _unfit_words(message: Message, *, may_be_none: bool = False) -> Refusal | None:
    if message.formatted is not None and not message.formatted.intact:
        return Refusal.UNCHECKED
    text = whole(message).text
    if not text.strip():
        return None if may_be_none else Refusal.EMPTY
    return None if fits(text) else Refusal.TOO_LONG


def transaction(purpose: str, source: EventId | str, destination: RoomId | str = "") -> str:
    """The transaction id of one send: the same for the same purpose, source and destination.

    The homeserver makes one event of however many sends carry it (specification, "Transaction
    identifiers"), so that a repeated step after a crash says nothing twice.
    """
    parts = "\n".join((purpose, source, destination))
    return "pc" + hashlib.sha256(parts.encode()).hexdigest()[:40]


def is_uncertain(link: Link, now: datetime) -> bool:
    """Whether ``link`` was begun too long ago to be sent again without risking a second copy."""
    return link.state is LinkState.PENDING and now - link.begun_at > CERTAIN_FOR
