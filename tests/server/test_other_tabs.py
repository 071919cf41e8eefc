"""A conversation that is open in several tabs."""

from __future__ import annotations

from tests.server.client import ME, SOMEBODY
from tests.server.conftest import Visit


def test_a_tab_that_stands_still_hears_of_a_question_in_another_one_and_of_nothing_else(visit: Visit) -> None:
    asking, elsewhere = (visit(tool_choice="none", model="demo-fast", headers=ME) for _ in range(2))
    for visitor in (asking, elsewhere):
        visitor.wait_idle()
        visitor.ask("count to 3")
        visitor.wait_until(lambda tab=visitor: tab.turns and tab.turns[0].figures, "it is answered")  # type: ignore[misc]
        visitor.wait_idle()
    beside = visit(run=asking.run_id, headers=ME)
    beside.wait_until(lambda: beside.turns and beside.turns[0].figures, "the conversation is there")
    beside.wait_idle()
    before = {tab: (tab.scripts, len(tab.frames)) for tab in (beside, elsewhere)}
    for number in (2, 3):
        asking.ask("count to 4")
        beside.wait_until(lambda at=number: len(beside.turns) == at and beside.turns[-1].figures, "it is there too")  # type: ignore[misc]
        beside.wait_idle()
        assert beside.scripts == before[beside][0] + number - 1, "one script for each question"
    assert (elsewhere.scripts, len(elsewhere.frames)) == before[elsewhere], "nothing is sent where there is no news"


def test_whose_browser_keeps_no_cookie_is_told_why_a_run_cannot_be_stopped_any_more(visit: Visit) -> None:
    asking = visit(tool_choice="none")
    asking.wait_idle()
    asking.ask("count to 400")
    asking.wait_until(lambda: asking.turns and asking.turns[0].answer, "the answer begins")
    for headers, is_told in (({}, True), (SOMEBODY, False)):
        again = visit(run=asking.run_id, headers=headers)
        again.wait_until(lambda tab=again: "started in another browser" in tab.text, "it is somebody else's")  # type: ignore[misc]
        again.wait_until(lambda tab=again: tab.turns and tab.turns[0].answer, "it is followed")  # type: ignore[misc]
        assert ("keeps no cookie" in again.text) is is_told
        assert not again.has("button", "stop")
    asking.click("stop")


def test_a_page_that_had_no_conversation_opens_the_run_of_a_link(visit: Visit) -> None:
    asking, empty = (visit(tool_choice="none", model="demo-fast", headers=headers) for headers in (ME, SOMEBODY))
    for visitor in (asking, empty):
        visitor.wait_idle()
    asking.ask("count to 3")
    asking.wait_until(lambda: asking.turns and asking.turns[0].figures, "it is answered")
    empty.query += f"&run={asking.run_id}"
    empty.rerun()
    empty.wait_until(lambda: empty.turns and empty.turns[0].figures, "it is there")
