"""The results side by side, as Markdown that can stand in the README."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from comparison.results import Result
from policies.denunciation.measures import Measures, Share, measured

_NOTHING = "—"
_TITLES: Mapping[str, str] = {
    "no_leak_recall": "denunciations that do not leave: returned or held ↑",
    "denunciation_recall": "denunciations returned ↑",
    "false_return_rate": "harmless messages returned ↓",
    "hold_rate_relay": "messages to relay held for a tap ↓",
    "exact_3way": "exactly the right decision ↑",
    "name_leak_rate": "messages to mask that leave with a name ↓",
    "facts_kept": "facts kept in masked messages ↑",
    "relay_altered": "messages to relay that leave changed ↓",
    "minimal_pairs_right": "minimal pairs with both right ↑",
    "origin_pairs_alike": "decided as with a French name in its place ↑",
}
_OF_ORIGINS = "exact, by origin of the name: worst – best"
_PACE = ("ms a message", "s to start")


def markdown(part: str, writers: Sequence[str], results: Sequence[Result]) -> str:
    """What was measured, on how much, and a column a filter; rates with 95 % intervals."""
    rows = [["", *(r.system.title for r in results)]]
    rows += [[title, *(_rate(r.shares[key]) for r in results)] for key, title in _TITLES.items()]
    rows.append([_OF_ORIGINS, *(_span(r.by_origin) for r in results)])
    rows.append([_PACE[0], *(f"{r.pace.each:.2f}" for r in results)])
    rows.append([_PACE[1], *(f"{r.pace.start:.1f}" for r in results)])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, f"|---|{'---:|' * len(results)}")
    return "\n".join([_about(part, writers, results), "", *lines])


def as_json(part: str, writers: Sequence[str], results: Sequence[Result]) -> dict[str, object]:
    """The same for a program: ``count``, ``total``, ``rate`` and ``ci95`` of each measure."""
    return {
        "part": part,
        "writers": list(writers),
        "messages": len(results[0].written),
        "systems": {r.system.key: _system(r) for r in results},
    }


def _system(result: Result) -> dict[str, object]:
    return {
        **{name: _share(share) for name, share in result.shares.items()},
        "by_origin": {
            name: {
                "exact_3way": _share(m.right),
                "no_leak_recall": _share(m.kept_in),
                "name_leak_rate": _share(m.names_left),
            }
            for name, m in result.by_origin.items()
        },
        "ms_per_message": round(result.pace.each, 3),
        "start_s": round(result.pace.start, 2),
    }


def _share(share: Share) -> dict[str, object]:
    between = share.interval
    return {
        "count": share.count,
        "total": share.total,
        "rate": None if share.rate is None else round(share.rate, 4),
        "ci95": None if between is None else [round(end, 4) for end in between],
    }


def _about(part: str, writers: Sequence[str], results: Sequence[Result]) -> str:
    m, pairs, alike = measured(results[0].written), results[0].pairs, results[0].matched
    return (
        f"Part *{part}*, writers {', '.join(writers)}: {m.examples} messages, of which "
        f"{m.to_return} to return, {m.to_redact} to mask, {m.to_relay} to relay; {len(pairs)} "
        f"minimal pairs; {len(alike)} sentences with names of {len(results[0].by_origin)} origins. "
        "In brackets: 95 % Wilson intervals, in per cent."
    )


def _rate(share: Share) -> str:
    if share.rate is None or share.interval is None:
        return _NOTHING
    low, high = share.interval
    return f"{_percent(share.rate)} % ({_percent(low)}–{_percent(high)})"


def _span(by_origin: Mapping[str, Measures]) -> str:
    rates = {name: m.right.rate or 0.0 for name, m in by_origin.items()}
    if not rates:
        return _NOTHING
    worst, best = min(rates, key=rates.__getitem__), max(rates, key=rates.__getitem__)
    return f"{_percent(rates[worst])} % ({worst}) – {_percent(rates[best])} %"


def _percent(rate: float) -> str:
    return f"{100 * max(rate, 0.0):.1f}"
