"""Between strangers: nothing of one session is seen in another, and a typed key is nowhere but where it is sent."""

from __future__ import annotations

import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from tests.server.client import Visitor
from tests.server.conftest import Visit
from tests.server.steps import QUESTION, arrived, complete, numbers
from tests.serving import app_server, model_server, pointed_at

KEY = "sk-visitor-0123456789-secret"


def test_two_sessions_see_nothing_of_each_other(visit: Visit) -> None:
    first, second = visit(tool_choice="none"), visit(tool_choice="none")
    first.wait_idle()
    second.wait_idle()
    first.ask(QUESTION)
    second.ask("repeat exactly: zebra and walrus")
    arrived(first, 20)
    second.rerun()
    complete(first)
    complete(second)
    second.rerun()
    complete(second)
    assert (first.turns[0].question, second.turns[0].answer) == (QUESTION, "zebra and walrus")
    assert b"zebra" not in b"".join(first.frames)
    assert QUESTION.encode() not in b"".join(second.frames)
    assert first.run_id.encode() not in b"".join(second.frames)
    assert first.run_id != second.run_id


def test_who_reads_along_cannot_stop_what_is_at_work(visit: Visit) -> None:
    owner = visit(tool_choice="none")
    owner.wait_idle()
    owner.ask(QUESTION)
    arrived(owner, 10)
    stop = WidgetState(id=owner.widget_id("button", "stop"), trigger_value=True)
    guest = visit(run=owner.run_id)
    arrived(guest, 15)
    assert not guest.has("button", "stop")
    guest.rerun(stop)
    complete(owner)
    assert owner.turns[0].notes == []
    complete(guest)
    assert numbers(guest) == numbers(owner)


def test_a_file_made_for_a_download_is_there_whatever_others_do(visit: Visit) -> None:
    visitor, other = visit("Runs", open="sample-two-tools"), visit("Runs")
    visitor.wait_idle()
    other.wait_idle()
    url = visitor.download_url("pack_html")
    for _ in range(3):  # with the end of any two scripts it was gone
        other.rerun()
        other.wait_idle()
    with urllib.request.urlopen(url, timeout=10) as file:
        assert b"<html" in file.read()


def test_a_message_that_unpacks_to_much_more_than_it_is_ends_its_connection_and_nobody_elses(visit: Visit) -> None:
    visitor = visit()
    visitor.wait_idle()
    url = visitor.url.replace("http:", "ws:") + "/_stcore/stream"
    with connect(url, subprotocols=["streamlit"], max_size=None) as bomb:  # type: ignore[list-item]
        bomb.send(bytes(9_000_000))
        with pytest.raises(ConnectionClosedError) as closed:
            bomb.recv(30)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1009, "too big"
    visitor.rerun()
    visitor.wait_idle()


def test_a_guesser_without_cookies_is_slowed_and_the_host_gets_in_at_once() -> None:
    env = {"TOOLSTREAM_HOST_PASSWORD": "sesame", "TOOLSTREAM_ADDRESS_HEADER": "X-Real-IP"}
    too_many, wrong = "Too many attempts. Wait a few seconds", "That is not the password."
    with app_server(env) as app, ExitStack() as tabs:
        guessers = [tabs.enter_context(Visitor(app.url, "Runs", headers={"X-Real-IP": "192.0.2.1"})) for _ in range(24)]
        for guesser in guessers:
            guesser.wait_idle(60)
            guesser.type("typed_password_0", "guess")
        host = tabs.enter_context(Visitor(app.url, "Runs", headers={"X-Real-IP": "192.0.2.2"}))
        host.wait_idle(60)
        host.type("typed_password_0", "sesame")
        host.wait_until(lambda: "Download as CSV" in host.text, "the host is in")
        for guesser in guessers:
            guesser.wait_until(lambda guesser=guesser: any(s in guesser.text for s in (too_many, wrong)), "it is told")  # type: ignore[misc]
        looked_at = sum(wrong in guesser.text for guesser in guessers)
        assert 12 <= looked_at < 20, "each of them was a new visitor"


def test_a_typed_key_is_sent_to_the_model_and_found_nowhere_else() -> None:
    with model_server(150, KEY) as model, app_server(pointed_at(model)) as app:
        with (
            Visitor(app.url, tool_choice="none", model="demo-flaky:broken") as owner,
            Visitor(app.url, tool_choice="none") as other,
        ):
            owner.wait_idle()
            other.wait_idle()
            owner.type("typed_key_0", "sk-mistyped")
            owner.wait_until(lambda: owner.has("text_input", "typed_key_1"), "it is told at once")
            assert "The model server refuses this key" in owner.text
            owner.type("typed_key_1", KEY)
            owner.wait_until(lambda: owner.has("button", "forget_key"), "the key is taken")
            assert "refuses this key" not in owner.text
            assert "model=" not in owner.query, "the first of the models that the key may use is chosen"
            owner.ask("count to 5")
            complete(owner)
            assert numbers(owner) == ["1", "2", "3", "4", "5"]
            other.ask("count to 5")
            complete(other)
            assert other.turns[0].notes == ["The model server refused the key (401). Check the key and try again."]
            with Visitor(app.url, run=owner.run_id) as guest:
                complete(guest)
                guest.ask("count to 6")
                guest.wait_until(lambda: guest.run_id != owner.run_id, "a conversation of their own begins")
                complete(guest)
                assert "refused the key" in guest.turns[0].notes[0], "who has the link reads, but has no key"
                owner.rerun()
                owner.wait_idle()
                assert len(owner.turns) == 1, "nobody else asks in a conversation"
                frames = b"".join([*owner.frames, *other.frames, *guest.frames])
            owner.click("forget_key")
            owner.wait_until(lambda: owner.has("text_input", "typed_key_2"), "the key is gone")
            frames += b"".join(owner.frames)
        process = Path(f"/proc/{app.process.pid}")
        seen = {"frames": frames, "log": app.log().encode(), "url": owner.query.encode()}
        seen |= {name: (process / name).read_bytes() for name in ("environ", "cmdline") if process.exists()}
        assert [where for where, what in seen.items() if KEY.encode() in what] == []
        assert "Traceback" not in app.log()
