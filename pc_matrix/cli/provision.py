"""``pc-matrix plan`` and ``pc-matrix apply``: what would change, and changing it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from pc_matrix.cli.app import Context
from pc_matrix.cli.kept_plan import check_plan, keep_plan, read_plan
from pc_matrix.cli.letters import letters_written
from pc_matrix.cli.plan_json import Letters, report_as_json, survey_as_json
from pc_matrix.cli.plan_view import one_line, sections
from pc_matrix.cli.routing_view import warn
from pc_matrix.errors import IncompleteError
from pc_matrix.provisioning import (
    ApplyReport,
    NewAccount,
    Phase,
    Progress,
    Survey,
    check_brake,
    one_apply,
)
from pc_matrix.provisioning.plan_file import proposed_name
from pc_matrix.provisioning.ports import silent

if TYPE_CHECKING:
    from pc_matrix.house import House

_DRIFT = 2
_LABELS = {Phase.OBSERVE: "Lecture des salons", Phase.APPLY: "Mise en place"}
_NOTHING = "Rien à faire : tout est comme le registre le dit."


def register(app: typer.Typer) -> None:
    """Add both commands."""
    app.command(
        name="plan",
        help="Montre ce qui changerait. Statut 0 : rien ; 2 : des écarts.",
    )(plan)
    app.command(name="apply", help="Met les salons et les comptes comme le registre le dit.")(apply)


def plan(
    ctx: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FICHIER",
            help="Écrire aussi le plan, pour « apply FICHIER ». Un dossier : un nom est proposé.",
        ),
    ] = None,
) -> None:
    """Show the plan; status 2 when there is something to do."""
    from pc_matrix import wiring

    context: Context = ctx.obj
    with wiring.open_house(context.home, context.commune) as house:
        warn(house.settings.commune)
        survey = asyncio.run(_survey(context, house))
        if context.json:
            _print_json(survey_as_json(survey))
        else:
            _print_plan(survey)
        kept = None if output is None else keep_plan(house, survey, output)
        if not context.json:
            _print_next(house, survey, kept)
    if survey.plan.actions:
        raise typer.Exit(_DRIFT)


def apply(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="PLAN",
            help="Un fichier de « plan --output » : exactement ce plan, ou rien s'il ne vaut plus.",
            show_default=False,
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ne pas demander.")] = False,
    allow_removals: Annotated[
        int | None,
        typer.Option(
            "--allow-removals",
            min=0,
            metavar="N",
            help="Accepter que jusqu'à N personnes perdent un salon.",
        ),
    ] = None,
    letters: Annotated[
        Path | None,
        typer.Option(
            "--letters",
            metavar="DOSSIER",
            help="Écrire une lettre à imprimer par compte, sans montrer aucun mot de passe.",
        ),
    ] = None,
) -> None:
    """Show the plan, ask, and do it; a second time there is nothing to do."""
    context: Context = ctx.obj
    if context.json and not yes:
        raise typer.BadParameter("--json ne pose pas de question : ajoutez --yes.")
    asyncio.run(_apply(context, file, letters, yes=yes, allow_removals=allow_removals))


async def _survey(context: Context, house: House) -> Survey:
    from pc_matrix import wiring

    with _bar(context) as progress:
        async with wiring.open_provisioner(house, progress) as provisioner:
            return await provisioner.plan()


async def _apply(
    context: Context,
    file: Path | None,
    letters: Path | None,
    *,
    yes: bool,
    allow_removals: int | None,
) -> None:
    from pc_matrix import wiring

    with (
        wiring.open_house(context.home, context.commune) as house,
        one_apply(house.settings.session_dir.parent),
    ):
        warn(house.settings.commune)
        agreed = None if file is None else read_plan(house, file)
        survey = await _survey(context, house)
        if agreed is not None:
            check_plan(house, agreed, survey)
        if not context.json:
            _print_plan(survey)
        check_brake(survey, allow_removals)
        if not survey.plan.actions:
            # A mandate that was prolonged changes no room, and yet the guard has to hear of it.
            house.guard.publish(survey.directory, house.clock.now())
            _show(context, ApplyReport(), survey)
            return
        if not yes:
            await _ask(context, house, survey)
        report = await _carry_out(context, house, survey, allow_removals)
        await _hand_over(context, house, survey, report, letters)
    _raise_what_failed(report)


async def _ask(context: Context, house: House, survey: Survey) -> None:
    """Ask, then look again: what was agreed to is what is done, and nothing else."""
    typer.confirm("Appliquer ces changements ?", abort=True)
    if (await _survey(context, house)).plan != survey.plan:
        raise IncompleteError(
            "Rien n'a été fait : les salons ou le registre viennent de changer.",
            "Ce n'est plus le plan que vous avez lu.",
            "Relancez « pc-matrix apply » et relisez-le.",
        )


async def _carry_out(
    context: Context, house: House, survey: Survey, allow_removals: int | None
) -> ApplyReport:
    from pc_matrix import wiring

    with _bar(context) as progress:
        async with wiring.open_provisioner(house, progress, prepare=True) as provisioner:
            return await provisioner.apply(survey, allow_removals)


async def _hand_over(
    context: Context, house: House, survey: Survey, report: ApplyReport, folder: Path | None
) -> None:
    """Show the passwords or write the letters, and only then let them open the accounts.

    Those that were not shown are drawn again by the next run.
    """
    from pc_matrix import wiring
    from pc_matrix.arrivals.letters import write_letters

    written = None if folder is None else write_letters(folder, report.accounts, survey.directory)
    _show(context, report, survey, written)
    if report.accounts:
        async with wiring.open_provisioner(house, silent) as provisioner:
            await provisioner.hand_over(report.accounts)


def _show(
    context: Context, report: ApplyReport, survey: Survey, letters: Letters | None = None
) -> None:
    if context.json:
        _print_json(report_as_json(report, letters))
    elif report.done or report.failed:
        _print_report(report, survey, letters)


def _raise_what_failed(report: ApplyReport) -> None:
    if report.stopped is not None:
        raise report.stopped
    if report.failed:
        raise IncompleteError(
            f"{len(report.done)} action(s) faites, {len(report.failed)} à refaire.",
            "Le détail est ci-dessus.",
            "Relancez « pc-matrix apply » : ce qui est fait ne sera pas refait.",
        )


def _print_plan(survey: Survey) -> None:
    console = Console(highlight=False)
    if not survey.plan.actions:
        console.print(_NOTHING, markup=False)
    commune = survey.directory.commune
    tree = Tree(f"{commune.name} ({commune.code})")
    found = sections(survey)
    for section in found:
        branch = tree.add(_plain(section.title))
        for line in section.lines:
            branch.add(_plain(line))
    if found:
        console.print(tree)


def _print_next(house: House, survey: Survey, kept: Path | None) -> None:
    """What can be done with the plan that was shown."""
    if kept is not None:
        typer.echo(f"Plan écrit dans {kept}. Pour l'appliquer tel quel : pc-matrix apply {kept}")
    elif survey.plan.actions:
        name = proposed_name(house.settings.commune.code, house.clock.now())
        typer.echo(f"Pour le garder et l'appliquer tel quel : pc-matrix plan --output {name}")


def _print_report(report: ApplyReport, survey: Survey, letters: Letters | None) -> None:
    console = Console(highlight=False)
    for failure in report.failed:
        line = one_line(failure.action, survey)
        console.print(f"✗ {line} — {failure.reason}", markup=False, soft_wrap=True)
    console.print(f"{len(report.done)} action(s) faites, {len(report.failed)} en échec.")
    if letters:
        console.print(letters_written(letters), markup=False, soft_wrap=True)
    elif report.accounts:
        console.print(_passwords(report.accounts))
        console.print(
            "Ces mots de passe ne seront plus montrés : remettez chacun à son destinataire, "
            "qui le changera à sa première connexion.",
            soft_wrap=True,
        )


def _passwords(accounts: tuple[NewAccount, ...]) -> Table:
    table = Table("Personne", title="Comptes créés")
    table.add_column("Identifiant Matrix", overflow="fold")
    table.add_column("Premier mot de passe", no_wrap=True)
    for account in accounts:
        table.add_row(_plain(account.name), _plain(account.user_id), account.password)
    return table


def _plain(text: str) -> Text:
    """Text that rich shows as it is: a person's name is no markup."""
    return Text(text)


def _print_json(data: dict[str, Any]) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


@contextmanager
def _bar(context: Context) -> Iterator[Progress]:
    """A progress bar on stderr, when somebody is there to see it."""
    console = Console(stderr=True)
    if context.json or not console.is_terminal:
        yield silent
        return
    with Bar(console=console, transient=True) as bar:
        tasks: dict[Phase, Any] = {}

        def show(phase: Phase, done: int, total: int) -> None:
            if phase not in tasks:
                tasks[phase] = bar.add_task(_LABELS[phase])
            bar.update(tasks[phase], completed=done, total=total)

        yield show
