"""One commune's pages of the registry, as the bridges, the session and the bot use them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from bridges.ports import Clock
from pc_matrix.bulletin_pages import BulletinPages
from pc_matrix.change_pages import ChangePages
from pc_matrix.form_pages import FormPages
from pc_matrix.mail_pages import MailPages
from pc_matrix.registry import Registry
from pc_matrix.repeat_pages import RepeatPages
from pc_matrix.step_pages import StepPages
from pc_matrix.subject_pages import SubjectPages
from policies.corrections import Correction
from policies.incoming import Incoming
from policies.pinning import (
    IdentityNews,
    NewsKind,
    Pin,
    PinOrigin,
    PinRule,
    Precedence,
    precedence,
    satisfies,
)
from policies.reports import Choice, Departure, Link, Report, ReportState, Showing
from policies.retirement import Retired
from policies.terms import (
    Commune,
    Directory,
    EventId,
    Flag,
    RoomId,
    UserId,
)
from policies.verification import Outcome, Verification

_DAY = timedelta(hours=24)
_PINS_FOR = timedelta(seconds=1)
_SETTLED_BY_A_PIN = frozenset({NewsKind.CHANGED, NewsKind.AWAITING})


class Book(MailPages, BulletinPages, ChangePages, StepPages, SubjectPages, FormPages, RepeatPages):
    """The bridges' ledgers, the inbox, the pins, and the verifications that wait."""

    def __init__(self, registry: Registry, commune: Commune, clock: Clock) -> None:
        self._registry, self._commune, self._clock = registry, commune, clock
        self._code = commune.code
        self._pins: Mapping[UserId, Pin] = {}
        self._pins_read: datetime | None = None

    def directory(self) -> Directory:
        return self._registry.directory(self._commune)

    # The inbox.

    def cursor(self) -> str | None:
        return self._registry.cursor(self._code)

    def take_in(self, items: Sequence[Incoming], cursor: str) -> int:
        return self._registry.take_in(self._code, items, cursor, self._clock.now())

    def waiting(self) -> list[tuple[int, Incoming]]:
        return self._registry.waiting(self._code)

    def settle(self, inbox_id: int, outcome: str) -> None:
        self._registry.settle(self._code, inbox_id, outcome, self._clock.now())

    def flags_today(self, flag: Flag) -> int:
        """How many messages its sender flagged in 24 hours, up to ``flag`` and with it.

        Those that came after it wait for their own turn, also when all came at once.
        """
        since = self._clock.now() - _DAY
        return self._registry.flags_since(self._code, flag.sender, since, flag.event_id)

    def reports_today(self, rooms: Collection[RoomId]) -> Mapping[RoomId, int]:
        return self._registry.reports_since(self._code, rooms, self._clock.now() - _DAY)

    def note_incident(self, action: str, subject: str, actor: str, note: str) -> None:
        self._registry.audit(self._code, self._clock.now(), action, subject, actor, note)

    # Pinned identities.

    def pinned(self, user_id: str) -> str | None:
        pin = self._all_pins().get(UserId(user_id))
        return pin.master_key if pin is not None else None

    def approved(self, user_id: str) -> bool:
        """Whether a human stands behind the pin, and not the first use alone."""
        return satisfies(self._all_pins().get(UserId(user_id)), PinRule.APPROVAL)

    def precedence(self, user_id: str) -> Precedence:
        return precedence(self._all_pins().get(UserId(user_id)))

    def pin(self, user_id: str, master_key: str) -> None:
        """Pin at first use; an identity that is pinned already stays what it was.

        Only of people of the registry: whoever else writes to the bot does not fill it.
        """
        who, now = UserId(user_id), self._clock.now()
        if self._registry.person(self._code, who) is None:
            return
        if self._registry.pin_first(self._code, who, master_key, now):
            self._registry.audit(self._code, now, "identity.pinned", user_id)
        self._pins_read = None

    def _all_pins(self) -> Mapping[UserId, Pin]:
        """The pins, read again after a second: an approval counts by then, also in a running bot.

        They are asked for with every message, for each of a room's people.
        """
        now = self._clock.now()
        if self._pins_read is None or not timedelta(0) <= now - self._pins_read < _PINS_FOR:
            self._pins, self._pins_read = self._registry.pins(self._code), now
        return self._pins

    # Verifications.

    def verifications(self) -> list[Verification]:
        return self._registry.verifications(self._code)

    def set_verification(self, found: Verification) -> None:
        self._registry.set_verification(self._code, found)

    def pin_verified(self, user_id: UserId, master_key: str) -> None:
        """Pin what two people vouched for; an earlier pin is replaced."""
        now = self._clock.now()
        self._registry.set_pin(self._code, user_id, master_key, now, PinOrigin.VERIFIED)
        self._pins_read = None

    def end_verification(self, user_id: UserId, flow_id: str, outcome: Outcome) -> None:
        """Forget it, and keep in the audit how it ended."""
        action = f"verification.{outcome.value}"
        self._registry.audit(self._code, self._clock.now(), action, user_id, note=flow_id)
        self._registry.end_verification(self._code, user_id, flow_id)

    # What was noticed of identities.

    def note_identity(self, news: IdentityNews) -> bool:
        """Keep what was noticed, unless a human settled it meanwhile; whether it is new."""
        if self._is_settled(news):
            return False
        now = self._clock.now()
        is_new = self._registry.note_identity(self._code, news, now)
        if is_new:
            self._registry.audit(self._code, now, f"identity.{news.kind.value}", news.user_id)
        return is_new

    def _is_settled(self, news: IdentityNews) -> bool:
        pin = self._all_pins().get(news.user_id)
        is_pinned = pin is not None and pin.master_key == news.current
        return is_pinned and news.kind in _SETTLED_BY_A_PIN and satisfies(pin, PinRule.APPROVAL)

    def untold_identities(self) -> list[IdentityNews]:
        return [n for n, _seen in self._registry.identity_news(self._code, untold=True)]

    def identity_told(self, news: IdentityNews) -> None:
        self._registry.identity_told(self._code, news, self._clock.now())

    def identity_told_today(self, user_id: UserId) -> int:
        since = self._clock.now() - _DAY
        return self._registry.identity_told_since(self._code, user_id, since)

    # What was put right.

    def note_corrections(self, found: Sequence[Correction]) -> None:
        """Keep each to be told, and in the audit with who had done it."""
        now = self._clock.now()
        self._registry.note_corrections(self._code, found, now)
        for one in found:
            room = f"{one.key.kind}:{one.key.code}".removesuffix(":")
            subject = f"{one.subject} {room}".strip()
            self._registry.audit(self._code, now, f"drift.{one.deed}", subject, one.author or "")

    def waiting_corrections(self) -> Sequence[datetime]:
        return self._registry.waiting_corrections(self._code)

    def corrections_told(self) -> Sequence[datetime]:
        return self._registry.batches_told_since(self._code, self._clock.now() - _DAY)

    def batch_corrections(self) -> None:
        self._registry.batch_corrections(self._code)

    def correction_batches(self) -> Mapping[int, Sequence[Correction]]:
        return self._registry.correction_batches(self._code)

    def batch_told(self, batch: int) -> None:
        self._registry.batch_told(self._code, batch, self._clock.now())

    def unannounced(self) -> Sequence[Retired]:
        return self._registry.unannounced(self._code)

    def announced(self, room_id: RoomId) -> None:
        self._registry.announced(self._code, room_id)

    # Reports.

    def open_report(self, flag: Flag) -> Report:
        return self._registry.open_report(self._code, flag, self._clock.now())

    def report_of(self, source_event: EventId) -> Report | None:
        return self._registry.report_of(self._code, source_event)

    def report_by_preview(self, preview_event: EventId) -> Report | None:
        return self._registry.report_by_preview(self._code, preview_event)

    def report_by_number(self, number: str) -> Report | None:
        return self._registry.report_by_number(self._code, number)

    def set_state(
        self,
        report_id: int,
        state: ReportState,
        *,
        preview_event: EventId | None = None,
        digest: str | None = None,
    ) -> None:
        self._registry.set_state(
            self._code,
            report_id,
            state,
            self._clock.now(),
            preview_event=preview_event,
            digest=digest,
        )

    def showed(self, report_id: int, showing: Showing) -> None:
        self._registry.showed(self._code, report_id, showing, self._clock.now())

    def chose(self, event_id: EventId, choice: Choice) -> None:
        self._registry.chose(self._code, event_id, choice, self._clock.now())

    def depart(
        self, report_id: int, year: int, digest: str, copies: Sequence[tuple[RoomId, str]]
    ) -> Departure:
        now = self._clock.now()
        return self._registry.depart(self._code, report_id, year, digest, copies, now)

    def link(
        self, report_id: int, destination: RoomId, txn: str, digest: str | None = None
    ) -> Link:
        now = self._clock.now()
        return self._registry.link(self._code, report_id, destination, txn, now, digest)

    def sent(self, link_id: int, event_id: EventId) -> None:
        self._registry.sent(self._code, link_id, event_id, self._clock.now())

    def uncertain(self, link_id: int) -> None:
        self._registry.uncertain(self._code, link_id, self._clock.now())

    def links(self, report_id: int) -> Sequence[Link]:
        return self._registry.links(self._code, report_id)

    def link_by_event(self, event_id: EventId) -> tuple[Report, Link] | None:
        """The report whose copy that event is, or what came with its copy."""
        copy = self._registry.link_by_event(self._code, event_id)
        return copy or self._registry.enclosure_by_event(self._code, event_id)
