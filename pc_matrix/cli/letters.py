"""``pc-matrix letters``: a new password for people who cannot get in, on a letter to be printed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pc_matrix.cli.app import Context
from pc_matrix.cli.plan_json import Letters
from pc_matrix.errors import InputError
from pc_matrix.provisioning import Closed, NewAccount, one_apply
from policies.terms import Directory, Person, UserId

if TYPE_CHECKING:
    from pc_matrix.house import House

_HELP = (
    "Écrit dans DOSSIER une lettre à imprimer par personne, avec un nouveau mot de passe pour son "
    "compte : pour une lettre perdue, un compte jamais ouvert, ou (--mot-de-passe-perdu) un compte "
    "dont le mot de passe est oublié. « pc-matrix apply --letters DOSSIER » écrit celles des "
    "nouveaux comptes."
)
_WHY: Mapping[Closed, str] = {
    Closed.NO_ACCOUNT: "n'a pas encore de compte : pc-matrix apply --letters DOSSIER",
    Closed.NOT_OURS: "a un compte que pc-matrix n'a pas créé : il n'y touche pas",
    Closed.IN_USE: "utilise déjà son compte ; s'il a perdu le mot de passe : --mot-de-passe-perdu",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="letters", help=_HELP)(letters)


def letters(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DOSSIER")],
    who: Annotated[
        list[str], typer.Argument(metavar="IDENTIFIANT…", help="@marie:serveur, ou marie.")
    ],
    lost_password: Annotated[
        bool,
        typer.Option(
            "--mot-de-passe-perdu", "--lost-password", help="Aussi pour un compte déjà utilisé."
        ),
    ] = False,
) -> None:
    """Write the letters and open the accounts; nothing is done when one of them cannot be."""
    context: Context = ctx.obj
    asyncio.run(_letters(context, folder, who, lost_password=lost_password))


async def _letters(
    context: Context, folder: Path, who: Sequence[str], *, lost_password: bool
) -> None:
    from pc_matrix import wiring
    from pc_matrix.arrivals.letters import write_letters

    with (
        wiring.open_house(context.home, context.commune) as house,
        one_apply(house.settings.session_dir.parent),
    ):
        directory = house.registry.directory(house.settings.commune)
        people = _people(who, directory, house)
        async with wiring.open_provisioner(house) as provisioner:
            new, closed = await provisioner.new_passwords(people, lost_password=lost_password)
            if closed:
                raise _refused(closed)
            written = write_letters(folder, new, directory)
            _tell(context, written, new)
            await provisioner.hand_over(new)


def _people(who: Sequence[str], directory: Directory, house: House) -> list[Person]:
    from pc_matrix.registry.spreadsheet.matrix_ids import BadIdError, full_id

    now, found = house.clock.now(), dict[UserId, Person]()
    for word in who:
        try:
            user_id = full_id(word, directory.commune)
        except BadIdError as error:
            raise _wrong(str(error)) from None
        running = any(m.user_id == user_id and m.runs(now) for m in directory.mandates)
        if user_id not in directory.persons or not running:
            raise _wrong(f"{user_id} n'a aucun mandat en cours dans le registre.")
        found[user_id] = directory.persons[user_id]
    return list(found.values())


def letters_written(written: Letters) -> str:
    """Where they are, and what to do with them."""
    number = len(written)
    noun = "lettre écrite" if number == 1 else "lettres écrites"
    folder = next(iter(written.values())).parent
    return (
        f"{number} {noun} dans {folder}. Ouvrez chacune dans un navigateur, imprimez-la, "
        "remettez-la en main propre, puis supprimez ce dossier : ces fichiers contiennent des mots "
        "de passe."
    )


def _tell(context: Context, written: Letters, new: Iterable[NewAccount]) -> None:
    if context.json:
        told: list[dict[str, Any]] = [
            {"user_id": one.user_id, "letter": str(written[one.user_id])} for one in new
        ]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    elif written:
        typer.echo(letters_written(written))


def _refused(closed: Iterable[tuple[UserId, Closed]]) -> InputError:
    lines = "\n".join(f"{user_id} {_WHY[why]}" for user_id, why in closed)
    return InputError("Aucune lettre n'a été écrite.", lines, "Corrigez, et recommencez.")


def _wrong(why: str) -> InputError:
    return InputError(
        "Aucune lettre n'a été écrite.", why, "Voyez qui est inscrit : pc-matrix registry list."
    )
