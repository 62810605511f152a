"""What counts as received, and what the summary makes of it."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from pc_matrix.demo import summary
from pc_matrix.demo.commune import AMELIE, HELENE
from pc_matrix.demo.people import ClientError, Seen
from pc_matrix.demo.stage import number_in
from pc_matrix.demo.witness import SEALED, Check, Witness, within
from tests.demo.fakes import FakePhone, seen

ROOM = ("!r", "Centre-bourg")


async def received(phone: FakePhone, matches: str = "camionnette") -> Check:
    witness = Witness(lambda _check: None, "scène")
    found = await witness.receives(
        AMELIE, phone.as_client(), ROOM, "lit", sender="@bot:t", matches=matches
    )
    (check,) = witness.checks
    assert (found is not None) is check.passed is witness.all_passed
    return check


async def test_a_sealed_message_from_a_signed_device_counts() -> None:
    check = await received(FakePhone(seen("une camionnette")))
    assert check == Check("scène", "Amélie Laurent", "habitante", ROOM[1], "lit", SEALED, True)


@pytest.mark.parametrize(
    ("event", "how"),
    [
        (seen("camionnette", wire_type="m.room.message", decrypted=False), "arrivé en clair"),
        (seen("camionnette", shield="RED", shield_reason="unsigned"), "bouclier RED (unsigned)"),
        (seen("camionnette", shield=None), "bouclier None"),
        (seen("", decrypted=False, type="m.room.encrypted", error="no key"), "1 message(s) ill"),
        (seen("camionnette", sender="@autre:t"), "rien reçu"),
        (seen("autre chose"), "rien reçu"),
    ],
)
async def test_what_does_not_count(event: Seen, how: str) -> None:
    check = await received(FakePhone(event))
    assert not check.passed
    assert check.how.startswith(how)


async def test_a_reason_fails_the_check() -> None:
    witness = Witness(lambda _check: None)
    phone = FakePhone(seen("Odette")).as_client()
    assert not await witness.receives(
        AMELIE, phone, ROOM, "lit", sender="@bot:t", reason=lambda s: f"nommée : {s.text}"
    )
    assert witness.checks[0].how == "nommée : Odette"


async def test_a_scene_that_breaks_off_is_a_failed_check() -> None:
    async def breaks() -> None:
        raise ClientError("Gone", "the client ended")

    witness = Witness(lambda _check: None)
    await witness.survives("une scène", breaks)
    assert [(c.scene, c.passed) for c in witness.checks] == [("une scène", False)]


def test_nothing_checked_is_nothing_passed() -> None:
    assert not Witness(lambda _check: None).all_passed
    assert not summary.as_json([], 1.0, "h")["passed"]
    assert summary.verdict([], 3.2) == "La visite n'a rien pu montrer (3 s)."


def test_the_summary_shows_every_check_and_the_failed_one() -> None:
    checks = [
        Check("Camionnette", "Élise Garnier", "gendarme", "Gendarmerie", "reçoit", SEALED, True),
        Check("Intrus", "Un intrus", "", "Centre-bourg", "ne reste pas", "toujours là", False),
    ]
    out = io.StringIO()
    console = Console(file=out, width=150)
    for table in summary.tables(checks):
        console.print(table)
    for check in checks:
        console.print(summary.line(check))
    text = out.getvalue()
    for word in ("Camionnette", "Élise Garnier", SEALED, "toujours là", "✔", "✘"):
        assert text.count(word) >= 1
    assert summary.verdict(checks, 61.4) == "1 vérification(s) sur 2 ont échoué (61 s)."
    assert summary.verdict(checks[:1], 61.4) == "Les 1 vérifications ont réussi (61 s)."
    result = summary.as_json(checks, 61.44, "h")
    assert (result["passed"], result["seconds"]) == (False, 61.4)
    assert result["checks"][1]["passed"] is False


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Signalement 2026-0001 · Véhicule", "2026-0001"),
        ("appelez le 17", ""),
        ("12026-00015", ""),
    ],
)
def test_a_reports_number(text: str, number: str) -> None:
    assert number_in(seen(text)) == number
    assert number_in(None) == ""


async def test_waiting_for_a_state() -> None:
    answers = iter((False, True))

    async def happens() -> bool:
        return next(answers)

    async def never() -> bool:
        return False

    assert await within(5, happens) is not None
    assert await within(0, never) is None


def test_only_the_unopened_accounts_are_shown() -> None:
    users = [
        {
            "user_id": who.user_id,
            "password": "secret",
            "name": who.name,
            "role": who.role.value,
            "sector": who.sector,
            "authority": who.authority,
            "opened": who is HELENE,
        }
        for who in (AMELIE, HELENE)
    ]
    out = io.StringIO()
    Console(file=out, width=150).print(summary.accounts(users))
    assert "Amélie Laurent" in out.getvalue()
    assert "Hélène" not in out.getvalue()
