"""A network of a few numbers, drawn at random but always the same, and the file that holds it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pc_matrix.language.roles import weights as weights_module
from pc_matrix.language.roles.marks import Marked
from pc_matrix.language.roles.weights import Weights

WIDTH, CONVOLUTIONS, ATTENTIONS, HEADS, LETTER_GROUPS = 8, 2, 2, 2, 16
WORDS = ("le", "fourgon", "\n", "vole", "<name>", "un", "deux", ".")
"""A line's end among them: it is a word like another."""
MARKS = ("cap", "num2", "E:person:B", "up")
Held = dict[str, NDArray[np.generic]]


def held(count: int = 1, seed: int = 0, spread: float = 0.5) -> Held:
    """What a file of ``count`` networks holds."""
    rng = np.random.default_rng(seed)
    shape = [count, WIDTH, CONVOLUTIONS, ATTENTIONS, HEADS]
    arrays: Held = {
        "shape": np.array(shape, np.int32),
        "words": listed(WORDS),
        "marks": listed(MARKS),
    }
    for n in range(count):
        arrays[f"{n}.rows"] = rng.integers(-127, 128, (len(WORDS), WIDTH)).astype(np.int8)
        arrays[f"{n}.scales"] = np.full(len(WORDS), 0.01, np.float16)
        arrays[f"{n}.marked"] = rng.normal(0, spread, (len(MARKS), WIDTH)).astype(np.float16)
        for name, sizes in _matrices():
            array = rng.normal(0, spread, sizes)
            arrays[f"{n}.{name}"] = array.astype(np.float16)
    return arrays


def _matrices() -> list[tuple[str, tuple[int, ...]]]:
    d = WIDTH
    sizes: list[tuple[str, tuple[int, ...]]] = [
        ("feat.bias", (d,)),
        ("char.weight", (LETTER_GROUPS, d)),
        ("role.weight", (d, 5)),
        ("role.bias", (5,)),
        ("pool.weight", (d, 1)),
        ("pool.bias", (1,)),
        ("msg.weight", (3 * d, 3)),
        ("msg.bias", (3,)),
    ]
    norms = ["ln0", "lno", *(f"lnc.{k}" for k in range(CONVOLUTIONS))]
    for k in range(CONVOLUTIONS):
        sizes += [(f"convs.{k}.weight", (3 * d, 2 * d)), (f"convs.{k}.bias", (2 * d,))]
    for k in range(ATTENTIONS):
        norms += [f"att.{k}.norm1", f"att.{k}.norm2"]
        sizes += [
            (f"att.{k}.self_attn.in_proj_weight", (d, 3 * d)),
            (f"att.{k}.self_attn.in_proj_bias", (3 * d,)),
            (f"att.{k}.self_attn.out_proj.weight", (d, d)),
            (f"att.{k}.self_attn.out_proj.bias", (d,)),
            (f"att.{k}.linear1.weight", (d, 2 * d)),
            (f"att.{k}.linear1.bias", (2 * d,)),
            (f"att.{k}.linear2.weight", (2 * d, d)),
            (f"att.{k}.linear2.bias", (d,)),
        ]
    return sizes + [(f"{norm}.{part}", (d,)) for norm in norms for part in ("weight", "bias")]


def listed(words: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer(" ".join(words).encode(), np.uint8)


def weights(count: int = 1, seed: int = 0, spread: float = 0.5) -> Weights:
    """``count`` networks, as the package would load them."""
    return weights_module.networks(held(count, seed, spread))


def written(folder: Path, arrays: Held) -> Path:
    """A file as the package ships it, in the place where ``folder`` is the package."""
    path = folder / "data" / weights_module.FILE
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return path


def word(form: str, *marks: str, letters: str | None = None) -> Marked:
    return Marked(form, form if letters is None else letters, frozenset(marks))
