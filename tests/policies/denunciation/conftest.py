from __future__ import annotations

import pytest

from bridges.ports import Language
from pc_matrix.language import load


@pytest.fixture(scope="session")
def language() -> Language:
    return load()
