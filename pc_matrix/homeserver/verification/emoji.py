"""The 64 emoji of SAS verification, in the specification's order, as Element names them.

Source: client-server API, "SAS method: emoji".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Emoji:
    """One emoji and its names in English and French."""

    symbol: str
    name_en: str
    name_fr: str


# The table is data of the Matrix specification (data-definitions/sas-emoji.json), which is
# Copyright The Matrix.org Foundation C.I.C. and under the Apache License 2.0.
EMOJI: tuple[Emoji, ...] = (
    Emoji("🐶", "Dog", "Chien"),
    Emoji("🐱", "Cat", "Chat"),
    Emoji("🦁", "Lion", "Lion"),
    Emoji("🐎", "Horse", "Cheval"),
    Emoji("🦄", "Unicorn", "Licorne"),
    Emoji("🐷", "Pig", "Cochon"),
    Emoji("🐘", "Elephant", "Éléphant"),
    Emoji("🐰", "Rabbit", "Lapin"),
    Emoji("🐼", "Panda", "Panda"),
    Emoji("🐓", "Rooster", "Coq"),
    Emoji("🐧", "Penguin", "Manchot"),
    Emoji("🐢", "Turtle", "Tortue"),
    Emoji("🐟", "Fish", "Poisson"),
    Emoji("🐙", "Octopus", "Poulpe"),
    Emoji("🦋", "Butterfly", "Papillon"),
    Emoji("🌷", "Flower", "Fleur"),
    Emoji("🌳", "Tree", "Arbre"),
    Emoji("🌵", "Cactus", "Cactus"),
    Emoji("🍄", "Mushroom", "Champignon"),
    Emoji("🌏", "Globe", "Globe"),
    Emoji("🌙", "Moon", "Lune"),
    Emoji("☁️", "Cloud", "Nuage"),
    Emoji("🔥", "Fire", "Feu"),
    Emoji("🍌", "Banana", "Banane"),
    Emoji("🍎", "Apple", "Pomme"),
    Emoji("🍓", "Strawberry", "Fraise"),
    Emoji("🌽", "Corn", "Maïs"),
    Emoji("🍕", "Pizza", "Pizza"),
    Emoji("🎂", "Cake", "Gâteau"),
    Emoji("❤️", "Heart", "Cœur"),
    Emoji("😀", "Smiley", "Sourire"),
    Emoji("🤖", "Robot", "Robot"),
    Emoji("🎩", "Hat", "Chapeau"),
    Emoji("👓", "Glasses", "Lunettes"),
    Emoji("🔧", "Spanner", "Clé à molette"),
    Emoji("🎅", "Santa", "Père Noël"),
    Emoji("👍", "Thumbs Up", "Pouce en l’air"),
    Emoji("☂️", "Umbrella", "Parapluie"),
    Emoji("⌛", "Hourglass", "Sablier"),
    Emoji("⏰", "Clock", "Réveil"),
    Emoji("🎁", "Gift", "Cadeau"),
    Emoji("💡", "Light Bulb", "Ampoule"),
    Emoji("📕", "Book", "Livre"),
    Emoji("✏️", "Pencil", "Crayon"),
    Emoji("📎", "Paperclip", "Trombone"),
    Emoji("✂️", "Scissors", "Ciseaux"),
    Emoji("🔒", "Lock", "Cadenas"),
    Emoji("🔑", "Key", "Clé"),
    Emoji("🔨", "Hammer", "Marteau"),
    Emoji("☎️", "Telephone", "Téléphone"),
    Emoji("🏁", "Flag", "Drapeau"),
    Emoji("🚂", "Train", "Train"),
    Emoji("🚲", "Bicycle", "Vélo"),
    Emoji("✈️", "Aeroplane", "Avion"),
    Emoji("🚀", "Rocket", "Fusée"),
    Emoji("🏆", "Trophy", "Trophée"),
    Emoji("⚽", "Ball", "Ballon"),
    Emoji("🎸", "Guitar", "Guitare"),
    Emoji("🎺", "Trumpet", "Trompette"),
    Emoji("🔔", "Bell", "Cloche"),
    Emoji("⚓", "Anchor", "Ancre"),
    Emoji("🎧", "Headphones", "Casque audio"),
    Emoji("📁", "Folder", "Dossier"),
    Emoji("📌", "Pin", "Punaise"),
)
"""The number of an emoji in a code is its place in this table."""
