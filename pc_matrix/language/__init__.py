"""The only loader of language resources: ``load()`` gives what makes an Analysis of a text."""

from pc_matrix.language.french import French, load, load_with

__all__ = ["French", "load", "load_with"]
