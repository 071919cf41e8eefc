"""Drawing and reading the fields of a form: the input of a graph."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from agent.graphs.inputs import Field, assembled
from agent.streaming.events import JSON
from ui.markdown import safe_label
from ui.shell.language import say


def draw_fields(prefix: str, fields: Sequence[Field]) -> None:
    """Draw the fields; their values are kept under keys that begin with `prefix`."""
    for field in fields:
        key, label = f"{prefix}.{field.name}", safe_label(field.title)
        if not field.required and field.default is None and field.path:
            label += f" :gray[{say('chat-input.optional')}]"
        about = safe_label(field.help, 300) or None
        default: Any = field.default
        match field.kind:
            case "text":
                st.text_input(label, _text(default), key=key, help=about)
            case "long text":
                st.text_area(label, _text(default), key=key, help=about)
            case "lines":
                lines = "\n".join(map(_text, default)) if isinstance(default, list) else ""
                st.text_area(label, lines, key=key, help=about, placeholder=say("chat-input.lines"))
            case "integer":
                st.number_input(label, value=default if isinstance(default, int) else None, step=1, key=key, help=about)
            case "number":
                value = float(default) if isinstance(default, (int, float)) else None
                st.number_input(label, value=value, key=key, help=about)
            case "boolean":
                st.toggle(label, bool(default), key=key, help=about)
            case "choice":
                place = field.choices.index(default) if default in field.choices else 0 if field.required else None
                st.selectbox(label, field.choices, place, format_func=_text, key=key, help=about)
            case "json":
                text = "" if default is None else json.dumps(default, ensure_ascii=False)
                st.text_area(label, text, key=key, help=about, placeholder="JSON")


def read_fields(prefix: str, fields: Sequence[Field], schema: Mapping[str, Any] | None) -> JSON:
    """The input filled in; raises NotFilledIn. Safe in callbacks: a field that was not drawn has its default."""
    values = {field.name: st.session_state.get(f"{prefix}.{field.name}", field.default) for field in fields}
    return assembled(list(fields), values, schema)


def is_filled_in(prefix: str, fields: Sequence[Field]) -> bool:
    """Whether anything differs from what was there at first."""
    values = ((field, st.session_state.get(f"{prefix}.{field.name}")) for field in fields)
    return any(value not in (None, "", False, field.default) for field, value in values)


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
