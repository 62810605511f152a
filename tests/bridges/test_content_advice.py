"""Advice, drafts and the number to call rest on all that a message says, in its newest words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridges.judging import Judged
from bridges.outcome import Awaiting, Ignored, Offered, Outcome, Refused, Relayed, Returned
from bridges.reasons import reasons
from pc_matrix.language import load
from policies.denunciation.verdict import Decision, Finding, Rule, Verdict
from policies.formatted import Formatted
from policies.refusal import Refusal
from policies.relay import Relayable
from policies.reports import ReportState
from policies.terms import Answer, EventId, SenderTrust
from tests.bridges.conftest import World
from tests.bridges.test_advice import (
    DANGER,
    MIXED,
    PRIVATE,
    SLANDER,
    VAN,
    VICTIM,
    nothing_left,
    quoted,
    shown,
    tapped,
)
from tests.fakes import commune as c

LINK = "https://exemple.fr/photo"


async def flagged(world: World, body: str, html: Formatted | None = None) -> Outcome:
    world.reader.holds(c.message(body, formatted=html))
    return await world.carrier.carry(c.flag(), c.directory())


@pytest.mark.parametrize(
    ("body", "html"),
    [
        (MIXED, Formatted(MIXED)),
        (MIXED, Formatted(MIXED, hides=True)),
        (f"{VAN} {SLANDER} {LINK}", None),
    ],
)
async def test_a_draft_is_made_of_the_judged_words(
    world: World, body: str, html: Formatted | None
) -> None:
    assert await flagged(world, body, html) == Offered()
    assert quoted(world.rooms.to(PRIVATE)[0]) == VAN
    assert isinstance(await tapped(world), Relayed)


@pytest.mark.parametrize(
    ("body", "html"),
    [
        (MIXED, Formatted(VAN)),
        (VAN, Formatted(MIXED)),
        (MIXED, Formatted(f"{MIXED} Vite.")),
        (MIXED, Formatted(MIXED, (LINK,))),
    ],
)
async def test_of_two_texts_that_differ_there_is_no_draft(
    world: World, body: str, html: Formatted
) -> None:
    assert await flagged(world, body, html) == Returned()
    (told,) = world.rooms.said
    assert "Vous pourriez" not in told.notice.body
    answer = Answer(EventId("$tap"), PRIVATE, c.REFERENT, told.event_id, send=True)
    assert await world.carrier.carry(answer, c.directory()) == Ignored()
    assert nothing_left(world)


async def test_a_draft_leads_to_no_page(world: World) -> None:
    """What a link leads to was not judged, and would be the référent's only to find out."""
    assert await flagged(world, f"Photo {LINK} : {MIXED}") == Returned()
    assert "Vous pourriez" not in world.rooms.to(PRIVATE)[0]


async def test_a_second_form_since_the_draft_takes_it_back(world: World) -> None:
    assert await flagged(world, MIXED) == Offered()
    world.reader.holds(c.message(MIXED, formatted=Formatted(f"{MIXED} Vite.")))
    assert await tapped(world) == Returned()
    assert nothing_left(world)
    assert world.ledger.reports[1].state is ReportState.RETURNED


async def test_a_draft_is_made_of_the_newest_words(world: World) -> None:
    other = "Un fourgon noir CD-456-EF a forcé la barrière du parking à 23h."
    world.reader.edited[c.MESSAGE_ID] = c.message(f"{other} {SLANDER}")
    assert await flagged(world, MIXED) == Offered()
    assert quoted(world.rooms.to(PRIVATE)[0]) == other


@pytest.mark.parametrize(
    ("body", "html"),
    [(VAN, Formatted(DANGER)), (DANGER, Formatted(VAN)), (f"{VAN}\n{DANGER}", None)],
)
async def test_danger_is_read_in_either_form(
    world: World, body: str, html: Formatted | None
) -> None:
    assert await flagged(world, body, html) == Returned()
    assert "3919" in world.rooms.to(PRIVATE)[0]


async def test_danger_in_the_html_of_a_refused_message_is_told(world: World) -> None:
    said = c.message(VAN, formatted=Formatted(DANGER), trust=SenderTrust.UNSIGNED)
    world.reader.holds(said)
    outcome = await world.carrier.carry(c.flag(), c.directory())
    assert outcome == Refused(Refusal.UNSIGNED_DEVICE)
    assert "3919" in world.rooms.to(PRIVATE)[0]


async def test_danger_in_what_became_unreadable_is_told_before_the_refusal(world: World) -> None:
    assert await flagged(world, VICTIM) == Awaiting()
    world.reader.holds(c.message(f"{DANGER} {'La rue est calme ce soir. ' * 200}"))
    assert await tapped(world) == Refused(Refusal.UNCHECKED)
    _preview, number, refused = world.rooms.to(PRIVATE)
    assert "3919" in number
    assert "quelques phrases simples" in refused


@pytest.mark.parametrize("html", [Formatted(f"{VAN} Vite."), Formatted(VAN, hides=True)])
async def test_why_it_was_held_is_kept_to_be_counted(world: World, html: Formatted) -> None:
    assert await flagged(world, VAN, html) == Awaiting()
    (showing,) = shown(world)
    assert showing.rules == (("hidden",) if html.hides else ("two-forms",))


async def test_what_is_quoted_stands_in_the_judged_words(world: World) -> None:
    assert await flagged(world, VAN, Formatted(VICTIM)) == Awaiting()
    assert "« Souad Kaddouri » (nom)" in world.rooms.to(PRIVATE)[0]


def test_links_push_out_no_reason() -> None:
    text = f"la {LINK} " * 20 + "ma voisine"
    links = [Finding(Rule.LINK, 3 + 28 * i, 27 + 28 * i) for i in range(20)]
    doubt = Finding(Rule.NEIGHBOUR, text.index("ma voisine"), len(text))
    verdict = Verdict(Decision.HOLD, text, (*links, doubt))
    message = c.message(text)
    judged = Judged(message, Relayable(c.CENTRE), load().analyse(text), verdict)
    first, *rest = reasons(judged)
    assert (first.rule, first.quote) == (Rule.NEIGHBOUR, "ma voisine")
    assert {reason.quote for reason in rest} == {LINK}
    again = replace(judged, verdict=replace(verdict, findings=(doubt,)))
    assert [reason.rule for reason in reasons(again)] == [Rule.NEIGHBOUR]
