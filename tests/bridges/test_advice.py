"""What a référent is told of what does not leave: the number, advice, a draft; his answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridges.judging import Judged
from bridges.outcome import (
    Awaiting,
    Declined,
    Ignored,
    Offered,
    Outcome,
    Refused,
    Relayed,
    Returned,
)
from bridges.reasons import reasons
from bridges.wording import advice
from bridges.wording.advice import Reason
from pc_matrix.language import load
from policies.denunciation.judge import judge
from policies.denunciation.verdict import Rule
from policies.refusal import Refusal
from policies.relay import Relayable
from policies.reports import Choice, ReportState, Showing, Shown
from policies.terms import Answer, Directory, EventId, MessageKind, Person, SenderTrust
from tests.bridges.conftest import World
from tests.fakes import commune as c
from tests.fakes.world import CrashError

PRIVATE = c.private_room(c.REFERENT)
AUTHORITY_ROOMS = (c.GENDARMERIE_ROOM, c.POLICE_ROOM, c.MAIRIE_ROOM)
VAN = "Un fourgon blanc AB-123-CD a forcé la barrière du parking à 22h."
SLANDER = "C'est le fils Martin qui vole les vélos de la gare."
MIXED = f"{VAN} {SLANDER}"
VICTIM = "Mme Souad Kaddouri a été abordée par deux faux employés du gaz."
DANGER = "Mon voisin frappe sa femme tous les soirs."


async def flagged(world: World, text: str, directory: Directory | None = None) -> Outcome:
    world.said_by_resident(text)
    return await world.carrier.carry(c.flag(), directory or c.directory())


async def tapped(
    world: World,
    *,
    send: bool = True,
    event_id: str = "$tap",
    directory: Directory | None = None,
) -> Outcome:
    preview = world.ledger.reports[1].preview_event
    assert preview is not None
    answer = Answer(EventId(event_id), PRIVATE, c.REFERENT, preview, send=send)
    return await world.carrier.carry(answer, directory or c.directory())


def shown(world: World) -> list[Showing]:
    return [showing for _report, showing in world.ledger.shown.values()]


def quoted(notice: str) -> str:
    return "\n".join(line[2:] for line in notice.splitlines() if line.startswith("> "))


def nothing_left(world: World) -> bool:
    return all(world.rooms.to(room) == [] for room in AUTHORITY_ROOMS)


async def test_a_draft_is_shown_and_exactly_it_leaves(world: World) -> None:
    assert await flagged(world, MIXED) == Offered()
    (notice,) = world.rooms.to(PRIVATE)
    assert quoted(notice) == VAN
    assert "Vous pourriez envoyer ceci :" in notice
    assert "« le fils Martin » désigne une personne" in notice
    assert "Réagissez ✅" in notice
    assert nothing_left(world)
    report = world.ledger.reports[1]
    assert report.state is ReportState.OFFERED
    assert report.preview_event is not None

    assert await tapped(world) == Relayed("2026-0001", 3)
    for room in AUTHORITY_ROOMS:
        (body,) = world.rooms.to(room)
        assert quoted(body) == VAN
        assert "Martin" not in body
    assert world.ledger.reports[1].state is ReportState.SENT
    assert world.ledger.choices == {report.preview_event: Choice.CONFIRMED}
    assert world.rooms.reactions == [], "no mark on a message that accuses somebody"


async def test_a_draft_stays_when_the_referent_says_no(world: World) -> None:
    await flagged(world, MIXED)
    assert await tapped(world, send=False) == Declined()
    assert await tapped(world, event_id="$again") == Refused(Refusal.NOT_WAITING)
    assert nothing_left(world)
    assert list(world.ledger.choices.values()) == [Choice.DECLINED]


async def test_what_was_shown_is_kept_as_words_of_ours(world: World) -> None:
    await flagged(world, MIXED)
    (showing,) = shown(world)
    assert showing.shown is Shown.DRAFT
    assert "person" in showing.rules
    assert list(showing.rules) == sorted(set(showing.rules))
    assert set(showing.rules) <= {rule.value for rule in Rule}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (VICTIM, Shown.REDACT),
        (SLANDER, Shown.RETURN),
        ("On parle beaucoup de Tony.", Shown.HOLD),
    ],
)
async def test_each_decision_is_noted(world: World, text: str, expected: Shown) -> None:
    await flagged(world, text)
    assert [showing.shown for showing in shown(world)] == [expected]
    assert world.ledger.choices == {}


async def test_a_tap_under_advice_without_a_draft_does_nothing(world: World) -> None:
    assert await flagged(world, SLANDER) == Returned()
    (said,) = world.rooms.said
    for send in (True, False):
        answer = Answer(EventId("$tap"), PRIVATE, c.REFERENT, said.event_id, send=send)
        assert await world.carrier.carry(answer, c.directory()) == Ignored()
    assert nothing_left(world)
    assert world.ledger.reports[1].state is ReportState.RETURNED
    assert "Vous pourriez" not in said.notice.body


async def test_without_a_private_room_nothing_is_offered_or_shown(world: World) -> None:
    full = c.directory()
    directory = replace(full, rooms={r: k for r, k in full.rooms.items() if r != PRIVATE})
    assert await flagged(world, MIXED, directory) == Returned()
    assert world.ledger.reports[1].state is ReportState.RETURNED
    assert shown(world) == []
    assert world.rooms.said == []


async def test_a_return_that_nobody_saw_is_not_counted(world: World) -> None:
    full = c.directory()
    directory = replace(full, rooms={r: k for r, k in full.rooms.items() if r != PRIVATE})
    assert await flagged(world, SLANDER, directory) == Returned()
    assert shown(world) == []


@pytest.mark.parametrize("step", ["before", "after"])
async def test_a_crash_while_a_draft_is_shown_shows_it_once(world: World, step: str) -> None:
    setattr(world.rooms, f"die_{step}", 0)
    with pytest.raises(CrashError):
        await flagged(world, MIXED)
    assert await world.carrier.carry(c.flag(), c.directory()) == Offered()
    assert len(world.rooms.to(PRIVATE)) == 1
    assert len(shown(world)) == 1
    assert await tapped(world) == Relayed("2026-0001", 3)


@pytest.mark.parametrize("step", range(1, 5))
async def test_a_crash_while_a_draft_leaves_sends_it_once(world: World, step: int) -> None:
    await flagged(world, MIXED)
    world.rooms.die_after = step
    with pytest.raises(CrashError):
        await tapped(world)
    assert await tapped(world) == Relayed("2026-0001", 3)
    assert all(len(world.rooms.to(room)) == 1 for room in AUTHORITY_ROOMS)
    assert list(world.ledger.choices.values()) == [Choice.CONFIRMED]


OTHER_VAN = "Un fourgon noir CD-456-EF a forcé la barrière du parking à 23h."


@pytest.mark.parametrize(
    ("edited", "outcome", "state"),
    [
        (f"{OTHER_VAN} {SLANDER}", Offered(), ReportState.OFFERED),
        (SLANDER, Returned(), ReportState.RETURNED),
        (OTHER_VAN, Awaiting(), ReportState.AWAITING),
        (VICTIM, Awaiting(), ReportState.AWAITING),
    ],
)
async def test_an_edit_since_the_draft_is_shown_anew(
    world: World, edited: str, outcome: Outcome, state: ReportState
) -> None:
    await flagged(world, MIXED)
    world.said_by_resident(edited)
    assert await tapped(world) == outcome
    assert nothing_left(world)
    assert len(world.rooms.to(PRIVATE)) == 2
    assert world.ledger.reports[1].state is state
    assert world.ledger.choices == {}


async def test_an_edit_back_to_what_was_shown_is_shown_once_more(world: World) -> None:
    await flagged(world, MIXED)
    world.said_by_resident(f"{OTHER_VAN} {SLANDER}")
    await tapped(world)
    world.said_by_resident(MIXED)
    assert await tapped(world, event_id="$tap2") == Offered()
    assert [quoted(n) for n in world.rooms.to(PRIVATE)] == [VAN, OTHER_VAN, VAN]
    assert await tapped(world, event_id="$tap3") == Relayed("2026-0001", 3)


async def test_only_the_accusation_taken_out_leaves_what_was_shown(world: World) -> None:
    """The text is the one that he saw, wherever it comes from now."""
    await flagged(world, MIXED)
    world.said_by_resident(VAN)
    assert await tapped(world) == Relayed("2026-0001", 3)


async def test_a_preview_that_became_a_denunciation_is_offered_as_a_draft(world: World) -> None:
    assert await flagged(world, VICTIM) == Awaiting()
    world.said_by_resident(MIXED)
    assert await tapped(world) == Offered()
    assert [s.shown for s in shown(world)] == [Shown.REDACT, Shown.DRAFT]


async def test_what_names_nobody_any_more_is_noted_as_shown(world: World) -> None:
    await flagged(world, VICTIM)
    world.said_by_resident(OTHER_VAN)
    assert await tapped(world) == Awaiting()
    assert [s.shown for s in shown(world)] == [Shown.REDACT, Shown.RELAY]


async def test_a_source_that_was_erased_meanwhile_leaves_nothing(world: World) -> None:
    await flagged(world, MIXED)
    world.reader.messages.clear()
    assert await tapped(world) == Refused(Refusal.UNREADABLE)
    assert nothing_left(world)


async def test_a_mandate_that_ended_leaves_nothing(world: World) -> None:
    await flagged(world, MIXED)
    over = c.without_mandates(c.REFERENT)
    assert await tapped(world, directory=over) == Refused(Refusal.NO_MANDATE)
    assert nothing_left(world)


async def test_the_quota_does_not_stop_what_was_flagged_within_it(world: World) -> None:
    await flagged(world, MIXED)
    world.ledger.flags[c.REFERENT] = 30
    assert await tapped(world) == Relayed("2026-0001", 3)


async def test_without_reactions_the_sign_is_asked_for_as_a_reply(world: World) -> None:
    full = c.directory()
    directory = replace(full, commune=replace(full.commune, flag_by_reaction=False))
    await flagged(world, MIXED, directory)
    (notice,) = world.rooms.to(PRIVATE)
    assert "Répondez ✅" in notice
    assert "Réagissez" not in notice
    assert await tapped(world, directory=directory) == Relayed("2026-0001", 3)


# The number to call.


async def test_the_number_comes_before_the_advice(world: World) -> None:
    assert await flagged(world, DANGER) == Returned()
    first, second = world.rooms.to(PRIVATE)
    assert "3919" in first
    assert "pas été transmis" in second


REFUSED = {
    Refusal.UNSIGNED_DEVICE: c.message(DANGER, trust=SenderTrust.UNSIGNED),
    Refusal.IDENTITY_CHANGED: c.message(DANGER, trust=SenderTrust.IDENTITY_CHANGED),
    Refusal.NOT_ENCRYPTED: c.message(DANGER, encrypted=False),
    Refusal.AUTHOR_UNKNOWN: c.message(DANGER, sender=c.STRANGER),
    Refusal.TOO_LONG: c.message(f"{DANGER} " + "La rue est longue et calme ce soir. " * 900),
}


@pytest.mark.parametrize(("refusal", "message"), REFUSED.items(), ids=[r.value for r in REFUSED])
async def test_the_number_is_told_though_the_message_is_refused(
    world: World, refusal: Refusal, message: object
) -> None:
    world.reader.holds(message)  # type: ignore[arg-type]
    assert await world.carrier.carry(c.flag(), c.directory()) == Refused(refusal)
    first, _second = world.rooms.to(PRIVATE)
    assert "3919" in first


async def test_a_message_too_long_for_the_filter_is_searched_for_danger(world: World) -> None:
    calm = "La rue est longue et calme ce soir. " * 150
    assert await flagged(world, f"{calm}{DANGER}") == Refused(Refusal.UNCHECKED)
    assert "3919" in world.rooms.to(PRIVATE)[0]
    assert "trop long" in world.rooms.to(PRIVATE)[1]
    assert world.ledger.reports == {}


async def test_beyond_the_quota_danger_is_judged_as_ever(world: World) -> None:
    world.ledger.flags[c.REFERENT] = 21
    assert await flagged(world, DANGER) == Returned()
    assert "3919" in world.rooms.to(PRIVATE)[0]


async def test_a_second_referent_is_told_the_number_too(world: World) -> None:
    full = c.directory()
    role = next(m for m in full.mandates if m.user_id == c.REFERENT)
    both = replace(full, mandates=(*full.mandates, replace(role, user_id=c.OTHER_REFERENT)))
    await flagged(world, DANGER, both)
    again = c.flag(sender=c.OTHER_REFERENT, event_id=EventId("$flag2"))
    assert await world.carrier.carry(again, both) == Refused(Refusal.ALREADY_FLAGGED)
    first, second = world.rooms.to(c.private_room(c.OTHER_REFERENT))
    assert "3919" in first
    assert "déjà été signalé" in second


async def test_the_number_is_told_once_for_each_flag(world: World) -> None:
    await flagged(world, DANGER)
    await world.carrier.carry(c.flag(), c.directory())
    again = c.flag(event_id=EventId("$flag2"))
    await world.carrier.carry(again, c.directory())
    assert sum("3919" in body for body in world.rooms.to(PRIVATE)) == 1


async def test_nobody_who_may_not_flag_learns_anything(world: World) -> None:
    world.said_by_resident(DANGER)
    outcome = await world.carrier.carry(c.flag(sender=c.OTHER_REFERENT), c.directory())
    assert outcome == Refused(Refusal.NO_MANDATE)
    assert not any("3919" in body for body in world.rooms.to(c.private_room(c.OTHER_REFERENT)))


async def test_a_picture_says_no_danger(world: World) -> None:
    world.reader.holds(c.message("", kind=MessageKind.OTHER))
    outcome = await world.carrier.carry(c.flag(), c.directory())
    assert outcome == Refused(Refusal.NOT_TEXT)
    assert len(world.rooms.to(PRIVATE)) == 1


async def test_an_edit_that_speaks_of_danger_is_told_the_number(world: World) -> None:
    await flagged(world, VICTIM)
    world.said_by_resident(DANGER)
    await tapped(world)
    assert [("3919" in body) for body in world.rooms.to(PRIVATE)] == [False, True, False]


# The words.

REFERENT = Person(c.REFERENT, "Marie")


def test_a_preview_says_what_is_masked_and_what_is_not() -> None:
    found = (
        Reason("neighbour", "ma voisine"),
        Reason("doubt", "ma voisine"),
        Reason("person", "Karim"),
        Reason("person", "Karim"),
        Reason("doubt", "Karim"),
        Reason("phone", "06 12 34 56 78"),
    )
    body = advice.preview(REFERENT, "x", found).body
    assert "« Karim » (nom), « 06 12 34 56 78 » (téléphone)" in body
    assert body.count("« Karim »") == 2
    assert "« ma voisine » peut faire reconnaître quelqu'un, et n'est pas masqué" in body
    assert "« ma voisine » : je ne sais pas" not in body
    assert "« Karim » : je ne sais pas si cette personne est mise en cause" in body


def test_a_preview_without_reasons_claims_no_mask() -> None:
    body = advice.preview(REFERENT, "x", ()).body
    assert "Masqué" not in body
    assert "•" not in body


def test_reasons_are_grouped_by_rule_who_first() -> None:
    found = [
        Reason("deed", "a volé"),
        Reason("person", "Karim"),
        Reason("person", "Momo"),
        Reason("person", "Karim"),
        Reason("deed", "a cassé"),
        Reason("suspicion", "Karim"),
    ]
    first, second = advice.sentences("fr", found)
    assert first.startswith("« Karim » ou « Momo » désigne une personne :")
    assert second.startswith("« a volé » ou « a cassé » reproche un acte")


async def test_the_advice_is_short_and_where_there_is_danger_keeps_the_door(world: World) -> None:
    await flagged(world, "Mon voisin du 12 frappe sa femme, cet ivrogne travaille au noir.")
    _number, advised = world.rooms.to(PRIVATE)
    assert 2 <= advised.count("•") <= 4
    assert "logement" not in advised


async def test_without_danger_a_dwelling_is_advised_against(world: World) -> None:
    await flagged(world, "Le couple du 12 vole le courrier.")
    (advised,) = world.rooms.to(PRIVATE)
    assert "pas le logement" in advised or "le nom de la rue suffit" in advised


async def test_what_is_masked_is_quoted_as_it_is_masked(world: World) -> None:
    await flagged(world, VICTIM)
    (told,) = world.rooms.to(PRIVATE)
    assert "« Souad Kaddouri » (nom)" in told


def test_quotes_are_short_and_on_one_line() -> None:
    text = "Le fils Martin vole tout, et " + "encore " * 12 + "chez\nnous."
    analysis = load().analyse(text)
    judged = Judged(c.message(text), Relayable(c.CENTRE), analysis, judge(analysis))
    told = reasons(judged)
    assert "Le fils Martin" in [reason.quote for reason in told]
    assert all(len(r.quote) <= 40 and "\n" not in r.quote for r in told)
    assert "Martin" not in repr(judged)
