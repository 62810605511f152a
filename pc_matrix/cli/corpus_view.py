"""A corpus's measures as a town hall reads them: what was decided, how sure that is, and where
it goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.box import SIMPLE
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pc_matrix.cli.check_marks import visible
from policies.denunciation import measures
from policies.denunciation.examples import LABELS, Judged
from policies.denunciation.measures import Measures, Share, measured
from policies.denunciation.verdict import Decision

_WORST = 15
_NOTHING = "—"
_HIGH, _LOW = "haut", "bas"
_TO_BE: Mapping[Decision, str] = {
    Decision.RELAY: "à transmettre",
    Decision.REDACT: "à masquer",
    Decision.RETURN: "à renvoyer",
}
DECIDED: Mapping[Decision, str] = {
    Decision.RELAY: "transmis",
    Decision.REDACT: "masqué",
    Decision.HOLD: "à confirmer",
    Decision.RETURN: "renvoyé",
}
_OF_GROUPS = ("Renvoyées", "Gardées", "À tort", "Retenus", "Noms")
_GROUP_HEADINGS = ("Nombre", "Justes", "à 95 %", *_OF_GROUPS)
_GROUP_NOTE = (
    "Justes : bonne décision. Renvoyées, gardées (renvoyées ou retenues) : parmi les "
    "dénonciations. À tort, retenus : parmi les messages sans reproche, renvoyés ou retenus. "
    "Noms : parmi les messages à masquer, ceux qui partent avec un nom."
)
_NOISES: Mapping[str, str] = {
    "clean": "soignée",
    "noaccent": "sans accents",
    "lower": "minuscules",
    "caps": "capitales",
    "sms": "SMS",
    "typo": "fautes de frappe",
    "typos": "fautes (typos)",
    "run_on": "d'une traite",
    "emoji": "émojis",
    "mixed": "mêlée",
    "adversarial": "pour tromper",
}


def tables(
    name: str, judged: Sequence[Judged], everything: Sequence[Judged]
) -> Iterator[RenderableType]:
    """The score, what was taken for what, and the groups; ``everything`` has matched ones too."""
    yield _score(name, measured(judged))
    yield from _to_know(judged)
    yield _confusion(judged)
    by_noise = {_NOISES.get(n, n): m for n, m in measures.by_noise(judged).items()}
    if by_noise:
        yield _groups("Selon l'écriture", "Écriture", by_noise)
    phenomena = measures.by_phenomenon(judged)
    if phenomena:
        yield _phenomena(phenomena[:_WORST], len(phenomena))
    by_origin = measures.by_origin(everything)
    if by_origin:
        yield _groups("Phrases appariées, selon l'origine du nom", "Origine", by_origin)
        yield _swayed(everything)


def listed(wrong: Sequence[Judged]) -> Iterator[RenderableType]:
    """What was decided otherwise than expected, and what leaves with a name in it."""
    yield Text(f"\nDécidés autrement qu'attendu, ou avec un nom laissé : {len(wrong)}", "bold")
    for one in wrong:
        decided = f"{_TO_BE[one.example.label]} → {DECIDED[one.verdict.decision]}"
        left = ", nom laissé" if one.leaves and one.still_names else ""
        yield Text(f"{visible(str(one.example.identifier))} · {decided}{left}", "bold")
        yield Padding(Text(visible(one.example.text)), (0, 0, 0, 2), expand=False)
        if one.verdict.text and one.is_altered:
            yield Padding(Text(f"→ {visible(one.verdict.text)}"), (0, 0, 0, 2), expand=False)


def _score(name: str, m: Measures) -> Table:
    table = Table(
        title=Text(f"{visible(name)} : {_count(m.examples)}"),
        box=SIMPLE,
        caption="Intervalle : à 95 % (Wilson), ce que si peu de messages permettent de dire. "
        f"Un tiret ({_NOTHING}) : rien à compter.",
    )
    table.add_column("Mesure", ratio=1)
    for heading in ("Taux", "Intervalle", "Compte", "Mieux"):
        table.add_column(heading, justify="right", no_wrap=True)
    for title, share, better in _lines(m):
        table.add_row(title, percent(share), interval(share), _ratio(share), better)
    return table


def _lines(m: Measures) -> tuple[tuple[str, Share, str], ...]:
    return (
        ("Bonne décision", m.right, _HIGH),
        ("Dénonciations renvoyées", m.returned, _HIGH),
        ("Dénonciations qui ne partent pas (renvoyées ou retenues)", m.kept_in, _HIGH),
        ("Messages sans reproche renvoyés à tort", m.false_returns, _LOW),
        ("  dont messages à transmettre", m.false_returns_relay, _LOW),
        ("  dont messages à masquer", m.false_returns_redact, _LOW),
        ("Messages sans reproche retenus pour confirmation", m.held_harmless, _LOW),
        ("Messages à masquer qui partent avec un nom", m.names_left, _LOW),
        ("Messages masqués sans aucun nom laissé", m.names_gone, _HIGH),
        ("Faits gardés dans les messages masqués", m.facts_kept, _HIGH),
        ("Messages à transmettre dont le texte a changé", m.altered, _LOW),
        ("Décisions expliquées par des mots du message", m.explained, _HIGH),
    )


def _to_know(judged: Sequence[Judged]) -> Iterator[Text]:
    nameless = sum(j.example.label is Decision.REDACT and not j.example.must_mask for j in judged)
    unseen = [j.example.identifier for j in judged if j.example.unseen]
    if nameless:
        yield Text(
            f"À savoir : {_count(nameless)} à masquer sans dire quels mots ; un nom qui y reste "
            "ne peut pas être compté."
        )
    if unseen:
        which = ", ".join(visible(str(identifier)) for identifier in unseen)
        yield Text(
            "À savoir : des mots à masquer ne sont pas dans leur message comme mots entiers ; "
            f"la mesure ne les voit pas ({which})."
        )


def _confusion(judged: Sequence[Judged]) -> Table:
    counts = measures.confusion(judged)
    table = Table("Attendu \\ décidé", title="Ce qui a été pris pour quoi", box=SIMPLE)
    for decision in Decision:
        table.add_column(DECIDED[decision], justify="right")
    for label in LABELS:
        cells = (str(counts.get((label, decision), 0)) for decision in Decision)
        table.add_row(_TO_BE[label], *cells)
    return table


def _groups(title: str, heading: str, groups: Mapping[str, Measures]) -> Table:
    table = Table(title=title, box=SIMPLE, caption=_GROUP_NOTE, padding=0)
    table.add_column(heading, overflow="fold")
    for name in _GROUP_HEADINGS:
        table.add_column(name, justify="right", no_wrap=True)
    for name, m in groups.items():
        shares = (m.returned, m.kept_in, m.false_returns, m.held_harmless, m.names_left)
        table.add_row(
            Text(visible(name)),
            str(m.examples),
            percent(m.right),
            interval(m.right, decimals=0),
            *map(percent, shares),
        )
    return table


def _phenomena(worst: Sequence[tuple[str, Share]], number: int) -> Table:
    more = f" (les {len(worst)} premiers de {number})" if number > len(worst) else ""
    table = Table(title=f"Par phénomène, le moins bon d'abord{more}", box=SIMPLE)
    table.add_column("Phénomène", overflow="fold")
    for name in ("Bonne décision", "Intervalle", "Compte"):
        table.add_column(name, justify="right")
    for name, share in worst:
        table.add_row(Text(visible(name)), percent(share), interval(share), _ratio(share))
    return table


def _swayed(everything: Sequence[Judged]) -> Text:
    swayed = measures.name_sways(everything)
    if not swayed:
        return Text("Aucune phrase appariée n'est décidée autrement selon le nom qu'elle porte.")
    names = "\n".join(
        f"  {visible(name)} : {', '.join(DECIDED[d] for d in found)}"
        for name, found in swayed.items()
    )
    return Text(f"Décidées autrement selon le nom, {len(swayed)} :\n{names}")


def percent(share: Share) -> str:
    """``95,5 %``."""
    return _NOTHING if share.rate is None else f"{_number(share.rate)}\u00a0%"


def interval(share: Share, decimals: int = 1) -> str:
    """``86,3 – 98,3 %``."""
    if share.interval is None:
        return _NOTHING
    low, high = share.interval
    return f"{_number(max(low, 0.0), decimals)} – {_number(high, decimals)} %".replace(
        " ", "\u00a0"
    )


def _number(rate: float, decimals: int = 1) -> str:
    return f"{100 * rate:.{decimals}f}".replace(".", ",")


def _ratio(share: Share) -> str:
    return f"{share.count} / {share.total}"


def _count(number: int) -> str:
    return f"{number} message" if number < 2 else f"{number} messages"
