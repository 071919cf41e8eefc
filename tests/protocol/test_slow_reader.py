"""A browser that cannot keep up is waited for, never given up; and a token costs the same at any length."""

from __future__ import annotations

from agent.demo_model import prose
from tests.protocol.client import Visitor
from tests.protocol.steps import complete, numbers
from tests.serving import app_server, model_server, pointed_at

SMALL = 4096
LONG = "describe the office in about 20000 tokens"


def essay(text):
    """The words of a text without the marks that the page escapes, and without what it repeats where it cuts."""
    return "".join(letter for letter in text if letter.isalnum())


def test_a_reader_that_stands_still_through_a_long_answer_gets_all_of_it(visit, model, app):
    reader = visit(tool_choice="none", model="demo-fast", receive_buffer=SMALL)
    reader.wait_idle()
    watcher = visit(tool_choice="none", model="demo-fast")
    watcher.wait_idle()
    reader.ask(LONG)
    reader.wait_until(lambda: reader.run_id, "the URL names the run")
    reader.stop_reading()
    watcher.query += f"&run={reader.run_id}"
    watcher.rerun()
    complete(watcher, timeout=60)
    reader.read_on()
    complete(reader, timeout=60)
    assert essay(reader.turns[0].answer) == essay(watcher.turns[0].answer) == essay(prose.answer(LONG))


def test_a_long_conversation_is_drawn_again_for_a_reader_that_stands_still(visit, model):
    visitor = visit(tool_choice="none", model="demo-fast")
    visitor.wait_idle()
    for turn in range(1, 51):
        visitor.ask(f"count to {turn}")
        visitor.wait_until(lambda turn=turn: len(visitor.turns) == turn, "the question is there")
    visitor.ask(LONG)
    complete(visitor, turns=51, timeout=60)
    reader = visit(run=visitor.run_id, receive_buffer=SMALL)
    reader.stop_reading()
    visitor.rerun()
    complete(visitor, turns=51, timeout=60)
    reader.read_on()
    complete(reader, turns=51, timeout=60)
    assert [len(numbers(reader, turn)) for turn in range(50)] == list(range(1, 51))
    assert essay(reader.turns[-1].answer) == essay(prose.answer(LONG))


def test_bytes_per_token_do_not_grow_with_the_length_of_the_answer():
    with model_server(rate=1600) as model, app_server(pointed_at(model)) as app:
        short, long = (bytes_per_token(app, tokens) for tokens in (1000, 4000))
    assert long < 1.5 * short


def bytes_per_token(app, tokens):
    with Visitor(app.url, tool_choice="none") as visitor:
        visitor.wait_idle()
        visitor.ask(f"describe the office in about {tokens} tokens")
        complete(visitor)
        return visitor.turn_bytes / tokens
