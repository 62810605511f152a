"""A person's letter: what opens his account, on one page to be printed large, and nothing else.

Nothing is fetched from anywhere and nothing runs in it; what people are called is escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from bridges.wording.catalogue import text
from policies.terms import Commune, Person

STEPS = 5
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class Access:
    """What opens an account; ``qr`` is the SVG of the link that Element opens."""

    server: str
    localpart: str
    password: str
    qr: str

    def __repr__(self) -> str:
        """Without the password, so that no log or traceback can carry it."""
        return f"Access({self.localpart}, {self.server})"


def letter(person: Person, commune: Commune, access: Access) -> str:
    """The whole page, in the person's language."""
    language = person.language
    parts = (
        f"<h1>{_said(language, 'letter.title', commune=commune.name)}</h1>",
        f"<p>{_said(language, 'letter.hello', name=person.name)}</p>",
        _access(language, access),
        _steps(language, access),
        f'<p class="call">{_call(language, commune)}</p>',
        f"<p>{_said(language, 'letter.secret')}</p>",
        f"<p>{_said(language, 'letter.emergency')}</p>",
        f'<p class="town-hall">{_said(language, "letter.town-hall")}</p>',
    )
    title = _said(language, "letter.title", commune=commune.name)
    return f"{_head(language, title)}<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"


def _head(language: str, title: str) -> str:
    style = files("bridges.wording").joinpath("letter.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n"
    )


def _access(language: str, access: Access) -> str:
    rows = (
        ("letter.server", "name", access.server),
        ("letter.user", "name", access.localpart),
        ("letter.password", "password", access.password),
    )
    listed = "".join(
        f'<dt>{_said(language, key)}</dt><dd class="{kind}">{escape(value)}</dd>\n'
        for key, kind, value in rows
    )
    caption = _said(language, "letter.qr")
    figure = f"<figure>{access.qr}<figcaption>{caption}</figcaption></figure>"
    return f'<div class="access">\n<dl>\n{listed}</dl>\n{figure}\n</div>'


def _steps(language: str, access: Access) -> str:
    said = (_said(language, f"letter.step.{n}", server=access.server) for n in range(1, STEPS + 1))
    return "<ol>\n" + "".join(f"<li>{step}</li>\n" for step in said) + "</ol>"


def _call(language: str, commune: Commune) -> str:
    contact = commune.contact or text(language, "letter.town-hall-name")
    # A telephone number is read in one line.
    return _said(language, "letter.help", contact=re.sub(r"(?<=\d) (?=\d)", "\u00a0", contact))


def _said(language: str, key: str, /, **params: object) -> str:
    return escape(text(language, key, **params))
