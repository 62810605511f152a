"""The guided report, step by step: what may be asked next, and when something may leave.

Pure: a form and what was answered in, the form after it and what to say out. Nothing leaves but
with a yes to the last preview. No step asks who did it; there is none that could.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from policies.terms import Category, EventId, RoomId, SectorCode, UserId

_NONE = EventId("")
LASTS = timedelta(hours=2)
"""How long a form waits for its next answer."""
MOST_PHOTOS = 5
"""More than an officer looks at on his way; each may weigh a megabyte in every room."""


class Step(StrEnum):
    """The questions in their order, and the preview that comes after them."""

    CATEGORY = "category"
    SECTOR = "sector"
    FACTS = "facts"
    PLACE = "place"
    TIME = "time"
    VEHICLE = "vehicle"
    PEOPLE = "people"
    """How they were dressed and what they did: never who they are."""
    PHOTO = "photo"
    PREVIEW = "preview"


NEEDED = frozenset({Step.CATEGORY, Step.SECTOR, Step.FACTS, Step.PLACE})
"""The steps that cannot be passed over."""
_NOT_IN_WORDS = frozenset({Step.CATEGORY, Step.SECTOR, Step.PHOTO})
"""The steps that are answered by one of the choices or by photos, and by no other words."""


class Kind(StrEnum):
    """What an answer is, whatever was asked."""

    CHOICE = "choice"
    WORDS = "words"
    PICTURE = "picture"
    """A photo that may leave; it is one more, whatever was asked."""
    CLEAR = "clear"
    """No photo after all."""
    SKIP = "skip"
    BACK = "back"
    CANCEL = "cancel"
    YES = "yes"
    NO = "no"
    CHANGE = "change"
    """Of one step, from the preview."""
    NOTHING = "nothing"
    """It could not be read, or says nothing."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer. ``choice`` is a word of ours (a category, a sector, an hour, a step), no text."""

    kind: Kind
    choice: str = ""


class Heard(StrEnum):
    """What the filter says of an answer in free words."""

    FINE = "fine"
    NAMES = "names"
    """Somebody can be recognised, or may be."""
    ACCUSES = "accuses"


class Reply(StrEnum):
    """What is said after an answer; ``again`` asks the same step once more."""

    ASK = "ask"
    UNCLEAR = "unclear"
    NEEDED = "needed"
    NAMES = "names"
    ACCUSES = "accuses"
    PHOTO = "photo"
    """A photo was kept."""
    FULL = "full"
    """No more photos are."""
    PREVIEW = "preview"
    SEND = "send"
    CANCELLED = "cancelled"


class Ending(StrEnum):
    SENT = "sent"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    BARRED = "barred"
    """Its référent's mandate ended meanwhile, or it may not be relayed."""


@dataclass(frozen=True, slots=True)
class Filled:
    """One answer: where it stands, when it was given, and the choice that it was, never its text.

    ``choice`` empty: its words are read again from the room, where they can be taken back.
    """

    event_id: EventId
    at: datetime
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A guided report as far as it came.

    ``source`` is the bot's first question, ``begun_by`` what the référent wrote to begin, ``shown``
    whether what would leave stands before his eyes, ``question`` what he was asked last, and
    ``last_event`` the last answer that was taken: it is never taken twice.
    """

    source: EventId
    begun_by: EventId
    room_id: RoomId
    user_id: UserId
    touched_at: datetime
    sectors: tuple[SectorCode, ...]
    step: Step = Step.CATEGORY
    answers: Mapping[Step, Filled] = field(default_factory=dict)
    photos: tuple[Filled, ...] = ()
    """In the order in which they came; each is examined anew before it leaves."""
    changing: bool = False
    tries: int = 0
    shown: bool = False
    question: EventId = _NONE
    last_event: EventId = _NONE
    ended: Ending | None = None

    @property
    def category(self) -> Category | None:
        """What it is about, ``None`` while that was not answered."""
        filled = self.answers.get(Step.CATEGORY)
        return Category(filled.choice) if filled is not None else None

    @property
    def sector(self) -> SectorCode | None:
        """The sector that it is about, ``None`` while he has several and named none."""
        filled = self.answers.get(Step.SECTOR)
        if filled is not None:
            return SectorCode(filled.choice)
        return self.sectors[0] if len(self.sectors) == 1 else None


def steps(form: Form) -> tuple[Step, ...]:
    """The questions of this form, in their order."""
    left_out = {Step.PREVIEW}
    if len(form.sectors) == 1:
        left_out.add(Step.SECTOR)
    return tuple(step for step in Step if step not in left_out)


def first(form: Form) -> Form:
    """``form`` at its first question that nothing answers yet."""
    open_steps = (step for step in steps(form) if step not in form.answers)
    return replace(form, step=next(open_steps, Step.PREVIEW))


def has_lapsed(form: Form, now: datetime) -> bool:
    """Whether nobody answered for too long."""
    return now - form.touched_at >= LASTS


def missing(form: Form) -> Step | None:
    """The first question that must be answered before anything is shown."""
    asked = steps(form)
    return next((step for step in asked if step in NEEDED and step not in form.answers), None)


def advance(form: Form, given: Given, filled: Filled, heard: Heard) -> tuple[Form, Reply]:
    """The form after the answer ``given``, which stands at ``filled``, and what is said to it."""
    if given.kind is Kind.CANCEL:
        return replace(form, ended=Ending.CANCELLED), Reply.CANCELLED
    if given.kind is Kind.PICTURE:
        return _pictured(form, filled, heard)
    if form.step is Step.PREVIEW:
        return _at_preview(form, given)
    return _at_question(form, given, filled, heard)


def _at_question(form: Form, given: Given, filled: Filled, heard: Heard) -> tuple[Form, Reply]:
    match given.kind:
        case Kind.BACK:
            return _back(form)
        case Kind.SKIP | Kind.NO:
            return _skipped(form)
        case Kind.CLEAR if form.step is Step.PHOTO:
            return replace(form, photos=(), tries=0, shown=False), Reply.ASK
        case Kind.CHOICE:
            return _heard(form, filled, heard)
        case Kind.WORDS if form.step not in _NOT_IN_WORDS:
            return _heard(form, filled, heard)
        case _:
            return form, Reply.UNCLEAR


def _pictured(form: Form, filled: Filled, heard: Heard) -> tuple[Form, Reply]:
    """Kept whatever was asked, which is then asked again; its caption is heard like any words."""
    again = _said_again(form, heard)
    if again is not None:
        return replace(form, tries=form.tries + 1), again
    if len(form.photos) >= MOST_PHOTOS:
        return form, Reply.FULL
    form = replace(form, photos=(*form.photos, filled), tries=0, shown=False)
    return preview(form) if form.step is Step.PREVIEW else (form, Reply.PHOTO)


def _heard(form: Form, filled: Filled, heard: Heard) -> tuple[Form, Reply]:
    again = _said_again(form, heard)
    if again is not None:
        return replace(form, tries=form.tries + 1), again
    answers = {**form.answers, form.step: filled}
    return _on(replace(form, answers=answers, shown=False))


def _said_again(form: Form, heard: Heard) -> Reply | None:
    """A name may be none: said a second time it stays, masked, and is seen in the preview."""
    if heard is Heard.ACCUSES:
        return Reply.ACCUSES
    return Reply.NAMES if heard is Heard.NAMES and form.tries == 0 else None


def _skipped(form: Form) -> tuple[Form, Reply]:
    if form.step in NEEDED:
        return form, Reply.NEEDED
    answers = {step: filled for step, filled in form.answers.items() if step is not form.step}
    return _on(replace(form, answers=answers, shown=False))


def _on(form: Form) -> tuple[Form, Reply]:
    """To the next question; after a change, and after the last, to the preview."""
    asked = steps(form)
    following = asked[asked.index(form.step) + 1 :] if form.step in asked else ()
    step = Step.PREVIEW if form.changing or not following else following[0]
    if step is Step.PREVIEW:
        return preview(form)
    return replace(form, step=step, tries=0), Reply.ASK


def preview(form: Form) -> tuple[Form, Reply]:
    """To the preview, unless something that is needed is missing: then that is asked."""
    lacking = missing(form)
    if lacking is not None:
        return replace(form, step=lacking, changing=True, tries=0, shown=False), Reply.ASK
    return replace(form, step=Step.PREVIEW, changing=False, tries=0, shown=False), Reply.PREVIEW


def _back(form: Form) -> tuple[Form, Reply]:
    if form.changing:
        return preview(form)
    asked = steps(form)
    before = asked[: asked.index(form.step)] if form.step in asked else ()
    return replace(form, step=before[-1] if before else form.step, tries=0), Reply.ASK


def _at_preview(form: Form, given: Given) -> tuple[Form, Reply]:
    match given.kind:
        case Kind.YES if form.shown:
            return replace(form, ended=Ending.SENT), Reply.SEND
        case Kind.YES:
            return preview(form)
        case Kind.NO:
            return replace(form, ended=Ending.CANCELLED), Reply.CANCELLED
        case Kind.BACK:
            step = steps(form)[-1]
            return replace(form, step=step, changing=True, shown=False), Reply.ASK
        case Kind.CHANGE if given.choice in steps(form):
            step = Step(given.choice)
            return replace(form, step=step, changing=True, shown=False), Reply.ASK
        case _:
            return form, Reply.UNCLEAR
