"""Pictures: the only importer of Pillow, in a process of its own."""

from pc_matrix.pictures.book import EnclosureBook
from pc_matrix.pictures.desk import PictureDesk
from pc_matrix.pictures.posting import Posting

__all__ = ["EnclosureBook", "PictureDesk", "Posting"]
