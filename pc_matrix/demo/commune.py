"""The example commune: three sectors, three authorities, and its people. All of it is invented."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from policies.terms import Role

CODE = "59999"
NAME = "Saint-Exemple"
SERVER_NAME = "saint-exemple.test"
BOT = "participation"
SECTORS = {
    "centre": "Centre-bourg",
    "gare": "Quartier de la Gare",
    "moulins": "Les Moulins",
}
AUTHORITIES = {
    "gendarmerie": "Gendarmerie nationale",
    "police-municipale": "Police municipale",
    "mairie": "Mairie",
}
_PLACES = SECTORS | AUTHORITIES


@dataclass(frozen=True, slots=True)
class Character:
    """A person of the example; ``title`` is the role in the town hall's own word.

    ``plays`` is whether the tour gives this person a phone. The others have an account that nobody
    has opened yet: they are for whoever wants to try the scheme with Element.
    """

    first: str
    family: str
    role: Role
    title: str
    place: str
    plays: bool = True

    @property
    def name(self) -> str:
        return f"{self.first} {self.family}"

    @property
    def localpart(self) -> str:
        plain = f"{self.first}.{self.family}".lower()
        return plain.translate(str.maketrans("éèêëçïî", "eeeecii", " '")).replace("-", "")

    @property
    def user_id(self) -> str:
        return f"@{self.localpart}:{SERVER_NAME}"

    @property
    def sector(self) -> str | None:
        return self.place if self.role.is_of_a_sector else None

    @property
    def authority(self) -> str | None:
        return None if self.role.is_of_a_sector else self.place

    @property
    def place_name(self) -> str:
        return _PLACES[self.place]


AMELIE = Character("Amélie", "Laurent", Role.RESIDENT, "habitante", "centre")
MEHDI = Character("Mehdi", "Belkacem", Role.RESIDENT, "habitant", "centre")
LAN = Character("Thi Lan", "Nguyen", Role.RESIDENT, "habitante", "gare")
JOEL = Character("Joël", "Le Goff", Role.RESIDENT, "habitant", "moulins")
HELENE = Character("Hélène", "Carpentier", Role.REFERENT, "référente", "centre")
ANTONIO = Character("Antonio", "Da Silva", Role.REFERENT, "référent", "gare")
FATOU = Character("Fatou", "Diallo", Role.REFERENT, "référente", "moulins")
BERNARD = Character("Bernard", "Morvan", Role.ELECTED, "élu référent", "mairie")
CLAIRE = Character("Claire", "Fontaine", Role.MAYOR, "maire", "mairie")
ELISE = Character("Élise", "Garnier", Role.OFFICER, "gendarme", "gendarmerie")
KARIM = Character("Karim", "Haddad", Role.OFFICER, "policier municipal", "police-municipale")
PLAYERS = (AMELIE, MEHDI, LAN, JOEL, HELENE, ANTONIO, FATOU, BERNARD, CLAIRE, ELISE, KARIM)
OFFICERS = (ELISE, KARIM, CLAIRE)
"""One person of each authority."""

FOR_ELEMENT = (
    Character("Camille", "Roussel", Role.RESIDENT, "habitante", "centre", plays=False),
    Character("Louis", "Perrin", Role.REFERENT, "référent", "centre", plays=False),
    Character("Sophie", "Blanchard", Role.OFFICER, "gendarme", "gendarmerie", plays=False),
    Character("Marc", "Yilmaz", Role.OFFICER, "policier municipal", "police-municipale", False),
    Character("Inès", "Moreau", Role.ELECTED, "élue référente", "mairie", plays=False),
)
CHARACTERS = PLAYERS + FOR_ELEMENT


def commune_file(url: str) -> str:
    """The commune's TOML file, for a homeserver at ``url``."""
    sectors = "".join(_table("sector", code, name) for code, name in SECTORS.items())
    authorities = "".join(
        _table("authority", code, name) + 'categories = ["*"]\n'
        for code, name in AUTHORITIES.items()
    )
    return (
        f'[commune]\nname = "{NAME}"\ncode = "{CODE}"\n\n'
        f'[homeserver]\nurl = "{url}"\nserver_name = "{SERVER_NAME}"\nbot = "{BOT}"\n'
        f"{sectors}{authorities}"
    )


def _table(kind: str, code: str, name: str) -> str:
    return f'\n[[{kind}]]\ncode = "{code}"\nname = "{name}"\n'


def town_hall_table() -> bytes:
    """The people as a town hall exports them from its spreadsheet: ``;`` and Windows-1252."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        ("Nom", "Prénom", "Fonction", "Secteur", "Service", "Identifiant", "Depuis", "Charte")
    )
    for person in CHARACTERS:
        sector = SECTORS.get(person.sector or "", "")
        service = AUTHORITIES.get(person.authority or "", "")
        charter = "oui" if person.sector else ""
        writer.writerow(
            (
                person.family.upper(),
                person.first,
                person.title,
                sector,
                service,
                person.localpart,
                "01/09/2025",
                charter,
            )
        )
    return out.getvalue().encode("cp1252")
