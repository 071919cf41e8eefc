"""Questions to a person: cards in the run, answered in any order, by their owner alone, after whatever came between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from agent.demo_model import DemoServer
from tests.server.asking import DESK
from tests.server.client import ME, SOMEBODY, Visitor
from tests.server.conftest import Visit
from tests.server.steps import complete
from tests.serving import App, app_server, pointed_at

ANSWERED = "Done: 20 euros paid to Ms Kim; chosen: coffee; the helper says: Done: a letter sent: True"


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory, model: DemoServer) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("asks")
    (folder / "desk.py").write_text(DESK)
    graphs = ",".join(f"{folder}/desk.py:{name}" for name in ("desk", "review", "form"))
    kept = {"TOOLSTREAM_RECORDINGS": str(folder / "runs"), "TOOLSTREAM_RUNS_PER_MINUTE": "1000"}
    return {**pointed_at(model), **kept, "TOOLSTREAM_GRAPHS": graphs}


@pytest.fixture(scope="module")
def app(env: dict[str, str]) -> Iterator[App]:
    with app_server(env) as app:
        yield app
        assert "Traceback" not in app.log(), app.log()


def opened(app: App, graph: str = "desk", who: dict[str, str] = ME, run: str = "") -> Visitor:
    query = {"run": run} if run else {}
    visitor = Visitor(app.url, "Your_agent", receive_buffer=0, headers=who, graph=f"own:{graph}", **query)
    visitor.wait_until(lambda: visitor.has("chat_input", "question"), "the agent is loaded", 60)
    visitor.wait_idle()
    return visitor


def asking(app: App, graph: str = "desk", cards: int = 3) -> Visitor:
    """A visitor whose run waits for an answer."""
    visitor = opened(app, graph)
    visitor.ask("Go")
    waits(visitor, cards)
    return visitor


def waits(visitor: Visitor, cards: int) -> None:
    """Wait until so many cards are there, and nothing is followed any more."""
    visitor.wait_until(
        lambda: visitor.idle and visitor.text.count("material/front_hand: ") == cards + 1, f"{cards} cards are there"
    )


def plain(visitor: Visitor) -> str:
    """All words on the page, without what keeps them from being Markdown."""
    return visitor.text.replace("\\", "")


def press(visitor: Visitor, label: str, place: int = 0, times: int = 1) -> None:
    visitor.click(visitor.keys(label)[place], times)
    visitor.wait_idle()


def edit(visitor: Visitor, amount: float) -> None:
    press(visitor, "Edit…")
    (key,) = visitor.keys("Amount", "number_input") or visitor.keys("amount", "number_input")
    visitor.fill(key, amount)
    visitor.wait_idle()
    press(visitor, "Approve with these changes")


def test_three_questions_at_once_are_answered_in_any_order_and_the_edited_arguments_arrive(app: App) -> None:
    with asking(app) as visitor:
        assert "The assistant wants to pay **49.9 euros** to Ms Kim." in plain(visitor)
        assert "is waiting for your answer" in visitor.turns[0].waiting
        press(visitor, "Yes")  # the helper's
        waits(visitor, 2)
        press(visitor, "coffee")
        waits(visitor, 1)
        edit(visitor, 20)
        complete(visitor)
        assert ANSWERED in plain(visitor)
        for line in ("Send a letter", "Which drink", "Pay"):
            assert line in visitor.text
        assert "Approved with changes: amount: 20" in plain(visitor)
        assert not visitor.keys("Approve")


def test_they_are_there_again_after_a_refresh_and_after_the_server_was_killed(env: dict[str, str]) -> None:
    with app_server(env) as app, asking(app) as visitor:
        run = visitor.run_id
        press(visitor, "Yes")
        with opened(app, run=run) as refreshed:
            waits(refreshed, 2)
        app.process.kill()
        app.process.wait(10)
    with app_server(env) as app, opened(app, run=run) as visitor:
        waits(visitor, 2)
        edit(visitor, 20)
        waits(visitor, 1)
        press(visitor, "coffee")
        complete(visitor)
        assert ANSWERED in plain(visitor)


def test_others_see_that_it_waits_and_no_buttons(app: App) -> None:
    with asking(app) as visitor, opened(app, who=SOMEBODY, run=visitor.run_id) as other:
        assert "Only the person who asked" in other.turns[0].waiting
        assert other.text.count("waits for an answer") >= 3
        assert "The assistant wants to pay" in plain(other)
        assert "euros**" not in plain(other)
        assert visitor.has("button", "stop")
        assert not other.has("button", "stop")
        for label in ("Approve", "Yes", "coffee"):
            assert not other.keys(label)


def test_a_question_is_answered_once_whoever_is_first(app: App) -> None:
    with asking(app) as visitor, opened(app, run=visitor.run_id) as twin:
        waits(twin, 3)
        press(visitor, "coffee", times=2)
        waits(visitor, 2)
        assert "already" not in plain(visitor)
        press(twin, "tea")
        waits(twin, 2)
        assert "Answered: coffee" in plain(twin)
        assert "already" in plain(twin)


def test_what_a_twin_has_answered_is_seen_when_it_looks_again(app: App) -> None:
    with asking(app) as visitor, opened(app, run=visitor.run_id) as twin:
        scripts = twin.scripts
        twin.tick()
        twin.wait_until(lambda: twin.scripts > scripts, "the page looks for news")
        twin.wait_idle()
        assert twin.scripts == scripts + 1, "nothing but the time is drawn"
        press(visitor, "coffee")
        twin.tick()
        waits(twin, 2)


def test_a_question_that_is_asked_meanwhile_waits_in_sight(app: App) -> None:
    with asking(app, "review", 2) as visitor:
        visitor.ask("And then?")
        visitor.wait_until(lambda: visitor.idle and len(visitor.turns) == 2, "the question is there")
        assert visitor.turns[1].waiting == "Waits until the question above is answered"
        press(visitor, "Approve")
        press(visitor, "Approve")
        visitor.wait_until(lambda: visitor.turns[0].answer.endswith("That was it."), "the first one has gone on")
        visitor.wait_until(lambda: visitor.idle and bool(visitor.keys("Approve")), "the second one asks")


def test_several_calls_in_one_interrupt_are_decided_one_by_one_and_answered_together(app: App) -> None:
    with asking(app, "review", 2) as visitor:
        press(visitor, "Reject…")
        visitor.type(visitor.keys("Why? (optional)", "text_input")[0], "keep it")
        visitor.wait_idle()
        press(visitor, "Reject")
        assert "Rejected: keep it" in plain(visitor)
        assert "once you have made it" in plain(visitor)
        press(visitor, "Change")
        assert len(visitor.keys("Approve")) == 2
        press(visitor, "Approve")
        with opened(app, "review", run=visitor.run_id) as refreshed:
            assert len(refreshed.keys("Approve")) == 1, "what is decided is there again"
            press(refreshed, "Change")
            assert len(refreshed.keys("Approve")) == 2
        press(visitor, "Change")
        press(visitor, "Reject…")
        assert visitor.keys("Why? (optional)", "text_input"), "what was typed is still there"
        press(visitor, "Reject")
        press(visitor, "Approve")
        complete(visitor)
        assert "B is gone" in plain(visitor)
        assert "A is gone" not in plain(visitor)
        assert "Rejected: keep it" in plain(visitor)


def test_of_fifty_questions_ten_are_drawn_and_what_is_told_above_them_stays_short(app: App) -> None:
    with asking(app, "form", 10) as visitor, opened(app, "form", SOMEBODY, visitor.run_id) as other:
        assert "There are more questions" in other.text
        assert other.text.count("material/front_hand: ") == 11
        visitor.type(visitor.keys("Your answer", "text_area")[0], "first", "text_area")
        press(visitor, "Send")
        waits(visitor, 10)
        assert "Line 11" in visitor.text
        press(visitor, "Show more questions")
        waits(visitor, 20)
    with Visitor(app.url, "Your_agent", headers=ME, view="simple", graph="own:form", run=visitor.run_id) as simple:
        waits(simple, 10)
        told = plain(simple).count("It waits for a person: ")
        assert told == 6
        assert "It waits for a person: 45 more questions" in plain(simple)


def test_stop_ends_it_and_the_list_of_runs_knows_how_it_stands(app: App) -> None:
    with asking(app) as visitor:
        with Visitor(app.url, "Runs", headers=ME, open=visitor.run_id) as runs:
            runs.wait_idle()
            assert "waits for an answer" in plain(runs)
            assert not runs.keys("Approve")
        visitor.click("stop")
        complete(visitor)
        assert visitor.text.count("was not answered") == 3
        assert not visitor.has("button", "stop")


def test_an_answer_that_does_not_fit_is_not_sent(app: App) -> None:
    with asking(app) as visitor:
        press(visitor, "Send")  # nothing was typed
        assert "Please write an answer." in plain(visitor)
        waits(visitor, 3)


@pytest.mark.parametrize("graph", ["react", "create_agent", "prebuilt", "without_langchain"])
def test_the_page_asks_first_with_every_agent(visit: Visit, graph: str) -> None:
    visitor = visit("Ask_me_first", model="demo-fast", view="simple", graph=graph)
    visitor.wait_idle()
    visitor.ask("Refund 54 dollars for order 2077")
    waits(visitor, 1)
    assert "It waits for a person: The assistant wants to refund 54 dollars to Ms Lindqvist." in plain(visitor)
    edit(visitor, 20)
    complete(visitor)
    assert "20 dollars were refunded to Ms Lindqvist for order 2077." in plain(visitor)
    assert "A person answered: Approved with changes: Amount: 20" in plain(visitor)


def test_the_lab_asks_above_its_views(visit: Visit) -> None:
    visitor = visit("Stream_lab", model="demo-fast")
    visitor.wait_idle()
    visitor.ask("Refund 54 dollars for order 2077")
    visitor.wait_until(lambda: visitor.idle and bool(visitor.keys("Approve")), "a card is there")
    assert "is waiting for your answer" in visitor.text
    press(visitor, "Approve")
    visitor.wait_until(lambda: visitor.idle and "Approved" in visitor.text, "it has gone on")
    assert "Finished" in visitor.text


def test_what_waits_of_a_run_with_a_key_of_ones_own_wants_that_key(visit: Visit) -> None:
    visitor = visit("Ask_me_first", model="demo-fast", view="simple")
    visitor.wait_idle()
    visitor.type("typed_key_0", "sk-mine")
    visitor.wait_idle()
    visitor.ask("Refund 54 dollars for order 2077")
    waits(visitor, 1)
    visitor.click("forget_key")
    visitor.wait_idle()
    press(visitor, "Approve")
    assert "Enter it again in the sidebar" in plain(visitor)
    visitor.type(visitor.keys("OpenAI key", "text_input")[0], "sk-mine")
    visitor.wait_idle()
    press(visitor, "Approve")
    complete(visitor)
    assert "54 dollars were refunded" in visitor.turns[0].answer


def test_an_answered_question_is_answered_otherwise_beside_what_came_of_it(app: App) -> None:
    with asking(app) as visitor:
        for label in ("Yes", "coffee"):
            press(visitor, label)
        edit(visitor, 20)
        complete(visitor)
        before = visitor.run_id
        press(visitor, "Answer differently", 1)
        assert "Keep the answer" in visitor.text
        press(visitor, "Keep the answer")
        assert not visitor.keys("tea")
        place = next(at for at in range(3) if _offers(visitor, at, "tea"))
        assert place in range(3)
        press(visitor, "tea")
        complete(visitor)
        assert ANSWERED.replace("coffee", "tea") in plain(visitor)
        assert (visitor.run_id != before, "2 of 2" in visitor.text) == (True, True)
        with opened(app, run=before) as old:
            assert ANSWERED in plain(old)


def _offers(visitor: Visitor, place: int, label: str) -> bool:
    """Ask one of several answered questions again; whether it has this answer. If not, leave it as it was."""
    press(visitor, "Answer differently", place)
    if visitor.keys(label):
        return True
    press(visitor, "Keep the answer")
    return False


def test_who_has_the_link_of_a_run_that_waits_can_do_nothing_with_it(app: App) -> None:
    with asking(app) as owner, opened(app, who=SOMEBODY, run=owner.run_id) as stranger:
        run = owner.run_id
        mine = [name for name in owner.widget_ids if name not in stranger.widget_ids]
        assert len(mine) > 5
        for name in mine:  # all that the owner can press or fill in, by its very id
            stranger.rerun(WidgetState(id=name, trigger_value=True))
        stranger.wait_idle()
        for label in ("Edit", "Ask again", "Try again"):
            for key in stranger.keys(label):
                stranger.click(key)
                stranger.wait_idle()
        for key in stranger.keys("The question", "text_area"):
            stranger.type(key, "What is theirs?", "text_area")
            stranger.wait_idle()
            press(stranger, "Ask")
        stranger.ask("And what of me?")
        stranger.wait_until(lambda: stranger.idle and stranger.run_id not in ("", run), "a conversation of their own")
        with Visitor(app.url, "Runs", headers=SOMEBODY, open=run) as runs:
            runs.wait_idle()
            for label in ("Delete", "Rename", "Delete for good"):
                assert not runs.keys(label)
        owner.rerun()
        waits(owner, 3)
        assert len(owner.turns) == 1
        assert "of 2" not in owner.text
        press(owner, "coffee")
        waits(owner, 2)
