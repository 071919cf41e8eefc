"""Widget values that no browser would send are ignored."""

from __future__ import annotations

import logging
import math
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.session_state import Serialized, WStates

log = logging.getLogger(__name__)


def drop_forged_values() -> None:
    """Treat a widget value that no browser would send as never sent. Call once per process.

    Streamlit hands a widget whatever arrives, a number for a list of words, and since it keeps the value, every later
    script of the session ends with the same error.
    """
    take, value_of = WStates.set_widget_from_proto, WStates.__getitem__

    def take_and_look(self: WStates, widget_state: WidgetState) -> None:
        take(self, widget_state)
        self.get(widget_state.id)  # now: nothing may be dropped while Streamlit goes through all values

    def value_if_genuine(self: WStates, widget_id: str) -> Any:
        state, metadata = self.states.get(widget_id), self.widget_metadata.get(widget_id)
        if not isinstance(state, Serialized) or metadata is None:
            return value_of(self, widget_id)
        try:
            if state.value.WhichOneof("value") == metadata.value_type and _is_finite(state.value):
                return value_of(self, widget_id)
        except Exception:
            log.debug("A widget's value could not be read.", exc_info=True)
        del self.states[widget_id]
        raise KeyError(widget_id)

    WStates.set_widget_from_proto = take_and_look  # type: ignore[method-assign]
    WStates.__getitem__ = value_if_genuine  # type: ignore[method-assign]


def _is_finite(state: WidgetState) -> bool:
    return math.isfinite(state.double_value) and all(map(math.isfinite, state.double_array_value.data))
