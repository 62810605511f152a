"""What is said of pictures and positions, to référents and to authorities."""

from __future__ import annotations

from bridges.wording.catalogue import text
from policies.pictures import Picture
from policies.positions import Position


def file_name(language: str, number: str, enclosure: Picture | Position) -> str:
    """What it is called where it arrives; never what its sender called it."""
    if isinstance(enclosure, Position):
        return text(language, "enclosure.place.name", number=number)
    return text(language, "enclosure.picture.name", number=number)


def preview_name(language: str, enclosure: Picture | Position) -> str:
    """What it is called where its référent looks at it."""
    if isinstance(enclosure, Position):
        return text(language, "enclosure.place.preview.name")
    return text(language, "enclosure.picture.preview.name")


def for_authorities(language: str, enclosure: Picture | Position) -> str:
    """What an authority reads of it in the report."""
    if isinstance(enclosure, Position):
        return text(language, "enclosure.place.report", coordinates=enclosure.coordinates)
    return text(language, "enclosure.picture.report")


def for_a_mailbox(language: str, enclosure: Picture | Position) -> str:
    """The same, where the picture is in the mail itself."""
    if isinstance(enclosure, Position):
        return text(language, "enclosure.place.mail", coordinates=enclosure.coordinates)
    return text(language, "enclosure.picture.mail")


def questions(language: str, enclosure: Picture | Position) -> tuple[str, ...]:
    """What the référent has to ask himself before it leaves, a sentence or two each."""
    if not isinstance(enclosure, Position):
        keys = ("enclosure.picture.shown", "enclosure.picture.person", "enclosure.picture.instead")
        return tuple(text(language, key) for key in keys)
    key = "enclosure.place.own" if enclosure.is_own else "enclosure.place.chosen"
    shown = text(language, "enclosure.place.shown", coordinates=enclosure.coordinates)
    return shown, text(language, key)
