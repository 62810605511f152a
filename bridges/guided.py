"""A report built step by step, in a référent's private room: asked, heard, shown, then sent.

Every answer is judged at once. What is kept is which event answers which question; the words are
read again from the room whenever they are needed. What leaves goes the way of a flagged message:
``to_authority`` judges it, shows it, and sends what was confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from bridges import first_calls
from bridges.asking import Asking, sectors_of
from bridges.form_ends import FormEnds, GuidedLedger
from bridges.guided_photos import Photos
from bridges.hearing import Opinion, opinion
from bridges.help import Help
from bridges.outcome import Asked, Helped, Ignored, Outcome, Refused
from bridges.ports import Clock, Language, MessageReader, Pictures, RoomSender
from bridges.private import person_of
from bridges.to_authority import ToAuthority
from bridges.wording.guided import lead_of
from policies import commands, guided
from policies.emergency import Emergency
from policies.guided import Filled, Form, Given, Heard, Kind, Reply, Step
from policies.guided_words import NEW_SIGN, NOW, SKIP_SIGN, asks_for_help, opens, understood
from policies.message_words import whole
from policies.refusal import Refusal
from policies.relay import referent_sectors
from policies.terms import (
    Answer,
    Command,
    Directory,
    EventId,
    Message,
    MessageKind,
    RoomKind,
    Said,
    UserId,
)


@dataclass(frozen=True, slots=True)
class _Answered:
    """What came in, as an answer: never printed, for it holds words."""

    event_id: EventId
    given: Given
    opinion: Opinion
    unfit: Refusal | None = None
    """Why a photo, or what else is no text, is not kept."""


class Guided:
    """One commune's. Every step can be repeated after a crash."""

    def __init__(
        self,
        rooms: RoomSender,
        reader: MessageReader,
        ledger: GuidedLedger,
        language: Language,
        to_authority: ToAuthority,
        help_: Help,
        clock: Clock,
        pictures: Pictures,
    ) -> None:
        self._reader, self._ledger = reader, ledger
        self._language, self._clock, self._help = language, clock, help_
        self._rooms, self._photos = rooms, Photos(pictures)
        self._asking = Asking(rooms)
        self._ends = FormEnds(ledger, self._asking, to_authority, clock)

    def takes(self, command: Command, directory: Directory) -> bool:
        """Whether a command in a private room is meant for a form: ``!signaler``, ``!annuler``."""
        key = directory.key_of(command.room_id)
        if key is None or key.kind is not RoomKind.PRIVATE:
            return False
        if command.name == commands.CommandName.UNKNOWN:
            return self._ledger.open_form(command.sender) is not None
        return command.name == commands.CommandName.FLAG

    def is_at_one(self, user_id: UserId) -> bool:
        """Whether a report of his is being built."""
        return self._ledger.open_form(user_id) is not None

    async def command(self, command: Command, directory: Directory) -> Outcome:
        """A command that ``takes`` said is meant for a form."""
        if command.name == commands.CommandName.FLAG:
            return await self.begin(command, directory)
        said = Said(command.event_id, command.room_id, command.sender)
        return await self.hear(said, directory)

    async def begin(self, item: Command | Said, directory: Directory) -> Outcome:
        """Begin a report, or go on with the one that he is at."""
        sectors = referent_sectors(item.sender, directory, self._clock.now())
        room_id = directory.room_of(RoomKind.PRIVATE, item.sender)
        person = person_of(item.sender, directory)
        if not sectors or room_id is None:
            await self._asking.say(person, "not-a-referent", item.event_id, directory)
            return Refused(Refusal.NO_MANDATE)
        form = self._ledger.open_form(item.sender)
        if form is not None and form.begun_by == item.event_id:
            return Asked()  # begun before a crash
        if form is not None and not guided.has_lapsed(form, self._clock.now()):
            return await self._resume(form, item.event_id, directory)
        if form is not None:
            await self._ends.lapse(form, directory)
        now = self._clock.now()
        form = Form(EventId(""), item.event_id, room_id, item.sender, now, sectors)
        form = guided.first(await self._with_category(form, item))
        form = await self._asking.ask(form, item.event_id, directory, "begin")
        self._ends.keep(replace(form, source=form.question), item.event_id)
        return Asked()

    async def _with_category(self, form: Form, item: Command | Said) -> Form:
        """``!nouveau cambriolage`` says what it is about."""
        message = None
        if isinstance(item, Command):
            message = await self._reader.read(item.room_id, item.event_id)
        said = commands.spoken(message.text) if message is not None else None
        found = commands.category(said.rest) if said is not None else None
        if found is None:
            return form
        filled = Filled(item.event_id, self._clock.now(), found.value)
        return replace(form, answers={Step.CATEGORY: filled})

    async def _resume(self, form: Form, about: EventId, directory: Directory) -> Outcome:
        if about == form.last_event:
            return Asked()
        if form.step is Step.PREVIEW:
            return await self._ends.preview(replace(form, shown=False), about, directory)
        form = await self._asking.ask(form, about, directory, "resume")
        self._ends.keep(form, about)
        return Asked()

    async def hear(self, said: Said, directory: Directory) -> Outcome:
        """What somebody wrote or tapped in his private room, while he is at a form or not."""
        known = self._ledger.form_answered(said.event_id)
        if known is not None:
            return await self._again(known, directory)
        message = None
        if not said.sign:
            message = await self._reader.newest(said.room_id, said.event_id)
        form = self._ledger.open_form(said.sender)
        if said.sign == NEW_SIGN or (message is not None and opens(message.text)):
            return await self.begin(said, directory)
        if form is None or form.room_id != said.room_id:
            return await self._outside(said, message, directory)
        if said.sign and said.target != form.question:
            return Ignored()  # a tap under an earlier question
        answered = await self._answered(form, said, message, directory)
        return await self._take(form, answered, directory)

    async def _outside(self, said: Said, message: Message | None, directory: Directory) -> Outcome:
        """Words to the bot that answer nothing: they went nowhere, and he must know that."""
        if message is None:
            return Ignored()
        await self._call(said, opinion(self._language, message).call, directory)
        if asks_for_help(message.text):
            command = Command(said.event_id, said.room_id, said.sender, commands.CommandName.HELP)
            return await self._help.explain(command, directory)
        if not referent_sectors(said.sender, directory, self._clock.now()):
            return Ignored()
        person = person_of(said.sender, directory)
        await self._asking.say(person, "not-sent", said.event_id, directory)
        return Helped()

    async def answer(self, answer: Answer, directory: Directory) -> Outcome | None:
        """A ✅ or ❌ under a guided report's preview; ``None`` when it was under something else."""
        report = self._ledger.report_by_preview(answer.target)
        form = self._ledger.form_of(report.source_event) if report is not None else None
        if form is None:
            return None
        if answer.sender != form.user_id:
            return Refused(Refusal.NOT_YOURS)
        if answer.event_id == form.last_event:
            return await self._again(form, directory)
        if form.ended is not None:
            person = person_of(form.user_id, directory)
            await self._asking.say(person, "over", answer.event_id, directory)
            return Refused(Refusal.NOT_WAITING)
        if form.step is not Step.PREVIEW:
            return await self._resume(form, answer.event_id, directory)
        return await self._take(form, _tap(answer), directory)

    async def tapped(self, answer: Answer, directory: Directory) -> Outcome | None:
        """A ✅ or ❌ under one of the questions; ``None`` when he was asked none."""
        form = self._ledger.open_form(answer.sender)
        if form is None or form.step is Step.PREVIEW or answer.target != form.question:
            return None
        return await self._take(form, _tap(answer), directory)

    async def _answered(
        self, form: Form, said: Said, message: Message | None, directory: Directory
    ) -> _Answered:
        nothing = Opinion(Heard.FINE)
        if said.sign == SKIP_SIGN:
            return _Answered(said.event_id, Given(Kind.SKIP), nothing)
        if message is not None and message.kind not in (MessageKind.TEXT, MessageKind.UNSETTLED):
            return await self._brought(message, directory)
        text = said.sign or ("" if message is None else whole(message).text)
        given = understood(form, text, sectors_of(form, directory))
        if message is None or given.kind is not Kind.WORDS:
            return _Answered(said.event_id, given, nothing)
        found = opinion(self._language, message)
        return _Answered(said.event_id, given if found.readable else Given(Kind.NOTHING), found)

    async def _brought(self, message: Message, directory: Directory) -> _Answered:
        """A photo, or what else is no text: it is examined at once, for he must know at once."""
        found = opinion(self._language, message)
        refusal = await self._photos.refusal(message, directory.commune)
        if refusal is None and not found.readable:
            refusal = Refusal.UNCHECKED
        if refusal is not None:
            nothing = Opinion(Heard.FINE, call=found.call)
            return _Answered(message.event_id, Given(Kind.NOTHING), nothing, refusal)
        return _Answered(message.event_id, Given(Kind.PICTURE), found)

    async def _take(self, form: Form, answered: _Answered, directory: Directory) -> Outcome:
        """Go on with the form after an answer, which is taken once."""
        about, now = answered.event_id, self._clock.now()
        if guided.has_lapsed(form, now):
            return await self._ends.lapse(form, directory)
        if not set(form.sectors) & set(referent_sectors(form.user_id, directory, now)):
            return await self._ends.bar(form, about, directory)
        said = Said(about, form.room_id, form.user_id)
        await self._call(said, _call_of(form, answered), directory)
        filled = Filled(about, now, answered.given.choice)
        heard = answered.opinion.heard
        after, reply = guided.advance(form, answered.given, filled, heard)
        return await self._reply(after, reply, answered, directory)

    async def _reply(
        self, form: Form, reply: Reply, answered: _Answered, directory: Directory
    ) -> Outcome:
        about = answered.event_id
        match reply:
            case Reply.PREVIEW:
                return await self._ends.preview(form, about, directory)
            case Reply.SEND | Reply.CANCELLED:
                return await self._ends.end(form, about, directory, send=reply is Reply.SEND)
            case Reply.ASK:
                form = await self._asking.ask(form, about, directory)
            case (
                Reply.UNCLEAR
                | Reply.NEEDED
                | Reply.NAMES
                | Reply.ACCUSES
                | Reply.PHOTO
                | Reply.FULL
            ):
                lead = lead_of(reply, form.step, answered.unfit)
                form = await self._ask_again(form, lead, answered, directory)
            case _:
                assert_never(reply)
        self._ends.keep(form, about)
        return Asked()

    async def _ask_again(
        self, form: Form, lead: str, answered: _Answered, directory: Directory
    ) -> Form:
        about = answered.event_id
        if form.step is Step.PREVIEW:
            await self._asking.show_changes(form, about, directory, lead)
            return form
        reasons = answered.opinion.reasons
        return await self._asking.ask(form, about, directory, lead, reasons)

    async def _again(self, form: Form, directory: Directory) -> Outcome:
        """An answer that was taken before a crash; only the preview may still have to be shown."""
        if form.step is Step.PREVIEW and not form.shown and form.ended is None:
            return await self._ends.preview(form, form.last_event, directory)
        return Asked()

    async def lapse(self, directory: Directory) -> None:
        """Let go of every form that nobody answered for too long."""
        await self._ends.lapse_all(directory)

    async def _call(self, said: Said, call: Emergency | None, directory: Directory) -> None:
        if call is not None:
            await first_calls.say(self._rooms, said.sender, call, directory, said.event_id)


def _call_of(form: Form, answered: _Answered) -> Emergency | None:
    """Whom he must call first; « now » is answered by a number to call, whatever is going on."""
    happens_now = form.step is Step.TIME and answered.given == Given(Kind.CHOICE, NOW)
    return answered.opinion.call or (Emergency.NOW if happens_now else None)


def _tap(answer: Answer) -> _Answered:
    kind = Kind.YES if answer.send else Kind.NO
    return _Answered(answer.event_id, Given(kind), Opinion(Heard.FINE))
