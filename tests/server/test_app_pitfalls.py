"""The pitfalls page as AppTest runs it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from agent.pitfalls import NAMES, source
from agent.pitfalls.comparison import comparisons

PAGE = Path(__file__).parents[2] / "pages" / "5_Pitfalls.py"


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"):
        monkeypatch.delenv(name, raising=False)
    yield
    comparisons().close()


def open_page() -> AppTest:
    app = AppTest.from_file(str(PAGE), default_timeout=40).run()
    assert not app.exception
    return app


def drawn(app: AppTest) -> list[str]:
    return [html.proto.body for html in app.get("html") if 'class="pitfall' in html.proto.body]


def test_both_sides_run_by_one_click_stay_on_the_page_and_are_nobody_elses() -> None:
    app = open_page()
    assert drawn(app) == []
    app.button(key="run_stop").click().run()
    assert not app.exception
    wrong, right = drawn(app)
    assert "After Stop it went on for" in wrong
    assert "Stop ended it at once." in right
    app.run()
    assert drawn(app) == [wrong, right]
    assert app.session_state["comparisons"] == {}
    assert drawn(open_page()) == []


def test_every_trap_shows_the_code_of_both_sides() -> None:
    app = open_page()
    assert [button.key for button in app.button] == [f"run_{name}" for name in NAMES]
    shown = [code.value for code in app.code]
    for name in NAMES:
        assert source(name, "wrong") in shown
        assert source(name, "right") in shown
