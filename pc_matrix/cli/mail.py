"""``pc-matrix mail``: whether reports would leave by e-mail, and the commune's own certificate."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pc_matrix.cli.app import Context
from pc_matrix.errors import IncompleteError, InputError, SettingsError

if TYPE_CHECKING:
    from pc_matrix.cli.mail_view import Recipient
    from pc_matrix.house import House
    from pc_matrix.mail import Post, Signer

_TO_DECIDE = 2


def register(app: typer.Typer) -> None:
    """Add the command and its verbs."""
    group = typer.Typer(help="Le courriel aux autorités sans Matrix.")
    group.command(
        name="check",
        help="Vérifie serveur et certificats. Statut 0 : rien à faire ; 2 : certificat à revoir.",
    )(check)
    group.command(
        name="certificate", help="Le certificat de la commune, à remettre aux autorités."
    )(certificate)
    app.add_typer(group, name="mail")


def check(
    ctx: typer.Context,
    send: Annotated[
        bool, typer.Option("--send", help="Envoie aussi un message d'essai à chaque autorité.")
    ] = False,
    to: Annotated[
        str, typer.Option("--to", help="Une seule autorité, par son code.", metavar="CODE")
    ] = "",
) -> None:
    """Connecte, lit chaque certificat et, sur demande, envoie un message d'essai."""
    from pc_matrix import wiring
    from pc_matrix.cli import mail_view
    from pc_matrix.mail import open_post

    context: Context = ctx.obj
    with wiring.open_house(context.home, context.commune) as house:
        post = _required(open_post(house.settings, house.vault, house.clock.now))
        found = mail_view.recipients(house, post, to)
        if to and not found:
            raise InputError(
                f"Aucune autorité « {to} » ne reçoit de courriel.",
                "Elle n'est pas dans le fichier de la commune, ou n'y a pas d'adresse (email).",
                "Voyez les codes avec « pc-matrix mail check ».",
            )
        asyncio.run(post.check())
        sent = asyncio.run(_send_all(house, post, found)) if send else {}
        time_zone = house.settings.commune.time_zone
    if context.json:
        typer.echo(json.dumps(mail_view.as_json(found, sent), ensure_ascii=False))
    else:
        mail_view.show(found, sent, time_zone)
    if any(outcome != "taken" for outcome in sent.values()):
        raise IncompleteError(
            "Un message d'essai au moins n'est pas parti.",
            "Le serveur de courrier ne l'a pas pris, ou n'a pas répondu.",
            "Vérifiez l'adresse, puis relancez la même commande.",
        )
    if any(one.needs_a_human for one in found):
        raise typer.Exit(_TO_DECIDE)


def certificate(
    ctx: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option(help="Fichier à écrire (.pem) ; sinon, il est affiché.", metavar="FICHIER"),
    ] = None,
) -> None:
    """Le certificat sous lequel la commune signe ses courriels ; l'autorité l'installe une fois."""
    from pc_matrix import wiring
    from pc_matrix.mail import open_signer

    context: Context = ctx.obj
    with wiring.open_house(context.home, context.commune) as house:
        signer = _required(open_signer(house.settings, house.vault, house.clock.now()))
    if output is not None:
        output.write_text(signer.pem(), encoding="ascii")
    if context.json:
        typer.echo(json.dumps(_as_json(signer), ensure_ascii=False))
        return
    if output is None:
        typer.echo(signer.pem(), nl=False)
    typer.echo(f"Empreinte SHA-256 : {signer.fingerprint}", err=True)
    typer.echo("Remettez-le aux autorités, qui compareront l'empreinte de vive voix.", err=True)


async def _send_all(house: House, post: Post, found: list[Recipient]) -> dict[str, str]:
    """What became of each test message, by authority."""
    from pc_matrix.cli.mail_view import test_letter

    outcomes = {}
    for one in found:
        letter = test_letter(house, one)
        outcomes[one.code] = (await post.attempt(letter, lambda: None)).outcome.value
    return outcomes


def _required(found: Any) -> Any:
    if found is None:
        raise SettingsError(
            "Cette commune n'envoie pas de courriel.",
            "Son fichier n'a pas de bloc [mail].",
            "Ajoutez-le : [mail], puis une ligne pour host, security, sender et user ; par exemple "
            'host = "smtp.mairie.example", security = "starttls". Le mot de passe se met dans '
            "secrets.toml (mail_password).",
        )
    return found


def _as_json(signer: Signer) -> dict[str, str]:
    return {
        "certificate": signer.pem(),
        "fingerprint": signer.fingerprint,
        "until": signer.until.isoformat(),
    }
