"""Runs read live as AG-UI events, where the app runs as an ASGI app: by AG-UI's own client, and by a plain one."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from agent.demo_model import DemoServer
from tests import ag_ui_client
from tests.server.client import ME, Visitor
from tests.serving import App, app_server, model_server, pointed_at, wait_until

READERS = 4
ASKS = """
from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt


def ask(state: MessagesState):
    return {"messages": [AIMessage(f"You said {interrupt('Shall I?')}.")]}


asks = StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask").compile()
"""


@pytest.fixture(scope="module")
def slow() -> Iterator[DemoServer]:
    with model_server(rate=20) as server:
        yield server


@pytest.fixture(scope="module")
def app(slow: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("live")
    (folder / "asks.py").write_text(ASKS)
    env = {
        **pointed_at(slow),
        "TOOLSTREAM_RECORDINGS": str(folder / "runs"),
        "TOOLSTREAM_GRAPHS": f"{folder}/asks.py:asks",
        "TOOLSTREAM_READERS": str(READERS),
        "TOOLSTREAM_RUNS_PER_MINUTE": "1000",
    }
    with app_server(env, script="asgi.py") as app:
        yield app
        assert "Traceback" not in app.log(), app.log()


@dataclass
class Event:
    number: int
    data: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.data["type"])


class Reader:
    """A plain reader of a stream, one line at a time; a comment is an event without data."""

    def __init__(self, app: App, name: str, last: int | None = None) -> None:
        host = urlsplit(app.url).netloc
        self._connection = http.client.HTTPConnection(host, timeout=30)
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        self._connection.request("GET", f"/runs/{name}/ag-ui", headers=headers)
        self.answer = self._connection.getresponse()
        self.status = self.answer.status

    def __iter__(self) -> Iterator[Event]:
        number = -1
        for raw in self.answer:
            name, _, value = raw.decode().rstrip("\n").partition(": ")
            if name == "id":
                number = int(value)
            elif name == "data":
                yield Event(number, json.loads(value))

    def until(self, true: Callable[[Event], object]) -> list[Event]:
        """What comes, with the first event for which this is true."""
        events = []
        for event in self:
            events.append(event)
            if true(event):
                return events
        raise AssertionError(f"The stream has ended after {[event.type for event in events]}")

    def until_comment(self) -> None:
        assert any(raw.startswith(b":") for raw in self.answer)

    def close(self) -> None:
        self.answer.close()
        self._connection.close()


@contextlib.contextmanager
def reading(app: App, name: str, last: int | None = None) -> Iterator[Reader]:
    reader = Reader(app, name, last)
    try:
        yield reader
    finally:
        reader.close()


@contextlib.contextmanager
def asked(app: App, question: str = "count to 60") -> Iterator[Visitor]:
    """A visitor whose run is at work."""
    with Visitor(app.url, headers=ME) as visitor:
        visitor.wait_idle()
        visitor.ask(question)
        visitor.wait_until(lambda: visitor.run_id, "the run has begun")
        yield visitor


def is_words(event: Event) -> bool:
    return event.type == "TEXT_MESSAGE_CONTENT"


def words(events: list[Event]) -> str:
    return "".join(event.data["delta"] for event in events if is_words(event))


def has_room(app: App) -> bool:
    with reading(app, "sample-home") as reader:
        return reader.status == 200


def test_ag_uis_own_client_reads_a_run_to_its_end(ag_ui: ag_ui_client.Client, app: App) -> None:
    with asked(app, "What is in the office?") as visitor:
        read = ag_ui_client.read(f"{app.url}/runs/{visitor.run_id}/ag-ui")
        visitor.wait_until(lambda: visitor.turns[-1].figures, "the run has ended")
        answer = visitor.turns[-1].answer
    last = read[-1]["messages"][-1]
    assert last["role"] == "assistant"
    assert "".join(answer.split())[:60] in "".join(last["content"].split())
    assert read[-2]["event"]["type"] == "RUN_FINISHED"
    assert ag_ui.check([json.dumps(line["event"]) for line in read[:-1]])


def test_words_arrive_while_the_run_works_and_a_reader_goes_on_where_it_left(app: App) -> None:
    with asked(app) as visitor:
        with reading(app, visitor.run_id) as reader:
            seen = reader.until(is_words)
            assert not visitor.turns[-1].figures
        with reading(app, visitor.run_id, seen[-1].number) as reader:
            assert reader.answer.headers["Content-Type"].startswith("text/event-stream")
            rest = list(reader)
        with reading(app, visitor.run_id) as reader:
            whole = list(reader)
        assert [event.number for event in whole] == list(range(len(whole)))
        assert [event.data for event in seen + rest] == [event.data for event in whole]
        assert whole[-1].type == "RUN_FINISHED"
        with reading(app, visitor.run_id, whole[-1].number) as reader:
            assert reader.status == 204


def test_a_reader_stays_while_a_person_is_waited_for(app: App) -> None:
    with Visitor(app.url, "Your_agent", headers=ME, graph="own:asks") as visitor:
        visitor.wait_until(lambda: visitor.has("chat_input", "question"), "the agent is loaded", 60)
        visitor.wait_idle()
        visitor.ask("Go")
        visitor.wait_until(lambda: visitor.idle and "material/front_hand: " in visitor.text, "a card is there")
        with reading(app, visitor.run_id) as reader:
            paused = reader.until(lambda event: event.type == "RUN_FINISHED")[-1].data["outcome"]
            assert paused["type"] == "interrupt"
            reader.until_comment()  # it keeps the line open
            visitor.type(visitor.keys("Your answer", "text_area")[0], "yes", "text_area")
            visitor.click(visitor.keys("Send")[0])
            resumed = reader.until(lambda event: event.type == "RUN_STARTED")[-1].data["input"]["resume"]
            assert [(each["interruptId"], each["payload"]) for each in resumed] == [
                (each["id"], "yes") for each in paused["interrupts"]
            ]
            rest = list(reader)
        assert words(rest) == "You said yes."
        assert rest[-1].data["outcome"] == {"type": "success"}


def test_a_link_lets_its_reader_in_until_it_is_revoked_and_says_nothing_of_the_run(app: App) -> None:
    with asked(app, "count to 400") as visitor:
        run = visitor.run_id
        with Visitor(app.url, "Runs", headers=ME, open=run) as owner:
            owner.wait_until(lambda: owner.has("button", "share"), "the run can be shared")
            owner.click("share")
            owner.wait_until(lambda: "share=" in owner.text and owner.has("button", "revoke"), "there is a link")
            (token,) = re.findall(r"share=([\w-]+)", owner.text)
            with reading(app, token) as reader:
                assert run not in json.dumps([event.data for event in reader.until(is_words)])
                owner.click("revoke")
                events = list(reader)
            assert not events or events[-1].type != "RUN_FINISHED"
            with reading(app, token) as reader:
                assert reader.status == 404
        visitor.click("stop")
        visitor.wait_until(lambda: visitor.turns[-1].figures or visitor.turns[-1].notes, "the run is stopped")
        with reading(app, run) as reader:
            assert list(reader)[-1].data["outcome"] == {"type": "cancelled"}


def test_more_readers_than_there_is_room_for_are_refused_until_one_leaves(app: App) -> None:
    with asked(app, "count to 400") as visitor, contextlib.ExitStack() as stack:
        readers = [stack.enter_context(reading(app, visitor.run_id)) for _ in range(READERS)]
        assert {reader.status for reader in readers} == {200}
        with reading(app, visitor.run_id) as refused:
            assert refused.status == 503
            assert refused.answer.headers["Retry-After"]
        readers[0].until(is_words)
        readers[0].close()
        wait_until(lambda: has_room(app), 20, "there is room for a reader")
        visitor.click("stop")


@pytest.mark.parametrize("name", ["", "x", "no-such-run-at-all", "..%2F..%2Fetc", "%00" * 8, "a" * 64, "a" * 5_000])
def test_whoever_knows_no_run_reads_none(app: App, name: str) -> None:
    with reading(app, name) as reader:
        assert reader.status in (200 if not name else 404, 400, 404, 414)
        assert "RUN_STARTED" not in reader.answer.read().decode()


@pytest.mark.parametrize("script", ["asgi.py", "asgi:app"])
def test_the_server_ends_at_once_while_somebody_reads(slow: DemoServer, script: str) -> None:
    with app_server(pointed_at(slow), script=script) as server, asked(server, "count to 400") as visitor:
        with reading(server, visitor.run_id) as reader:
            reader.until(is_words)
            server.process.send_signal(signal.SIGTERM)
            list(reader)
        server.process.wait(10)


def test_without_it_the_pages_are_as_they_were(slow: DemoServer) -> None:
    with app_server(pointed_at(slow)) as server:
        with reading(server, "sample-home") as reader:
            assert "RUN_STARTED" not in reader.answer.read().decode()
