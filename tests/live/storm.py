"""The town of a storm, what its people say, and what the ledger and the rooms have of it after."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import shutil
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from sqlalchemy import create_engine, text

from pc_matrix.demo import commune as people
from pc_matrix.demo import home as homes
from pc_matrix.demo.commune import Character
from pc_matrix.demo.people import ClientError, Seen
from policies.terms import Role
from tests.live.marks import mark

_ANY = "*"
_DAILY = 1_000
_PATIENCE = 240.0  # seconds that somebody goes on trying to send
_AUTHORITIES = {
    "gendarmerie": (_ANY,),
    "police-municipale": ("véhicule", "comportement", "démarchage", "incivilité", "autre"),
    "mairie": ("incivilité", "démarchage", "vulnérable", "autre"),
}
_FACTS = (
    ("cambriolage", "Une porte de garage a été forcée cette nuit."),
    ("véhicule", "Un fourgon blanc tourne lentement rue du Moulin."),
    ("incivilité", "Un lampadaire est cassé devant la mairie."),
    ("comportement", "Un rôdeur a été vu derrière l'école hier soir."),
    ("démarchage", "Du démarchage à domicile toute la matinée."),
    ("incivilité", "Des poubelles ont été renversées place Carnot."),
    ("vulnérable", "Une dame âgée semble désorientée près du pont."),
)
"""Facts that leave as they are, each with its category, which its words say without a doubt."""
_OTHER = ("autre", "Un chien court sur la route du stade.")
_CHAT = ("Bonjour à tous.", "Merci, bien reçu.", "Qui a vu passer le facteur ?", "Bonne soirée.")


@dataclass(frozen=True)
class Size:
    """How much of a storm.

    ``lull`` is how many seconds something is away at most; ``reminds`` the minutes after which an
    urgent report is said again, 0 for none.
    """

    messages: int
    flags: int
    sectors: int
    people: int
    """How many residents, and how many référents: each has several sectors."""
    lull: float
    reminds: int


@dataclass(frozen=True)
class Said:
    """One message: by the resident of its sector, flagged by the référent with ``flag``, or not."""

    sector: str
    text: str
    mark: str
    category: str = ""
    flag: str = ""

    @property
    def authorities(self) -> frozenset[str]:
        """Who is to read it, by the commune's file."""
        taken = (c for c, words in _AUTHORITIES.items() if {_ANY, self.category} & set(words))
        return frozenset(taken) if self.flag else frozenset()


def sectors(size: Size) -> list[str]:
    return [f"secteur-{number:02}" for number in range(1, size.sectors + 1)]


def residents(size: Size) -> list[Character]:
    """One resident a sector, the same one in every ``size.people``-th."""
    return [_neighbour("Habitant", Role.RESIDENT, size, n) for n in range(size.sectors)]


def referents(size: Size) -> list[Character]:
    return [_neighbour("Référent", Role.REFERENT, size, n) for n in range(size.sectors)]


def _neighbour(first: str, role: Role, size: Size, number: int) -> Character:
    family = "ABCDEFGHIJ"[number % size.people] + "limon"
    title = {Role.RESIDENT: "habitant", Role.REFERENT: "référent"}[role]
    return Character(first, family, role, title, sectors(size)[number])


def furnish(home: Path, url: str, size: Size, database: str) -> None:
    """Another commune's file and people in the place of the example's."""
    path = home / "communes" / f"{people.CODE}.toml"
    path.write_text(_commune_file(url, size, database), encoding="utf-8")
    (home / homes.TABLE).write_bytes(_table(size))


def point_at(home: Path, url: str, other: str) -> None:
    """Give the commune another address of its homeserver."""
    path = home / "communes" / f"{people.CODE}.toml"
    text = path.read_text("utf-8")
    assert url in text
    path.write_text(text.replace(url, other), encoding="utf-8")


def other_home(home: Path) -> Path:
    """A second home of the same commune, on the same registry."""
    other = home.with_name("other")
    shutil.copytree(home / "communes", other / "communes")
    shutil.copy(home / "secrets.toml", other)
    return other


def _commune_file(url: str, size: Size, database: str) -> str:
    lines = [
        f'[commune]\nname = "{people.NAME}"\ncode = "{people.CODE}"',
        f'[homeserver]\nurl = "{url}"\nserver_name = "{people.SERVER_NAME}"\nbot = "{people.BOT}"',
        f"[options]\ndaily_flags = {_DAILY}\nremind_after_minutes = {size.reminds}"
        f'\ndatabase = "{database}"',
        *(f'[[sector]]\ncode = "{s}"\nname = "{_name(s)}"' for s in sectors(size)),
        *(
            f'[[authority]]\ncode = "{c}"\nname = "{people.AUTHORITIES[c]}"\n'
            f"categories = {list(words)}".replace("'", '"')
            for c, words in _AUTHORITIES.items()
        ),
    ]
    return "\n\n".join(lines) + "\n"


def _name(sector: str) -> str:
    return sector.capitalize().replace("-", " ")


def _table(size: Size) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        ("Nom", "Prénom", "Fonction", "Secteur", "Service", "Identifiant", "Depuis", "Charte")
    )
    for one in (*residents(size), *referents(size), *people.OFFICERS, people.BERNARD):
        sector = _name(one.place) if one.sector else ""
        service = people.AUTHORITIES[one.place] if one.authority else ""
        charter = "oui" if one.sector else ""
        named = (one.family.upper(), one.first, one.title, sector, service, one.localpart)
        writer.writerow((*named, "01/09/2025", charter))
    return out.getvalue().encode("cp1252")


def talk(size: Size) -> list[Said]:
    """Everything that is said, in order; the flagged ones are spread evenly over all of it."""
    every, places = size.messages // size.flags, sectors(size)
    return [
        _flagged(places[(n // every) % size.sectors], n // every, size)
        if n % every == 0 and n // every < size.flags
        else Said(places[n % size.sectors], *_marked(_CHAT[n % len(_CHAT)]))
        for n in range(size.messages)
    ]


def _flagged(sector: str, number: int, size: Size) -> Said:
    """By a tap or by a command; the first one is urgent where somebody waits for its reminders."""
    if number == 0 and size.reminds:
        return Said(sector, *_marked(_OTHER[1]), _OTHER[0], "!signaler urgent autre")
    if number % 8 == 7:
        return Said(sector, *_marked(_OTHER[1]), _OTHER[0], "!signaler autre")
    category, text = _FACTS[number % len(_FACTS)]
    # Told apart by the round, so that every sector is flagged in both ways.
    by_tap = (number // size.sectors) % 2 == 0
    return Said(sector, *_marked(text), category, "🚩" if by_tap else f"!signaler {category}")


def _marked(text: str) -> tuple[str, str]:
    own = mark()
    return f"{text} ({own})", own


async def insist(act: Callable[[], Awaitable[str]]) -> str:
    """What ``act`` gave at last: people press again what did not go. Empty: it had gone before."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            try:
                return await act()
            except ClientError as refusal:
                if refusal.kind == "M_DUPLICATE_ANNOTATION":
                    return ""
                await asyncio.sleep(0.5)


class Ledger:
    """The registry, read beside the bot; a context manager."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    def ask(self, query: str) -> list[tuple[str, ...]]:
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def count(self, query: str) -> int:
        return int(self.ask(query)[0][0])

    def on_their_way(self) -> int:
        return self.count("SELECT count(*) FROM link WHERE state = 'pending'")

    def waiting(self) -> int:
        return self.count("SELECT count(*) FROM inbox WHERE outcome = ''")

    def reported(self) -> int:
        return self.count("SELECT count(*) FROM report WHERE state IN ('sent', 'uncertain')")

    def steps(self, kind: str) -> int:
        return self.count(f"SELECT count(*) FROM report_step WHERE kind = '{kind}'")

    def uncertain(self) -> set[tuple[str, str]]:
        """``(flagged event, room)`` of each copy of which it is not known whether it arrived."""
        found = self.ask(
            "SELECT report.source_event, link.destination FROM link"
            " JOIN report ON report.id = link.report_id WHERE link.state = 'uncertain'"
        )
        return {(event, room) for event, room in found}


@dataclass
class Heard:
    """The reports that one authority's officer read, in the order of its room."""

    reports: list[tuple[str, str]] = field(default_factory=list)
    """``(number, mark)``."""
    unsealed: list[str] = field(default_factory=list)

    @property
    def marks(self) -> list[str]:
        return [one for _, one in self.reports]

    @property
    def numbers(self) -> dict[str, str]:
        """The number of each mark."""
        return {one: number for number, one in self.reports}


_REPORT = re.compile(r"Signalement (\d{4}-\d{4}) ")
_MARK = re.compile(r"repère \d{9}")


def heard(events: Sequence[Seen]) -> Heard:
    """The reports among what a phone shows of an authority's room."""
    found = Heard()
    for seen in events:
        numbered = _REPORT.match(seen.text)
        if numbered:
            found.reports += [(numbered[1], one) for one in _MARK.findall(seen.text)]
            found.unsealed += [] if seen.was_sealed else [seen.event_id]
    return found


def by_sector(said: Sequence[Said]) -> dict[str, list[Said]]:
    """The same, for each sector in its order."""
    sorted_out: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        sorted_out[one.sector].append(one)
    return dict(sorted_out)


def turns(plan: Sequence[Said], size: Size) -> Iterator[list[Said]]:
    """What each resident says, in order."""
    home = {one.place: one.user_id for one in residents(size)}
    for user_id in dict.fromkeys(home.values()):
        yield [said for said in plan if home[said.sector] == user_id]
