"""Pages as AppTest runs them: the real app and the real demo model, nothing replaced."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from tests.serving import ROOT


def opened(file: str = "app.py", **query: str) -> AppTest:
    """A page, drawn to its end."""
    app = AppTest.from_file(str(ROOT / file), default_timeout=40)
    for name, value in query.items():
        app.query_params[name] = value
    return run(app)


def run(changed: Any) -> AppTest:
    """The page after a change."""
    app: AppTest = changed.run()
    assert not app.exception
    return app


def ask(app: AppTest, question: str) -> None:
    """Type a question, and wait for its answer."""
    run(app.chat_input(key="question").set_value(question))


def boxes(app: AppTest) -> list[Any]:
    """The boxes of tool calls: a status while a call works, an expander once it has ended."""
    return [*app.status, *(box for box in app.expander if box.label.startswith("**"))]


def text(app: AppTest) -> str:
    """What is written on the page."""
    return "\n".join(element.value for element in [*app.markdown, *app.caption])
