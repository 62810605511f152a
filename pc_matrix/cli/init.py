"""``pc-matrix init``: a few questions, then the commune's file and the secrets."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pc_matrix.cli import recovery_text
from pc_matrix.cli.app import Context
from pc_matrix.cli.lists import write_template
from pc_matrix.errors import InputError
from policies.need_to_know import AuthorityKind, kind_of

if TYPE_CHECKING:
    from pc_matrix.homeserver.recovery.recovery_key import RecoveryKey

_KINDS = {
    AuthorityKind.GENDARMERIE: "gendarmerie",
    AuthorityKind.POLICE: "police-municipale",
    AuthorityKind.MAIRIE: "mairie",
    AuthorityKind.OTHER: "autre",
}
_EMBEDDED = "http://127.0.0.1:8765"
_SECTORS = ("centre=Centre-bourg",)
_AUTHORITIES = ("mairie=Mairie", "gendarmerie=Gendarmerie nationale")


@dataclass(frozen=True, slots=True)
class Answers:
    """What ``init`` was told."""

    name: str
    code: str
    server_name: str
    url: str
    sectors: tuple[tuple[str, str], ...]
    authorities: tuple[tuple[str, str], ...]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="init", help="Pose quelques questions et écrit les fichiers de la commune.")(
        init
    )


def init(
    ctx: typer.Context,
    name: Annotated[str, typer.Option(help="Nom de la commune.")] = "",
    code: Annotated[str, typer.Option(help="Code INSEE, 5 caractères.")] = "",
    server_name: Annotated[str, typer.Option(help="Nom du serveur Matrix.")] = "",
    url: Annotated[
        str, typer.Option(help="Adresse du serveur, ou « embedded » pour le serveur intégré.")
    ] = "",
    sector: Annotated[
        list[str] | None, typer.Option(help="Un secteur : code=Nom. Répétable.")
    ] = None,
    authority: Annotated[
        list[str] | None, typer.Option(help="Une autorité : code=Nom. Répétable.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ne pose pas de question ; défauts pour le reste.")
    ] = False,
) -> None:
    """Ask what the options do not say, write, and show what comes next."""
    context: Context = ctx.obj
    given = Answers(
        name=name or _ask("Nom de la commune", "Saint-Exemple", yes=yes),
        code=(code or _ask("Code INSEE", "59999", yes=yes)).upper(),
        server_name=server_name,
        url=url,
        sectors=_pairs("--sector", sector) or _ask_pairs("Secteurs", _SECTORS, yes=yes),
        authorities=_pairs("--authority", authority)
        or _ask_pairs("Autorités", _AUTHORITIES, yes=yes),
    )
    path, key = write(context.home, _with_server(given, yes=yes))
    _report(context, path, given.code, key)


def write(home: Path, answers: Answers) -> tuple[Path, RecoveryKey]:
    """Write ``communes/<code>.toml``, beside it a template of the commune's own lists, and the
    missing secrets; the file's path and a recovery key.

    The key, for the bot's identity, is new and has to be shown to somebody: it stays here, sealed,
    only until the identity was published under it. Nothing is left behind when the answers do not
    make a valid file. Raises ``InputError`` when the commune has a file already, ``SettingsError``
    for wrong answers.
    """
    from pc_matrix import settings

    path = home / "communes" / f"{answers.code}.toml"
    if not re.fullmatch(r"[0-9A-Z]{5}", answers.code):
        raise InputError(
            f"« {answers.code} » n'est pas un code INSEE.",
            "Il a cinq caractères : 59350, 2A004.",
            "Cherchez-le sur le site de l'INSEE ; ce n'est pas le code postal.",
        )
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(commune_file(answers))
    except FileExistsError:
        raise InputError(
            f"La commune {answers.code} est déjà déclarée.",
            f"Le fichier {path} existe et n'a pas été touché.",
            "Modifiez-le avec un éditeur de texte, ou choisissez un autre dossier avec --home.",
        ) from None
    try:
        settings.load(home, answers.code)
        _draw_secrets(home, answers.code)
        key = _draw_recovery_key(home, answers.code)
        write_template(settings.own_lists(home, answers.code))
    except BaseException:
        path.unlink()
        raise
    return path, key


def commune_file(answers: Answers) -> str:
    """The commune's file, with a French comment for whoever opens it."""
    sectors = "\n".join(_SECTOR.format(code=_q(c), name=_q(n)) for c, n in answers.sectors)
    authorities = "\n".join(
        _AUTHORITY.format(code=_q(c), name=_q(n), kind=_q(_KINDS[kind_of(c, n)]))
        for c, n in answers.authorities
    )
    return _FILE.format(
        name=_q(answers.name),
        code=_q(answers.code),
        url=_q(answers.url),
        server_name=_q(answers.server_name),
        sectors=sectors,
        authorities=authorities,
    )


def _draw_secrets(home: Path, code: str) -> None:
    import base64
    import secrets

    from pc_matrix.settings import load_secrets, save_secrets
    from pc_matrix.vault import Vault

    held = load_secrets(home)
    key = None if held.master_key else base64.b64encode(Vault.new_key()).decode()
    passwords = {} if code in held.bot_passwords else {code: secrets.token_urlsafe(32)}
    save_secrets(home, master_key=key, bot_passwords=passwords)


def _draw_recovery_key(home: Path, code: str) -> RecoveryKey:
    from pc_matrix import settings
    from pc_matrix.homeserver.recovery.publishing import draw_pending
    from pc_matrix.homeserver.sealed_file import SealedFile
    from pc_matrix.vault import Vault

    read = settings.load(home, code)
    vault = Vault(read.secrets.vault_key())
    file = SealedFile(read.session_dir / "recovery.sealed", f"recovery:{read.bot}", vault)
    return draw_pending(file)


def _with_server(given: Answers, *, yes: bool) -> Answers:
    slug = re.sub(r"[^a-z0-9]+", "-", _ascii(given.name).lower()).strip("-") or "commune"
    name = given.server_name or _ask("Nom du serveur Matrix", f"{slug}.test", yes=yes)
    url = given.url or _ask("Adresse du serveur (ou « embedded »)", "embedded", yes=yes)
    address = _EMBEDDED if url == "embedded" else url
    return Answers(given.name, given.code, name, address, given.sectors, given.authorities)


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _ask(question: str, default: str, *, yes: bool) -> str:
    if yes:
        return default
    return str(typer.prompt(question, default=default, err=True)).strip()


def _ask_pairs(title: str, default: tuple[str, ...], *, yes: bool) -> tuple[tuple[str, str], ...]:
    said = _ask(f"{title} (code=Nom, séparés par des virgules)", ", ".join(default), yes=yes)
    return _pairs(title, said.split(","))


def _pairs(option: str, given: list[str] | None) -> tuple[tuple[str, str], ...]:
    pairs = []
    for text in given or ():
        code, separator, name = (part.strip() for part in text.partition("="))
        if not (code and separator and name):
            raise InputError(
                f"« {text.strip()} » ne se comprend pas ({option}).",
                "Un code et un nom sont attendus, séparés par « = ».",
                "Par exemple : centre=Centre-bourg",
            )
        pairs.append((code, name))
    return tuple(pairs)


def _report(context: Context, path: Path, code: str, key: RecoveryKey) -> None:
    from pc_matrix import settings

    if context.json:
        said = {"commune": code, "file": str(path), "recovery_key": key.text}
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    typer.echo(f"Commune {code} déclarée dans {path}")
    typer.echo(f"Secrets dans {context.home / 'secrets.toml'} : lisible par vous seul.")
    typer.echo("Gardez-en une copie hors de cette machine ; sans lui, rien ne se rouvre.")
    recovery_text.show(key)
    typer.echo("")
    lists = settings.own_lists(context.home, code)
    typer.echo(f"Rues, commerces et surnoms de la commune : à inscrire dans {lists}")
    typer.echo("Ensuite : pc-matrix homeserver up")


def _q(text: str) -> str:
    # A JSON string is a TOML basic string, DEL excepted.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


_SECTOR = """[[sector]]
code = {code}
name = {name}
"""
_AUTHORITY = """[[authority]]
code = {code}
name = {name}
kind = {kind}
categories = ["*"]
"""
_FILE = """\
# Une commune de pc-matrix. Les codes ne changent plus une fois les salons créés ; les noms, si.

[commune]
name = {name}
code = {code}                     # code INSEE
time_zone = "Europe/Paris"
contact = ""                       # qui appeler, sur les lettres : "Mairie, 03 20 00 00 00"

[homeserver]
url = {url}
server_name = {server_name}
bot = "participation"              # nom du compte du bot
federated_with = []                # serveurs étrangers admis ; vide : aucun

[options]
database = ""                      # vide : registry.db dans ce dossier ; sinon postgresql://…
flag_by_reaction = true            # tenir compte des réactions (🚩, ✅…), que le serveur Matrix
                                   # peut voir et inventer ; false : répondre par le même signe
daily_flags = 20                   # signalements par référent et par 24 heures
# sector_daily_flags = 100         # par secteur et par 24 heures ; sinon cinq fois le précédent
language = "fr"
identity_approval = []             # salons où la mairie approuve chaque identité avant toute clé :
                                   # "authority", "private", "referents", "sector" ; conseillé une
                                   # fois les agents arrivés : ["authority"]
aliases = false                    # true : chaque salon a une adresse, comme #59350-secteur-centre
quiet_hours = "21:00-07:30"        # un message de prévention non urgent y attend le matin
knocking = false                   # true : un inconnu peut demander à entrer dans un secteur
remind_after_minutes = 15          # un signalement urgent que personne ne prend en compte revient,
                                   # deux fois, puis son référent est prié d'appeler ; 0 : au matin

[brake]                            # au-delà, « apply » et le bot s'arrêtent et demandent
removals = 5                       # personnes qui perdraient un salon d'un coup
share = 0.2                        # part des personnes présentes, de 0 à 1

[images]                           # celles de la commune, à côté de ce fichier ; sinon les nôtres
# sector = "secteur.png"           # commune, authorities, sector, referents, authority, private

# Une nouvelle version de la charte est proposée à chacun, et n'exclut personne, sauf à une date :
# [charter]
# version = "2"                    # celle qui est proposée (« pc-matrix registry roles » la dit)
# deadline = 2027-01-31            # dernier jour où un accord à une version d'avant suffit

# Le serveur par lequel partent les courriels aux autorités sans Matrix ; puis « mail check » :
# [mail]
# host = "smtp.mairie.example"
# security = "starttls"            # ou "tls"
# sender = "participation@mairie.example"   # une boîte que quelqu'un lit : les refus y reviennent
# user = "participation"           # son mot de passe : mail_password, dans secrets.toml

# Les secteurs : chacun a son salon. Si l'un prend la suite d'un ancien : replaces = ["ancien-code"]
{sectors}
# Les autorités : chacune a son salon et reçoit ces catégories ("*" : toutes, [] : aucune).
# Catégories : cambriolage, véhicule, comportement, démarchage, incivilité, vulnérable, autre.
# kind : "gendarmerie", "police-municipale", "mairie" ou "autre". Les deux premières voient les
# plaques d'immatriculation, les autres un texte où elles sont masquées. Pour en décider autrement :
# sees = ["plaque", "habitant"] dans son bloc ("habitant" : le nom de qui a permis de le donner).
# Une photo montre aussi les plaques : qui ne les voit pas lit seulement chez qui elle est ;
# photos = true dans son bloc la lui envoie, photos = false la garde chez les autres.
# Sans Matrix, elle est jointe par courriel : ajoutez email = "…" et certificate = "fichier.pem"
# (son certificat S/MIME, posé à côté de ce fichier), et le bloc [mail] ci-dessus.
{authorities}"""
