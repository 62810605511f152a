"""Puts a guided report's questions in its référent's private room, with signs to tap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridges.ports import RoomSender
from bridges.private import person_of, tell
from bridges.wording import guided as wording
from bridges.wording.advice import Reason
from bridges.wording.notice import Notice
from policies.guided import NEEDED, Form
from policies.relay import transaction
from policies.terms import Directory, EventId, Person, Sector

_SKIP = "⏭️"


class Asking:
    """One commune's."""

    def __init__(self, rooms: RoomSender) -> None:
        self._rooms = rooms

    async def ask(
        self,
        form: Form,
        about: EventId,
        directory: Directory,
        lead: str = "",
        reasons: Sequence[Reason] = (),
    ) -> Form:
        """Put the question that ``form`` is at, once after the event ``about``."""
        person = person_of(form.user_id, directory)
        sectors = sectors_of(form, directory)
        notice = wording.question(person, form, sectors, lead, reasons)
        asked = await self._say(person, notice, directory, "guided", about)
        if asked is None:
            return form
        if directory.commune.flag_by_reaction:
            await self._offer_taps(form, person, asked, sectors)
        return replace(form, question=asked)

    async def _offer_taps(
        self, form: Form, person: Person, asked: EventId, sectors: tuple[Sector, ...]
    ) -> None:
        """The numbers, and ⏭ where nothing has to be said, ready to be tapped."""
        numbers = len(wording.choices(person.language, form.step, sectors))
        signs = [f"{i}\ufe0f\u20e3" for i in range(1, min(numbers, 9) + 1)]
        for sign in signs if form.step in NEEDED else [*signs, _SKIP]:
            txn = transaction("tap", asked, sign)
            await self._rooms.react(form.room_id, asked, sign, txn)

    async def show_changes(
        self, form: Form, about: EventId, directory: Directory, lead: str
    ) -> None:
        """Under what would leave: how to say yes or no, and how to change an answer."""
        person = person_of(form.user_id, directory)
        notice = wording.changes(person, form, lead)
        await self._say(person, notice, directory, "guided-changes", about)

    async def say(self, person: Person, key: str, about: EventId, directory: Directory) -> None:
        """One plain sentence."""
        await self._say(person, wording.plain_word(person, key), directory, f"guided {key}", about)

    async def _say(
        self, person: Person, notice: Notice, directory: Directory, purpose: str, about: EventId
    ) -> EventId | None:
        return await tell(self._rooms, directory, person, notice, purpose=purpose, about=about)


def sectors_of(form: Form, directory: Directory) -> tuple[Sector, ...]:
    """The sectors that the form may be about, in the commune's order."""
    return tuple(s for s in directory.commune.sectors if s.code in form.sectors)
