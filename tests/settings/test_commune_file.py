from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pc_matrix.cli.charter_told import charter_warning, warn_of_charter
from pc_matrix.errors import SettingsError
from pc_matrix.settings import communes, load
from policies.brake_limits import BrakeLimits
from policies.details import Detail
from policies.terms import (
    CHARTER_VERSION,
    Authority,
    AuthorityCode,
    Category,
    RoomKind,
    Sector,
    SectorCode,
)

GOOD = """
[commune]
name = "Saint-Exemple"
code = "59999"
[homeserver]
url = "http://127.0.0.1:8765/"
server_name = "saint-exemple.test"
bot = "participation"
[[sector]]
code = "centre"
name = "Centre-bourg"
[[authority]]
code = "gendarmerie"
name = "Gendarmerie nationale"
categories = ["*"]
[[authority]]
code = "mairie"
name = "Mairie"
categories = ["burglary", "incivilité", "Véhicule suspect"]
[[authority]]
code = "muette"
name = "Sans signalement"
categories = []
"""


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PC_MATRIX_DATABASE", raising=False)


def written(home: Path, text: str | bytes = GOOD, code: str = "59999") -> Path:
    path = home / "communes" / f"{code}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return home


def faults_of(home: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(home)
    what, why, remedy = caught.value.diagnostics()
    assert str(home / "communes" / "59999.toml") in what
    assert remedy
    assert caught.value.exit_status == 3
    return why.splitlines()


@pytest.mark.parametrize(
    ("version", "deadline"),
    [(CHARTER_VERSION, datetime(2027, 1, 31, 23, tzinfo=UTC)), ("another", None)],
)
def test_the_charters_deadline_is_the_end_of_a_day_and_of_one_version(
    tmp_path: Path, version: str, deadline: datetime | None
) -> None:
    table = f'[charter]\nversion = "{version}"\ndeadline = 2027-01-31\n'
    settings = load(written(tmp_path, GOOD + table))
    assert settings.commune.charter_deadline == deadline
    assert settings.other_charter == ("" if deadline else version)


def test_a_deadline_for_another_charter_is_told_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warn_of_charter(load(written(tmp_path)))
    assert capsys.readouterr() == ("", "")
    table = '[charter]\nversion = "2.1"\ndeadline = 2027-01-31\n'
    settings = load(written(tmp_path, GOOD + table))
    warn_of_charter(settings)
    out, told = capsys.readouterr()
    assert out == ""
    for words in (
        "communes/59999.toml",
        "« version » sous [charter]",
        "« 2.1 »",
        f"« {CHARTER_VERSION} »",
        "« deadline » ne s'applique donc pas",
        f'écrivez version = "{CHARTER_VERSION}"',
    ):
        assert words in told
    assert charter_warning(settings) == tuple(told.splitlines())


@pytest.mark.parametrize("minutes", [0, 5, 720])
def test_how_long_an_urgent_report_waits(tmp_path: Path, minutes: int) -> None:
    table = f"[options]\nremind_after_minutes = {minutes}\n"
    assert load(written(tmp_path, GOOD + table)).commune.remind_after == minutes


@pytest.mark.parametrize("minutes", [-1, 721])
def test_it_does_not_wait_for_half_a_day(tmp_path: Path, minutes: int) -> None:
    home = written(tmp_path, GOOD + f"[options]\nremind_after_minutes = {minutes}\n")
    assert any("options.remind_after_minutes" in fault for fault in faults_of(home))


def test_a_deadline_is_a_date(tmp_path: Path) -> None:
    table = '[charter]\nversion = "2"\ndeadline = "bientôt"\n'
    (fault,) = faults_of(written(tmp_path, GOOD + table))
    assert fault.startswith("charter.deadline : une date")


def test_a_file_becomes_frozen_values(tmp_path: Path) -> None:
    settings = load(written(tmp_path))
    commune = settings.commune
    assert (commune.code, commune.name, commune.bot) == (
        "59999",
        "Saint-Exemple",
        "@participation:saint-exemple.test",
    )
    assert commune.sectors == (Sector(SectorCode("centre"), "Centre-bourg"),)
    assert commune.authorities[1:] == (
        Authority(
            AuthorityCode("mairie"),
            "Mairie",
            frozenset({Category.BURGLARY, Category.INCIVILITY, Category.SUSPICIOUS_VEHICLE}),
            sees=frozenset({Detail.RESIDENT}),
        ),
        Authority(AuthorityCode("muette"), "Sans signalement", frozenset()),
    )
    assert commune.authorities[0].categories == frozenset(Category)
    assert commune.federated_with == frozenset()
    assert (commune.time_zone, commune.daily_flags, commune.flag_by_reaction) == (
        "Europe/Paris",
        20,
        True,
    )
    assert commune.sector_daily_flags == 100
    assert commune.remind_after == 15
    assert settings.homeserver_url == "http://127.0.0.1:8765"
    assert settings.database_url == f"sqlite:///{tmp_path / 'registry.db'}"
    assert settings.session_dir == tmp_path / "59999" / "session"
    assert settings.session_lock == tmp_path / "59999" / "session.lock"


def test_every_fault_comes_at_once_with_its_key_path(tmp_path: Path) -> None:
    bad = """
[commune]
name = ""
code = "5999"
time_zone = "Europe/Lille"
[homeserver]
url = "ftp://x"
server_name = "pas un serveur"
bot = "@bot:serveur"
federated = ["autre.example"]
[options]
daily_flags = "20"
flag_by_reaction = 1
language = "de"
database = "mysql://x"
[[sector]]
code = "centre"
name = "Centre"
[[sector]]
code = "centre"
name = "Gare"
nom = "Gare"
[[authority]]
code = "Police Municipale"
name = "Police"
categories = ["tapis", "*"]
[[authority]]
code = "mairie"
categories = "*"
"""
    faults = faults_of(written(tmp_path, bad))
    keys = [line.split(" : ")[0] for line in faults]
    assert keys == [
        "authority[1].categories[1]",
        "authority[1].code",
        "authority[2].categories",
        "authority[2].name",
        "commune.code",
        "commune.name",
        "commune.time_zone",
        "homeserver.bot",
        "homeserver.federated",
        "homeserver.server_name",
        "homeserver.url",
        "options.daily_flags",
        "options.database",
        "options.flag_by_reaction",
        "options.language",
        "sector[2].code",
        "sector[2].nom",
    ]
    by_key = dict(line.split(" : ", 1) for line in faults)
    assert by_key["homeserver.federated"] == "clé inconnue ; vouliez-vous « federated_with » ?"
    assert by_key["sector[2].code"] == "centre est déjà le code de sector[1]"
    assert "valeur refusée" not in "".join(faults)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('name = "Centre-bourg"\n', "", "sector[1].name : cette clé manque"),
        ("[commune]", "[comune]", "commune : cette clé manque"),
        ("[commune]", "[comune]", "comune : clé inconnue ; vouliez-vous « commune » ?"),
        ('"59999"', "59999", "commune.code : un texte entre guillemets est attendu"),
        ('"59999"', '"2C004"', "commune.code : un code INSEE"),
        ('"59999"', '"59998"', "commune.code : vaut 59998, mais le fichier s'appelle 59999.toml"),
        ("127.0.0.1:8765", "u:motdepasse@x", "homeserver.url : une adresse http"),
        ("127.0.0.1:8765", "x:99999", "homeserver.url : une adresse http"),
        ('"participation"', '"Participation"', "homeserver.bot : le nom seul"),
        ('"centre"', '"' + "a" * 33 + '"', "sector[1].code : 1 à 32"),
    ],
)
def test_one_fault(tmp_path: Path, old: str, new: str, fault: str) -> None:
    faults = faults_of(written(tmp_path, GOOD.replace(old, new, 1)))
    assert any(line.startswith(fault) for line in faults), faults
    assert "motdepasse" not in "".join(faults)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("daily_flags = 7", (7, 35)),
        ("daily_flags = 7\nsector_daily_flags = 9", (7, 9)),
        ("sector_daily_flags = 10000", (20, 10_000)),
    ],
)
def test_quotas(tmp_path: Path, options: str, expected: tuple[int, int]) -> None:
    text = GOOD.replace("[[sector]]", f"[options]\n{options}\n[[sector]]", 1)
    commune = load(written(tmp_path, text)).commune
    assert (commune.daily_flags, commune.sector_daily_flags) == expected


@pytest.mark.parametrize("value", ["0", "-1", "10001", '"100"', "1.5"])
def test_a_sectors_quota_has_bounds(tmp_path: Path, value: str) -> None:
    options = f"[options]\nsector_daily_flags = {value}\n[[sector]]"
    faults = faults_of(written(tmp_path, GOOD.replace("[[sector]]", options, 1)))
    assert [line.split(" : ")[0] for line in faults] == ["options.sector_daily_flags"]


def test_without_sector_or_authority(tmp_path: Path) -> None:
    text = GOOD[: GOOD.index("[[sector]]")]
    assert faults_of(written(tmp_path, text)) == [
        "authority : cette clé manque",
        "sector : cette clé manque",
    ]


def test_sectors_that_replace_others(tmp_path: Path) -> None:
    line = 'code = "centre"\n'
    merged = GOOD.replace(line, line + 'replaces = ["nord", "sud"]\n', 1)
    (sector,) = load(written(tmp_path, merged)).commune.sectors
    assert sector.replaces == ("nord", "sud")
    itself = GOOD.replace(line, line + 'replaces = ["centre"]\n', 1)
    assert faults_of(written(tmp_path, itself)) == [
        "sector[1].replaces : centre est encore un secteur de ce fichier : retirez l'un des deux"
    ]


def test_corsica(tmp_path: Path) -> None:
    home = written(tmp_path, GOOD.replace("59999", "2A004"), "2A004")
    assert load(home).commune.code == "2A004"


def test_toml_that_is_none_tells_line_and_column(tmp_path: Path) -> None:
    home = written(tmp_path, GOOD.replace('"Saint-Exemple"', '"Saint-Exemple'))
    with pytest.raises(SettingsError) as caught:
        load(home)
    assert "ligne 3, colonne 22" in caught.value.what


@pytest.mark.parametrize("text", [b"\xff\xfe\x00", GOOD.encode("cp1252")])
def test_a_file_in_another_encoding(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(SettingsError, match="ne se lit pas"):
        load(written(tmp_path, text))


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    assert load(written(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())).commune.name


def test_no_commune(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Aucune commune") as caught:
        load(tmp_path / "nowhere")
    assert "pc-matrix init" in caught.value.remedy
    assert communes(tmp_path) == ()


def test_several_communes_have_to_be_told_apart(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path, GOOD.replace("59999", "2A004"), "2A004")
    assert communes(tmp_path) == ("2A004", "59999")
    with pytest.raises(SettingsError, match="de quelle commune") as caught:
        load(tmp_path)
    assert "2A004, 59999" in caught.value.why
    assert load(tmp_path, "2A004").commune.code == "2A004"
    with pytest.raises(SettingsError, match="59350 n'est pas déclarée") as unknown:
        load(tmp_path, "59350")
    assert "2A004, 59999" in unknown.value.why


@pytest.mark.parametrize(
    ("declared", "url"),
    [
        ("postgresql://u:p@h/b", "postgresql+psycopg://u:p@h/b"),
        ("sqlite:///ailleurs.db", "sqlite:///ailleurs.db"),
    ],
)
def test_a_database_of_its_own(tmp_path: Path, declared: str, url: str) -> None:
    home = written(tmp_path, GOOD + f'[options]\ndatabase = "{declared}"\n')
    settings = load(home)
    assert settings.database_url == url
    assert url not in repr(settings)


def test_the_environment_gives_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PC_MATRIX_DATABASE", "postgresql://u:motdepasse@h/b")
    settings = load(written(tmp_path))
    assert settings.database_url == "postgresql+psycopg://u:motdepasse@h/b"
    assert "motdepasse" not in repr(settings)


def test_kinds_of_room_whose_identities_are_approved(tmp_path: Path) -> None:
    assert load(written(tmp_path)).commune.approval == frozenset()
    words = '["authority", "Privé", "référents", "secteur"]'
    text = GOOD.replace("[[sector]]", f"[options]\nidentity_approval = {words}\n[[sector]]", 1)
    kinds = {RoomKind.AUTHORITY, RoomKind.PRIVATE, RoomKind.REFERENTS, RoomKind.SECTOR}
    assert load(written(tmp_path, text)).commune.approval == kinds
    (fault,) = faults_of(written(tmp_path, text.replace("Privé", "commune-space")))
    assert fault.startswith("options.identity_approval[2] : salon inconnu")


def test_brake_addresses_and_pictures_have_defaults(tmp_path: Path) -> None:
    settings = load(written(tmp_path))
    assert settings.commune.brake == BrakeLimits(5, 0.2)
    assert settings.commune.aliases is False
    assert settings.images == {}


def test_brake_addresses_and_pictures_are_read(tmp_path: Path) -> None:
    text = (
        GOOD
        + """
[options]
aliases = true
[brake]
removals = 0
share = 1
[images]
sector = "secteur.png"
authorities = "images/autorites.jpg"
"""
    )
    settings = load(written(tmp_path, text))
    assert settings.commune.brake == BrakeLimits(0, 1.0)
    assert settings.commune.aliases is True
    folder = tmp_path / "communes"
    assert settings.images == {
        RoomKind.SECTOR: folder / "secteur.png",
        RoomKind.AUTHORITY_SPACE: folder / "images/autorites.jpg",
    }


def test_a_brake_that_could_not_hold_is_a_fault(tmp_path: Path) -> None:
    text = (
        GOOD
        + """
[brake]
removals = -1
share = 20
limit = 3
[images]
secteur = "x.png"
"""
    )
    assert faults_of(written(tmp_path, text)) == [
        "brake.limit : clé inconnue ; connues : removals, share",
        "brake.removals : un nombre d'au moins 0 est attendu",
        "brake.share : un nombre d'au plus 1.0 est attendu",
        "images.secteur : clé inconnue ; vouliez-vous « sector » ?",
    ]
    nan = written(tmp_path, GOOD + '[brake]\nshare = nan\nremovals = "5"')
    assert len(faults_of(nan)) == 2


@pytest.mark.parametrize(
    ("code", "keys", "sees"),
    [
        ("gendarmerie", "", set(Detail)),
        ("police-municipale", "", set(Detail)),
        ("mairie", "", {Detail.RESIDENT}),
        ("accueil", "", set()),
        ("accueil", 'kind = "Gendarmerie"', set(Detail)),
        ("gendarmerie", 'kind = "mairie"', {Detail.RESIDENT}),
        ("gendarmerie", 'kind = "autre"', set()),
        ("mairie", 'sees = ["plaque"]', {Detail.PLATE, Detail.PHOTO}),
        ("mairie", "photos = true", {Detail.RESIDENT, Detail.PHOTO}),
        ("gendarmerie", "photos = false", {Detail.RESIDENT, Detail.PLATE}),
        ("mairie", "sees = []\nphotos = true", {Detail.PHOTO}),
        ("mairie", 'sees = ["plate", "Habitant"]', set(Detail)),
        ("gendarmerie", "sees = []", set()),
    ],
)
def test_what_an_authority_sees(tmp_path: Path, code: str, keys: str, sees: set[Detail]) -> None:
    block = f'[[authority]]\ncode = "{code}"\nname = "X"\ncategories = ["*"]\n{keys}\n'
    text = GOOD[: GOOD.index("[[authority]]")] + block
    (authority,) = load(written(tmp_path, text)).commune.authorities
    assert authority.sees == sees


def test_an_unknown_kind_or_detail_is_a_fault(tmp_path: Path) -> None:
    text = GOOD.replace('code = "mairie"\n', 'code = "mairie"\nkind = "prefet"\nsees = ["nom"]\n')
    faults = faults_of(written(tmp_path, text))
    assert any("authority[2].kind" in f and "police-municipale" in f for f in faults)
    assert any("authority[2].sees" in f and "plaque" in f for f in faults)
