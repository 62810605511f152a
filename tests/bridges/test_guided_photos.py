"""A guided report's photos: examined when they come, counted, sent once with the report."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from bridges.guided import Guided
from bridges.help import Help
from bridges.outcome import Outcome, Refused, Relayed
from bridges.ports import Language
from policies.guided import MOST_PHOTOS, Step
from policies.pictures import UNFIT
from policies.refusal import Refusal
from policies.reports import LinkState, ReportState
from policies.terms import EventId, MessageKind
from tests.bridges.conftest import World
from tests.bridges.test_guided import ANSWERS, AUTHORITY_ROOMS, PRIVATE, Desk
from tests.fakes import commune as c
from tests.fakes.world import CrashError


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world, c.directory())


async def sends(desk: Desk, caption: str = "", **changes: object) -> Outcome:
    """He sends a photo into the room."""
    file = c.attachment(sha256=bytes([desk.sent]) * 32)
    brought = {"kind": MessageKind.FILE, "enclosed": file, **changes}
    item = desk.message(caption, **brought)  # type: ignore[arg-type]
    return await desk.world.carrier.carry(item, desk.directory)


async def at_the_photos(desk: Desk) -> None:
    await desk.fills_in(*ANSWERS)
    assert desk.form.step is Step.PHOTO
    assert "photo" in desk.told


async def test_photos_are_counted_in_the_preview_and_follow_the_report(
    desk: Desk, world: World
) -> None:
    await at_the_photos(desk)
    await sends(desk)
    assert "Photos jointes : 1" in desk.told
    await sends(desk)
    assert "Photos jointes : 2" in desk.told
    await desk.writes("suite")
    preview = world.rooms.to(PRIVATE)[-2]
    assert (
        "Nombre de photos qui partiraient, parmi celles que vous avez envoyées ici : 2" in preview
    )
    assert "visage" in preview
    assert world.rooms.enclosed == [], "he has them before his eyes already"
    assert await desk.writes("oui") == Relayed("2026-0001", 3)
    for room_id in AUTHORITY_ROOMS:
        (report,) = [s for s in world.rooms.said if s.room_id == room_id]
        assert "2 photos suivent" in report.notice.body
        sent = [e for e in world.rooms.enclosed if e.room_id == room_id]
        assert [e.name for e in sent] == [f"signalement-2026-0001-{n}.jpg" for n in (1, 2)]
        assert {e.answers for e in sent} == {report.event_id}, "in its thread"
    assert [x.state for x in world.ledger.enclosures(1)] == [LinkState.SENT] * 6


async def test_one_photo_at_any_question_is_kept_and_the_question_is_asked_again(
    desk: Desk, world: World
) -> None:
    await desk.fills_in(*ANSWERS[:2])
    await sends(desk)
    assert "Photo reçue" in desk.told
    assert "Où est-ce" in desk.told
    for answer in ANSWERS[2:]:
        await desk.writes(answer)
    await desk.writes("passer")
    assert await desk.writes("oui") == Relayed("2026-0001", 3)
    assert len(world.rooms.enclosed) == 3


async def test_a_photo_at_the_preview_is_shown_before_anything_leaves(
    desk: Desk, world: World
) -> None:
    await at_the_photos(desk)
    await desk.writes("passer")
    assert "photos qui partiraient" not in world.rooms.to(PRIVATE)[-2]
    await sends(desk)
    assert "envoyées ici : 1" in world.rooms.to(PRIVATE)[-2]
    assert desk.nothing_left()
    assert await desk.writes("oui") == Relayed("2026-0001", 3)
    assert len(world.rooms.enclosed) == 3


async def test_passed_over_nothing_goes_along(desk: Desk, world: World) -> None:
    await at_the_photos(desk)
    await desk.taps("skip")
    assert await desk.writes("oui") == Relayed("2026-0001", 3)
    assert world.rooms.enclosed == []
    assert "photo" not in world.rooms.to(c.GENDARMERIE_ROOM)[0]


async def test_photos_are_taken_out_from_the_preview(desk: Desk, world: World) -> None:
    await at_the_photos(desk)
    await sends(desk)
    await desk.writes("suite")
    await desk.writes("photos")
    await desk.writes("retirer")
    assert desk.form.photos == ()
    await desk.writes("suite")
    assert await desk.writes("oui") == Relayed("2026-0001", 3)
    assert world.rooms.enclosed == []


@pytest.mark.parametrize("refusal", sorted(UNFIT))
async def test_what_cannot_be_examined_is_told_at_once(
    desk: Desk, world: World, refusal: Refusal
) -> None:
    await at_the_photos(desk)
    world.pictures.answer = refusal
    await sends(desk)
    assert "pas joint" in desk.told or "que des photos" in desk.told
    assert desk.form.photos == ()
    assert desk.form.step is Step.PHOTO


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": MessageKind.VOICE, "enclosed": None}, "dictez-la"),
        ({"kind": MessageKind.VIDEO, "enclosed": None}, "vidéo"),
        ({"kind": MessageKind.OTHER, "enclosed": None}, "par des mots"),
        ({"kind": MessageKind.PLACE, "enclosed": c.place().enclosed}, "la rue"),
        ({"enclosed": None}, "à nouveau"),
        ({"enclosed": c.attachment(server="elsewhere.test")}, "à nouveau"),
    ],
)
async def test_what_is_no_photo_is_told_at_once_and_never_fetched(
    desk: Desk, world: World, changes: dict[str, object], said: str
) -> None:
    await desk.fills_in(ANSWERS[0])
    await sends(desk, **changes)  # type: ignore[arg-type]
    assert said in desk.told
    assert "s'est-il passé" in desk.told, "the same question again"
    assert (desk.form.photos, world.pictures.asked) == ((), [])


async def test_words_that_answer_no_photo_say_what_is_awaited(desk: Desk) -> None:
    await at_the_photos(desk)
    await desk.writes("elle est sur mon téléphone")
    assert "j'attends une photo" in desk.told


async def test_there_is_an_end_to_photos(desk: Desk) -> None:
    await at_the_photos(desk)
    for _ in range(MOST_PHOTOS + 1):
        await sends(desk)
    assert len(desk.form.photos) == MOST_PHOTOS
    assert "n'est pas jointe" in desk.told


async def test_a_caption_is_judged_and_leaves_with_the_report(desk: Desk, world: World) -> None:
    await at_the_photos(desk)
    await sends(desk, "C'est Fabien Gillet qui vole les vélos et les revend.")
    assert "met en cause" in desk.told
    assert desk.form.photos == ()
    await sends(desk, "La vitre de gauche")
    await desk.writes("suite")
    await desk.writes("oui")
    for room_id in AUTHORITY_ROOMS:
        assert "Sur la photo : La vitre de gauche" in world.rooms.to(room_id)[0]


async def test_a_caption_that_accuses_at_the_preview_says_so(desk: Desk, world: World) -> None:
    await at_the_photos(desk)
    await desk.writes("passer")
    await sends(desk, "C'est Fabien Gillet qui vole les vélos et les revend.")
    assert "met en cause" in desk.told
    await desk.writes("oui")
    assert world.rooms.enclosed == []


async def test_a_caption_in_other_letters_is_not_kept(desk: Desk) -> None:
    await at_the_photos(desk)
    await sends(desk, "улица Арбат, дом один, второй этаж")
    assert desk.form.photos == ()


async def test_danger_in_a_caption_is_answered_first(desk: Desk, world: World) -> None:
    await at_the_photos(desk)
    await sends(desk, "Au secours, il a un couteau")
    assert any("17" in said for said in world.rooms.to(PRIVATE)[-2:-1])


async def test_a_photo_that_is_deleted_before_the_yes_is_gone(desk: Desk, world: World) -> None:
    await at_the_photos(desk)
    await sends(desk)
    await sends(desk)
    await desk.writes("suite")
    del world.reader.messages[desk.form.photos[0].event_id]
    await desk.writes("oui")
    assert desk.nothing_left(), "it is shown anew first"
    assert "envoyées ici : 1" in world.rooms.to(PRIVATE)[-2]
    assert await desk.writes("oui") == Relayed("2026-0001", 3)
    assert len(world.rooms.enclosed) == 3


async def test_a_photo_that_is_gone_from_the_server_by_the_yes_can_be_replaced(
    desk: Desk, world: World
) -> None:
    await at_the_photos(desk)
    await sends(desk)
    await desk.writes("suite")
    fine, world.pictures.answer = world.pictures.answer, Refusal.ATTACHMENT_GONE
    assert await desk.writes("oui") == Refused(Refusal.ATTACHMENT_GONE)
    assert desk.nothing_left()
    assert desk.form.ended is None
    world.pictures.answer = fine
    await desk.writes("photos")
    await desk.writes("retirer")
    await sends(desk)
    await desk.writes("suite")
    assert await desk.writes("oui") == Relayed("2026-0001", 3)


async def test_a_photo_gone_before_the_preview_is_told(desk: Desk, world: World) -> None:
    await at_the_photos(desk)
    await sends(desk)
    world.pictures.answer = Refusal.ATTACHMENT_GONE
    assert await desk.writes("suite") == Refused(Refusal.ATTACHMENT_GONE)
    assert "Rien n'est parti" in desk.told
    assert desk.form.ended is None


async def test_the_ledger_keeps_event_ids_and_no_bytes(desk: Desk) -> None:
    await at_the_photos(desk)
    await sends(desk, "La vitre de gauche")
    kept = repr(desk.form)
    assert "vitre" not in kept.replace(repr(desk.form.answers), "")
    assert "clean" not in kept
    (photo,) = desk.form.photos
    assert photo.choice == ""


async def test_they_leave_also_after_a_restart(
    desk: Desk, world: World, language: Language
) -> None:
    await at_the_photos(desk)
    await sends(desk)
    guided = Guided(
        world.rooms,
        world.reader,
        world.ledger,
        language,
        world.carrier.to_authority,
        Help(world.rooms, world.reader, world.private, world.clock),
        world.clock,
        world.pictures,
    )
    world.carrier = replace(world.carrier, guided=guided)
    await desk.writes("suite")
    assert await desk.writes("oui") == Relayed("2026-0001", 3)
    assert len(world.rooms.enclosed) == 3


@pytest.mark.parametrize("crash", range(20))
@pytest.mark.parametrize("when", ["die_before", "die_after"])
async def test_a_crash_anywhere_sends_no_photo_twice_and_loses_none(
    desk: Desk, world: World, crash: int, when: str
) -> None:
    setattr(world.rooms, when, crash)
    for text in ("nouveau", *ANSWERS, "", "", "suite", "oui"):
        changes: dict[str, object] = {}
        if not text:
            file = c.attachment(sha256=bytes([desk.sent]) * 32)
            changes = {"kind": MessageKind.FILE, "enclosed": file}
        item = desk.message(text, **changes)  # type: ignore[arg-type]
        with suppress(CrashError):
            await world.carrier.carry(item, desk.directory)
        await world.carrier.carry(item, desk.directory)  # the inbox hands it out again
    for room_id in AUTHORITY_ROOMS:
        assert len(world.rooms.to(room_id)) == 1
        assert len([e for e in world.rooms.enclosed if e.room_id == room_id]) == 2
    said = world.rooms.to(PRIVATE)
    assert len(said) == len(set(said)), "nothing is said twice"
    assert world.ledger.reports[1].state is ReportState.SENT
    assert world.ledger.report_of(EventId("$nothing")) is None


async def test_the_mairie_reads_that_there_are_photos(desk: Desk, world: World) -> None:
    desk.directory = c.need_to_know_directory()
    await at_the_photos(desk)
    await sends(desk)
    await sends(desk)
    await desk.writes("suite")
    assert "qu'il y en a une : Mairie." in world.rooms.to(PRIVATE)[-2]
    assert await desk.writes("oui") == Relayed("2026-0001", 3)
    (body,) = world.rooms.to(c.MAIRIE_ROOM)
    assert "Des photos sont jointes ; elles sont chez : Gendarmerie, Police municipale." in body
    assert len(world.rooms.enclosed) == 4
