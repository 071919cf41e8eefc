"""Two processes of the app on one folder, as behind a balancer, or for a moment in every deploy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.demo_model import DemoServer
from tests.postgres import Server
from tests.server.client import ME, Visitor
from tests.server.steps import QUESTION, arrived, complete, numbers
from tests.serving import app_server, model_server, pointed_at, wait_until


@pytest.fixture
def slow() -> Iterator[DemoServer]:
    with model_server(rate=20) as server:
        yield server


@pytest.fixture(params=["one folder", "one database"])
def shared(request: pytest.FixtureRequest, slow: DemoServer, tmp_path: Path) -> dict[str, str]:
    """The environment of processes that share a folder; or a database, and each has a folder of its own."""
    if request.param == "one folder":
        return pointed_at(slow) | {"TOOLSTREAM_RECORDINGS": str(tmp_path)}
    return pointed_at(slow) | {"TOOLSTREAM_DATABASE_URL": request.getfixturevalue("database").url}


def test_a_run_is_read_on_and_stopped_through_the_other_process(slow: DemoServer, shared: dict[str, str]) -> None:
    with (
        app_server(shared) as one,
        app_server(shared) as two,
        Visitor(one.url, headers=ME, tool_choice="none") as owner,
    ):
        owner.wait_idle()
        owner.ask(QUESTION)
        arrived(owner, 20)
        with Visitor(two.url, headers=ME, run=owner.run_id) as mirrored:
            arrived(mirrored, 30)
            assert "interrupted" not in mirrored.text
            mirrored.click("stop")
            complete(mirrored)
            complete(owner)
            wait_until(lambda: slow.stats.active == 0, 5, "the model server has nothing more to send")
            for seen in (owner, mirrored):
                assert seen.turns[0].notes == ["Stopped. What had arrived is kept."]
            assert numbers(mirrored) == numbers(owner)
            mirrored.ask("count to 5")
            complete(mirrored, turns=2)
        owner.rerun()
        complete(owner, turns=2)
        assert numbers(owner) == ["1", "2", "3", "4", "5"]
        assert "Traceback" not in one.log() + two.log()


def test_what_is_shared_and_revoked_in_one_is_so_in_the_other_and_who_was_killed_is_missed_at_once(
    slow: DemoServer, shared: dict[str, str]
) -> None:
    with app_server(shared) as one, app_server(shared) as two, Visitor(one.url, headers=ME, tool_choice="none") as me:
        me.wait_idle()
        me.ask("count to 3")
        complete(me)
        with Visitor(two.url, "Runs", headers=ME, open=me.run_id) as owner:
            owner.wait_idle()
            owner.click("share")
            owner.wait_until(lambda: "share=" in owner.text, "there is a link")
            token = owner.text.split("share=")[1][:22]
            with Visitor(one.url, "Runs", share=token) as guest:
                guest.wait_idle()
                assert "count to 3" in guest.text
            owner.click("revoke")
            owner.wait_until(lambda: "share=" not in owner.text, "it is revoked")
            with Visitor(one.url, "Runs", share=token) as guest:
                guest.wait_idle()
                assert "count to 3" not in guest.text
        me.ask(QUESTION)
        arrived(me, 20)
        one.process.kill()
        with Visitor(two.url, headers=ME, run=me.run_id) as mirrored:
            mirrored.wait_until(lambda: bool(mirrored.turns and mirrored.turns[-1].notes), "it is said")
            assert "The server stopped in the middle" in mirrored.turns[-1].notes[0]
        assert "Traceback" not in two.log()


def test_a_page_says_that_the_database_is_away_and_all_is_there_again_with_it(
    model: DemoServer, database: Server
) -> None:
    env = pointed_at(model) | {"TOOLSTREAM_DATABASE_URL": database.url}
    with app_server(env) as app, Visitor(app.url, headers=ME, tool_choice="none") as visitor:
        visitor.wait_idle()
        visitor.ask("count to 3")
        complete(visitor)
        database.stop()
        try:
            visitor.rerun()
            visitor.wait_until(lambda: "does not answer. Try again" in visitor.text, "it is said", 60)
        finally:
            database.start()
        visitor.rerun()
        complete(visitor, timeout=60)
        assert numbers(visitor) == ["1", "2", "3"]
        assert "Traceback" not in app.log()


def test_an_address_is_what_the_proxy_says_last(model: DemoServer) -> None:
    header = "X-Forwarded-For"
    env = pointed_at(model) | {"TOOLSTREAM_ADDRESS_HEADER": header, "TOOLSTREAM_RUNS_PER_MINUTE_AND_ADDRESS": "2"}
    with app_server(env) as app:
        for client, told in (("1.1.1.1", 0), ("2.2.2.2", 0), ("3.3.3.3", 1)):
            with Visitor(app.url, tool_choice="none", headers={header: f"{client}, 192.0.2.7"}) as visitor:
                visitor.wait_idle()
                visitor.ask("count to 5")
                if told:
                    visitor.wait_until(
                        lambda: "2 questions in a minute from your network" in visitor.text, "it is said"
                    )
                else:
                    complete(visitor)
        with Visitor(app.url, tool_choice="none", headers={header: "192.0.2.8"}) as other:
            other.wait_idle()
            other.ask("count to 5")
            complete(other)
