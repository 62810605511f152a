"""Guided reports: kept whole after each answer, so that a restart loses none of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, delete, select

from pc_matrix.registry.statements import Statement
from pc_matrix.registry.tables import FormAnswerRow, FormPhotoRow, FormRow
from pc_matrix.registry.tables.base import table_of
from pc_matrix.registry.transactions import Transactions
from policies.guided import Ending, Filled, Form, Step
from policies.terms import CommuneCode, EventId, RoomId, SectorCode, UserId

_BY_SOURCE = select(FormRow).where(
    FormRow.commune == bindparam("code"), FormRow.source == bindparam("event")
)

_FORM = table_of(FormRow).c
_IS_ONE = Statement(
    select_columns(_FORM.source).where(
        _FORM.commune == bindparam("code"), _FORM.source == bindparam("event")
    )
)


class FormStore:
    """The part of the registry that knows which question somebody is at."""

    _transactions: Transactions

    def keep_form(self, code: CommuneCode, form: Form) -> None:
        """Keep ``form`` as it is now, with its answers."""
        with self._transactions.writing() as session:
            session.merge(_row(code, form))
            for table in (FormAnswerRow, FormPhotoRow):
                mine = (col(table.commune) == code, col(table.source) == form.source)
                session.execute(delete(table).where(*mine))
            for step, filled in form.answers.items():
                session.add(_answer_row(code, form, step, filled))
            for place, filled in enumerate(form.photos):
                session.add(_photo_row(code, form, place, filled))

    def open_form(self, code: CommuneCode, user_id: UserId) -> Form | None:
        """The one that he is at, ``None`` when he is at none."""
        found = self._forms(code, FormRow.user_id == user_id, FormRow.ended == "")
        return found[0] if found else None

    def form_of(self, code: CommuneCode, source: EventId) -> Form | None:
        with self._transactions.asking() as line:
            if not line.rows(_IS_ONE, code=code, event=source):
                return None  # as of nearly every message
        with self._transactions.reading() as session:
            row = session.exec(_BY_SOURCE, params={"code": code, "event": source}).first()
            if row is None:
                return None
            return _form(row, _answers(session, row), _photos(session, row))

    def form_with(self, code: CommuneCode, event_id: EventId) -> Form | None:
        """The one that this event began, or answers; not with an answer that was given again."""
        answered = [
            select(table.source).where(table.commune == code, table.event_id == event_id)
            for table in (FormAnswerRow, FormPhotoRow)
        ]
        is_its = [col(FormRow.source).in_(wanted) for wanted in answered]
        found = self._forms(code, or_(col(FormRow.begun_by) == event_id, *is_its))
        return found[0] if found else None

    def form_answered(self, code: CommuneCode, last_event: EventId) -> Form | None:
        """The one whose last answer that was, also when it ended with it."""
        found = self._forms(code, FormRow.last_event == last_event)
        return found[0] if found else None

    def untouched_forms(self, code: CommuneCode, since: datetime) -> list[Form]:
        """Those that are open and that nobody answered at ``since`` or later."""
        return self._forms(code, FormRow.ended == "", FormRow.touched_at < since)

    def forget_form(self, code: CommuneCode, source: EventId) -> None:
        """Leave nothing of it."""
        self._forget(code, [source])

    def forget_forms(self, code: CommuneCode, abandoned: datetime, sent: datetime) -> int:
        """Leave nothing of those that ended and were touched before ``abandoned``, or before
        ``sent`` if they were sent; how many.
        """
        form, was_sent = FormRow, Ending.SENT.value
        ended = and_(col(form.ended) != "", col(form.ended) != was_sent)
        over = or_(
            and_(ended, col(form.touched_at) < abandoned),
            and_(col(form.ended) == was_sent, col(form.touched_at) < sent),
        )
        with self._transactions.reading() as session:
            wanted = select(form.source).where(form.commune == code, over)
            found = [EventId(source) for source in session.exec(wanted)]
        self._forget(code, found)
        return len(found)

    def _forget(self, code: CommuneCode, sources: Sequence[EventId]) -> None:
        if not sources:
            return
        with self._transactions.writing() as session:
            for table in (FormAnswerRow, FormPhotoRow, FormRow):
                theirs = (col(table.commune) == code, col(table.source).in_(sources))
                session.execute(delete(table).where(*theirs))

    def _forms(self, code: CommuneCode, *conditions: object) -> list[Form]:
        wanted = (
            select(FormRow)
            .where(FormRow.commune == code, *conditions)  # type: ignore[arg-type]
            .order_by(col(FormRow.touched_at))
        )
        with self._transactions.reading() as session:
            rows = session.exec(wanted).all()
            return [_form(row, _answers(session, row), _photos(session, row)) for row in rows]


def _answers(session: Session, row: FormRow) -> Sequence[FormAnswerRow]:
    mine = (FormAnswerRow.commune == row.commune, FormAnswerRow.source == row.source)
    return session.exec(select(FormAnswerRow).where(*mine)).all()


def _photos(session: Session, row: FormRow) -> Sequence[FormPhotoRow]:
    mine = (FormPhotoRow.commune == row.commune, FormPhotoRow.source == row.source)
    return session.exec(select(FormPhotoRow).where(*mine).order_by(col(FormPhotoRow.place))).all()


def _row(code: CommuneCode, form: Form) -> FormRow:
    return FormRow(
        commune=code,
        source=form.source,
        begun_by=form.begun_by,
        room_id=form.room_id,
        user_id=form.user_id,
        touched_at=form.touched_at,
        sectors=",".join(form.sectors),
        step=form.step.value,
        changing=form.changing,
        tries=form.tries,
        shown=form.shown,
        question=form.question,
        last_event=form.last_event,
        ended=form.ended.value if form.ended else "",
    )


def _answer_row(code: CommuneCode, form: Form, step: Step, filled: Filled) -> FormAnswerRow:
    return FormAnswerRow(
        commune=code,
        source=form.source,
        step=step.value,
        user_id=form.user_id,
        event_id=filled.event_id,
        answered_at=filled.at,
        choice=filled.choice,
    )


def _photo_row(code: CommuneCode, form: Form, place: int, filled: Filled) -> FormPhotoRow:
    return FormPhotoRow(
        commune=code,
        source=form.source,
        place=place,
        user_id=form.user_id,
        event_id=filled.event_id,
        answered_at=filled.at,
    )


def _form(row: FormRow, answers: Sequence[FormAnswerRow], photos: Sequence[FormPhotoRow]) -> Form:
    return Form(
        source=EventId(row.source),
        begun_by=EventId(row.begun_by),
        room_id=RoomId(row.room_id),
        user_id=UserId(row.user_id),
        touched_at=row.touched_at,
        sectors=tuple(SectorCode(s) for s in row.sectors.split(",") if s),
        step=Step(row.step),
        answers={Step(a.step): _filled(a) for a in answers},
        photos=tuple(Filled(EventId(p.event_id), p.answered_at) for p in photos),
        changing=row.changing,
        tries=row.tries,
        shown=row.shown,
        question=EventId(row.question),
        last_event=EventId(row.last_event),
        ended=Ending(row.ended) if row.ended else None,
    )


def _filled(row: FormAnswerRow) -> Filled:
    return Filled(EventId(row.event_id), row.answered_at, row.choice)
