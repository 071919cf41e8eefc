from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _draw_twice() -> None:
    """A sentence before a tool call: it is not shown while the call works, and stands above it in the end."""
    import streamlit as st

    from agent.projections.transcript import Transcript
    from agent.streaming.events import StreamEvent
    from ui.run.view import RunView

    transcript, view = Transcript(frozenset({"custom"})), RunView(st.container())
    call = {"id": "c1", "name": "get_items", "args": {}}
    happened = [
        ("messages", {"id": "m1", "text": "Let me look."}, None),
        ("updates", {"agent": {"messages": [{"type": "ai", "content": "Let me look.", "tool_calls": [call]}]}}, None),
        ("custom", {"found": "Desk"}, "c1"),
        ("messages", {"id": "m2", "text": "A desk."}, None),
        ("run", {"state": "finished"}, None),
    ]
    for seq, (mode, data, call_id) in enumerate(happened):
        transcript.add(StreamEvent(seq, seq / 10, mode, data, tool_call_id=call_id))
        view.draw(transcript)


def test_an_item_may_appear_above_others() -> None:
    app = AppTest.from_function(_draw_twice).run()
    assert not app.exception
    shown = [element.value for element in app.markdown]
    assert "Let me look." in shown
    assert "A desk." in shown
    assert "Desk" in app.expander[0].markdown[0].value
