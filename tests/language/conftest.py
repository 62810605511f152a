from __future__ import annotations

import pytest

from pc_matrix.language import French, load


@pytest.fixture(scope="session")
def french() -> French:
    return load()
