"""The reader's language in this script."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import partial

import streamlit as st

import texts
from texts import Language, Sentence, Value

_reading: ContextVar[Language] = ContextVar("language", default="en")
"""Of this script, whose thread is its own: reading the session's state for every sentence would cost more than it."""


def of_browser() -> Language:
    """The language that the visitor's browser asks for."""
    return texts.language_of(st.context.locale)


def read_in(language: Language) -> None:
    """Say everything in this language until the script has ended.

    Callbacks run before that: they pass on Sentences.
    """
    _reading.set(language)


def language() -> Language:
    """The language of this script's reader."""
    return _reading.get()


def say(key: str | Sentence, /, **values: Value) -> str:
    """A sentence, for this script's reader."""
    return texts.say(_reading.get(), key, **values)


def speaking() -> Callable[..., str]:
    """A `say` for this script's reader that works when the script is over, as for a file made at a click."""
    return partial(texts.say, _reading.get())


def tell(said: Sentence | str) -> str:
    """Something said before its reader was known, for this script's reader."""
    return texts.tell(_reading.get(), said)


def say_or(key: str | Sentence | None, text: str) -> str:
    """The sentence with this key, or `text` if there is none."""
    return texts.say_or(_reading.get(), key, text)
