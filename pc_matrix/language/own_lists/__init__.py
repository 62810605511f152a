"""A commune's own streets, halls, shops, nicknames, agents and numbers, from one file."""

from pc_matrix.language.own_lists.effects import mark, with_persons
from pc_matrix.language.own_lists.lists import OwnLists
from pc_matrix.language.own_lists.reading import read

__all__ = ["OwnLists", "mark", "read", "with_persons"]
