"""Who is who in a message: a small network, trained on written messages, that reads every word."""

import os

# A message is too small to be shared out: threads that wait for one another cost twenty times the
# work itself, most of all beside other processes. Only read when numpy is first imported.
for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

from pc_matrix.language.roles.reading import Reader, reader  # noqa: E402

__all__ = ["Reader", "reader"]
