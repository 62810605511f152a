"""The file of weights: what is held comes back, and a damaged one is said to be so at once."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from pc_matrix.errors import SettingsError
from pc_matrix.language.roles import weights as weights_module
from pc_matrix.language.roles.weights import FILE, load_weights
from tests.language.roles.tiny import MARKS, WIDTH, WORDS, Held, held, written

MEGABYTE = 2**20
DATA = files("pc_matrix.language").joinpath("data")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the weights are looked for."""
    monkeypatch.setattr(weights_module, "files", lambda package: tmp_path)
    return tmp_path


def test_what_is_held_comes_back(package: Path) -> None:
    arrays = held(2)
    written(package, arrays)
    both = load_weights()
    assert dict(both.words) == {w: i for i, w in enumerate(WORDS)}
    assert dict(both.marks) == {m: i for i, m in enumerate(MARKS)}
    assert (both.width, both.convolutions, both.attentions, both.heads) == (WIDTH, 2, 2, 2)
    for name in ("role.weight", "char.weight"):
        assert both[name].dtype == np.float32
        for n in range(2):
            assert np.array_equal(both[name][n], arrays[f"{n}.{name}"].astype(np.float32))
    assert both["msg.bias"].shape == (2, 1, 3)  # a vector is a matrix of one row
    assert not np.array_equal(*both["role.weight"])


def test_a_words_embedding_is_its_bytes_by_its_scale(package: Path) -> None:
    arrays = held(2)
    written(package, arrays)
    both = load_weights()
    embedded = both.embedded("fourgon"), both.embedded("inconnu")
    assert [one.shape for one in embedded] == [(2, WIDTH), (2, WIDTH)]
    for n, (known, unknown) in enumerate(zip(*embedded, strict=True)):
        scale = np.float32(arrays[f"{n}.scales"][1])
        assert np.allclose(known, arrays[f"{n}.rows"][1].astype(np.float32) * scale)
        assert not unknown.any()


def refused() -> None:
    with pytest.raises(SettingsError) as caught:
        load_weights()
    assert caught.value.what == f"Le fichier {FILE} du filtre est absent ou abîmé."
    assert caught.value.why == "Sans lui, aucun message ne peut être jugé."
    assert caught.value.remedy == "Réinstallez pc-matrix."


def test_a_missing_file_is_told(package: Path) -> None:
    refused()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"pas des poids", b"\x93NUMPY"])
def test_what_is_no_file_of_weights_is_told(package: Path, content: bytes) -> None:
    written(package, {}).write_bytes(content)
    refused()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_told(package: Path, share: float) -> None:
    path = written(package, held())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    refused()


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
def test_a_file_with_flipped_bytes_is_told(package: Path, share: float) -> None:
    path = written(package, held())
    whole = bytearray(path.read_bytes())
    at = int(len(whole) * share)
    whole[at : at + 40] = bytes(b ^ 0xFF for b in whole[at : at + 40])
    path.write_bytes(whole)
    refused()


def test_a_lone_array_is_told(package: Path) -> None:
    with written(package, {}).open("wb") as file:
        np.save(file, np.zeros(3))
    refused()


def without(name: str) -> Held:
    return {n: array for n, array in held().items() if n != name}


@pytest.mark.parametrize("name", sorted(held()))
def test_every_array_is_needed(package: Path, name: str) -> None:
    written(package, without(name))
    refused()


@pytest.mark.parametrize(
    "name", sorted(n for n in held() if n not in ("words", "marks", "0.char.weight"))
)
def test_an_array_of_another_size_is_told(package: Path, name: str) -> None:
    arrays = held()
    arrays[name] = np.concatenate([arrays[name], arrays[name]])
    written(package, arrays)
    refused()


@pytest.mark.parametrize("name", ["words", "marks"])
def test_more_words_or_marks_than_rows_are_told(package: Path, name: str) -> None:
    arrays = held()
    arrays[name] = np.concatenate([arrays[name], np.frombuffer(b" encore", np.uint8)])
    written(package, arrays)
    refused()


def test_what_is_no_number_is_told(package: Path) -> None:
    arrays = held()
    arrays["0.role.weight"] = np.full_like(arrays["0.role.weight"], np.nan)
    written(package, arrays)
    refused()


@pytest.mark.parametrize("shape", [(0, WIDTH, 2, 2, 2), (2, WIDTH, 2, 2, 2), (1, WIDTH, 2, 2, 3)])
def test_networks_that_are_not_there_or_cannot_be_shared_out_are_told(
    package: Path, shape: tuple[int, ...]
) -> None:
    written(package, held() | {"shape": np.array(shape, np.int32)})
    refused()


# --- the file that is shipped


def test_the_shipped_file_is_there_small_and_whole() -> None:
    path = DATA.joinpath(FILE)
    assert path.is_file()
    assert len(path.read_bytes()) < 16 * MEGABYTE
    networks = load_weights()
    assert len(networks.words) > 10_000
    assert "E:person:B" in networks.marks


def test_the_shipped_file_is_credited() -> None:
    assert f"`{FILE}`" in DATA.joinpath("CREDITS.md").read_text(encoding="utf-8")
