"""All that the master key seals in a home, sealed anew under another one."""

from pc_matrix.sealing.rotation import Rotated, rotate

__all__ = ["Rotated", "rotate"]
