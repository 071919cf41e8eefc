"""The pitfalls page as AppTest runs it."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from agent.pitfalls import NAMES, source
from agent.pitfalls.comparison import comparisons
from tests.server.pages import opened, run

pytestmark = pytest.mark.usefixtures("quick_loops")


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    comparisons().close()


def drawn(app: AppTest) -> list[str]:
    return [html.proto.body for html in app.get("html") if 'class="pitfall' in html.proto.body]


def test_both_sides_run_by_one_click_stay_on_the_page_and_are_nobody_elses() -> None:
    app = opened("pages/5_Pitfalls.py")
    assert drawn(app) == []
    run(app.button(key="run_stop").click())
    wrong, right = drawn(app)
    assert "After Stop it went on for" in wrong
    assert "Stop ended it at once." in right
    app.run()
    assert drawn(app) == [wrong, right]
    assert app.session_state["comparisons"] == {}
    assert drawn(opened("pages/5_Pitfalls.py")) == []


def test_every_trap_shows_the_code_of_both_sides() -> None:
    app = opened("pages/5_Pitfalls.py")
    assert [button.key for button in app.button] == [f"run_{name}" for name in NAMES]
    shown = [code.value for code in app.code]
    for name in NAMES:
        assert source(name, "wrong") in shown
        assert source(name, "right") in shown
