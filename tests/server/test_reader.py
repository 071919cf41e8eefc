"""Whatever happens to the page in the middle of a run: every token once, in order, and one run."""

from __future__ import annotations

import uuid

from agent.demo_model import DemoServer
from tests.server.client import Visitor
from tests.server.conftest import Visit
from tests.server.servers import disconnections
from tests.server.steps import NUMBERS, QUESTION, arrived, complete, counting, numbers, one_run, redrawn
from tests.serving import App, wait_until


def test_ten_clicks_in_mid_stream_lose_no_token(visit: Visit, model: DemoServer) -> None:
    with counting(visit, model) as visitor:
        for click in range(10):
            arrived(visitor, 20 * (click + 1))
            if click % 2:
                visitor.select("model", "demo-fast · all at once")
            else:
                visitor.pick("modes", *(["messages", "updates"] if click % 4 else ["messages"]))


def test_nothing_shimmers_while_words_arrive(visit: Visit, model: DemoServer) -> None:
    with counting(visit, model, view="simple") as visitor:
        before = len(visitor.frames)
    assert b":shimmer[" in b"".join(visitor.frames[:before]), "it does until the first words"
    assert b":shimmer[" not in b"".join(visitor.frames[before:]), "a browser would paint the page 60 times a second"


def test_without_streaming_nothing_is_shown_and_with_it_again_all_so_far(visit: Visit, model: DemoServer) -> None:
    with counting(visit, model) as visitor:
        visitor.pick("modes")
        visitor.wait_until(lambda: "without streaming" in visitor.turns[-1].waiting, "the page says what it waits for")
        visitor.pick("modes", "messages")
        arrived(visitor, 20)


def test_clicks_lose_no_token_inside_a_tool(visit: Visit, model: DemoServer) -> None:
    visitor = visit()
    visitor.wait_idle()
    with one_run(model, requests=3):
        visitor.ask(f"what is in '{QUESTION}'?")
        for count in (20, 100, 180):
            wait_for_told(visitor, count)
            assert len(told(visitor)) < len(NUMBERS), "the tool was done before the test had begun"
            visitor.pick("modes", "messages", *(["tasks"] if count == 100 else []))
        complete(visitor)
    assert told(visitor) == NUMBERS


def wait_for_told(visitor: Visitor, count: int) -> None:
    visitor.wait_until(lambda: len(told(visitor)) > count, f"the tool has told {count}")


def told(visitor: Visitor) -> list[str]:
    """The words that a tool has written into its box."""
    turns = visitor.turns
    return turns[-1].boxes[-1].text.split() if turns and turns[-1].boxes else []


def test_a_second_question_waits_visibly_for_its_turn_and_is_then_asked(visit: Visit, model: DemoServer) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    with one_run(model, requests=2):
        visitor.ask(QUESTION)
        arrived(visitor, 20)
        visitor.ask("count to 30")
        arrived(visitor, 60, turn=0)
        visitor.wait_until(lambda: "Waiting for its turn" in visitor.text, "the second question says that it waits")
        assert not visitor.turns[1].answer
        complete(visitor, turns=2)
    assert (numbers(visitor, 0), numbers(visitor, 1)) == (NUMBERS, NUMBERS[:30])


def test_to_another_page_and_back(visit: Visit, model: DemoServer) -> None:
    with counting(visit, model) as visitor:
        visitor.goto("Custom_data")
        visitor.wait_until(lambda: "Ask what is in a place" in visitor.text, "the other page is there")
        assert not visitor.turns
        visitor.goto("LLM_tokens")
        arrived(visitor, 20)
    assert visitor.run_id, "the URL names the run again"


def test_a_connection_lost_twice_is_resumed(visit: Visit, app: App, model: DemoServer) -> None:
    with counting(visit, model, model="demo") as visitor:
        for count in (20, 160):
            arrived(visitor, count)
            session, scripts, before = visitor.session_id, visitor.scripts, disconnections(app)
            visitor.cut()
            wait_until(lambda before=before: disconnections(app) > before, 10, "the app has noticed")  # type: ignore[misc]
            visitor.reconnect()
            redrawn(visitor, scripts)
            assert visitor.session_id == session


def test_after_the_session_is_forgotten_the_url_finds_the_run(visit: Visit, model: DemoServer) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    with one_run(model):
        visitor.ask("count to 600")
        arrived(visitor, 20)
        session, scripts = visitor.session_id, visitor.scripts
        visitor.cut()
        visitor.session_id = str(uuid.uuid4())  # one that the app has forgotten is no other to it than this
        visitor.reconnect()
        redrawn(visitor, scripts)
        assert visitor.session_id != session
        complete(visitor)
    assert numbers(visitor) == [*NUMBERS, *map(str, range(401, 601))]


def test_a_run_goes_on_with_nobody_there_and_is_found_when_it_has_ended(visit: Visit, model: DemoServer) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    with one_run(model):
        visitor.ask(QUESTION)
        arrived(visitor, 20)
        visitor.close()
    later = visit(run=visitor.run_id)
    complete(later)
    assert numbers(later) == NUMBERS


def test_two_tabs_watch_one_run_and_one_of_them_reads_slowly(visit: Visit, model: DemoServer) -> None:
    with counting(visit, model) as first:
        second = visit(run=first.run_id, receive_buffer=4096)
        arrived(second, 20)
        second.stop_reading()
        complete(first)
        second.read_on()
        complete(second)
    assert numbers(second) == NUMBERS


def test_a_stranger_who_clears_the_cache_disturbs_nobody(visit: Visit, model: DemoServer) -> None:
    visitor, stranger = visit(tool_choice="none"), visit()
    visitor.wait_idle()
    stranger.wait_idle()
    with one_run(model, requests=2):
        visitor.ask("count to 200")
        arrived(visitor, 20)
        stranger.clear_cache()
        stranger.rerun()
        stranger.wait_idle()
        visitor.rerun()
        complete(visitor)
        visitor.ask("count to 5")
        complete(visitor, turns=2)
    assert (numbers(visitor, 0), numbers(visitor, 1)) == (NUMBERS[:200], NUMBERS[:5])


def test_a_rerun_after_the_end_asks_nothing(visit: Visit, model: DemoServer) -> None:
    visitor = visit(tool_choice="none", model="demo-fast")
    visitor.wait_idle()
    visitor.ask(QUESTION)
    complete(visitor)
    with one_run(model, requests=0):
        for _ in range(3):
            visitor.rerun()
            complete(visitor)
    assert numbers(visitor) == NUMBERS
