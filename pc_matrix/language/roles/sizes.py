"""The arrays that a network is made of, and how large each has to be."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Held = Mapping[str, NDArray[np.generic]]
Size = tuple[int | None, ...]
"""``None`` where there may be as many as one likes."""
Sizes = dict[str, Size]


def fitting(held: Held, name: str, size: Size) -> NDArray[np.generic]:
    """The array ``name``; ``KeyError`` where it is missing, ``ValueError`` where it is of another
    size or not finite."""
    array = held[name]
    wrong = len(array.shape) != len(size) or any(
        wanted not in (None, there) for wanted, there in zip(size, array.shape, strict=False)
    )
    if wrong or not _is_finite(array):
        raise ValueError(f"{name} does not fit")
    return array


def _is_finite(array: NDArray[np.generic]) -> bool:
    """Whether all of it are numbers; whole ones always are."""
    return array.dtype.kind in "iu" or bool(np.isfinite(array.astype(np.float32)).all())


def sizes(d: int, convolutions: int, attentions: int, *, words: int, marks: int) -> Sizes:
    """What each array of a network of the width ``d`` is called, and how large it is."""
    wanted: Sizes = {
        "rows": (words, d), "scales": (words,), "marked": (marks, d), "char.weight": (None, d),
        "feat.bias": (d,), "role.weight": (d, 5), "role.bias": (5,), "pool.weight": (d, 1),
        "pool.bias": (1,), "msg.weight": (3 * d, 3), "msg.bias": (3,), **_norm("ln0", d),
        **_norm("lno", d),
    }  # fmt: skip
    for k in range(convolutions):
        wanted |= _norm(f"lnc.{k}", d)
        wanted |= {f"convs.{k}.weight": (3 * d, 2 * d), f"convs.{k}.bias": (2 * d,)}
    for k in range(attentions):
        wanted |= {f"att.{k}.{name}": size for name, size in _attention(d).items()}
    return wanted


def _attention(d: int) -> Sizes:
    return {
        **_norm("norm1", d),
        **_norm("norm2", d),
        "self_attn.in_proj_weight": (d, 3 * d),
        "self_attn.in_proj_bias": (3 * d,),
        "self_attn.out_proj.weight": (d, d),
        "self_attn.out_proj.bias": (d,),
        "linear1.weight": (d, 2 * d),
        "linear1.bias": (2 * d,),
        "linear2.weight": (2 * d, d),
        "linear2.bias": (d,),
    }


def _norm(name: str, d: int) -> Sizes:
    return {f"{name}.weight": (d,), f"{name}.bias": (d,)}
