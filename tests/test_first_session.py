"""One bot a commune: neither beside another of its home, nor of another home on its registry."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pc_matrix import settings, wiring
from pc_matrix.demo import commune as people
from pc_matrix.errors import CommuneInUse, SessionInUse
from pc_matrix.first_session import begin_session, session_of
from pc_matrix.homeserver.opening import alone
from pc_matrix.homeserver.session_lock import is_free
from pc_matrix.house import House

NOBODY = "http://127.0.0.1:1"
"""Where a login would be asked for, if anybody got so far."""


def furnished(home: Path, database: Path) -> Path:
    """A home of the example commune whose registry is ``database``."""
    (home / "communes").mkdir(parents=True)
    text = people.commune_file(NOBODY) + f'\n[options]\ndatabase = "sqlite:///{database}"\n'
    (home / "communes" / f"{people.CODE}.toml").write_text(text, encoding="utf-8")
    key = base64.b64encode(b"k" * 32).decode()
    settings.save_secrets(home, master_key=key, bot_passwords={people.CODE: "secret"})
    return home


@pytest.fixture
def houses(tmp_path: Path) -> Iterator[tuple[House, House]]:
    """Two homes of one commune, on one registry."""
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(
                wiring.open_house(furnished(tmp_path / name, tmp_path / "registry.db"), None)
            )
            for name in ("one", "other")
        )
        yield one, other


async def test_another_home_cannot_even_log_in_beside_a_bot(houses: tuple[House, House]) -> None:
    """A second login would give the bot a second identity, which everybody had to approve."""
    one, other = houses
    with alone(one.place, one.hold):
        with pytest.raises(CommuneInUse):
            async with session_of(other):
                pytest.fail("two sessions of one commune")
        with pytest.raises(CommuneInUse):
            await begin_session(other)
        assert not other.place.directory.exists()
        assert is_free(other.place.lock)
    with alone(other.place, other.hold):
        pass


async def test_a_command_of_the_same_home_leaves_it_to_the_bot(
    houses: tuple[House, House],
) -> None:
    one, _ = houses
    with alone(one.place, one.hold):
        with pytest.raises(SessionInUse):
            async with session_of(one):
                pytest.fail("two sessions of one commune")
        await begin_session(one)
