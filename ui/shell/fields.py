"""Drawing and reading the fields of a form: the input of a graph."""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import streamlit as st

from agent.graphs.inputs import Field, assembled
from agent.streaming.events import JSON
from ui.markdown import safe_label
from ui.shell.language import say, tell


def draw_fields(prefix: str, fields: Sequence[Field], typed: MutableMapping[str, Any] | None = None) -> None:
    """Draw the fields; what is filled in is kept under keys that begin with `prefix`.

    In `typed` it outlives a visit to another page, where Streamlit forgets the widgets of this one.
    """
    for field in fields:
        key = f"{prefix}.{field.name}"
        if key not in st.session_state:
            st.session_state[key] = (typed or {}).get(key, _initial(field))
        _draw(key, field)
        if typed is not None:
            typed[key] = st.session_state[key]


def values_of(prefix: str, fields: Sequence[Field]) -> dict[str, Any]:
    """What is filled in, by the names of the fields. Also for callbacks: a field that was not drawn has its default."""
    return {field.name: st.session_state.get(f"{prefix}.{field.name}", _initial(field)) for field in fields}


def read_fields(prefix: str, fields: Sequence[Field], schema: Mapping[str, Any] | None) -> JSON:
    """What is filled in; raises NotFilledIn."""
    return assembled(list(fields), values_of(prefix, fields), schema)


def is_filled_in(prefix: str, fields: Sequence[Field]) -> bool:
    """Whether anything is filled in that was not there at first."""
    values = values_of(prefix, fields)
    return any(values[field.name] not in (None, "", False, _initial(field)) for field in fields)


def _draw(key: str, field: Field) -> None:
    label = safe_label(tell(field.title))
    if not field.required and field.default is None and field.path:
        label += f" :gray[{say('chat-input.optional')}]"
    about = safe_label(field.help, 300) or None
    match field.kind:
        case "text":
            st.text_input(label, key=key, help=about)
        case "long text":
            st.text_area(label, key=key, help=about, height="content")
        case "lines":
            st.text_area(label, key=key, help=about, placeholder=say("chat-input.lines"))
        case "integer":
            st.number_input(label, value=None, step=1, key=key, help=about)
        case "number":
            st.number_input(label, value=None, key=key, help=about)
        case "boolean":
            st.toggle(label, key=key, help=about)
        case "choice":
            st.selectbox(
                label, field.choices, None, format_func=_text, key=key, help=about, placeholder=say("chat-input.choose")
            )
        case "json":
            st.text_area(label, key=key, help=about, placeholder="JSON")


def _initial(field: Field) -> Any:
    """What a widget begins with."""
    default: Any = field.default
    match field.kind:
        case "lines":
            return "\n".join(map(_text, default)) if isinstance(default, list) else ""
        case "integer":
            return default if isinstance(default, int) else None
        case "number":
            return float(default) if isinstance(default, (int, float)) else None
        case "boolean":
            return bool(default)
        case "choice":
            return default if default in field.choices else field.choices[0] if field.required else None
        case "json":
            return "" if default is None else json.dumps(default, ensure_ascii=False)
    return _text(default)


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
