"""The arrays that a network is made of, and how large each has to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

Held = Mapping[str, NDArray[np.generic]]
Sizes = dict[str, tuple[int | None, ...]]
"""``None`` where there may be as many as one likes."""


def faults(held: Held, prefix: str) -> Iterator[str]:
    """The arrays of the network ``prefix`` that are missing, of another size, or not finite."""
    for name, size in _sizes(held).items():
        array = held.get(prefix + name)
        fits = (
            array is not None
            and len(array.shape) == len(size)
            and all(
                wanted in (None, there) for wanted, there in zip(size, array.shape, strict=True)
            )
        )
        if array is None or not fits or not np.isfinite(array.astype(np.float32)).all():
            yield prefix + name


def _sizes(held: Held) -> Sizes:
    _, d, convolutions, attentions, _ = held["shape"].tolist()
    words, marks = (held[n].tobytes().count(b" ") + 1 for n in ("words", "marks"))
    sizes: Sizes = {
        "rows": (words, d), "scales": (words,), "marked": (marks, d), "char.weight": (None, d),
        "feat.bias": (d,), "role.weight": (d, 5), "role.bias": (5,), "pool.weight": (d, 1),
        "pool.bias": (1,), "msg.weight": (3 * d, 3), "msg.bias": (3,), **_norm("ln0", d),
        **_norm("lno", d),
    }  # fmt: skip
    for k in range(convolutions):
        sizes |= _norm(f"lnc.{k}", d)
        sizes |= {f"convs.{k}.weight": (3 * d, 2 * d), f"convs.{k}.bias": (2 * d,)}
    for k in range(attentions):
        sizes |= {f"att.{k}.{name}": size for name, size in _attention(d).items()}
    return sizes


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
