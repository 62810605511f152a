"""What is said of pictures and positions, to référents and to authorities."""

from __future__ import annotations

from collections.abc import Sequence

from bridges.wording.catalogue import text
from policies.enclosures import Enclosures
from policies.pictures import Picture
from policies.positions import Position


def file_names(language: str, number: str, enclosures: Enclosures) -> tuple[str, ...]:
    """What they are called where they arrive; never what their sender called them."""
    return tuple(
        text(language, "enclosure.place.name", number=number)
        if isinstance(one.what, Position)
        else text(language, "enclosure.picture.name", number=number, order=order)
        for order, one in enumerate(enclosures, 1)
    )


def preview_name(language: str, what: Picture | Position) -> str:
    """What it is called where its référent looks at it."""
    if isinstance(what, Position):
        return text(language, "enclosure.place.preview.name")
    return text(language, "enclosure.picture.preview.name")


def for_authorities(language: str, enclosures: Enclosures) -> tuple[str, ...]:
    """What an authority reads of them in the report, a line or two."""
    return _lines(language, enclosures, "report")


def for_a_mailbox(language: str, enclosures: Enclosures) -> tuple[str, ...]:
    """The same, where the pictures are in the mail itself."""
    return _lines(language, enclosures, "mail")


def _lines(language: str, enclosures: Enclosures, where: str) -> tuple[str, ...]:
    count = _pictures(enclosures)
    lines = [
        text(language, f"enclosure.place.{where}", coordinates=one.what.coordinates)
        for one in enclosures
        if isinstance(one.what, Position)
    ]
    if count == 1:
        lines.append(text(language, f"enclosure.picture.{where}"))
    elif count:
        lines.append(text(language, f"enclosure.pictures.{where}", count=count))
    return tuple(lines)


def questions(
    language: str,
    enclosures: Enclosures,
    without: Sequence[str] = (),
    *,
    is_resent: bool = True,
) -> tuple[str, ...]:
    """What the référent has to ask himself before they leave, a sentence or two each.

    ``without`` are the authorities that will see no photo. ``is_resent``: they were shown to him as
    they would leave; otherwise he is told how many it are.
    """
    found = list[str]()
    for one in enclosures:
        if isinstance(one.what, Position):
            found += _of_a_place(language, one.what)
    count = _pictures(enclosures)
    if count:
        shown = "enclosure.picture.shown" if is_resent else "enclosure.pictures.sent"
        found.append(text(language, shown, count=count))
        keys = ("enclosure.picture.person", "enclosure.picture.instead")
        found += [text(language, key) for key in keys]
    if without:
        found.append(text(language, "enclosure.picture.without", authorities=", ".join(without)))
    return tuple(found)


def _of_a_place(language: str, place: Position) -> tuple[str, str]:
    key = "enclosure.place.own" if place.is_own else "enclosure.place.chosen"
    shown = text(language, "enclosure.place.shown", coordinates=place.coordinates)
    return shown, text(language, key)


def _pictures(enclosures: Enclosures) -> int:
    return sum(isinstance(one.what, Picture) for one in enclosures)
