"""``pc-matrix trust verify``: the bot's half of a verification by emoji, compared by two people."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from pc_matrix.cli.app import Context
from pc_matrix.errors import IncompleteError, InputError

if TYPE_CHECKING:
    from pc_matrix.house import House
    from policies.verification import Comparison, Outcome, Verification

_LOOK_AGAIN = 0.5  # seconds
_LAST_WORD = 90.0  # seconds for the other side to answer too; Element waits for about one minute
_DECIMALS = 3


def register(group: typer.Typer) -> None:
    """Add the verb to the ``trust`` group."""
    group.command(
        name="verify",
        help="Montre les codes du bot quand une personne le vérifie dans Element.",
    )(verify)


def verify(
    ctx: typer.Context,
    user: Annotated[
        str,
        typer.Argument(metavar="IDENTIFIANT", help="@prenom.nom:serveur ; sans lui : qui attend."),
    ] = "",
    wait: Annotated[
        float,
        typer.Option(
            "--wait", min=0, help="Combien de temps attendre les codes.", metavar="SECONDES"
        ),
    ] = 300.0,
    yes_they_match: Annotated[
        str,
        typer.Option(
            help="Ne demande rien : les trois nombres que la personne lit sur son écran.",
            metavar="NOMBRES",
        ),
    ] = "",
    they_differ: Annotated[
        bool, typer.Option("--they-differ", help="Ne demande rien : les codes diffèrent.")
    ] = False,
) -> None:
    """Show the codes, ask whether they are the same, and tell how it ended."""
    from pc_matrix import wiring

    context: Context = ctx.obj
    if yes_they_match and they_differ:
        raise typer.BadParameter("--yes-they-match et --they-differ se contredisent.")
    if not user and (yes_they_match or they_differ):
        raise typer.BadParameter("Dites de quelle personne les codes ont été comparés.")
    with wiring.open_house(context.home, context.commune) as house:
        _check_bot(house)
        if not user:
            _list(context, house)
            return
        _check_person(house, user)
        window = Window(house, user)
        if not context.json:
            _instruct(house, user)
        shown = window.codes(wait, _say(context))
        _show(context, shown)
        answer = _answer(context, shown, yes_they_match, they_differ=they_differ)
        if answer is not None:
            _tell(context, user, window.outcome(shown, answer))


@dataclass(frozen=True, slots=True)
class Window:
    """What is seen of the running bot through the registry, of one person."""

    house: House
    user: str

    def codes(self, limit: float, say: Callable[[str], None]) -> Verification:
        """The person's verification once it has codes, within ``limit`` seconds.

        Raises ``IncompleteError`` when none had by then.
        """
        from policies.verification import Stage

        until, has_begun = time.monotonic() + limit, False
        while True:
            found = self._found()
            if found is not None and found.stage is Stage.SHOWN:
                return found
            if found is not None and not has_begun:
                has_begun = True
                say("La demande est arrivée. Choisissez la comparaison d'émojis dans Element…")
            if time.monotonic() >= until:
                raise _nobody_asked(self.user)
            time.sleep(_LOOK_AGAIN)

    def outcome(self, shown: Verification, answer: Comparison) -> Outcome:
        """Answer the codes that were ``shown``, and wait for how it ends.

        Somebody may have ended it while they were compared. Raises ``IncompleteError`` when the
        other side does not answer.
        """
        registry, code = self.house.registry, self.house.settings.commune.code
        registry.compare_verification(code, shown, answer)
        until = time.monotonic() + _LAST_WORD
        while True:
            ended = self._ended(shown.flow_id)
            if ended is not None:
                return ended
            if time.monotonic() >= until:
                raise _no_last_word(self.user)
            time.sleep(_LOOK_AGAIN)

    def _found(self) -> Verification | None:
        code = self.house.settings.commune.code
        waiting = self.house.registry.verifications(code)
        return next((one for one in waiting if one.user_id == self.user), None)

    def _ended(self, flow_id: str) -> Outcome | None:
        from policies.verification import Outcome

        prefix = "verification."
        code = self.house.settings.commune.code
        for row in self.house.registry.audits(code, action=prefix):
            if (row.subject, row.note) == (self.user, flow_id):
                return Outcome(row.action.removeprefix(prefix))
        return None


def _check_bot(house: House) -> None:
    """Codes come from the running bot alone; what a dead one left would mislead."""
    from pc_matrix.homeserver.session_lock import is_free

    if is_free(house.settings.session_lock):
        raise IncompleteError(
            "Le bot de la commune ne tourne pas.",
            "Lui seul répond à une vérification ; personne ne verrait de codes.",
            "Lancez « pc-matrix bot », puis relancez cette commande.",
        )


def _check_person(house: House, user: str) -> None:
    from policies.terms import UserId
    from policies.verification import may_verify

    if not may_verify(UserId(user), house.book.directory(), house.clock.now()):
        raise InputError(
            f"{user} n'a pas de mandat en cours.",
            "Le bot ne se laisse vérifier que par les personnes qui en ont un.",
            "Vérifiez l'identifiant avec « pc-matrix registry list », ou nommez la personne.",
        )


def _list(context: Context, house: House) -> None:
    from pc_matrix.cli import verify_view

    commune = house.settings.commune
    waiting = house.registry.verifications(commune.code)
    if context.json:
        Console().print_json(data=[verify_view.as_json(one) for one in waiting])
    elif not waiting:
        typer.echo("Aucune vérification n'attend.")
    else:
        names = {u: p.name for u, p in house.book.directory().persons.items()}
        Console().print(verify_view.table(waiting, names, commune.time_zone))


def _instruct(house: House, user: str) -> None:
    from pc_matrix.cli import verify_view
    from policies.terms import UserId

    person = house.book.directory().persons[UserId(user)]
    typer.echo("\n".join(verify_view.instructions(person)))


def _say(context: Context) -> Callable[[str], None]:
    return (lambda _words: None) if context.json else typer.echo


def _show(context: Context, shown: Verification) -> None:
    from pc_matrix.cli import verify_view

    if context.json:
        Console().print_json(data=verify_view.as_json(shown))
    else:
        typer.echo("\n".join(verify_view.codes(shown)))


def _answer(
    context: Context, shown: Verification, numbers: str, *, they_differ: bool
) -> Comparison | None:
    """What the two people found; ``None`` when a program is to answer with a second command."""
    from policies.verification import Comparison

    if they_differ:
        return Comparison.DIFFERENT
    if numbers:
        _compare_numbers(shown, numbers)
        return Comparison.SAME
    if context.json:
        return None
    return Comparison.SAME if _asked() else Comparison.DIFFERENT


def _compare_numbers(shown: Verification, numbers: str) -> None:
    given = "".join(c if c.isdigit() else " " for c in numbers).split()
    if len(given) != _DECIMALS or given != [str(number) for number in shown.decimals]:
        raise InputError(
            "Les nombres donnés ne sont pas ceux du bot.",
            "Il y en a trois, de quatre chiffres, dans l'ordre de l'écran de la personne.",
            "Rien n'a été répondu. Relisez-les avec elle ; s'ils diffèrent vraiment, relancez "
            "avec --they-differ.",
        )


def _asked() -> bool:
    """Asked until it is answered: neither yes nor no may come from a key that slipped."""
    question = "Les codes sont-ils les mêmes ? [o/n]"
    while True:
        said = str(typer.prompt(question, default="", show_default=False, err=True))
        match said.strip().casefold():
            case "o" | "oui":
                return True
            case "n" | "non":
                return False
        typer.echo("Répondez par o (oui) ou n (non), après avoir comparé les sept.", err=True)


def _tell(context: Context, user: str, outcome: Outcome) -> None:
    from pc_matrix.cli import verify_view
    from policies.verification import Outcome

    if outcome is not Outcome.VERIFIED:
        raise verify_view.failure(user, outcome)
    if context.json:
        Console().print_json(data={"user_id": user, "outcome": outcome.value})
    else:
        typer.echo(f"Vérifié : {user} et le bot se connaissent, les deux écrans le disent.")


def _nobody_asked(user: str) -> IncompleteError:
    return IncompleteError(
        f"Aucun code n'est apparu pour {user}.",
        "La personne n'a pas demandé la vérification au bot, ou Element a cessé d'attendre.",
        "Suivez les étapes ci-dessus avec elle, puis relancez cette commande.",
    )


def _no_last_word(user: str) -> IncompleteError:
    return IncompleteError(
        f"La réponse de {user} n'est pas venue.",
        "La personne n'a pas touché « Ils correspondent », ou son téléphone n'est plus en ligne.",
        "Recommencez avec elle. « pc-matrix trust list » dit où en est son identité.",
    )
