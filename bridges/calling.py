"""The call that comes first, looked for also in what the filter cannot read whole."""

from __future__ import annotations

from bridges.ports import Language
from policies.at_once import at_once
from policies.denunciation.analysis import Analysis
from policies.emergency import Emergency, emergency

_AT_ONCE = 2000
"""Characters of a message too long to be judged whole, in which danger is looked for at a time."""


def first_call(language: Language, analysis: Analysis) -> Emergency | None:
    """Whom to call before anything else, ``None`` when nobody seems to be in danger."""
    text = analysis.text
    seen = at_once(text)
    if seen is not None or analysis.readable:
        return seen or emergency(analysis)
    pieces = (text[at : at + _AT_ONCE] for at in range(0, len(text), _AT_ONCE))
    calls = (emergency(language.analyse(piece)) for piece in pieces)
    return next((call for call in calls if call is not None), None)
