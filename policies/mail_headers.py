"""What may stand in a mail's headers: plain addresses, single lines, and ids that stay the same."""

from __future__ import annotations

import re
import unicodedata
from typing import NewType

MailAddress = NewType("MailAddress", str)
"""``local@domain`` in ASCII, without quotes or comments: nothing in it can end a header."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@((?:{_LABEL}\.)+{_LABEL})")
_LONGEST_LOCAL, _LONGEST = 64, 254
"""RFC 5321, 4.5.3.1.1, and its erratum 1690."""
_BREAKING = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
"""Unicode's categories of what ends a line, turns it round, hides, or cannot be encoded."""


def mail_address(text: str) -> MailAddress | None:
    """``text`` as an address, ``None`` when it is none that every mail server takes.

    Domains with accents are given as their servers know them (``xn--…``).
    """
    found = _ADDRESS.fullmatch(text)
    if found is None or len(text) > _LONGEST or len(found[1]) > _LONGEST_LOCAL:
        return None
    return MailAddress(text)


def domain_of(address: MailAddress) -> str:
    """What stands after the ``@``."""
    return address.rpartition("@")[2]


def one_line(text: str) -> str:
    """``text`` as a header may hold it: what could end or disguise the line becomes a space.

    So does what would be read as an encoded word (RFC 2047), which may stand for a line's end.
    """
    kept = (" " if unicodedata.category(c) in _BREAKING else c for c in text)
    return " ".join("".join(kept).replace("=?", "= ?").split())


def message_id(transaction: str, sender: MailAddress) -> str:
    """The ``Message-ID`` of one mail: the same for the same transaction, whenever it is built."""
    return f"<{transaction}@{domain_of(sender)}>"
