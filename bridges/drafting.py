"""The draft of a returned message: its facts, judged as if they had been written so at first."""

from __future__ import annotations

from collections.abc import Sequence

from bridges.ports import Language
from policies.denunciation.analysis import Analysis
from policies.denunciation.draft import offered, propose
from policies.denunciation.judge import judge
from policies.denunciation.verdict import Finding, Verdict
from policies.message_words import careful, plain


def drafted(
    language: Language, analysis: Analysis, verdict: Verdict, doubts: Sequence[Finding]
) -> Verdict | None:
    """What could be sent of a denunciation, ``None`` for nothing.

    ``doubts`` are those that a human had to look at in the whole message, whatever it says.
    """
    words = plain(propose(analysis, verdict, doubts))
    if not words.text:
        return None
    draft = language.analyse(words.text)
    again = careful(judge(draft), words)
    return again if offered(analysis, verdict, draft, again) else None
