"""Files of own lists as people leave them, and what the filter then says."""

from __future__ import annotations

from pathlib import Path

import pytest

from pc_matrix.errors import SettingsError
from pc_matrix.language import French, load_with
from policies.denunciation.judge import judge
from policies.denunciation.verdict import Verdict


def filter_with(tmp_path: Path, *lines: str) -> French:
    path = tmp_path / "59999.listes.csv"
    path.write_bytes("\n".join(lines).encode())
    return load_with(path)


def verdict(french: French, text: str) -> Verdict:
    return judge(french.analyse(text))


def faults(tmp_path: Path, content: bytes | str) -> SettingsError:
    path = tmp_path / "59999.listes.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SettingsError) as caught:
        load_with(path)
    return caught.value
