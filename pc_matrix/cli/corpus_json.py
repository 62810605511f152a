"""A corpus's measures for a program, under the names of the scheme's score script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from policies.denunciation import measures
from policies.denunciation.examples import LABELS, Judged
from policies.denunciation.measures import Measures, Share, measured
from policies.denunciation.verdict import Decision

_WORST = 15
_IN_SHORT = (
    "n",
    "denunciation_recall",
    "no_leak_recall",
    "false_return_rate",
    "hold_rate_benign",
    "exact_3way",
    "name_leak_rate",
)


def as_json(judged: Sequence[Judged], everything: Sequence[Judged]) -> dict[str, Any]:
    """The measures of ``judged``; those of the matched sentences are of ``everything``.

    Rates lie between 0 and 1 and have four decimals; ``None`` where there is nothing to count.
    """
    shown: dict[str, Any] = {
        "metrics": metrics(measured(judged)),
        "by_noise": {name: _short(m) for name, m in measures.by_noise(judged).items()},
        "worst_phenomena": [
            [name, share.total, _rate(share)]
            for name, share in measures.by_phenomenon(judged)[:_WORST]
        ],
        "confusion": _confusion(judged),
    }
    if any(one.example.matched for one in everything):
        origins = measures.by_origin(everything)
        rates = [m.right.count / m.right.total for m in origins.values()]
        shown["by_origin"] = {name: _short(m) for name, m in origins.items()}
        shown["origin_gap_exact"] = round(max(rates) - min(rates), 4)
        shown["templates_whose_decision_varies_with_name"] = {
            name: [d.value for d in found]
            for name, found in measures.name_sways(everything).items()
        }
    return shown


def metrics(m: Measures) -> dict[str, Any]:
    """One set of measures; ``…_ci95`` is a Wilson interval."""
    return {
        "n": m.examples,
        "n_return": m.to_return,
        "n_redact": m.to_redact,
        "n_relay": m.to_relay,
        "denunciation_recall": _rate(m.returned),
        "denunciation_recall_ci95": _interval(m.returned),
        "no_leak_recall": _rate(m.kept_in),
        "leaked": m.leaked,
        "false_return_rate": _rate(m.false_returns),
        "false_return_ci95": _interval(m.false_returns),
        "false_return_relay": _rate(m.false_returns_relay),
        "false_return_redact": _rate(m.false_returns_redact),
        "hold_rate_benign": _rate(m.held_harmless),
        "hold_rate_return": _rate(m.held_denunciations),
        "exact_3way": _rate(m.right),
        "redaction_complete": _rate(m.names_gone),
        "name_leak_rate": _rate(m.names_left),
        "facts_kept": _rate(m.facts_kept),
        "relay_altered": _rate(m.altered),
        "explained": _rate(m.explained),
    }


def wrong(one: Judged) -> dict[str, Any]:
    """An example that was decided otherwise, or that leaves with a name."""
    verdict, text = one.verdict, one.example.text
    return {
        "id": one.example.identifier,
        "label": one.example.label.value.upper(),
        "got": verdict.decision.value,
        "name_left": one.leaves and one.still_names,
        "text": text,
        "out": verdict.text,
        "rules": list(dict.fromkeys(f.rule.value for f in verdict.findings)),
        "spans": [text[f.start : f.end] for f in verdict.findings],
    }


def _short(m: Measures) -> dict[str, Any]:
    every = metrics(m)
    return {name: every[name] for name in _IN_SHORT}


def _confusion(judged: Sequence[Judged]) -> dict[str, dict[str, int]]:
    counts = measures.confusion(judged)
    return {
        label.value.upper(): {d.value: counts.get((label, d), 0) for d in Decision}
        for label in LABELS
    }


def _rate(share: Share) -> float | None:
    return None if share.rate is None else round(share.rate, 4)


def _interval(share: Share) -> list[float] | None:
    return None if share.interval is None else [round(end, 4) for end in share.interval]
