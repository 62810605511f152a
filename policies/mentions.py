"""Links to a person's Matrix account, as clients put them into texts: they name that person.

Sources: specification, appendices, "matrix.to navigation" and "Matrix URI scheme".
"""

from __future__ import annotations

import re

_ACCOUNT = (
    r"(?:https?://matrix\.to/#/(?:@|%40)|matrix:(?:u|user)/)"
    r"(?P<local>[^\s:)>\]?]{1,255}?)(?::|%3[aA])[^\s)>\]]{0,512}"
)
_LINK = re.compile(_ACCOUNT, re.IGNORECASE)
_UNDER_WORDS = re.compile(rf"\[[^\]\n]{{0,255}}\]\(<?{_ACCOUNT}>?\)", re.IGNORECASE)
_ALONE = re.compile(rf"<?{_ACCOUNT}>?", re.IGNORECASE)
_STRANGE = re.compile(r"[^\w.-]+")


def account(link: str) -> str:
    """``@name`` for a link to the account ``@name:server``; empty for every other link."""
    found = _LINK.fullmatch(link.strip())
    return _short(found["local"]) if found else ""


def named(text: str) -> str:
    """``text`` with every link to an account, and the words it was put under, as ``@name``."""
    return _ALONE.sub(_in_short, _UNDER_WORDS.sub(_in_short, text))


def _in_short(found: re.Match[str]) -> str:
    return _short(found["local"])


def _short(local: str) -> str:
    return "@" + _STRANGE.sub("-", local).strip("-.")
