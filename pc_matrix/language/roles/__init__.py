"""Who is who in a message: a small network, trained on written messages, that reads every word."""

from pc_matrix.language.roles.reading import Reader, reader

__all__ = ["Reader", "reader"]
