"""Everything that a message says is judged; what was neither judged nor shown never leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bridges.outcome import Awaiting, Outcome, Refused, Relayed, Returned
from policies.formatted import Formatted
from policies.refusal import Refusal
from policies.terms import (
    Answer,
    EventId,
    Message,
    MessageKind,
    Person,
)
from tests.bridges.conftest import World
from tests.bridges.test_to_authority import AUTHORITY_ROOMS, PRIVATE, SLANDER, VAN, tap
from tests.fakes import commune as c

RETURNED = "Fabien Gillet démonte les vélos de la gare et les revend, je l'ai vu."
LONG = "Un fourgon blanc tourne dans la rue. " * 150


async def flagged(world: World, text: str, **changes: Any) -> Outcome:
    """What becomes of a message of these words."""
    world.reader.holds(c.message(text, **changes))
    return await world.carrier.carry(c.flag(), c.directory())


def at_the_authorities(world: World) -> str:
    return "\n".join(body for room in AUTHORITY_ROOMS for body in world.rooms.to(room))


def preview(world: World) -> str:
    """The words that the référent was shown to leave."""
    lines = world.rooms.to(PRIVATE)[-1].splitlines()
    return "\n".join(line[2:] for line in lines if line.startswith("> "))


async def confirmed(world: World) -> Outcome:
    return await world.carrier.carry(tap(world, send=True), c.directory())


async def test_the_same_in_bold_leaves_as_it_is(world: World) -> None:
    html = Formatted(VAN)
    assert isinstance(await flagged(world, f"**{VAN}**", formatted=html), Relayed)


async def test_a_denunciation_in_the_html_alone_is_returned(world: World) -> None:
    assert await flagged(world, VAN, formatted=Formatted(SLANDER)) == Returned()
    assert at_the_authorities(world) == ""


async def test_a_denunciation_in_the_body_alone_is_returned(world: World) -> None:
    assert await flagged(world, SLANDER, formatted=Formatted(VAN)) == Returned()
    assert at_the_authorities(world) == ""


@pytest.mark.parametrize(
    ("body", "html"),
    [
        (VAN, Formatted("Mme Souad Kaddouri l'a vu.")),
        ("Mme Souad Kaddouri l'a vu.", Formatted(VAN)),
        (VAN, Formatted(f"{VAN} Mme Kaddouri", hides=True)),
        (VAN, Formatted(VAN, ("Mme Souad Kaddouri",))),
        (f"> Mme Souad Kaddouri l'a vu.\n\n{VAN}", None),
        (VAN, Formatted(f"> Mme Souad Kaddouri l'a vu.\n{VAN}")),
        ("Mme Souad Kad\u200bdouri l'a vu.", None),
    ],
)
async def test_a_name_anywhere_is_masked_and_shown_before_it_leaves(
    world: World, body: str, html: Formatted | None
) -> None:
    assert await flagged(world, body, formatted=html) == Awaiting()
    assert at_the_authorities(world) == ""
    shown = preview(world)
    assert isinstance(await confirmed(world), Relayed)
    relayed = at_the_authorities(world)
    assert all(line in relayed for line in shown.splitlines())
    assert "Kaddouri" not in relayed + shown
    assert "Souad" not in relayed + shown


async def test_who_is_mentioned_is_masked_whatever_he_calls_himself(world: World) -> None:
    pill = Formatted("@z8 a vu un fourgon blanc.", mentions=(("Zorglub", "@z8"),))
    assert await flagged(world, "Zorglub a vu un fourgon blanc.", formatted=pill) == Awaiting()
    assert isinstance(await confirmed(world), Relayed)
    assert "Zorglub" not in at_the_authorities(world)
    assert "z8" not in at_the_authorities(world)
    assert "[compte]" in at_the_authorities(world)


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (Formatted(f"{VAN} Vite."), "pas le même texte"),
        (Formatted(VAN, hides=True), "cachée"),
        (Formatted(VAN, ("https://exemple.fr/photo",)), "https://exemple.fr/photo"),
    ],
)
async def test_what_could_be_seen_otherwise_is_shown_with_the_reason(
    world: World, html: Formatted, reason: str
) -> None:
    assert await flagged(world, VAN, formatted=html) == Awaiting()
    assert reason in world.rooms.to(PRIVATE)[-1]
    assert at_the_authorities(world) == ""


async def test_what_shows_nothing_does_not_leave(world: World) -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "Karim")
    assert isinstance(await flagged(world, f"{VAN}{hidden}\u200b"), Relayed)
    relayed = "".join(said.notice.body + said.notice.html for said in world.rooms.said)
    assert not {*hidden, "\u200b"} & set(relayed)


UNCHECKED = {
    "too long for the filter": (LONG, None),
    "too long in two forms": (LONG[:3000], Formatted(LONG[:2000])),
    "turned round": ("\u202emirak\u202c a volé un vélo.", None),
    "another script": ("سرق كريم الدراجة", None),
    "pictures of letters": ("🅺🅰🆁🅸🅼 a volé un vélo.", None),
    "heaps of marks": ("K\u0336\u0335\u0334\u0337arim a volé un vélo.", None),
    "broken HTML": (VAN, Formatted("", intact=False)),
}


@pytest.mark.parametrize("name", UNCHECKED)
async def test_what_cannot_be_checked_is_refused_with_a_way_out(world: World, name: str) -> None:
    text, html = UNCHECKED[name]
    assert await flagged(world, text, formatted=html) == Refused(Refusal.UNCHECKED)
    (told,) = world.rooms.to(PRIVATE)
    assert "quelques phrases simples" in told
    assert text not in told
    assert {said.room_id for said in world.rooms.said} == {PRIVATE}
    assert world.ledger.reports == {}
    shorter = c.flag(event_id=EventId("$later"))
    world.reader.holds(c.message(VAN))
    assert isinstance(await world.carrier.carry(shorter, c.directory()), Relayed)


async def test_a_text_that_no_event_could_hold_is_refused(world: World) -> None:
    assert await flagged(world, LONG * 10) == Refused(Refusal.TOO_LONG)
    assert {said.room_id for said in world.rooms.said} == {PRIVATE}


async def test_no_tap_sends_what_became_unreadable(world: World) -> None:
    assert await flagged(world, "Mme Souad Kaddouri a été abordée.") == Awaiting()
    world.reader.holds(c.message(f"Mme Souad Kaddouri. {LONG}"))
    assert await confirmed(world) == Refused(Refusal.UNCHECKED)
    assert at_the_authorities(world) == ""


async def test_who_is_in_danger_is_told_whom_to_call_even_in_a_long_text(world: World) -> None:
    assert await flagged(world, f"Il dit qu'il va se suicider. {LONG}") == Refused(
        Refusal.UNCHECKED
    )
    assert "3114" in world.rooms.to(PRIVATE)[0]


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        (MessageKind.OTHER, Refusal.NOT_TEXT),
        (MessageKind.EDIT, Refusal.EDIT),
        (MessageKind.UNSETTLED, Refusal.UNSETTLED),
    ],
)
async def test_what_is_no_text_for_sure_is_refused_in_private(
    world: World, kind: MessageKind, refusal: Refusal
) -> None:
    assert await flagged(world, "Karim.jpg", kind=kind) == Refused(refusal)
    assert {said.room_id for said in world.rooms.said} == {PRIVATE}
    assert "Karim" not in world.rooms.everywhere()


def edit_to(world: World, text: str) -> Message:
    edited = c.message(text)
    world.reader.edited[c.MESSAGE_ID] = edited
    return edited


async def test_an_edited_message_leaves_in_its_newest_words(world: World) -> None:
    edit_to(world, "Un fourgon bleu tourne.")
    assert isinstance(await flagged(world, VAN), Relayed)
    assert "bleu" in at_the_authorities(world)
    assert VAN not in at_the_authorities(world)


async def test_what_an_edit_makes_a_denunciation_is_returned(world: World) -> None:
    edit_to(world, RETURNED)
    assert await flagged(world, VAN) == Returned()


async def test_an_edit_after_the_preview_is_shown_anew(world: World) -> None:
    assert await flagged(world, "Mme Souad Kaddouri a été abordée.") == Awaiting()
    answer = tap(world, send=True)
    edit_to(world, "Mme Souad Kaddouri a été volée.")
    assert await world.carrier.carry(answer, c.directory()) == Awaiting()
    assert at_the_authorities(world) == ""


async def test_only_the_registrys_name_of_the_referent_goes_out(world: World) -> None:
    directory = c.directory()
    names = {**directory.persons, c.REFERENT: Person(c.REFERENT, "Mme la référente")}
    directory = replace(directory, persons=names)
    world.said_by_resident(VAN)
    assert isinstance(await world.carrier.carry(c.flag(), directory), Relayed)
    relayed = at_the_authorities(world)
    assert relayed.count("Mme la référente") == len(AUTHORITY_ROOMS)
    accounts = {name for user in directory.persons for name in (user, user[1:].partition(":")[0])}
    assert not [name for name in accounts if name in relayed.lower()]
    assert "Alice" not in relayed


async def test_an_answer_to_nothing_shown_sends_nothing(world: World) -> None:
    assert await flagged(world, LONG) == Refused(Refusal.UNCHECKED)
    told = world.rooms.said[-1].event_id
    answer = Answer(EventId("$tap"), PRIVATE, c.REFERENT, told, send=True)
    await world.carrier.carry(answer, c.directory())
    assert at_the_authorities(world) == ""
