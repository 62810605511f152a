"""``pc-matrix master-key``: where the master key comes from, and its rotation. Never the key."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from pc_matrix.cli.app import Context

if TYPE_CHECKING:
    from pc_matrix.sealing import Rotated
    from pc_matrix.settings import Secrets

_FINISH = "Lancez « pc-matrix master-key rotate » : la commande reprend et finit."


def register(app: typer.Typer) -> None:
    """Add the command and its two verbs."""
    group = typer.Typer(help="La clé maîtresse, qui scelle tout ce que le dossier a de secret.")
    group.command(name="status", help="D'où vient la clé, et si une rotation est à finir.")(status)
    group.command(name="rotate", help="Scelle tout par une nouvelle clé, ou finit de le faire.")(
        rotate
    )
    app.add_typer(group, name="master-key")


def status(ctx: typer.Context) -> None:
    """Say where the key is taken from, and how far a rotation is."""
    from pc_matrix.settings import load_secrets

    context: Context = ctx.obj
    held = load_secrets(context.home)
    current = held.current()
    current.raw()
    standing = _standing(held)
    if context.json:
        prepared = held.next_key is not None
        _print({"source": current.source, "rotation": standing, "next_key": prepared})
        return
    typer.echo(f"La clé maîtresse vient de {current.place()}.")
    match standing:
        case "unfinished":
            typer.echo(f"Une rotation n'est pas finie. {_FINISH}")
        case "key-not-in-place":
            typer.echo("Tout est scellé par la nouvelle clé, qui n'est pas encore en place.")
        case _ if held.next_key is not None:
            typer.echo(f"Une nouvelle clé est prête dans {held.next_key.place()}.")
        case _:
            typer.echo("Aucune rotation n'est en cours.")


def rotate(ctx: typer.Context) -> None:
    """Rotate the key; told in figures."""
    from pc_matrix import sealing

    context: Context = ctx.obj
    done = sealing.rotate(context.home)
    if context.json:
        _print(asdict(done))
        return
    for line in _told(context, done):
        typer.echo(line)


def _standing(held: Secrets) -> str:
    if held.unfinished:
        return "unfinished"
    if held.mark is not None and not held.mark.names(held.current().raw()):
        return "key-not-in-place"
    return "none"


def _told(context: Context, done: Rotated) -> list[str]:
    from pc_matrix.settings import CURRENT, NEXT, KeySource

    lines = ["La rotation commencée plus tôt est finie."] if done.resumed else []
    lines += [
        f"Registre : scellé de nouveau, {_count(done.values, 'valeur')} de "
        f"{_count(done.columns, 'colonne')}, dans {_count(done.databases, 'base')}.",
        f"Sessions : scellé de nouveau, {_count(done.files, 'fichier')} de "
        f"{_count(done.communes, 'commune')}.",
    ]
    if done.in_place:
        path = context.home / "secrets.toml"
        lines.append(f"La nouvelle clé est en place dans {path}.")
        lines.append("Gardez une copie de ce fichier hors de cette machine, dès maintenant.")
    elif done.source is KeySource.ENVIRONMENT:
        lines.append(
            f"À vous : mettez la nouvelle clé dans {CURRENT.variable} et retirez {NEXT.variable} ; "
            "d'ici là, rien d'autre ne s'ouvre. Gardez-en une copie hors de cette machine."
        )
    else:
        lines.append(
            f"À vous : donnez la nouvelle clé comme {CURRENT.credential} et retirez "
            f"{NEXT.credential} ; d'ici là, rien d'autre ne s'ouvre. Gardez-en une copie hors de "
            "cette machine."
        )
    lines.append(
        "Les sauvegardes d'avant ne s'ouvrent qu'avec l'ancienne clé : gardez-la, ailleurs, aussi "
        "longtemps qu'elles."
    )
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"


def _print(data: dict[str, object]) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False))
