"""``pc-matrix homeserver``: the embedded Synapse, or how somebody else's server is."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from pc_matrix.cli.app import Context
from pc_matrix.cli.guard_lines import guard_lines, place_guard, warn_of_unread
from pc_matrix.errors import AccessDenied, ServerUnreachable

if TYPE_CHECKING:
    from pc_matrix.homeserver.embedded.accounts import BotAccount
    from pc_matrix.homeserver.embedded.server import Embedded
    from pc_matrix.settings import Settings

_HELP = "Le serveur Matrix : l'intégré (up, down, status), ou celui d'un autre (status, bot)."


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help=_HELP, no_args_is_help=True)
    group.command(name="up", help="Démarre le serveur intégré et crée les comptes du bot.")(up)
    group.command(name="down", help="Arrête le serveur intégré.")(down)
    group.command(name="status", help="Dit si le serveur répond. Statut 6 sinon.")(status)
    group.command(name="guard", help="Les lignes du gardien, à ajouter à un autre Synapse.")(guard)
    group.command(name="bot", help="Crée le compte du bot sur le serveur, s'il manque.")(bot)
    app.add_typer(group, name="homeserver")


def up(ctx: typer.Context) -> None:
    """Start the embedded server, with its guard; an external one is looked at."""
    context: Context = ctx.obj
    settings, embedded = _server(context)
    if embedded is None:
        _say_external(context, settings[0])
        return
    place_guard(context.home, embedded, settings)
    started = _start(context, embedded)
    warn_of_unread(embedded)
    made = _make_accounts(context.home, embedded.url, settings)
    if context.json:
        _json(health="running", start=started, url=embedded.url, pid=embedded.pid(), bots=made)
        return
    verb = "démarré" if started == "started" else "déjà démarré"
    typer.echo(f"Serveur Matrix intégré {verb} : {embedded.url} ({embedded.server_name})")
    for user_id in made:
        typer.echo(f"Compte du bot créé : {user_id}")


def down(ctx: typer.Context) -> None:
    """Stop the embedded server."""
    context: Context = ctx.obj
    settings, embedded = _server(context)
    if embedded is None:
        typer.echo(
            f"Le serveur {settings[0].homeserver_url} n'est pas celui de pc-matrix : rien fait."
        )
        return
    stopped = embedded.down()
    if context.json:
        _json(health="stopped", stopped=stopped)
    else:
        typer.echo("Serveur Matrix intégré arrêté." if stopped else "Il était déjà arrêté.")


def status(ctx: typer.Context) -> None:
    """Say how the server is; status 6 unless it answers."""
    context: Context = ctx.obj
    settings, embedded = _server(context)
    if embedded is None:
        _say_external(context, settings[0])
        return
    health = embedded.health()
    if context.json:
        name, url = embedded.server_name, embedded.url
        _json(kind="embedded", health=health, url=url, server_name=name, pid=embedded.pid())
    else:
        typer.echo(_SENTENCES[health].format(url=embedded.url, log=embedded.files.log))
    warn_of_unread(embedded)
    if health != "running":
        raise typer.Exit(ServerUnreachable.exit_status)


_SENTENCES = {
    "running": "Serveur Matrix intégré : en marche ({url}).",
    "silent": "Serveur Matrix intégré : démarré, mais ne répond pas. Journal : {log}",
    "stopped": "Serveur Matrix intégré : arrêté. Pour le démarrer : pc-matrix homeserver up",
    "absent": "Serveur Matrix intégré : jamais démarré. Pour le créer : pc-matrix homeserver up",
}


def guard(ctx: typer.Context) -> None:
    """Print what another Synapse's configuration needs for the guard."""
    context: Context = ctx.obj
    settings, _ = _server(context)
    lines = guard_lines(context.home, settings)
    if context.json:
        _json(public_key=lines.public_key, folder=str(lines.folder), bots=sorted(lines.bots))
    else:
        typer.echo(f"modules:\n{lines.as_yaml()}", nl=False)


def bot(ctx: typer.Context) -> None:
    """Make each commune's bot account where it is missing, embedded server or not."""
    context: Context = ctx.obj
    settings, _ = _server(context)
    made = [m for one in settings for m in asyncio.run(_make_bot(context.home, one))]
    if context.json:
        _json(bots=made)
        return
    for user_id in made:
        typer.echo(f"Compte du bot créé : {user_id}")
    if not made:
        typer.echo("Rien à faire : le compte du bot existe.")


def _server(context: Context) -> tuple[list[Settings], Embedded | None]:
    """The communes of one server, and the embedded server when it is that one."""
    from pc_matrix.homeserver.embedded.choice import embedded_server
    from pc_matrix.settings import communes, load

    first = load(context.home, context.commune or next(iter(communes(context.home)), None))
    everyone = [load(context.home, code) for code in communes(context.home)]
    same = [s for s in everyone if s.homeserver_url == first.homeserver_url]
    return same, embedded_server(context.home, same)


def _start(context: Context, embedded: Embedded) -> str:
    from rich.console import Console

    console = Console(stderr=True, quiet=context.json)
    with console.status("Démarrage du serveur Matrix…") as shown:
        return embedded.up(lambda s: shown.update(f"Démarrage du serveur Matrix… {s:.0f} s"))


def _make_accounts(home: Path, url: str, settings: list[Settings]) -> list[str]:
    from pc_matrix.homeserver.embedded.accounts import prepare

    return list(asyncio.run(prepare(home, url, [_account(s) for s in settings])))


async def _make_bot(home: Path, settings: Settings) -> list[str]:
    from pc_matrix.homeserver.admin import SynapseAdmin
    from pc_matrix.homeserver.embedded.accounts import make_bot
    from pc_matrix.homeserver.http import MatrixHttp

    token = settings.secrets.required("admin_token")
    async with MatrixHttp(settings.homeserver_url, token) as http:
        made = await make_bot(home, SynapseAdmin(http), _account(settings))
    return [settings.bot] if made else []


def _account(settings: Settings) -> BotAccount:
    from pc_matrix.homeserver.embedded.accounts import BotAccount

    name = f"Participation citoyenne – {settings.commune.name}"
    return BotAccount(settings.commune.code, settings.bot, name)


def _say_external(context: Context, settings: Settings) -> None:
    version = asyncio.run(_external_version(settings))
    url, name = settings.homeserver_url, settings.server_name
    if context.json:
        _json(kind="external", health="running", url=url, server_name=name, version=version)
    else:
        typer.echo(f"Serveur Matrix externe : {url} ({name}), Synapse {version}, en marche.")
        typer.echo("pc-matrix ne le démarre ni ne l'arrête.")


async def _external_version(settings: Settings) -> str:
    from pc_matrix.homeserver.admin import SynapseAdmin
    from pc_matrix.homeserver.http import MatrixError, MatrixHttp, client_path

    token = settings.secrets.required("admin_token")
    async with MatrixHttp(settings.homeserver_url, token) as http:
        try:
            owner = (await http.request("GET", client_path("account", "whoami"))).get("user_id", "")
            version = await SynapseAdmin(http).server_version()
        except MatrixError as refusal:
            raise ServerUnreachable(
                f"Le serveur {settings.homeserver_url} ne répond pas comme un Synapse.",
                f"Réponse : {refusal.status} {refusal.errcode}.",
                "Vérifiez homeserver.url, et que l'API d'administration y est accessible.",
            ) from refusal
    if not str(owner).endswith(f":{settings.server_name}"):
        raise AccessDenied(
            "Le jeton d'administration est celui d'un autre serveur.",
            f"Il appartient à {owner} ; la commune est sur {settings.server_name}.",
            "Corrigez homeserver.server_name, ou donnez un jeton de ce serveur (admin_token).",
        )
    return version


def _json(**values: Any) -> None:
    typer.echo(json.dumps(values, ensure_ascii=False))
