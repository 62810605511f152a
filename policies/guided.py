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
_CHOSEN = frozenset({Step.CATEGORY, Step.SECTOR})
"""The steps that are answered by one of the choices, and by no other words."""


class Kind(StrEnum):
    """What an answer is, whatever was asked."""

    CHOICE = "choice"
    WORDS = "words"
    PICTURE = "picture"
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


def steps(form: Form, *, photos: bool) -> tuple[Step, ...]:
    """The questions of this form, in their order."""
    left_out = {Step.PREVIEW}
    if len(form.sectors) == 1:
        left_out.add(Step.SECTOR)
    if not photos:
        left_out.add(Step.PHOTO)
    return tuple(step for step in Step if step not in left_out)


def first(form: Form, *, photos: bool) -> Form:
    """``form`` at its first question that nothing answers yet."""
    open_steps = (step for step in steps(form, photos=photos) if step not in form.answers)
    return replace(form, step=next(open_steps, Step.PREVIEW))


def has_lapsed(form: Form, now: datetime) -> bool:
    """Whether nobody answered for too long."""
    return now - form.touched_at >= LASTS


def missing(form: Form, *, photos: bool) -> Step | None:
    """The first question that must be answered before anything is shown."""
    asked = steps(form, photos=photos)
    return next((step for step in asked if step in NEEDED and step not in form.answers), None)


def advance(
    form: Form, given: Given, filled: Filled, heard: Heard, *, photos: bool
) -> tuple[Form, Reply]:
    """The form after the answer ``given``, which stands at ``filled``, and what is said to it."""
    if given.kind is Kind.CANCEL:
        return replace(form, ended=Ending.CANCELLED), Reply.CANCELLED
    if form.step is Step.PREVIEW:
        return _at_preview(form, given, photos=photos)
    if given.kind is Kind.BACK:
        return _back(form, photos=photos)
    if given.kind in (Kind.SKIP, Kind.NO):
        return _skipped(form, photos=photos)
    if not _answers(form.step, given):
        return form, Reply.UNCLEAR
    return _heard(form, filled, heard, photos=photos)


def _answers(step: Step, given: Given) -> bool:
    """Whether an answer of that kind can be one to this question."""
    match given.kind:
        case Kind.CHOICE:
            return True
        case Kind.WORDS:
            return step not in _CHOSEN and step is not Step.PHOTO
        case Kind.PICTURE:
            return step is Step.PHOTO
        case _:
            return False


def _heard(form: Form, filled: Filled, heard: Heard, *, photos: bool) -> tuple[Form, Reply]:
    """A name may be none: said a second time it stays, masked, and is seen in the preview."""
    if heard is Heard.ACCUSES or (heard is Heard.NAMES and form.tries == 0):
        again = Reply.ACCUSES if heard is Heard.ACCUSES else Reply.NAMES
        return replace(form, tries=form.tries + 1), again
    answers = {**form.answers, form.step: filled}
    return _on(replace(form, answers=answers, shown=False), photos=photos)


def _skipped(form: Form, *, photos: bool) -> tuple[Form, Reply]:
    if form.step in NEEDED:
        return form, Reply.NEEDED
    answers = {step: filled for step, filled in form.answers.items() if step is not form.step}
    return _on(replace(form, answers=answers, shown=False), photos=photos)


def _on(form: Form, *, photos: bool) -> tuple[Form, Reply]:
    """To the next question; after a change, and after the last, to the preview."""
    asked = steps(form, photos=photos)
    following = asked[asked.index(form.step) + 1 :] if form.step in asked else ()
    step = Step.PREVIEW if form.changing or not following else following[0]
    if step is Step.PREVIEW:
        return preview(form, photos=photos)
    return replace(form, step=step, tries=0), Reply.ASK


def preview(form: Form, *, photos: bool) -> tuple[Form, Reply]:
    """To the preview, unless something that is needed is missing: then that is asked."""
    lacking = missing(form, photos=photos)
    if lacking is not None:
        return replace(form, step=lacking, changing=True, tries=0, shown=False), Reply.ASK
    return replace(form, step=Step.PREVIEW, changing=False, tries=0, shown=False), Reply.PREVIEW


def _back(form: Form, *, photos: bool) -> tuple[Form, Reply]:
    if form.changing:
        return preview(form, photos=photos)
    asked = steps(form, photos=photos)
    before = asked[: asked.index(form.step)] if form.step in asked else ()
    return replace(form, step=before[-1] if before else form.step, tries=0), Reply.ASK


def _at_preview(form: Form, given: Given, *, photos: bool) -> tuple[Form, Reply]:
    match given.kind:
        case Kind.YES if form.shown:
            return replace(form, ended=Ending.SENT), Reply.SEND
        case Kind.YES:
            return preview(form, photos=photos)
        case Kind.NO:
            return replace(form, ended=Ending.CANCELLED), Reply.CANCELLED
        case Kind.BACK:
            step = steps(form, photos=photos)[-1]
            return replace(form, step=step, changing=True, shown=False), Reply.ASK
        case Kind.CHANGE if given.choice in steps(form, photos=photos):
            step = Step(given.choice)
            return replace(form, step=step, changing=True, shown=False), Reply.ASK
        case _:
            return form, Reply.UNCLEAR
