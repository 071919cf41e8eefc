"""A browser can send anything as a widget's value, and anything in a URL: it is dropped, and the page goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.server.client import Visitor
from tests.server.conftest import Visit
from tests.server.steps import complete

HUGE = 2**63 - 1

Forgery = Callable[[WidgetState], object]

FORGERIES: dict[str, Forgery] = {
    "nothing": lambda state: None,
    "a truth": lambda state: setattr(state, "bool_value", True),
    "a number": lambda state: setattr(state, "double_value", 1e308),
    "not a number": lambda state: setattr(state, "double_value", float("nan")),
    "a huge integer": lambda state: setattr(state, "int_value", HUGE),
    "a negative integer": lambda state: setattr(state, "int_value", -HUGE),
    "an unknown word": lambda state: setattr(state, "string_value", "no such choice"),
    "an empty word": lambda state: setattr(state, "string_value", ""),
    "a long word": lambda state: setattr(state, "string_value", "[" * 20_000),
    "unknown words": lambda state: state.string_array_value.data.extend(["no", "such", "choice"] * 100),
    "no words": lambda state: state.string_array_value.SetInParent(),
    "numbers": lambda state: state.double_array_value.data.extend([float("nan"), float("inf"), -1e308]),
    "one infinite number": lambda state: state.double_array_value.data.append(float("inf")),
    "one number that is none": lambda state: state.double_array_value.data.append(float("nan")),
    "one huge number": lambda state: state.double_array_value.data.append(1e308),
    "no numbers": lambda state: state.double_array_value.SetInParent(),
    "integers": lambda state: state.int_array_value.data.extend([-1, 0, HUGE]),
    "no integers": lambda state: state.int_array_value.SetInParent(),
    "an integer": lambda state: state.int_array_value.data.append(HUGE),
    "JSON": lambda state: setattr(state, "json_value", '{"selection": {"rows": [1e99, "x", -1], "columns": 7}}'),
    "JSON in a word": lambda state: setattr(state, "string_value", '{"selection": {"rows": [1e99], "columns": 7}}'),
    "JSON of a list": lambda state: setattr(state, "string_value", "[1, 2]"),
    "no JSON": lambda state: setattr(state, "json_value", "{"),
    "bytes": lambda state: setattr(state, "bytes_value", b"\xff\x00"),
    "a table": lambda state: state.arrow_value.SetInParent(),
    "files": lambda state: state.file_uploader_state_value.uploaded_file_info.add(file_id="../../x", name="x"),
    "a typed word": lambda state: setattr(state.string_trigger_value, "data", ""),
    "a chat message": lambda state: setattr(state.chat_input_value, "data", ""),
    "JSON at once": lambda state: setattr(state, "json_trigger_value", "[" * 1_000),
}


def opened(page: str, **query: str) -> Callable[[Visit], Visitor]:
    return lambda visit: visit(page, **query)


def asked(page: str) -> Callable[[Visit], Visitor]:
    def open_and_ask(visit: Visit) -> Visitor:
        visitor = visit(page, model="demo-fast")
        visitor.wait_idle()
        visitor.ask("What items are in the office?")
        complete(visitor)
        return visitor

    return open_and_ask


def inspected(visit: Visit) -> Visitor:
    visitor = visit("Stream_lab", model="demo-fast")
    visitor.wait_idle()
    visitor.ask("What items are in the office?")
    visitor.wait_until(lambda: visitor.idle and "Finished" in visitor.text, "the run has ended")
    visitor.pick("lab_view", "Inspector")
    visitor.wait_until(lambda: visitor.idle and visitor.has("multiselect", "lab_modes"), "the inspector is there")
    return visitor


def asked_back(visit: Visit) -> Visitor:
    """Two cards, of which one is open to be changed."""
    visitor = visit("Ask_me_first", model="demo-fast")
    visitor.wait_idle()
    visitor.ask("Refund 54 dollars for order 2077 and send an email to lindqvist@example.com")
    visitor.wait_until(lambda: visitor.idle and len(visitor.keys("Edit…")) == 2, "two cards are there")
    visitor.click(visitor.keys("Edit…")[0])
    visitor.wait_idle()
    visitor.click(visitor.keys("Reject…")[0])
    visitor.wait_until(lambda: visitor.idle and bool(visitor.keys("Why? (optional)", "text_input")), "both are open")
    return visitor


PLACES: dict[str, Callable[[Visit], Visitor]] = {
    "Home": opened(""),
    "Custom data": asked("Custom_data"),
    "LLM tokens, in plain words": opened("LLM_tokens", view="simple"),
    "Without LangChain": asked("Without_LangChain"),
    "Stream lab": opened("Stream_lab"),
    "the inspector": inspected,
    "questions to a person": asked_back,
    "Pitfalls": opened("Pitfalls"),
    "Runs": opened("Runs"),
    "a sample": opened("Runs", open="sample-two-tools"),
}


@pytest.mark.parametrize("place", PLACES)
def test_values_of_every_type_for_every_widget_are_dropped_and_the_page_goes_on(place: str, visit: Visit) -> None:
    visitor = PLACES[place](visit)
    visitor.wait_idle()
    broken: dict[str, list[str]] = {}
    for name, forgery in FORGERIES.items():
        for widget_id in visitor.widget_ids:
            forged = WidgetState(id=widget_id)
            forgery(forged)
            visitor.forge(forged)
        visitor.rerun()
        visitor.wait_idle(40)
        broken[name] = visitor.errors
    assert {name: errors for name, errors in broken.items() if errors} == {}
    assert len(visitor.widget_ids) > 1


def test_a_choice_that_is_forged_is_left_as_it_was(visit: Visit) -> None:
    visitor = visit(tool_choice="none")
    visitor.wait_idle()
    visitor.pick("modes", "messages", "custom")
    visitor.wait_until(lambda: "modes=" in visitor.query, "the choice is in the URL")
    visitor.wait_idle()
    chosen = visitor.query
    for key in ("modes", "tools"):
        visitor.forge(WidgetState(id=visitor.widget_id("button_group", key), bool_value=True))
    visitor.rerun()
    visitor.wait_idle()
    assert visitor.query == chosen
    visitor.ask("count to 3")
    complete(visitor)
    assert visitor.turns[0].answer == "1 2 3"


def test_what_a_url_asks_for_in_vain_is_said_once_and_the_page_begins_as_it_does(visit: Visit) -> None:
    visitor = visit("LLM_tokens", modes="bogus", tools="nope", graph="x", model="y", view="z", tool_choice="w")
    visitor.wait_idle()
    said = "not offered here (view, model, stream modes, agent, tools, tool choice)"
    assert said in visitor.text
    assert visitor.query == "", "the choices are those that the page begins with"
    visitor.rerun()
    visitor.wait_idle()
    assert "not offered" not in visitor.text


def test_of_a_list_in_a_url_what_is_known_holds(visit: Visit) -> None:
    visitor = visit("LLM_tokens", modes="custom,<b>x</b>", run="x" * 5_000, open="%00", share="'")
    visitor.wait_idle()
    assert "not offered here (stream modes)" in visitor.text
    assert "modes=custom&" in f"{visitor.query}&"


def test_what_the_sidebars_links_ask_for_is_always_on_offer(visit: Visit) -> None:
    visitor = visit("LLM_tokens", tools="-", tool_choice="none", modes="-", model="demo-fast", graph="prebuilt")
    visitor.wait_idle()
    assert "not offered" not in visitor.text
    assert {"tools=-", "tool_choice=none", "modes=-", "model=demo-fast", "graph=prebuilt"} <= set(
        visitor.query.split("&")
    )
