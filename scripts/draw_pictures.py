"""Draws the picture of each kind of room, ``pc_matrix/provisioning/pictures/*.png``.

Run it by hand when a picture changes: ``python scripts/draw_pictures.py``; Pillow comes with
Synapse. A white sign on a colour of its own, legible at the 24 pixels of a list of rooms.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent.parent / "pc_matrix" / "provisioning" / "pictures"
SIZE, FINE = 96, 8
WHITE = "#ffffff"
Pen = ImageDraw.ImageDraw


def scaled(*points: tuple[float, float]) -> list[tuple[float, float]]:
    """Points of a 96 by 96 picture on the finer one that is drawn."""
    return [(x * FINE, y * FINE) for x, y in points]


def shape(pen: Pen, *points: tuple[float, float], fill: str = WHITE) -> None:
    pen.polygon(scaled(*points), fill=fill)


def disc(pen: Pen, x: float, y: float, radius: float, fill: str = WHITE) -> None:
    pen.ellipse(scaled((x - radius, y - radius), (x + radius, y + radius)), fill=fill)


def person(pen: Pen, x: float, y: float, size: float) -> None:
    disc(pen, x, y, 8 * size)
    box = scaled((x - 14 * size, y + 11 * size), (x + 14 * size, y + 43 * size))
    pen.pieslice(box, 180, 360, fill=WHITE)


def house(pen: Pen, colour: str) -> None:
    shape(pen, (48, 20), (80, 48), (72, 48), (72, 76), (24, 76), (24, 48), (16, 48))
    shape(pen, (42, 56), (54, 56), (54, 76), (42, 76), fill=colour)


def people(pen: Pen, colour: str) -> None:
    del colour
    person(pen, 27, 40, 1.0)
    person(pen, 69, 40, 1.0)
    person(pen, 48, 34, 1.25)


def shield(pen: Pen, colour: str) -> None:
    shape(pen, (48, 16), (76, 26), (74, 52), (64, 70), (48, 82), (32, 70), (22, 52), (20, 26))
    shape(pen, (35, 47), (41, 41), (46, 46), (58, 34), (64, 40), (46, 58), fill=colour)


def town_hall(pen: Pen, colour: str) -> None:
    shape(pen, (48, 16), (80, 34), (80, 40), (16, 40), (16, 34))
    for left in (22, 37, 52, 67):
        shape(pen, (left, 44), (left + 8, 44), (left + 8, 68), (left, 68))
    shape(pen, (14, 72), (82, 72), (82, 80), (14, 80))
    disc(pen, 48, 31, 3, fill=colour)


def bubble(pen: Pen, colour: str) -> None:
    pen.rounded_rectangle(scaled((16, 22), (80, 66)), radius=12 * FINE, fill=WHITE)
    shape(pen, (30, 62), (48, 62), (30, 80))
    for x in (34, 48, 62):
        disc(pen, x, 44, 4, fill=colour)


def shields(pen: Pen, colour: str) -> None:
    shape(pen, (33, 20), (53, 27), (52, 46), (45, 58), (33, 67), (21, 58), (14, 46), (13, 27))
    shape(
        pen,
        (63, 30),
        (85, 37),
        (84, 57),
        (76, 71),
        (63, 80),
        (50, 71),
        (42, 57),
        (41, 37),
        fill=colour,
    )
    shape(pen, (63, 34), (81, 40), (80, 56), (73, 68), (63, 76), (53, 68), (46, 56), (45, 40))


PICTURES: dict[str, tuple[str, Callable[[Pen, str], None]]] = {
    "commune-space": ("#1d4f91", town_hall),
    "authority-space": ("#5b2a86", shields),
    "sector": ("#1b7f4b", house),
    "referents": ("#b3541e", people),
    "authority": ("#8a1c3c", shield),
    "private": ("#3d5a66", bubble),
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, (colour, draw) in PICTURES.items():
        picture = Image.new("RGB", (SIZE * FINE, SIZE * FINE), colour)
        draw(ImageDraw.Draw(picture), colour)
        small = picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS).quantize(32)
        small.save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
