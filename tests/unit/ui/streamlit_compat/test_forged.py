"""If this fails, one forged value ends every script of its session with an error.

Find out anew where values are read.
"""

from __future__ import annotations

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import WStates

from ui.shell._streamlit_compat.forged import drop_forged_values


def _button_group(value: WidgetState) -> WStates:
    """The states of a page with one list of words, which has been sent this."""
    drop_forged_values()
    states = WStates()
    states.set_widget_metadata(WidgetMetadata("pills", list, list, "string_array_value"))
    states.set_widget_from_proto(value)
    return states


def test_a_value_that_its_widget_never_sends_is_as_one_that_was_not_sent() -> None:
    genuine = WidgetState(id="pills")
    genuine.string_array_value.data.extend(["a", "b"])
    assert dict(_button_group(genuine).states) != {}
    assert _button_group(genuine)["pills"] == ["a", "b"]
    for forged in (WidgetState(id="pills", bool_value=True), WidgetState(id="pills", double_value=float("nan"))):
        assert dict(_button_group(forged).states) == {}
