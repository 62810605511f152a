"""The driver's side of the protocol, against clients of a few lines."""

from __future__ import annotations

import sys
import textwrap

import pytest

from pc_matrix.demo.people import ClientError, client


def script(body: str) -> tuple[str, ...]:
    """A client that does ``body`` with each ``request``; ``say`` writes a line."""
    program = """
        import json, sys, time
        def say(line): print(json.dumps(line), flush=True)
        for line in sys.stdin:
            request = json.loads(line)
            if request["cmd"] == "quit":
                break
    """
    lines = textwrap.dedent(program) + textwrap.indent(textwrap.dedent(body), "    ")
    return sys.executable, "-c", lines


async def test_answers_find_their_questions_past_events_and_each_other() -> None:
    command = script(
        """
        say({"event": {"event_id": "$1"}})
        say({"id": 999, "ok": True, "result": "nobody asked"})
        say({"id": request["id"], "ok": True, "result": request["cmd"]})
        """
    )
    async with client("test", command) as running:
        assert [await running.ask("one"), await running.ask("two")] == ["one", "two"]


async def test_an_error_keeps_its_name() -> None:
    error = '{"type": "M_FORBIDDEN", "message": "no"}'
    command = script(f'say({{"id": request["id"], "ok": False, "error": {error}}})')
    async with client("test", command) as running:
        with pytest.raises(ClientError, match="M_FORBIDDEN: no") as raised:
            await running.join("!r")
        assert raised.value.kind == "M_FORBIDDEN"


async def test_silence_and_death_are_errors_too() -> None:
    async with client("Amélie", script('time.sleep(0.5 if request["cmd"] == "rest" else 0)')) as it:
        with pytest.raises(ClientError, match="Silent: no answer to rest from Amélie"):
            await it.ask("rest", within=0.1)
    async with client("Amélie", script("sys.exit(3)")) as it:
        with pytest.raises(ClientError, match="Gone: the client of Amélie ended"):
            await it.ask("anything")
        with pytest.raises(ClientError, match="Gone: the client of Amélie has ended"):
            await it.ask("anything")


async def test_a_client_that_heeds_nothing_can_be_killed() -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"
    async with client("test", (sys.executable, "-c", deaf)) as running:
        running.kill()
    with pytest.raises(ClientError, match="Gone"):
        await running.ask("anything")
