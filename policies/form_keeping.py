"""How long a guided report's form is kept: event ids, choices and times, and never a word.

While it is being filled in it lapses after two hours (``guided.LASTS``), and ends with the mandate.
Afterwards nothing more is needed of it but by what may still read its answers again.
"""

from __future__ import annotations

from datetime import timedelta

from policies.mails import GIVEN_UP_AFTER

ABANDONED_FOR = timedelta(days=1)
"""Cancelled, lapsed or barred: until its last taps were answered."""
SENT_FOR = max(timedelta(days=7), 2 * GIVEN_UP_AFTER)
"""Sent, or followed last: its mails are read anew from its answers as long as they are tried. After
that nothing follows an answer that is edited or taken away: nobody knows whose it was."""
