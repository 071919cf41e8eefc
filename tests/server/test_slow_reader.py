"""A browser that cannot keep up is waited for, never given up; and a token costs the same at any length.

Streamlit gives up a session that is 500 messages behind, without a word.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.demo_model import prose
from tests.server.client import Visitor
from tests.server.steps import asked, complete, numbers, redrawn
from tests.serving import App, app_server, model_server, pointed_at

SMALL = 4096
LONG = "describe the office in about 20000 tokens"
CLICKS = 15
TURNS = 39
"""As many as a page draws: of more it leaves the first ones out."""


@pytest.fixture(scope="module")
def narrow() -> Iterator[App]:
    """An app whose system takes next to nothing off its hands that a browser has not read."""
    bounds = {"RUNS_PER_MINUTE": "1000", "OUTPUT_EVENTS": "1000000", "OUTPUT_BYTES": "100000000"}
    with model_server(rate=1600) as model:
        env = pointed_at(model) | {f"TOOLSTREAM_{name}": value for name, value in bounds.items()}
        with app_server(env | {"PYTHONPATH": str(Path(__file__).with_name("narrow"))}) as app:
            yield app
            assert "Traceback" not in app.log()


def visit(app: App, **more: Any) -> Visitor:
    visitor = Visitor(app.url, tool_choice="none", model="demo-fast", **more)
    visitor.wait_idle()
    return visitor


def essay(text: str) -> str:
    """The letters of a text: without the marks that the page escapes."""
    return "".join(letter for letter in text if letter.isalnum())


def test_a_reader_that_stands_still_through_a_long_answer_gets_all_of_it(narrow: App) -> None:
    with visit(narrow, receive_buffer=SMALL) as reader, visit(narrow) as watcher:
        reader.ask(LONG)
        reader.wait_until(lambda: reader.run_id, "the URL names the run")
        reader.stop_reading()
        watcher.query += f"&run={reader.run_id}"
        watcher.rerun()
        complete(watcher, timeout=60)
        reader.read_on()
        complete(reader, timeout=60)
        assert essay(reader.turns[0].answer) == essay(watcher.turns[0].answer) == essay(prose.answer(LONG))


def test_a_long_conversation_survives_impatient_clicks_on_a_line_that_stands_still(narrow: App) -> None:
    with visit(narrow) as visitor:
        for turn in range(1, TURNS + 1):
            visitor.ask(f"count to {turn}")
            asked(visitor, turn)
        complete(visitor, turns=TURNS, timeout=60)
        with Visitor(narrow.url, run=visitor.run_id, receive_buffer=SMALL) as reader:
            redrawn(reader)
            reader.stop_reading()
            visitor.rerun()
            complete(visitor, turns=TURNS, timeout=60)  # so the reader's page could be drawn as well
            for _ in range(CLICKS):
                reader.rerun()
                time.sleep(0.25)  # with the next click at once, Streamlit would make one of both
            reader.read_on()
            complete(reader, turns=TURNS, timeout=60)
            assert [len(numbers(reader, turn)) for turn in range(TURNS)] == list(range(1, TURNS + 1))


def test_bytes_per_token_do_not_grow_with_the_length_of_the_answer(narrow: App) -> None:
    short, long = (bytes_per_token(narrow, tokens) for tokens in (1000, 4000))
    assert long < 1.5 * short


def bytes_per_token(app: App, tokens: int) -> float:
    with visit(app) as visitor:
        visitor.select("model", "demo · reading speed")
        visitor.wait_idle()
        visitor.ask(f"describe the office in about {tokens} tokens")
        complete(visitor)
        return float(visitor.turn_bytes / tokens)
