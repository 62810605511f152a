"""The command line: parse, call, print. Nothing else."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command named on the command line and leave with its exit status."""
    from pc_matrix.cli.app import run

    sys.exit(run(sys.argv[1:]))
