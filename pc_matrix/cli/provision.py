"""``pc-matrix plan`` and ``pc-matrix apply``: what would change, and changing it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pc_matrix.cli import french
from pc_matrix.cli.app import Context
from pc_matrix.cli.charter_told import warn_of_charter
from pc_matrix.cli.kept_plan import check_plan, keep_plan, read_plan
from pc_matrix.cli.plan_json import Letters, report_as_json, survey_as_json
from pc_matrix.cli.plan_print import bar, print_next, print_plan, print_report
from pc_matrix.cli.plan_sums import counted
from pc_matrix.cli.replacing import rooms_named
from pc_matrix.cli.routing_view import warn
from pc_matrix.errors import BrakeError, IncompleteError
from pc_matrix.provisioning import (
    ApplyReport,
    Survey,
    check_brake,
    decided_alone,
    note_found,
    one_apply,
)
from pc_matrix.provisioning.ports import silent

if TYPE_CHECKING:
    from pc_matrix.house import House
    from policies.terms import RoomKey

_DRIFT = 2
_Replaced = Annotated[
    list[str] | None,
    typer.Option(
        "--replace",
        metavar="SALON",
        help="Refaire ce salon à neuf : code d'un secteur ou d'une autorité, « referents ».",
    ),
]


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
    replace: _Replaced = None,
) -> None:
    """Show the plan; status 2 when there is something to do."""
    from pc_matrix import wiring

    context: Context = ctx.obj
    with wiring.open_house(context.home, context.commune) as house:
        warn(house.settings.commune)
        warn_of_charter(house.settings)
        asked = rooms_named(replace or (), house.settings.commune)
        survey = asyncio.run(_survey(context, house, asked))
        if context.json:
            _print_json(survey_as_json(survey))
        else:
            print_plan(survey)
        kept = None if output is None else keep_plan(house, survey, output)
        if not context.json:
            print_next(house, survey, kept)
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
    replace: _Replaced = None,
) -> None:
    """Show the plan, ask, and do it; a second time there is nothing to do."""
    context: Context = ctx.obj
    if context.json and not yes:
        raise typer.BadParameter("--json ne pose pas de question : ajoutez --yes.")
    if file is not None and replace:
        raise typer.BadParameter("--replace se donne à « plan --output », pas avec son fichier.")
    names = replace or []
    asyncio.run(_apply(context, file, names, letters, yes=yes, allow_removals=allow_removals))


async def _survey(context: Context, house: House, asked: frozenset[RoomKey]) -> Survey:
    from pc_matrix import wiring

    with bar(json=context.json) as progress:
        async with wiring.open_provisioner(house, progress) as provisioner:
            return await provisioner.plan(asked)


async def _apply(
    context: Context,
    file: Path | None,
    names: list[str],
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
        warn_of_charter(house.settings)
        agreed = None if file is None else read_plan(house, file)
        asked = rooms_named(names, house.settings.commune) if agreed is None else agreed.asked
        survey = await _survey(context, house, asked)
        if agreed is not None:
            check_plan(house, agreed, survey)
        if not context.json:
            print_plan(survey)
        await _stop_if_need_be(context, house, survey, allow_removals)
        if not survey.plan.actions:
            note_found(house.registry, house.settings.commune.code, survey.observed.accounts)
            # A mandate that was prolonged changes no room, and yet the guard has to hear of it.
            house.guard.publish(survey.directory, house.clock.now())
            _show(context, ApplyReport(), survey)
            return
        if not yes:
            await _ask(context, house, survey)
        report = await _carry_out(context, house, survey, allow_removals)
        await _hand_over(context, house, survey, report, letters)
    _raise_what_failed(report)


async def _stop_if_need_be(
    context: Context, house: House, survey: Survey, allow_removals: int | None
) -> None:
    """Raise ``BrakeError``; whom somebody decided to put out goes before that, unasked."""
    try:
        check_brake(survey, allow_removals)
    except BrakeError:
        if decided_alone(survey).actions:
            await _carry_out(context, house, survey, allow_removals)
        raise


async def _ask(context: Context, house: House, survey: Survey) -> None:
    """Ask, then look again: what was agreed to is what is done, and nothing else."""
    french.confirm("Appliquer ces changements ?")
    if (await _survey(context, house, survey.expected.replace)).plan != survey.plan:
        raise IncompleteError(
            "Rien n'a été fait : les salons ou le registre viennent de changer.",
            "Ce n'est plus le plan que vous avez lu.",
            "Relancez « pc-matrix apply » et relisez-le.",
        )


async def _carry_out(
    context: Context, house: House, survey: Survey, allow_removals: int | None
) -> ApplyReport:
    from pc_matrix import wiring

    with bar(json=context.json) as progress:
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
        print_report(report, survey, letters)


def _raise_what_failed(report: ApplyReport) -> None:
    if report.stopped is not None:
        raise report.stopped
    if report.failed:
        raise IncompleteError(
            f"Une partie n'a pas pu être faite : {counted(len(report.failed), 'échec')}.",
            "Chacun est sur une ligne qui commence par ✗, ci-dessus.",
            "Relancez « pc-matrix apply » : ce qui est fait ne sera pas refait. Si cela "
            "recommence, montrez ces lignes à la personne qui s'occupe du serveur.",
        )


def _print_json(data: dict[str, Any]) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
