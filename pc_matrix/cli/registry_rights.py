"""``pc-matrix registry export`` and ``erase``: what the law lets a person ask of the town hall."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pc_matrix.cli import french, personal_text, registry_house
from pc_matrix.cli.registry_view import as_json, count
from pc_matrix.errors import InputError
from pc_matrix.provisioning.closing_accounts import Fate
from pc_matrix.registry.personal import Erased, Rows
from pc_matrix.registry.personal import Fate as RowFate
from pc_matrix.registry.spreadsheet.dates import local_day
from pc_matrix.registry.spreadsheet.matrix_ids import BadIdError, full_id
from pc_matrix.registry.spreadsheet.words import folded
from pc_matrix.settings import communes, own_lists, private_file
from policies.terms import Commune, UserId

if TYPE_CHECKING:
    from pc_matrix.cli.app import Context
    from pc_matrix.neighbours import Elsewhere

_FULL = re.compile(r"@[^\s:]+:\S+")
_Who = Annotated[str, typer.Argument(metavar="IDENTIFIANT", help="@marie:serveur, ou marie.")]
_KEPT: Mapping[str, tuple[str, str]] = {
    "inbox": ("demandes au robot, sans leur auteur", "rien ne doit partir deux fois"),
    "report": (
        "signalements (numéro, dates, sujet, état), sans leur auteur",
        "les autorités les ont reçus, et leurs numéros ne resservent pas",
    ),
    "bulletin": ("messages de prévention, sans leur auteur", "rien ne doit partir deux fois"),
    "audit": (
        "journal, sans la nommer",
        "la commune doit pouvoir montrer ce qui a été fait (RGPD, article 5.2) et tenir la "
        "sécurité des salons (article 32)",
    ),
    "room": (
        "salon privé avec le robot, à son identifiant",
        "c'est par là que le robot sait quel salon vider",
    ),
}
_OTHER = ("autres lignes, sans la nommer", "elles servent à d'autres personnes")
_LEFT = (
    "Le bot la retire de ses salons aussitôt s'il tourne ; sinon : pc-matrix apply. Son "
    "identifiant est gardé jusque-là, et pour cela seul.",
    "Une fois qu'elle en est sortie, relancez cette commande : elle efface du journal ce que cette "
    "sortie y a laissé.",
    "Retirez-la aussi de votre tableau : le prochain import l'inscrirait de nouveau.",
    "Les sauvegardes la contiennent jusqu'à leur remplacement.",
)


_ACCOUNT: Mapping[Fate, str] = {
    Fate.CLOSED: "Son compte, que pc-matrix avait créé, est fermé sur le serveur Matrix : personne "
    "n'y entre plus, et il n'est plus dans aucun salon.",
    Fate.NOT_OURS: "Son compte Matrix n'a pas été créé par pc-matrix : il reste à elle. Elle peut "
    "le fermer, et effacer ses messages, elle-même.",
    Fate.SHARED: "Son compte sur le serveur Matrix reste ouvert, avec ses messages : une autre "
    "commune a inscrit la même personne et s'en sert. Si elle demande à y être effacée aussi, "
    "c'est à cette commune de le faire ; la dernière ferme le compte, si pc-matrix l'avait créé.",
    Fate.UNSURE: "Son compte, que pc-matrix avait créé, reste ouvert : rien ne dit si une autre "
    "commune s'en sert, car le fichier ou la base de {codes} ne se lit pas. Si personne ne "
    "s'en sert, l'administrateur du serveur doit le désactiver lui-même (et effacer, « erase »).",
    Fate.GONE: "Le serveur Matrix n'a pas, ou plus, de compte à ce nom.",
    Fate.REFUSED: "Son compte, que pc-matrix avait créé, n'a pas pu être fermé : l'administrateur "
    "du serveur doit le désactiver lui-même (et effacer, « erase »).",
}


def register(group: typer.Typer) -> None:
    """Add the commands to ``registry``."""
    group.command(
        "export", help="Écrit tout ce qui est gardé sur une personne (RGPD, art. 15, 20)."
    )(export)
    group.command("erase", help="Efface une personne (RGPD, art. 17), et dit ce qui reste.")(erase)


def export(
    ctx: typer.Context,
    who: _Who,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DOSSIER", help="Où écrire ; sinon : exports."),
    ] = None,
) -> None:
    """Write two files, for the person and for a program, that only their owner can read."""
    context: Context = ctx.obj
    with registry_house.opened(context) as house:
        commune, now = house.settings.commune, house.clock.now()
        user_id = _id(who, commune)
        rows = house.registry.held(commune.code, user_id)
        if not rows:
            raise _unknown(user_id)
        notes = _notes(context, commune, rows)
        data = personal_text.as_json(user_id, commune, rows, now, notes)
        text = personal_text.as_text(user_id, commune, rows, now, notes)
        house.registry.audit(commune.code, now, "person-exported", user_id, registry_house.ACTOR)
    if context.json and output is None:
        typer.echo(data, nl=False)
        return
    folder = _folder(output or context.home / "exports")
    day = local_day(now, commune.time_zone)
    stem = f"{commune.code}-{_file_name(user_id)}-{day.isoformat()}"
    files = [folder / f"{stem}.txt", folder / f"{stem}.json"]
    for file, content in zip(files, (text, data), strict=True):
        private_file.replace(file, content)
    if context.json:
        typer.echo(as_json({"user_id": user_id, "files": [str(file) for file in files]}))
        return
    typer.echo(f"Tout ce qui est gardé sur {user_id} ({count(_lines(rows), 'ligne')}) :")
    typer.echo(f"  pour la personne    : {files[0]}")
    typer.echo(f"  pour un programme   : {files[1]}")
    typer.echo("Remettez-les-lui par un moyen sûr, puis supprimez-les.")


def erase(
    ctx: typer.Context,
    who: _Who,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ne pas demander.")] = False,
) -> None:
    """End the person's mandates and forget him, but for what has to stay."""
    context: Context = ctx.obj
    if context.json and not yes:
        raise typer.BadParameter("--json ne pose pas de question : ajoutez --yes.")
    from pc_matrix import neighbours, wiring

    with registry_house.opened(context) as house:
        commune = house.settings.commune
        user_id = _id(who, commune)
        rows = house.registry.held(commune.code, user_id)
        if not rows:
            raise _unknown(user_id)
        notes, where = _notes(context, commune, rows), neighbours.elsewhere(house, user_id)
        if not yes:
            _ask(user_id, rows, where)
        state = house.registry.account_state(commune.code, user_id)
        neighbours.hand_on(house, user_id, state, where)
        done = house.registry.erase(commune.code, user_id, house.clock.now(), registry_house.ACTOR)
        account = asyncio.run(wiring.close_account_of(house, user_id, state, where))
    if "person" in rows:  # a second time nobody knows any more whose account it was
        notes.append(_account_told(account, context, user_id, where))
    if done.is_nothing:
        raise _unknown(user_id)
    if context.json:
        told = {**_as_json(user_id, done, notes), "account": account.value}
        typer.echo(as_json(told))
    else:
        _tell(user_id, done, notes)


def _ask(user_id: UserId, rows: Rows, where: Elsewhere) -> None:
    names = [str(row["name"]) for row in rows.get("person", ())]
    who = f"{names[0]} ({user_id})" if names else user_id
    mandates = len(rows.get("mandate", ()))
    account = (
        "son compte reste ouvert, car une autre commune s'en sert"
        if where.codes
        else "son compte est fermé si pc-matrix l'a créé"
    )
    typer.echo(
        f"{who} : {count(mandates, 'mandat')} et {count(_lines(rows), 'ligne')} en tout. Ses "
        f"mandats prennent fin aussitôt, et {account} ; cela ne se défait pas.",
        err=True,
    )
    typer.echo("Un export (pc-matrix registry export) n'est plus possible ensuite.", err=True)
    french.confirm("Effacer ?", err=True)


def _account_told(fate: Fate, context: Context, user_id: UserId, where: Elsewhere) -> str:
    """What became of the account; other communes are named where this home holds their files."""
    here = [code for code in where.codes if code in communes(context.home)]
    if fate is Fate.SHARED and here:
        command = f"pc-matrix --commune {here[0]} registry erase {user_id}"
        return f"{_ACCOUNT[fate]} Ici, c'est {_et(here)} : {command}"
    told = _ACCOUNT[fate]
    return told.format(codes=_et(where.unknown)) if fate is Fate.UNSURE else told


def _et(codes: Sequence[str]) -> str:
    return " et ".join(part for part in (", ".join(codes[:-1]), codes[-1]) if part)


def _tell(user_id: UserId, done: Erased, notes: list[str]) -> None:
    erased = sum(done.rows[RowFate.ERASED].values())
    typer.echo(f"{user_id} est effacé du registre : {count(erased, 'ligne')}, mandats compris.")
    kept = {**done.rows[RowFate.RENAMED], **done.rows[RowFate.KEPT]}
    if kept:
        typer.echo("Ce qui est gardé, et pourquoi :")
    for table, number in kept.items():
        what, why = _KEPT.get(table, _OTHER)
        typer.echo(f"- {what} ({count(number, 'ligne')}) : {why}")
    typer.echo("Ce qui reste à faire, ou ailleurs :")
    for line in (*notes, *_LEFT):
        typer.echo(f"- {line}")


def _as_json(user_id: UserId, done: Erased, notes: list[str]) -> dict[str, object]:
    kept = {**done.rows[RowFate.RENAMED], **done.rows[RowFate.KEPT]}
    return {
        "user_id": user_id,
        "alias": done.alias,
        "erased": dict(done.rows[RowFate.ERASED]),
        "renamed": dict(done.rows[RowFate.RENAMED]),
        "kept": dict(done.rows[RowFate.KEPT]),
        "why_kept": {table: _KEPT.get(table, _OTHER)[1] for table in kept},
        "left_to_do": [*notes, *_LEFT],
    }


def _notes(context: Context, commune: Commune, rows: Rows) -> list[str]:
    """Whether the commune's own lists, which no database holds, name the person too."""
    path = own_lists(context.home, commune.code)
    try:
        listed = f" {folded(path.read_bytes().decode('utf-8', 'replace'))} "
    except OSError:
        return []
    named = any(f" {folded(str(row['name']))} " in listed for row in rows.get("person", ()))
    return [f"Les listes de la commune ({path.name}) contiennent aussi ce nom."] if named else []


def _id(who: str, commune: Commune) -> UserId:
    if _FULL.fullmatch(who):
        return UserId(who)  # also of a server that the commune no longer admits
    try:
        return full_id(who, commune)
    except BadIdError as error:
        what = "Ce n'est pas l'identifiant d'une personne."
        raise InputError(
            what, str(error), "Voyez qui est inscrit : pc-matrix registry list."
        ) from None


def _unknown(user_id: UserId) -> InputError:
    return InputError(
        f"Rien n'est gardé sur {user_id} dans cette commune, hormis ce qui doit l'être.",
        "Aucune ligne du registre ne porte cet identifiant, ou seul son salon privé le porte.",
        "Voyez qui est inscrit : pc-matrix registry list ; une autre commune : --commune CODE.",
    )


def _folder(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        why = f"Le système répond : {error.strerror}."
        raise InputError(
            f"{path} n'est pas un dossier où écrire.", why, "Vérifiez --output."
        ) from None
    return path


def _file_name(user_id: UserId) -> str:
    """The id without what a file's name cannot hold."""
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in user_id.removeprefix("@"))


def _lines(rows: Rows) -> int:
    return sum(len(found) for found in rows.values())
