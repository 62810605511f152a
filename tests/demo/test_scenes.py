"""The scenes notice when something is not as it should be: with people who saw the wrong things."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pc_matrix.demo.cast import Cast
from pc_matrix.demo.commune import (
    ANTONIO,
    AUTHORITIES,
    CLAIRE,
    ELISE,
    FATOU,
    JOEL,
    KARIM,
    LAN,
    PLAYERS,
    SECTORS,
)
from pc_matrix.demo.people import Seen
from pc_matrix.demo.scenes import denunciation, van, victim
from pc_matrix.demo.stage import Stage
from pc_matrix.demo.witness import Witness
from policies.terms import RoomKind
from tests.demo.fakes import FakePhone, seen

ROOMS = {
    **{(RoomKind.SECTOR, code): f"!{code}" for code in SECTORS},
    **{(RoomKind.AUTHORITY, code): f"!{code}" for code in AUTHORITIES},
    **{(RoomKind.PRIVATE, who.user_id): f"!{who.user_id}" for who in PLAYERS},
}


@pytest.fixture
def phones() -> dict[str, FakePhone]:
    return {who.user_id: FakePhone() for who in PLAYERS}


@pytest.fixture
def stage(phones: dict[str, FakePhone], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(denunciation, "_SETTLING", 0.0)
    given = {who: phones[who.user_id].as_client() for who in PLAYERS}
    cast = Cast("http://h", "@bot:t", tmp_path / "log", ROOMS, given)
    (tmp_path / "homeserver.db").write_text("$said")
    return Stage(cast, Witness(lambda _check: None, "scène"), tmp_path, "token")


def failed(stage: Stage) -> list[tuple[str, str]]:
    return [(check.who, check.how) for check in stage.witness.checks if not check.passed]


def returned(phones: dict[str, FakePhone]) -> None:
    """Antonio reads the denunciation, and gets it back with advice."""
    room = ROOMS[RoomKind.PRIVATE, ANTONIO.user_id]
    phones[ANTONIO.user_id].events = [
        seen("C'est Kevin Marchandeau", room_id="!gare", sender=LAN.user_id),
        seen("« Sensibiliser et non dénoncer »", room_id=room),
    ]


async def test_a_denunciation_that_is_returned_and_nowhere_else(
    stage: Stage, phones: dict[str, FakePhone]
) -> None:
    returned(phones)
    await denunciation.play(stage)
    assert failed(stage) == []
    assert len(stage.witness.checks) == 6


@pytest.mark.parametrize("opened", [True, False])
async def test_a_denunciation_that_reaches_an_authority(
    stage: Stage, phones: dict[str, FakePhone], opened: bool
) -> None:
    returned(phones)
    kind = "m.room.message" if opened else "m.room.encrypted"
    phone = phones[KARIM.user_id]

    async def arrives_late(room_id: str, limit: int = 50) -> list[Seen]:
        events, phone.events = phone.events, [seen("x", room_id=room_id, type=kind)]
        return events

    phone.read = arrives_late  # type: ignore[method-assign]
    await denunciation.play(stage)
    assert failed(stage) == [("Karim Haddad", "1 message(s) de trop")]


async def test_a_denunciation_that_stays_in_a_file(
    stage: Stage, phones: dict[str, FakePhone]
) -> None:
    returned(phones)
    (stage.home / "bot.log").write_text("… Kevin Marchandeau …")
    await denunciation.play(stage)
    assert failed(stage) == [("la maison", "trouvé dans bot.log")]


async def test_a_search_that_finds_nothing_at_all_proves_nothing(
    stage: Stage, phones: dict[str, FakePhone]
) -> None:
    returned(phones)
    (stage.home / "homeserver.db").unlink()
    await denunciation.play(stage)
    assert [who for who, _ in failed(stage)] == ["la maison"]


def masked(phones: dict[str, FakePhone], preview: str, report: str) -> None:
    said = seen("blouson rouge", room_id="!moulins", sender=JOEL.user_id)
    room = ROOMS[RoomKind.PRIVATE, FATOU.user_id]
    phones[FATOU.user_id].events = [said, seen(preview, room_id=room, html=preview)]
    for who in (ELISE, KARIM, CLAIRE):
        phones[who.user_id].events = [seen(report, room_id=f"!{who.place}")]


@pytest.mark.parametrize(
    ("preview", "report", "wrong"),
    [
        ("<blockquote>[personne], blouson rouge</blockquote>", "un blouson rouge", []),
        ("blouson rouge", "un blouson rouge", ["le texte exact n'est pas cité"]),
        (
            "<blockquote>Mme VASSEUR, blouson rouge</blockquote>",
            "un blouson rouge",
            ["le nom est resté : Vasseur"],
        ),
        (
            "<blockquote>[personne], blouson rouge</blockquote>",
            "odette, blouson rouge",
            ["le nom est resté : Odette"] * 3,
        ),
    ],
)
async def test_a_victims_name_has_to_be_masked(
    stage: Stage, phones: dict[str, FakePhone], preview: str, report: str, wrong: list[str]
) -> None:
    masked(phones, preview, report)
    await victim.play(stage)
    assert [how for _, how in failed(stage)] == wrong


@pytest.mark.parametrize(
    ("check", "text", "wrong"),
    [
        (van._has_number, "Signalement 2026-0001", ""),
        (van._has_number, "Signalement", "sans numéro de signalement"),
        (van._is_whole, "Signalement 2026-0001 : GH-482-TZ", ""),
        (van._is_whole, "Signalement 2026-0001 : [plaque]", "la plaque manque"),
        (van._is_masked, "Signalement 2026-0001 : [plaque]", ""),
        (van._is_masked, "Signalement 2026-0001 : GH-482-TZ", "la plaque n'est pas masquée"),
        (van._is_neutral, "Le signalement 2026-0001 est traité par : Gendarmerie", ""),
        (van._is_neutral, "traité par Élise Garnier", "l'avis en dit trop : Garnier, Élise"),
    ],
)
def test_what_a_notice_may_say(check: Callable[[Seen], str], text: str, wrong: str) -> None:
    assert check(seen(text)) == wrong
